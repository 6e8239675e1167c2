"""Reads the files and folders of casebooks, and finds everything that is wrong with them.

One reader serves the packaged course, its build, an instructor's own casebook, ``check`` and ``decide``.
"""

import json
import re
import shutil
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from customer_casebook.authoring import reader
from customer_casebook.authoring.advice import find_advice
from customer_casebook.authoring.checks import Lists, find_clashes, find_problems
from customer_casebook.authoring.schema import FILES, LIST_FILES, kind_of, walk
from customer_casebook.authoring.sound import drop_dangling, sound_lists
from customer_casebook.course import casebook
from customer_casebook.course.casebook import CONTENT, PACKAGE, Casebook, course, make_casebook
from customer_casebook.course.records import Case
from customer_casebook.declarations import Reference, build
from customer_casebook.domain.facts import Facts, InputError, short_repr
from customer_casebook.domain.rules import LENSES

TEMPLATE = PACKAGE / "template"  # a casebook to begin with

# That other files name.
NAMED_LISTS = ("parties", "services", "objectives", "misconceptions", "terms")
ADDED_LISTS = ("parties", "services")  # a casebook adds to these of the course, and replaces others


class Fault(NamedTuple):
    """One thing wrong with a file, and what to write instead; line 0 is the whole file."""

    file: str
    line: int
    field: str
    message: str

    def __str__(self) -> str:
        field = f"{self.field}: " if self.field else ""
        line = f":{self.line}" if self.line else ""
        return f"{self.file}{line}: {field}{self.message}"


