"""The content: reads and checks its files, and hands out what is in them.

One reader serves the packaged content, ``check`` and ``decide``. It finds all faults of a file at
once; each is told as a `Fault`: where, which field, what is wrong, what to write.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from importlib.resources import files
from importlib.resources.abc import Traversable
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from customer_casebook import reader
from customer_casebook.checks import CHECKS, stated, together
from customer_casebook.facts import (
    Facts,
    fault_in,
    plain,
    shorten,
    suggest,
)
from customer_casebook.models import (
    ID,
    MODELS,
    Case,
    Evidence,
    LensText,
    Misconception,
    Names,
    Party,
    Service,
    Sign,
    World,
    model,
    schema,
)
from customer_casebook.reader import Place
from customer_casebook.rules import LENSES

__all__ = [
    "Case",
    "ContentError",
    "Evidence",
    "Fault",
    "LensText",
    "Library",
    "Misconception",
    "Party",
    "Reading",
    "Service",
    "Sign",
    "World",
    "case",
    "cases",
    "check",
    "lens_texts",
    "misconceptions",
    "read",
    "schema",
    "world",
]

MOST = 200  # faults told of one file; who has more starts with these


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


# Reading and checking.


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


def check(source: Traversable | str | bytes) -> list[Fault]:
    """Everything that is wrong with a file, or the bytes of one, in the order of its lines."""
    return list(read(source).faults)


def read(
    source: Traversable | str | bytes,
    *,
    kind: str = "",
    doubt: str = "case",
    names: Names | None = None,
) -> Reading:
    """Read a file and find everything that is wrong with it.

    Its keys tell its kind, or else it is taken for a ``doubt``. A case may name the parties and
    services in ``names``, or else in the world.yaml it belongs to.
    """
    source = Path(source) if isinstance(source, str) else source
    file = "<stdin>" if isinstance(source, bytes) else str(source)
    file = file if file.isprintable() else ascii(file)[1:-1]
    try:
        document = reader.read(source)
    except reader.UnreadableError as error:
        return Reading(file, kind, None, None, (Fault(file, error.line, "", error.message),))
    tree = document.value
    kind = kind or _kind_of(tree, doubt)
    if kind == "case" and names is None:
        names = _names_for(source)
    value, found = _validated(kind, tree, names)
    facts = None
    if isinstance(tree, dict):
        found += islice(CHECKS[kind](document), 2 * MOST)
        if kind in ("case", "facts"):
            places = {name: (place, value) for place, name, value in stated(kind, tree)}
            if not found and not document.faults:
                facts = Facts(**{name: value for name, (_, value) in places.items()})
            found += together(places)
        if kind == "case" and not isinstance(source, bytes):
            stem = source.name.rpartition(".")[0] or source.name
            if isinstance(name := tree.get("id"), str) and name != stem:
                found.append((("id",), f"is not the name of the file; write {stem}, or rename it"))
    faults = {(line, _field(place, tree)): told for place, line, told in document.faults}
    for place, told in found:
        faults.setdefault((document.line(place), _field(place, tree)), told)
    ordered = [Fault(file, *where, told) for where, told in sorted(faults.items())]
    if len(ordered) > MOST:
        ordered[MOST:] = [Fault(file, ordered[MOST].line, "", "and more; mend these first")]
    return Reading(file, kind, None if ordered else value, facts, tuple(ordered))


def _kind_of(tree: object, doubt: str) -> str:
    """The kind of file that has most of these keys, counting misspelt ones half."""

    def score(kind: str) -> int:
        known = _keys(kind)
        return sum(2 if key in known else bool(_near(key, known)) for key in list(keys)[:MOST])

    keys = tree if isinstance(tree, dict) else {}
    return max((doubt, *MODELS), key=score)


def _keys(kind: str) -> tuple[str, ...]:
    return tuple(model(kind)[1]["properties"])


def _near(word: str, known: Iterable[str]) -> str:
    return next(iter(get_close_matches(word[:80], list(known), n=1)), "")


def _validated(kind: str, tree: object, names: Names | None) -> tuple[Any, list[tuple[Place, str]]]:
    """The model of a file, or what pydantic finds wrong with it, in our words."""
    from pydantic import ValidationError

    adapter, shape = model(kind)
    try:
        return adapter.validate_python(tree, context=names), []
    except ValidationError as failed:
        errors = failed.errors(include_url=False)[: 2 * MOST]
    misspelt = {  # whoever writes titel is not told as well that title is missing
        (*place[:-1], _near(str(place[-1]), _shape(shape, place[:-1])["properties"]))
        for error in errors
        if error["type"] in _STRANGE and (place := error["loc"])
    }
    return None, [
        (error["loc"], told)
        for error in errors
        if not (error["type"] == "missing" and error["loc"] in misspelt)
        and (told := _told(error, shape))
    ]


_STRANGE = ("unexpected_keyword_argument", "extra_forbidden")


def _told(error: Any, shape: dict[str, Any]) -> str:
    """One of pydantic's errors in our words; empty if it only repeats another."""
    place, given, sort = error["loc"], error["input"], error["type"]
    if sort == "fault":
        return str(error["ctx"]["fault"])
    if sort in _STRANGE:
        known = _shape(shape, place[:-1])["properties"]
        told = fault_in(place[-1], None) if "party_is" in known else None
        return told or f"there is no such key; {suggest(place[-1], known)}"
    node = _shape(shape, place)
    if sort == "missing":
        return f"is missing; write {node['description']}"
    if sort == "too_short" and given:
        return ""  # its entries have faults of their own
    keys = ", ".join(node.get("properties", ()))
    what = f"write its keys: {keys}" if keys else f"write {node['description']}"
    if isinstance(given, bool):
        given = plain(given)
    if not given:
        return f"is empty; {what}"
    wanted = "list" if sort == "tuple_type" else "mapping"
    if isinstance(given, list | dict):
        return f"is a {'list' if wanted == 'mapping' else 'mapping'}, no {wanted}; {what}"
    return f"{shorten(given)} is no {wanted}; {what}"


