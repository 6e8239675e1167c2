"""Reads the files and folders of casebooks, and finds everything that is wrong with them.

One reader serves the packaged course, an instructor's own casebook, ``check`` and ``decide``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from customer_casebook.authoring import reader
from customer_casebook.authoring.checks import check_relations, clashes
from customer_casebook.authoring.reader import MAX_FAULTS_PER_FILE, Document, Place, field_path
from customer_casebook.authoring.schema import FILES, ListFile, kind_of
from customer_casebook.authoring.values import check_values
from customer_casebook.course.casebook import (
    BUILT_CONTENT,
    CONTENT,
    CONTENT_SHAPES,
    Casebook,
    build,
    course,
    make_casebook,
)
from customer_casebook.course.records import Case
from customer_casebook.domain.facts import Facts, short_repr
from customer_casebook.domain.rules import LENSES

# The kind of file that holds each list.
LIST_FILES = {key: kind for kind, f in FILES.items() if isinstance(f, ListFile) for key in f.lists}
_LIST_FILE_NAMES = {f"{kind}.yaml": kind for kind in LIST_FILES.values()}
ADDED_LISTS = ("parties", "services")  # a casebook adds to these of the course, and replaces others


class Fault(NamedTuple):
    """One thing wrong with a file, and what to write instead."""

    file: str
    line: int
    field: str
    message: str

    def __str__(self) -> str:
        field = f"{self.field}: " if self.field else ""
        return f"{self.file}:{self.line}: {field}{self.message}"


class ContentError(ValueError):
    """Content that cannot be used, with every `Fault` in it."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(map(str, self.faults)))


class Reading(NamedTuple):
    """What a file turns out to be.

    Facts that cannot be true together are a fault, and still facts that can be decided.
    """

    file: str
    kind: str
    faults: tuple[Fault, ...]
    document: Document = Document()  # its plain values; none where it cannot be read at all
    facts: Facts | None = None  # of a case or a file of facts

    @property
    def value(self) -> Any:
        """Its records, where nothing is wrong with it: a case, facts, or lists by their keys."""
        if self.faults:
            return None
        if isinstance(FILES[self.kind], ListFile):
            return {key: build(CONTENT_SHAPES[key], value) for key, value in self.tree.items()}
        return build(FILES[self.kind], self.tree)

    @property
    def tree(self) -> Any:
        """The plain values."""
        return self.document.value


