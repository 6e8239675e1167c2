"""What is wrong with a file although each of its fields is right: what shows when they meet.

A file may be broken elsewhere, so these look at what is there and leave the rest to the models.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from customer_casebook.facts import UNKNOWN, fault_in, one_of, plain, shorten
from customer_casebook.models import GAPS, among
from customer_casebook.reader import Document, Place
from customer_casebook.rules import LENSES
from customer_casebook.verdict import UNDETERMINED

Found = Iterator[tuple[Place, str]]


def _entries(tree: Any, key: str) -> Iterator[tuple[Place, dict[str, Any]]]:
    """The entries of a list that are mappings."""
    listed = tree.get(key)
    for place, entry in enumerate(listed if isinstance(listed, list) else ()):
        if isinstance(entry, dict):
            yield (key, place), entry


def _same_ids(document: Document, key: str) -> Found:
    first: dict[str, Place] = {}
    for place, entry in _entries(document.value, key):
        if isinstance(name := entry.get("id"), str):
            before = first.setdefault(name, place)
            if before != place:
                line = document.line((*before, "id"))
                yield (*place, "id"), f"{shorten(name)} is taken by line {line}; write another"


def stated(kind: str, tree: Any) -> Iterator[tuple[Place, str, str]]:
    """The facts a file states that can be read: place, name and value."""
    groups: list[tuple[Place, Any]] = [((), tree)]
    if kind == "case":
        groups = [((*at, "shows"), entry.get("shows")) for at, entry in _entries(tree, "evidence")]
    for place, group in groups:
        for name, value in group.items() if isinstance(group, dict) else ():
            if fault_in(name, value) is None and value != UNKNOWN:
                yield (*place, name), name, plain(value)


def _in_case(document: Document) -> Found:
    yield from _same_ids(document, "evidence")
    tree = document.value
    first: dict[str, tuple[Place, str]] = {}
    for place, name, value in stated("case", tree):
        before, known = first.setdefault(name, (place, value))
        line = document.line(before)
        if known != value:
            yield place, f"is {value} here, and {known} in line {line}; keep the one that is true"
        elif before != place:
            yield place, f"is shown in line {line} already; show each fact once"
    for name in tree["open"] if isinstance(tree.get("open"), dict) else ():
        if name in first:
            place, value = first[name]
            told = f"is not open: line {document.line(place)} shows {value}; leave it out"
            yield ("open", name), told


def _in_world(document: Document) -> Found:
    yield from _same_ids(document, "parties")
    yield from _same_ids(document, "services")
    parties = [(place, party) for place, party in _entries(document.value, "parties")]
    wholes = {str(party.get("id")): party.get("part_of") for _, party in parties}
    for place, party in parties:
        if not isinstance(whole := party.get("part_of"), str):
            continue
        if wrong := among(tuple(wholes), whole):
            yield (*place, "part_of"), wrong
        above, steps = wholes.get(whole), 0
        while isinstance(above, str) and steps < len(wholes):
            above, steps = wholes.get(above), steps + 1
        if isinstance(above, str):
            yield (*place, "part_of"), "goes round in a circle; leave out part_of at the outermost"


def _in_misconceptions(document: Document) -> Found:
    yield from _same_ids(document, "misconceptions")
    for place, misconception in _entries(document.value, "misconceptions"):
        for within, sign in _entries(misconception, "shows"):
            here = (*place, *within)
            if ("choice" in sign) == ("omits" in sign):
                yield here, "needs one of choice and omits; write the wrong answer it betrays"
            if not isinstance(sign.get("lens"), str) or sign["lens"] not in LENSES:
                continue
            lens = LENSES[sign["lens"]]
            if "choice" in sign and (wrong := among((*lens.answers, UNDETERMINED), sign["choice"])):
                yield (*here, "choice"), wrong
            if "omits" in sign and not lens.many:
                yield (*here, "omits"), f"{lens.name} has one answer only; write choice instead"
            elif "omits" in sign and (wrong := among(lens.answers, sign["omits"])):
                yield (*here, "omits"), wrong


def _in_lenses(document: Document) -> Found:
    lenses = document.value.get("lenses")
    yield from _exactly(("lenses",), lenses, LENSES)
    for name, lens in lenses.items() if isinstance(lenses, dict) else ():
        if name in LENSES and isinstance(lens, dict):
            answers = (*LENSES[name].answers, UNDETERMINED)
            yield from _exactly(("lenses", name, "answers"), lens.get("answers"), answers)
            gaps = re.findall(r"{.*?}|[{}]", str(lens.get("question")))
            if strange := next((gap for gap in gaps if gap not in GAPS), None):
                told = f"{shorten(strange)} is not filled in; write {one_of(GAPS)}"
                yield ("lenses", name, "question"), told


def _exactly(place: Place, given: object, wanted: Iterable[str]) -> Found:
    if isinstance(given, dict) and given:
        for key in given:
            if wrong := among(tuple(wanted), key):
                yield (*place, key), wrong
        for key in wanted:
            if key not in given:
                yield (*place, key), "is missing; write it as the others are written"


# No case can have both: a fact with its value, another with its value, and why.
_NEVER = (
    ("inside_provider", "yes", "organization", "different", "a part is in the same organization"),
    ("party_is", "private_person", "inside_provider", "yes", "a private person is part of nothing"),
    ("organization", "same", "party_is", "private_person", "a private person belongs to none"),
    ("direct_online", "yes", "organization", "same", "only outside parties are served directly"),
)


def together(stated: Mapping[str, tuple[Place, str]]) -> Found:
    """Facts that cannot be true together, each told of a field of its own."""
    for name, value, other, its_value, why in _NEVER:
        if stated.get(name, ("", ""))[1] == value and stated.get(other, ("", ""))[1] == its_value:
            told = f"{value} cannot go with {other}: {its_value}, for {why}; change one of them"
            yield stated[name][0], told


CHECKS: Mapping[str, Callable[[Document], Found]] = {
    "case": _in_case,
    "facts": lambda _: iter(()),
    "world": _in_world,
    "misconceptions": _in_misconceptions,
    "lenses": _in_lenses,
}