def _shape(node: dict[str, Any], place: Place) -> dict[str, Any]:
    """The JSON Schema of what stands at a place; empty for what should not be there."""
    kinds = node.get("$defs", {})
    for step in (*place, None):
        if "$ref" in node:
            node = kinds[node["$ref"].rpartition("/")[2]] | node
        if isinstance(step, int):
            node = node.get("items", {})
        elif step is not None:
            node = node.get("properties", {}).get(step) or node.get("additionalProperties") or {}
    return node


def _field(place: Place, tree: Any) -> str:
    """A place as authors read it; an entry of a list goes by its id, or else counts from one."""
    path = ""
    for step in place:
        try:
            tree = tree[step]
        except (KeyError, IndexError, TypeError):
            tree = None
        if isinstance(step, int):
            name = tree.get("id") if isinstance(tree, dict) else None
            path += f"[{name}]" if isinstance(name, str) and ID.fullmatch(name) else f"[{step + 1}]"
        else:
            path += f".{step}" if re.fullmatch(r"[\w-]{1,60}", step) else f".{shorten(step)}"
    return path.removeprefix(".")


# Handing out.


class Library:
    """The content of a folder, read when it is first asked for. Raises `ContentError`."""

    def __init__(self, folder: Traversable) -> None:
        self.folder = folder

    @cached_property
    def world(self) -> World:
        file = self._file("world")
        return World(
            {party.id: party for party in file.parties},
            {service.id: service for service in file.services},
        )

    @cached_property
    def names(self) -> Names:
        return {"parties": tuple(self.world.parties), "services": tuple(self.world.services)}

    @cached_property
    def cases(self) -> dict[str, Case]:
        """The cases by id, in the order of their ids."""
        sources = sorted((self.folder / "cases").iterdir(), key=lambda source: source.name)
        readings = [
            read(source, kind="case", names=self.names)
            for source in sources
            if source.name.endswith(".yaml")
        ]
        if faults := tuple(fault for reading in readings for fault in reading.faults):
            raise ContentError(faults)
        return {reading.value.id: reading.value for reading in readings}

    @cached_property
    def misconceptions(self) -> tuple[Misconception, ...]:
        return tuple(self._file("misconceptions").misconceptions)

    @cached_property
    def lens_texts(self) -> dict[str, LensText]:
        """The words of each lens, in the order of the lenses."""
        texts = self._file("lenses").lenses
        return {name: texts[name] for name in LENSES}

    def _file(self, kind: str) -> Any:
        reading = read(self.folder / f"{kind}.yaml", kind=kind)
        if reading.faults:
            raise ContentError(reading.faults)
        return reading.value


_PACKAGED = Library(files("customer_casebook") / "content")


def _names_for(source: Traversable | bytes) -> Names | None:
    """What a case may name: its own world, ours if it has none; ``None`` if that is broken."""
    with suppress(ContentError, OSError):
        if isinstance(source, Path):
            folder = source.absolute().parent
            folder = folder.parent if folder.name == "cases" else folder
            if (folder / "world.yaml").is_file():
                return Library(folder).names
        return _PACKAGED.names
    return None


def world() -> World:
    """Everybody and every service the packaged cases are about."""
    return _PACKAGED.world


def cases() -> dict[str, Case]:
    """The packaged cases by id, in the order of their ids."""
    return _PACKAGED.cases


def case(name: str) -> Case:
    """The packaged case of that id. Raises `ValueError` if there is none."""
    if found := cases().get(name):
        return found
    near = _near(str(name), cases())
    hint = f"did you mean {near!r}?" if near else f"there are {', '.join(cases())}"
    raise ValueError(f"there is no case {shorten(name)}; {hint}")


def misconceptions() -> tuple[Misconception, ...]:
    """The known wrong reasons, the most telling first."""
    return _PACKAGED.misconceptions


def lens_texts() -> dict[str, LensText]:
    """The words of each lens, by its name."""
    return _PACKAGED.lens_texts