class ContentError(InputError):
    """Content that cannot be used, with every `Fault` in it."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(map(str, self.faults)))


class Reading(NamedTuple):
    """What a file turns out to be."""

    file: str
    kind: str
    faults: tuple[Fault, ...]
    document: reader.Document  # its plain values; none where it cannot be read at all
    facts: Facts | None = None  # of a case or a file of facts; they may contradict each other
    notes: tuple[Fault, ...] = ()  # what would make it better

    def entries(self, key: str) -> dict[str, tuple[reader.Place, Any]]:
        """What has an id in a list of the file, however broken it is: the place and the entry."""
        tree = self.document.value if isinstance(self.document.value, dict) else {}
        listed = [tree] if key == "cases" and self.kind == "case" else tree.get(key)
        entries: dict[str, tuple[reader.Place, Any]] = {}
        for number, entry in enumerate(listed if isinstance(listed, list) else ()):
            if isinstance(entry, dict) and isinstance(name := entry.get("id"), str):
                place = ("id",) if entry is tree else (key, number, "id")
                entries.setdefault(name, (place, entry))
        return entries

    def add_to(self, lists: Lists) -> Lists:
        """The lists with those of this file."""
        added = dict(lists)
        for key in NAMED_LISTS:
            is_carried = self.kind == "case" and key in lists and key in ADDED_LISTS
            if LIST_FILES[key] == self.kind or is_carried:
                entries = {name: entry for name, (_, entry) in self.entries(key).items()}
                added[f"own {key}"] = {**lists.get(f"own {key}", {}), **entries}
                added[key] = {**(lists.get(key, {}) if key in ADDED_LISTS else {}), **entries}
        return added


def read_file(
    source: Path | str | bytes,
    *,
    kind: str = "",
    default_kind: str = "case",
    lists: Lists | None = None,
    advise: bool = True,
) -> Reading:
    """Read a file and find everything that is wrong with it.

    Args:
        source: A file, its name, or the bytes of one.
        kind: The kind of the file, where that is certain; else its keys tell it.
        default_kind: The kind of a file whose keys are of no kind.
        lists: What it may name, where that is known; else what the folder around it holds.
        advise: Whether to say what would make it better, too.
    """
    source = Path(source) if isinstance(source, str) else source
    file = "<stdin>" if isinstance(source, bytes) else str(source)
    file = printable(file)
    try:
        document = reader.read(source)
    except reader.UnreadableError as error:
        message, line = error.args
        return Reading(file, kind, (Fault(file, line, "", message),), reader.Document())
    tree, facts = document.value, None
    kind = kind or kind_of(tree, default_kind)
    nodes = walk(FILES[kind], tree)
    if lists is None:
        marks = [node.declared.mark for node in nodes]
        named = {mark.kind for mark in marks if isinstance(mark, Reference)}
        named |= {"parties"} if kind == "questions" else set()
        lists, others = _read_neighbours(source, kind, named & {*NAMED_LISTS})
        for name in (Path(other.file).name for other in others if other.faults):
            document.fault((), f"its {name} has faults of its own; check that first")
    lists = Reading(file, kind, (), document).add_to(lists)
    document.add_faults(find_problems(nodes, document.line, lists))
    if kind in ("case", "facts") and not document.faults:
        facts = build(Case, tree).facts if kind == "case" else Facts.read(tree)
    document.add_faults(find_clashes(kind, tree, lists))
    stem = source.stem if isinstance(source, Path) else ""
    if stem and kind == "case" and isinstance(tree, dict) and tree.get("id", stem) != stem:
        document.fault(("id",), f"is not the name of the file; write {stem}, or rename it")
    advice = list[Fault]()
    faulty = _faulty_questions(document) if advise else None
    if isinstance(tree, dict) and faulty is not None:
        for place, message in find_advice(kind, tree, lists, facts, faulty):
            where = (document.line(place), reader.field_path(place))
            advice.append(Fault(file, *where, f"advice: {message}"))
    faults = [Fault(file, *where, what) for where, what in sorted(document.faults.items())]
    if len(faults) > reader.MAX_FAULTS_PER_FILE:
        faults[-1] = faults[-1]._replace(field="", message="and more; mend these first")
    return Reading(file, kind, tuple(faults), document, facts, tuple(sorted(advice)))


def printable(name: str) -> str:
    """A name in which nothing steers a terminal."""
    return name if name.isprintable() else ascii(name)[1:-1]


def _faulty_questions(document: reader.Document) -> set[int] | None:
    """The places of the questions that have faults; None where anything else in the file has one."""
    entries = [re.match(r"questions\[(\d+)\]", field) for _, field in document.faults]
    faulty = {int(entry[1]) - 1 for entry in entries if entry}
    return faulty if all(entries) else None


def _yaml_files(folder: Path) -> list[Path]:
    """What has the ending of YAML in a folder and is not hidden, by name; nothing where none can be read."""
    return sorted(folder.glob("[!.]*.yaml"), key=str)


def casebook_files(folder: Path) -> list[tuple[Path, str]]:
    """The files of a casebook, and the kind of each; a file names only what stands before it."""
    files = [(folder / f"{kind}.yaml", kind) for kind in dict.fromkeys(LIST_FILES.values())]
    files += [(path, "questions") for path in _yaml_files(folder / "questions")]
    files += [(path, "case") for path in _yaml_files(folder / "cases")]
    return [(path, kind) for path, kind in files if path.exists() or path.is_symlink()]


def _read_files(
    files: Iterable[tuple[Path, str]], lists: Lists, *, advise: bool
) -> tuple[Lists, list[Reading]]:
    """Read files one after the other, and the lists that the next may name."""
    readings = []
    for path, kind in files:
        readings.append(read_file(path, kind=kind, lists=lists, advise=advise))
        if kind != "case":  # whose parties are its own
            lists = readings[-1].add_to(lists)
        if readings[-1].faults:  # what it names is not known for certain
            lists = {key: names for key, names in lists.items() if LIST_FILES.get(key) != kind}
    return lists, readings


def _read_neighbours(
    source: Path | bytes, kind: str, keys: Collection[str]
) -> tuple[Lists, list[Reading]]:
    """Read the lists that a file may name from the folder around it, or else from the course."""
    around = source.absolute().parents[:2] if isinstance(source, Path) else ()
    folder = next(filter(casebook_files, around), CONTENT)
    kinds = {LIST_FILES[key] for key in keys} - {kind}
    files = [(path, its_kind) for path, its_kind in casebook_files(folder) if its_kind in kinds]
    return _read_files(files, _lent_lists(folder, keys), advise=False)


def _lent_lists(folder: Path, keys: Collection[str]) -> Lists:
    """What the files of a folder may name before any of them is read."""
    content: dict[str, Any] = {}
    if casebook.BUILT_CONTENT.is_file():
        content = json.loads(casebook.BUILT_CONTENT.read_text(encoding="utf-8"))
    elif not _is_course(folder):
        for kind in {LIST_FILES[key] for key in keys}:
            path = CONTENT / f"{kind}.yaml"
            content |= _course_lists(path, path.stat().st_mtime_ns)
    lent = {key: {entry["id"]: entry for entry in content.get(key, ())} for key in keys}
    cases = dict.fromkeys(path.stem for path, kind in casebook_files(folder) if kind == "case")
    return {**lent, "lenses": LENSES, "cases": cases}


@lru_cache(8)
def _course_lists(path: Path, _saved_at: int) -> Any:
    """A file of the course, which is read again when it was saved."""
    return reader.read(path).value


def _is_course(folder: Path) -> bool:
    return folder.resolve() == CONTENT.resolve()


class FolderReading(NamedTuple):
    """The files of a casebook, and everything that is wrong with them and between them."""

    readings: list[Reading]
    faults: list[Fault]
    notes: list[Fault]  # what an author should know, although it is no fault
    book: Casebook | None = None  # with all that is fine; None where nothing is left to play
    content: dict[str, Any] | None = None  # the same as plain lists


def read_folder(folder: Path, *, advise: bool = True) -> FolderReading:
    """Read all files of a casebook, and find everything that is wrong; ``advise`` as in `read_file`."""
    files = casebook_files(folder)
    if message := _why_no_casebook(folder, {kind for _, kind in files}):
        return FolderReading([], [Fault(str(folder), 1, "", message)], [])
    _, readings = _read_files(files, _lent_lists(folder, NAMED_LISTS), advise=advise)
    between, notes = _find_between(readings, folder)
    names = [path.relative_to(folder).as_posix() for path in (*dict(files), *_notebooks(folder))]
    wrong = names_not_for_windows(names)
    between += [Fault(str(folder / name), 0, "", message) for name, message in wrong]
    notes += _unplayed(readings, folder) if advise else []
    faults = [fault for reading in readings for fault in reading.faults] + between
    if _is_course(folder) and faults:
        return FolderReading(readings, sorted(faults), notes)
    content = _sound_content(readings, faults)
    book = make_book(folder, content, course())
    places = {
        question: (reading, place)
        for reading in readings
        for question, (place, _) in reading.entries("questions").items()
    }
    unanswerable = _unanswerable(book)
    for name in unanswerable:
        reading, (*entry, _) = places[name]
        where = (*entry, "lens")
        message = "turns on no single piece of evidence; ask another lens, or another case"
        line, field = reading.document.line(where), reader.field_path(where)
        faults.append(Fault(reading.file, line, field, message))
    asked = {name: it for name, it in book.questions.items() if name not in unanswerable}
    said = {
        Path(reading.file).stem: "\n".join(str(it) for it in faults if it.file == reading.file)
        for reading in readings
        if reading.kind == "case" and Path(reading.file).stem not in book.cases
    }
    book = replace(book, questions=asked, faults=said)
    is_empty = not (book.cases or book.questions)
    return FolderReading(readings, sorted(faults), notes, None if is_empty else book, content)


def _find_between(readings: list[Reading], folder: Path) -> tuple[list[Fault], list[Fault]]:
    """Ids that two files of a folder have, and those that the course has, too."""
    taken: dict[str, Collection[str]] = {}
    if not _is_course(folder):
        book = course()
        taken = {"cases": book.cases} | {key: getattr(book.world, key) for key in ADDED_LISTS}
    faults, first = list[Fault](), dict[tuple[str, str], tuple[str, int, Any]]()
    notes = [note for reading in readings for note in reading.notes]
    for reading in sorted(readings, key=_is_misnamed):
        for key in ("cases", "questions", *ADDED_LISTS):
            for name, (place, entry) in reading.entries(key).items():
                where = (reading.file, reading.document.line(place))
                field = reader.field_path(place)
                file, line, other = first.setdefault((key, name), (*where, entry))
                is_same = key in ADDED_LISTS and entry == other  # two cases may bring it
                if file != reading.file and not is_same:
                    by = f"is taken by {file}:{line}, which is used"
                    message = f"{short_repr(name)} {by}; write another"
                    faults.append(Fault(*where, field, message))
                elif name in taken.get(key, ()):
                    also = f"{short_repr(name)} is an id of the course, too"
                    notes.append(Fault(*where, field, f"note: {also}; this casebook uses its own"))
    return faults, notes


def _notebooks(folder: Path) -> list[Path]:
    return sorted(folder.glob("[!.]*.ipynb"))


_DEVICES = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)\s*(\.|$)")


def names_not_for_windows(names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The names of files that Windows cannot have, or not beside another one, and why."""
    first: dict[str, str] = {}
    for name in names:
        if any(map(_DEVICES.match, name.split("/"))):
            yield name, "has a name that Windows keeps for a device; rename it"
        elif (other := first.setdefault(name.casefold(), name)) != name:
            same = f"is the same name as {other} where capitals do not count, as on Windows"
            yield name, f"{same}; rename it"


