"""Notes everything that is wrong with the values of a file, in our own words.

The models say which fields are wrong. The rest shows when fields meet: a file may be broken
elsewhere, so these checks look at what is there and leave what is not to the models.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from typing import Any

from pydantic import ValidationError

from customer_casebook.facts import (
    IMPOSSIBLE,
    UNKNOWN,
    VOCABULARY,
    fault_in,
    plain,
    shorten,
    suggest,
)
from customer_casebook.models import MODELS, Names, model
from customer_casebook.reader import MOST, Document, Place
from customer_casebook.rules import LENSES
from customer_casebook.verdict import UNDETERMINED

_GAPS = ("{party}", "{provider}", "{service}")  # what the texts of lenses leave to a case


def kind_of(tree: object, doubt: str) -> str:
    """The kind of file that has most of these keys."""
    keys = set(tree) if isinstance(tree, dict) else set()
    shapes = {kind: {*model(kind)[1]["properties"]} for kind in (doubt, *MODELS)}
    if not any(keys & shape for shape in shapes.values()):
        return doubt
    return max(shapes, key=lambda kind: (len(keys & shapes[kind]), -len(shapes[kind])))


def validated(kind: str, document: Document) -> Any:
    """The model of a file, unless pydantic finds something wrong with it."""
    adapter, shape = model(kind)
    try:
        return adapter.validate_python(document.value)
    except ValidationError as failed:
        for error in failed.errors(include_url=False)[: 2 * MOST]:
            if told := _told(error["type"], error["loc"], error["input"], shape):
                place = error["loc"]  # a key is at fault where its value stands
                document.fault(place[:-1] if place[-1:] == ("[key]",) else place, told)


def _told(sort: str, place: Place, given: object, shape: dict[str, Any]) -> str:
    """One of pydantic's errors in our words; empty for what others tell."""
    if sort == "unexpected_keyword_argument":
        keys = _shape(shape, place[:-1])["properties"]
        return f"there is no such key; {suggest(str(place[-1]), keys)}"
    node = _shape(shape, place)
    keys = ", ".join(node.get("properties", ()))
    what = f"write its keys: {keys}" if keys else f"write {node.get('description', 'text')}"
    if sort == "missing":
        return f"is missing; {what}"
    if given in (None, [], {}) or not str(given).strip():
        return f"is empty; {what}"
    given = plain(given) if isinstance(given, bool) else given
    match sort:
        case "too_short":
            return ""  # its entries are wrong
        case "literal_error":
            return f"there is no {shorten(given)}; {suggest(str(given), tuple(node['enum']))}"
        case "string_pattern_mismatch":
            near = "-".join(re.findall("[a-z0-9]+", str(given)[:80].lower())) or "my-case-2"
            return f"{shorten(given)} is no id; write letters and digits such as {near}"
        case "string_type" if isinstance(given, str):
            return f"a bare {given} is no text; put it in quotes"
    number = dict.fromkeys(("float_type", "float_parsing", "finite_number"), "number")
    wanted = {"string_type": "text", "tuple_type": "list", **number}.get(sort, "mapping")
    return f"{shorten(given)} is no {wanted}; {what}"


def _shape(node: dict[str, Any], place: Place) -> dict[str, Any]:
    """The JSON Schema of what stands at a place."""
    kinds, names = node.get("$defs", {}), dict[str, Any]()
    for step in (None, *place):
        if isinstance(step, int):
            node = node["items"]
        elif step == "[key]":
            node = names
        elif step is not None:
            names = node.get("propertyNames", {})
            node = node.get("properties", {}).get(step) or node.get("additionalProperties") or {}
        if "$ref" in node:
            node = kinds[node["$ref"].rpartition("/")[2]] | node
    return node


def related(kind: str, document: Document, names: Names) -> None:
    """Note what is wrong with a mapping although each of its fields may be right."""
    tree = document.value
    for place, name, value in _stated(kind, tree):
        if wrong := fault_in(name, value):
            document.fault(place, wrong)
    for key in tree:
        first: dict[str, Place] = {}
        for place, entry in _entries(tree, key):
            here, name = (*place, "id"), str(entry.get("id", place))
            if first.setdefault(name, here) != here:
                line = document.line(first[name])
                document.fault(here, f"{shorten(name)} is taken by line {line}; write another")
    if kind == "case":
        _in_case(document, names)
    _in_questions(document, names)
    for check in (_in_world, _in_misconceptions, _in_lenses):  # each has keys of its own
        check(document)


def _in_case(document: Document, names: Names) -> None:
    tree = document.value
    if not names:
        document.fault((), "its world.yaml has faults of its own; check that first")
    for sort, keys in {"parties": ("provider", "party"), "services": ("service",)}.items():
        for key in keys if names else ():
            _among(names[sort], document, (key,), tree.get(key))
    _all_among(names, "objectives", document, ("objectives",), tree)
    first: dict[str, tuple[Place, str]] = {}
    for place, name, value in _stated("case", tree):
        if value == UNKNOWN:
            document.fault(place, "is unknown, so nothing shows it; leave it out")
            continue
        before, known = first.setdefault(name, (place, value))
        line = document.line(before)
        if value != known:
            told = f"is {value} here, and {known} in line {line}; keep the one that is true"
            document.fault(place, told)
        elif place != before:
            document.fault(place, f"is shown in line {line} already; show each fact once")
    for name in _get(tree, "open", dict):
        _among(VOCABULARY, document, ("open", name), name)
        if name in first:
            line = document.line(first[name][0])
            document.fault(("open", name), f"is not open: line {line} shows it; leave it out")


