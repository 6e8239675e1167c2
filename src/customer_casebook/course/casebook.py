"""The content: reads and checks its files, and hands out what is in them.

One reader serves the packaged content, ``check`` and ``decide``. It finds all faults of a file at
once; each is told as a `Fault`: where, which field, what is wrong, what to write.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, fields
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from operator import attrgetter
from pathlib import Path
from typing import Any, NamedTuple

from customer_casebook.course.records import (
    MODELS,
    Case,
    Entry,
    Figures,
    LensText,
    Misconception,
    Names,
    Objective,
    Simulation,
    Term,
    World,
    built,
)
from customer_casebook.domain.facts import Facts, short_repr
from customer_casebook.domain.rules import EDITIONS, LENSES

CONTENT = files("customer_casebook") / "content"


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

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        self.faults = faults
        super().__init__("\n".join(map(str, faults)))


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file turned out to be: its model where nothing is wrong with it, and its facts.

    Facts that cannot be true together are a fault, and still facts that can be decided.
    """

    file: str
    kind: str
    value: Any
    facts: Facts | None
    faults: tuple[Fault, ...]


def read(source: Traversable | str | bytes, *, kind: str = "", doubt: str = "case") -> Reading:
    """Read a file and find everything that is wrong with it.

    Its keys tell its kind, or else it is taken for a ``doubt``. A case may name the parties and
    services in the world.yaml it belongs to.
    """
    from customer_casebook.authoring import (
        checks,
        reader,  # with pydantic and PyYAML, which take their time
    )

    source = Path(source) if isinstance(source, str) else source
    file = "<stdin>" if isinstance(source, bytes) else str(source)
    file = file if file.isprintable() else ascii(file)[1:-1]
    try:
        document = reader.read(source)
    except reader.UnreadableError as error:
        message, line = error.args
        return Reading(file, kind, None, None, (Fault(file, line, "", message),))
    tree = document.value
    kind = kind or checks.kind_of(tree, doubt)
    value, facts = checks.validated(kind, document), None
    if isinstance(tree, dict):
        names = _names(_home(source), kind) if kind in ("case", "questions") else {}
        checks.related(kind, document, names)
        if kind in ("case", "facts"):
            if not document.faults:
                facts = value.facts if kind == "case" else Facts.read(value)
            checks.together(document, checks.stated(kind, tree))
        if kind == "case" and not isinstance(source, bytes):
            stem = source.name.rpartition(".")[0] or source.name
            if tree.get("id", stem) != stem:
                told = f"is not the name of the file; write {stem}, or rename it"
                document.fault(("id",), told)
    faults = [Fault(file, *where, told) for where, told in sorted(document.faults.items())]
    if len(faults) > reader.MOST:
        faults[-1] = faults[-1]._replace(field="", message="and more; mend these first")
    return Reading(file, kind, None if faults else value, facts, tuple(faults))


# Handing out.


@cache
def world() -> World:
    """Everybody and every service that the cases are about."""
    file = _load("world")
    return World(
        {each.id: each for each in file.parties}, {each.id: each for each in file.services}
    )


@cache
def cases() -> dict[str, Case]:
    """The cases by id, in the order of their ids."""
    sources = [each for each in (CONTENT / "cases").iterdir() if each.name.endswith(".yaml")]
    return {each.id: each for each in sorted(_models("case", sources), key=attrgetter("id"))}


def case(name: str) -> Case:
    """The packaged case of that id. Raises `ValueError` if there is none."""
    if name in cases():
        return cases()[name]
    near = get_close_matches(str(name)[:80], cases(), 1)
    hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(cases())}"
    raise ValueError(f"there is no case {short_repr(name)}; {hint}")


@cache
def misconceptions() -> tuple[Misconception, ...]:
    """The known wrong reasons, the most telling first."""
    found: tuple[Misconception, ...] = _load("misconceptions").misconceptions
    return found


@cache
def lens_texts() -> dict[str, LensText]:
    """The words of each lens, by its name, in the order of the lenses."""
    texts = _load("lenses").lenses
    return {name: texts[name] for name in LENSES}


@cache
def objectives() -> dict[str, Objective]:
    """What the course teaches, by id."""
    return {each.id: each for each in _load("objectives").objectives}


@cache
def glossary() -> dict[str, Term]:
    """The words of the field, by id."""
    return {each.id: each for each in _load("glossary").terms}


@cache
def simulators() -> dict[str, Simulation]:
    """The simulators in words, by the name of their function."""
    return {each.id: each for each in _load("simulators").simulators}


@cache
def figures() -> dict[str, Figures]:
    """The numbers of the examples, by the function of `economics` that takes them."""
    return dict(_load("figures").figures)


@cache
def bank() -> dict[str, Entry]:
    """The question bank, by id, in the order of the objectives."""
    sources = [CONTENT / "questions" / f"{each}.yaml" for each in objectives()]
    files = _models("questions", sources)
    return {entry.id: entry for file in files for entry in file.questions}


def _load(kind: str) -> Any:
    (found,) = _models(kind, [CONTENT / f"{kind}.yaml"])
    return found


def _models(kind: str, sources: list[Traversable]) -> list[Any]:
    """The models of files of ours, which the tests have checked. Raises `ContentError` if some are broken all the same.

    pydantic (8 MiB, 60 ms) is only needed to say what is wrong.
    """
    from customer_casebook.authoring import reader

    with suppress(KeyError, TypeError, AttributeError, ValueError, reader.UnreadableError):
        documents = [reader.read(source) for source in sources]
        if not any(document.faults for document in documents):
            return [built(MODELS[kind], document.value) for document in documents]
    readings = [read(source, kind=kind) for source in sources]
    if faults := tuple(sorted(fault for reading in readings for fault in reading.faults)):
        raise ContentError(faults)
    return [reading.value for reading in readings]


def _names(folder: Traversable, kind: str) -> Names:
    """What a file of a folder may name, and which files beside it are broken and name nothing."""
    from customer_casebook.authoring.checks import BROKEN, DEFINED

    wanted = ("world", "objectives", "glossary") if kind == "questions" else ("world", "objectives")
    lists: dict[str, Iterable[Any]] = {}
    broken = []
    for name in wanted:
        source = folder / f"{name}.yaml"
        if not source.is_file():
            continue
        file = read(source, kind=name).value  # anew: an author may be at work on it
        if file is None:
            broken.append(name)
        else:
            lists |= {field.name: getattr(file, field.name) for field in fields(file)}
    names = {sort: tuple(each.id for each in listed) for sort, listed in lists.items()}
    for edition in EDITIONS if "terms" in lists else ():
        defined = (each.id for each in lists["terms"] if edition in each.definitions)
        names[f"{DEFINED}{edition}"] = tuple(defined)
    if (folder / "cases").is_dir():
        stories = sorted((folder / "cases").iterdir(), key=str)
        names["cases"] = tuple(each.name.removesuffix(".yaml") for each in stories)
    return {**names, BROKEN: tuple(broken)}


def _home(source: Traversable | bytes) -> Traversable:
    """The folder whose world a case belongs to; ours if there is none."""
    for folder in source.absolute().parents[:2] if isinstance(source, Path) else ():
        if (folder / "world.yaml").is_file():
            return folder
    return CONTENT