class Names:
    """What a file may name: what its folder holds, and what the course lends to the folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        # The entries by id, once they are asked for.
        self.lists: dict[str, Mapping[str, Any] | None] = {"lenses": LENSES}
        self.broken: list[str] = []  # files of the folder that name nothing

    def entries(self, kind: str) -> Mapping[str, Any] | None:
        """The entries of a list by id; None where its file is broken."""
        if kind not in self.lists:
            self._load(kind)
        return self.lists[kind]

    def inside(self, kind: str, tree: object) -> Names:
        """The names for a file of a kind, which may have some of the lists itself."""
        file = FILES[kind]
        if not isinstance(file, ListFile) or not isinstance(tree, dict):
            return self
        names = Names(self.folder)
        names.lists, names.broken = dict(self.lists), self.broken
        for key in file.lists:
            if key in tree:
                names.lists[key] = self._with_course(key, tree[key])
        return names

    def _load(self, kind: str) -> None:
        """Read the file of a list, with the other lists in it."""
        if kind == "cases":
            self.lists[kind] = {path.stem: None for path in _yaml_files(self.folder / kind)}
            return
        file = LIST_FILES[kind]
        source = self.folder / f"{file}.yaml"
        reading = read_file(source, kind=file) if source.is_file() else None
        if reading and reading.faults:
            self.broken.append(source.name)
            self.lists |= dict.fromkeys(FILES[file].lists)
            return
        for key in FILES[file].lists:
            own = self._with_course(key, reading.tree.get(key)) if reading else None
            self.lists[key] = self.course_entries(key) if own is None else own

    def _with_course(self, kind: str, entries: object) -> Mapping[str, Any]:
        """Entries by id, with those of the course that they are added to."""
        listed = entries if isinstance(entries, list) else []
        lent = self.course_entries(kind) if kind in ADDED_LISTS else {}
        return {**lent, **{entry["id"]: entry for entry in listed if _id(entry)}}

    def course_entries(self, kind: str) -> Mapping[str, Any]:
        """The entries of the course by id; none where this is the course."""
        if self.folder.resolve() == CONTENT.resolve():
            return {}
        if not BUILT_CONTENT.is_file():
            return Names(CONTENT).entries(kind) or {}
        content = json.loads(BUILT_CONTENT.read_text(encoding="utf-8"))
        return {entry["id"]: entry for entry in content[kind]}


def read_file(
    source: Path | str | bytes,
    *,
    kind: str = "",
    default_kind: str = "case",
    names: Names | None = None,
) -> Reading:
    """Read a file and find everything that is wrong with it.

    Args:
        source: A file, its name, or the bytes of one.
        kind: The kind of the file, where that is certain; else its keys tell it.
        default_kind: The kind of a file whose keys are of no kind.
        names: What it may name, where that is known; else what the folder around it holds.
    """
    source = Path(source) if isinstance(source, str) else source
    file = "<stdin>" if isinstance(source, bytes) else _printable(source)
    try:
        document = reader.read(source)
    except reader.UnreadableError as error:
        message, line = error.args
        return Reading(file, kind, (Fault(file, line, "", message),))
    tree = document.value
    kind = kind or kind_of(tree, default_kind)
    is_alone = names is None  # the faults of its neighbours are not read with it
    names = (names or Names(_home(source))).inside(kind, tree)
    visits = check_values(kind, document, names.entries)
    check_relations(document, visits, names.entries)
    for name in names.broken if is_alone else ():
        document.fault((), f"its {name} has faults of its own; check that first")
    facts = None
    if kind in ("case", "facts") and not document.faults:
        facts = Facts.read(tree) if kind == "facts" else build(Case, tree).facts
    for place, message in clashes(kind, tree, names.entries):
        document.fault(place, message)
    if kind == "case" and isinstance(tree, dict) and not isinstance(source, bytes):
        stem = source.name.rpartition(".")[0] or source.name
        if tree.get("id", stem) != stem:
            document.fault(("id",), f"is not the name of the file; write {stem}, or rename it")
    faults = [Fault(file, *where, what) for where, what in sorted(document.faults.items())]
    if len(faults) > MAX_FAULTS_PER_FILE:
        faults[-1] = faults[-1]._replace(field="", message="and more; mend these first")
    return Reading(file, kind, tuple(faults), document, facts)


def _printable(path: Path) -> str:
    """The name of a file, so that it cannot forge a second line."""
    return str(path) if str(path).isprintable() else ascii(str(path))[1:-1]


def _yaml_files(folder: Path) -> list[Path]:
    """The YAML files in a folder, by name; none where there is no such folder."""
    try:
        paths = sorted(folder.iterdir(), key=str) if folder.is_dir() else []
    except OSError:  # a folder that may not be read
        return []
    return [path for path in paths if path.name.endswith(".yaml") and path.is_file()]


def _home(source: Path | bytes) -> Path:
    """The folder of the casebook that a file belongs to; that of the course if there is none."""
    for folder in source.absolute().parents[:2] if isinstance(source, Path) else ():
        if any((folder / name).exists() for name in ("cases", "questions", *_LIST_FILE_NAMES)):
            return folder
    return CONTENT


def _id(entry: object) -> str:
    """The id of what may be a record; an empty text where it has none."""
    name = entry.get("id") if isinstance(entry, dict) else None
    return name if isinstance(name, str) else ""


# Folders.


class FolderReading(NamedTuple):
    """The files of a casebook, and everything that is wrong with them and between them."""

    readings: list[Reading]
    faults: list[Fault]
    notes: list[Fault]  # what an author should know, although it is no fault


def _files(folder: Path) -> list[tuple[Path, str]]:
    """The files of a casebook, and the kind of each."""
    files = [(folder / name, kind) for name, kind in _LIST_FILE_NAMES.items()]
    files = [(path, kind) for path, kind in files if path.is_file()]
    files += [(path, "questions") for path in _yaml_files(folder / "questions")]
    return files + [(path, "case") for path in _yaml_files(folder / "cases")]


def read_folder(folder: Path) -> FolderReading:
    """Read all files of a casebook, and find everything that is wrong."""
    files = _files(folder)
    if not any(kind in ("case", "questions") for _, kind in files):
        message = (
            "is no casebook; it needs cases in cases/NAME.yaml, or questions in questions.yaml "
            "or questions/NAME.yaml"
        )
        return FolderReading([], [Fault(_printable(folder), 1, "", message)], [])
    names = Names(folder)
    readings = [read_file(path, kind=kind, names=names) for path, kind in files]
    faults = [fault for reading in readings for fault in reading.faults]
    course_ids = {key: names.course_entries(key) for key in ("cases", *ADDED_LISTS)}
    notes, first = [], dict[tuple[str, str], tuple[str, int]]()
    for reading in readings:
        for key, place, name in _ids(reading):
            where = (reading.file, reading.document.line(place))
            taken, line = first.setdefault((key, name), where)
            if taken != reading.file:
                message = f"{short_repr(name)} is taken by {taken}:{line}; write another"
                faults.append(Fault(*where, field_path(place), message))
            elif name in course_ids.get(key, ()):
                message = (
                    f"{short_repr(name)} is an id of the course, too; this casebook uses its own"
                )
                notes.append(Fault(*where, field_path(place), f"note: {message}"))
    return FolderReading(readings, sorted(faults), notes)


def _ids(reading: Reading) -> Iterator[tuple[str, Place, str]]:
    """The ids of the cases, questions, parties and services in a file, with the list of each."""
    if reading.kind == "case" and (name := _id(reading.tree)):
        yield "cases", ("id",), name
    for key in ("questions", *ADDED_LISTS):
        entries = reading.tree.get(key) if isinstance(reading.tree, dict) else None
        for number, entry in enumerate(entries if isinstance(entries, list) else ()):
            if name := _id(entry):
                yield key, (key, number, "id"), name


def read_casebook(folder: Path | str) -> Casebook:
    """The casebook of a folder. What it lacks is the course's; its world is added to the course's.

    Raises:
        ContentError: The folder is no casebook, or something is wrong with a file of it.
    """
    folder = Path(folder)
    reading = read_folder(folder)
    if reading.faults:
        raise ContentError(reading.faults)
    name = "-".join(re.findall("[a-z0-9]+", folder.resolve().name.lower())) or "casebook"
    content = _lists((file.kind, file.tree) for file in reading.readings)
    return make_casebook(name, content, base=course())


def read_course() -> Casebook:
    """The packaged casebook, from its YAML files.

    Raises:
        ContentError: Something is wrong with a file of it.
    """
    try:
        return make_casebook("", course_content())
    except (KeyError, TypeError, AttributeError, ValueError, reader.UnreadableError) as error:
        raise ContentError(read_folder(CONTENT).faults) from error


def course_content() -> dict[str, Any]:
    """The lists of the course as its files hold them, by the keys of `CONTENT_SHAPES`.

    Raises:
        ValueError, UnreadableError: A file cannot be read. Nothing else is checked.
    """
    documents = [(kind, reader.read(path)) for path, kind in _files(CONTENT)]
    if any(document.faults for _, document in documents):
        raise ValueError
    return _lists((kind, document.value) for kind, document in documents)


def _lists(files: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """The lists of many files, each as one; questions in the order of the objectives."""
    content: dict[str, Any] = {}
    for kind, tree in files:
        for key, listed in {"cases": [tree]}.items() if kind == "case" else tree.items():
            content[key] = [*content[key], *listed] if key in content else listed
    order = [objective["id"] for objective in content.get("objectives", ())]
    rank = {name: place for place, name in enumerate(order)}
    content.get("questions", []).sort(
        key=lambda question: rank.get(question["objectives"][0], len(rank))
    )
    return content