def _in_world(document: Document) -> None:
    parties = _entries(document.value, "parties")
    wholes = {str(party.get("id")): str(party.get("part_of") or "") for _, party in parties}
    for place, party in parties:
        here, above = (*place, "part_of"), str(party.get("part_of") or "")
        _among(wholes, document, here, party.get("part_of"))
        for _ in wholes:  # so many steps lead out, unless they lead round
            above = wholes.get(above, "")
        if above:
            document.fault(here, "goes round in a circle; leave out part_of at the outermost")


def _in_misconceptions(document: Document) -> None:
    for place, sign in _entries(document.value, "misconceptions", "shows"):
        _among(LENSES, document, (*place, "lens"), sign.get("lens"))
        if ("choice" in sign) == ("omits" in sign):
            told = "needs one of choice and omits; write the wrong answer it betrays"
            document.fault(place, told)
        if lens := LENSES.get(str(sign.get("lens"))):
            answers = (*lens.answers, UNDETERMINED)
            _among(answers, document, (*place, "choice"), sign.get("choice"))
            _among(lens.answers, document, (*place, "omits"), sign.get("omits"))
            if "omits" in sign and not lens.many:
                told = f"{lens.name} has one answer only; write choice instead"
                document.fault((*place, "omits"), told)


# What a question of each kind needs, beside its id and its objectives.
_NEEDS = {
    "case": ("case", "lens"),
    "choose": ("prompt", "options", "editions"),
    "choose_all": ("prompt", "options", "editions"),
    "find": ("case", "lens"),
    "match": ("edition", "terms"),
    "sort": ("cases", "lens"),
}


def _in_questions(document: Document, names: Names) -> None:
    for place, entry in _entries(document.value, "questions"):
        for key in _NEEDS.get(str(entry.get("kind")), ()):
            if not entry.get(key):
                document.fault((*place, key), f"is missing; a {entry['kind']} question needs it")
        _among(LENSES, document, (*place, "lens"), entry.get("lens"))
        if "cases" in names:
            _among(names["cases"], document, (*place, "case"), entry.get("case"))
        for key in ("objectives", "cases", "terms"):
            _all_among(names, key, document, (*place, key), entry)
        right = sum(each.get("right") is True for _, each in _entries(entry, "options"))
        if entry.get("kind") == "choose" and right != 1:
            told = f"has {right} right options; a choose question has exactly one"
            document.fault((*place, "options"), told)
        elif entry.get("kind") == "choose_all" and not right:
            document.fault((*place, "options"), "has no right option; write right: yes where it is")


def _all_among(names: Names, sort: str, document: Document, place: Place, entry: Any) -> None:
    """The ids in a list have to be known ones, where it is known which there are."""
    for number, each in enumerate(_get(entry, sort, list) if sort in names else ()):
        _among(names[sort], document, (*place, number), each)


def _in_lenses(document: Document) -> None:
    lenses = _get(document.value, "lenses", dict)
    _exactly(LENSES, document, ("lenses",), lenses)
    for name, lens in lenses.items():
        if name in LENSES and isinstance(lens, dict):
            place, answers = ("lenses", name), (*LENSES[name].answers, UNDETERMINED)
            _exactly(answers, document, (*place, "answers"), _get(lens, "answers", dict))
            for gap in re.findall(r"{.*?}|[{}]", str(lens.get("question"))):
                _among(_GAPS, document, (*place, "question"), gap)


def together(kind: str, document: Document) -> None:
    """Note facts that cannot be true together, each at a field of its own."""
    stated = {(name, value): place for place, name, value in _stated(kind, document.value)}
    for facts, why in IMPOSSIBLE:
        if all(each in stated for each in facts.items()):
            (name, value), (other, its_value) = facts.items()
            told = f"{value} cannot go with {other}: {its_value}, for {why}; change one of them"
            document.fault(stated[name, value], told)


def _get(tree: Any, key: str, sort: type) -> Any:
    """The list or mapping under a key; an empty one where there is none."""
    return tree[key] if isinstance(tree.get(key), sort) else sort()


def _entries(tree: Any, *keys: str) -> list[tuple[Place, Any]]:
    """The mappings in a list, or in the lists of its entries, with their places."""
    found: list[tuple[Place, Any]] = [((), tree)]
    for key in keys:
        found = [
            ((*place, key, number), each)
            for place, entry in found
            for number, each in enumerate(_get(entry, key, list))
            if isinstance(each, dict)
        ]
    return found


def _stated(kind: str, tree: Any) -> Iterator[tuple[Place, str, str]]:
    """Whatever a file says of facts: place, name and value, yes and no as words."""
    groups = [
        ((*at, "shows"), _get(clue, "shows", dict)) for at, clue in _entries(tree, "evidence")
    ]
    for at, sign in _entries(tree, "misconceptions", "shows"):
        groups.append(((*at, "when"), _get(sign, "when", dict)))
    for place, group in [((), tree)] if kind == "facts" else groups:
        for name, value in group.items():
            several = value and isinstance(value, list) and place[-1:] == ("when",)
            for each in value if several else [value]:
                yield (*place, name), name, "" if each is None else plain(each)


def _among(words: Iterable[str], document: Document, place: Place, given: object) -> None:
    """A word has to be one of these; what is no word is for the models to tell."""
    if isinstance(given, str) and given not in words and len(document.faults) <= MOST:
        known = tuple(words)
        if len(known) > len(VOCABULARY):  # too many to list: the three nearest will do
            known = tuple(get_close_matches(given[:80], known[:1000], 3, 0))
        document.fault(place, f"there is no {shorten(given)}; {suggest(given, known)}")


def _exactly(words: Iterable[str], document: Document, place: Place, given: Any) -> None:
    """The keys of a mapping have to be these; an empty one is for the models to tell."""
    for key in given:
        _among(words, document, (*place, key), key)
    for key in words if given else ():
        if key not in given:
            document.fault((*place, key), "is missing; write it as the others are written")