def _unplayed(readings: Iterable[Reading], folder: Path) -> list[Fault]:
    """Advice on cases that no notebook asks, where the casebook's notebooks name others."""
    notebooks = [path for path in _notebooks(folder) if path.stem != "preview"]
    text = "".join(path.read_text("utf-8", "replace") for path in notebooks if path.is_file())
    named = re.compile(r"""(?:\\"|')([a-z0-9-]+)(?:\\"|'|~)""").findall
    played, asks = {*named(text)}, "practice(" in text or "exam(" in text
    asked = [it.document.value for it in readings if asks and it.kind == "questions"]
    cases = {Path(it.file).stem: it for it in readings if it.kind == "case"}
    says = 'is in no notebook, so no learner meets it; write book.study("{}") in a cell of one'
    return [
        Fault(it.file, it.document.line(("id",)), "id", f"advice: {says.format(name)}")
        for name, it in cases.items()
        if played & cases.keys() and name not in played.union(named(str(asked)))
    ]


def _is_misnamed(reading: Reading) -> bool:
    """Whether a case has another id than its file: it may be a copy, and the id another file's."""
    return reading.kind == "case" and Path(reading.file).stem not in reading.entries("cases")


NAMELESS = "has no name for its answers; rename it with letters a to z, or digits"


def _why_no_casebook(folder: Path, kinds: Collection[str]) -> str:
    """What a folder with files of these kinds lacks; empty for a casebook."""
    if not {*kinds} & {"case", "questions"}:
        needs = "cases in cases/NAME.yaml, or questions in questions.yaml or questions/NAME.yaml"
        return f"is no casebook; it needs {needs}"
    return "" if _name(folder) else NAMELESS


def _unanswerable(book: Casebook) -> list[str]:
    """The questions that want one piece of evidence, where none or several decide."""
    from customer_casebook.course.bank import item_of  # a build of the course lacks what it needs

    asked = [k for k, it in book.questions.items() if it.kind in ("find", "twins", "spot")]
    return [name for name in asked if not item_of(book, book.prefix + name)]


def read_casebook(folder: Path | str) -> Casebook:
    """The casebook of a folder. What it lacks is the course's; its world is added to the course's.

    Raises:
        ContentError: The folder is no casebook, or something is wrong with a file of it.
    """
    reading = read_folder(Path(folder))
    if reading.faults or not reading.book:
        raise ContentError(reading.faults)
    return reading.book


def write_new(folder: Path) -> str:
    """Write a casebook to begin with, and the schemas that its files name for editors.

    Returns:
        Why nothing was written, or an empty text.

    Raises:
        OSError: The folder cannot be made or written.
    """
    if not _name(folder):
        return NAMELESS
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        return "holds other files; name a new folder"
    for path in (TEMPLATE, CONTENT / "schema"):
        target = folder / "schema" if path.name == "schema" else folder
        shutil.copytree(path, target, dirs_exist_ok=True, copy_function=shutil.copyfile)
    return ""


def make_book(folder: Path, content: dict[str, Any], base: Casebook) -> Casebook:
    """The casebook of a folder from its lists."""
    return make_casebook(_name(folder), content, base=base)


def _sound_content(readings: Iterable[Reading], faults: Iterable[Fault]) -> dict[str, Any]:
    """The lists of what is fine in a folder."""
    fields: dict[str, list[str]] = {}
    for fault in faults:
        fields.setdefault(fault.file, []).append(fault.field)
    content = _lists(
        lists
        for it in readings
        if (lists := sound_lists(it.kind, it.document.value, fields.get(it.file, ())))
    )
    if fields:
        base = course()
        lent = {key: getattr(base.world, key).keys() for key in ADDED_LISTS}
        borrowed = {"objectives": base.objectives, "terms": base.glossary}
        borrowed["misconceptions"] = {each.id: each for each in base.misconceptions}
        lent |= {key: ids.keys() for key, ids in borrowed.items() if key not in content}
        drop_dangling(content, lent)
    return content


def _name(folder: Path) -> str:
    return book_name(folder.resolve().name)


def book_name(name: str) -> str:
    """What the ids of a folder's book begin with; empty where the folder's name has nothing for that."""
    return "-".join(re.findall("[a-z0-9]+", name.lower()))


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
    documents = [(kind, reader.read(path)) for path, kind in casebook_files(CONTENT)]
    if any(document.faults for _, document in documents):
        raise ValueError
    return _lists(
        {"cases": [document.value]} if kind == "case" else document.value
        for kind, document in documents
    )


def course_json() -> str:
    """The same as one JSON object, which a wheel carries so that a learner's kernel reads no YAML."""
    return json.dumps(course_content(), ensure_ascii=False, separators=(",", ":"))


def _lists(files: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """The lists of many files, each as one; questions in the order of the objectives."""
    content: dict[str, Any] = {}
    for tree in files:
        for key, listed in tree.items():
            content[key] = [*content[key], *listed] if key in content else listed
    order = [objective["id"] for objective in content.get("objectives", ())]
    rank = {name: place for place, name in enumerate(order)}
    if questions := content.get("questions"):
        content["questions"] = sorted(
            questions, key=lambda question: rank.get(question["objectives"][0], len(rank))
        )
    return content
