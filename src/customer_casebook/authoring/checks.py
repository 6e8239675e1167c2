"""Notes everything that is wrong with the values of a file, in our own words.

The models say which fields are wrong. The rest shows when fields meet: a file may be broken
elsewhere, so these checks look at what is there and leave what is not to the models.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from pydantic import ValidationError

from customer_casebook.authoring.reader import MOST, Document, Place
from customer_casebook.course.records import MODELS, Names, model
from customer_casebook.domain.facts import (
    CONTRADICTIONS,
    UNKNOWN,
    VOCABULARY,
    Facts,
    find_fault,
    normalize_value,
    short_repr,
    what_to_write,
)
from customer_casebook.domain.rules import LENSES
from customer_casebook.domain.verdict import (
    UNDETERMINED,
    Verdict,
    decide,
    decisive_facts,
    decisive_flip,
)

BROKEN = "broken"  # among the names: the files that cannot be asked for any
DEFINED = "defined in "  # among the names, with an edition: the terms that it defines
_GAPS = ("{party}", "{provider}", "{service}")  # what the texts of lenses leave to a case

Stated = tuple[Place, str, str]  # where a fact is stated, its name and its value


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
        return f"there is no such key; {what_to_write(str(place[-1]), keys)}"
    node = _shape(shape, place)
    keys = ", ".join(node.get("properties", ()))
    what = f"write its keys: {keys}" if keys else f"write {node.get('description', 'text')}"
    if sort == "missing":
        return f"is missing; {what}"
    if given in (None, [], {}) or not str(given).strip():
        return f"is empty; {what}"
    given = normalize_value(given) if isinstance(given, bool) else given
    match sort:
        case "too_short":
            return ""  # its entries are wrong
        case "literal_error":
            return (
                f"there is no {short_repr(given)}; {what_to_write(str(given), tuple(node['enum']))}"
            )
        case "string_pattern_mismatch":
            near = "-".join(re.findall("[a-z0-9]+", str(given)[:80].lower())) or "my-case-2"
            return f"{short_repr(given)} is no id; write letters and digits such as {near}"
        case "string_type" if isinstance(given, str):
            return f"a bare {given} is no text; put it in quotes"
    number = dict.fromkeys(("float_type", "float_parsing", "finite_number"), "number")
    wanted = {"string_type": "text", "tuple_type": "list", **number}.get(sort, "mapping")
    return f"{short_repr(given)} is no {wanted}; {what}"


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
    for place, name, value in stated(kind, tree):
        if wrong := find_fault(name, value):
            document.fault(place, wrong)
    for key in tree:
        first: dict[str, Place] = {}
        for place, entry in _entries(tree, key):
            here, name = (*place, "id"), str(entry.get("id", place))
            if first.setdefault(name, here) != here:
                line = document.line(first[name])
                document.fault(here, f"{short_repr(name)} is taken by line {line}; write another")
    for file in names.get(BROKEN, ()):
        document.fault((), f"its {file}.yaml has faults of its own; check that first")
    if kind == "case":
        _in_case(document, names)
    # The others have keys of their own.
    _in_questions(document, names)
    _in_world(document)
    _in_misconceptions(document)
    _in_lenses(document)
    _in_glossary(document)
    _in_simulators(document)


def _in_case(document: Document, names: Names) -> None:
    tree = document.value
    _cast(names, document, (), tree)
    _all_among(names.get("objectives"), document, (), tree, "objectives")
    first = _shown_once(document, stated("case", tree))
    for name in _get(tree, "open", dict):
        _among(VOCABULARY, document, ("open", name), name)
        if name in first:
            line = document.line(first[name][0])
            document.fault(("open", name), f"is not open: line {line} shows it; leave it out")


def _cast(names: Names, document: Document, place: Place, tree: Any) -> None:
    """Who a story is about has to be one of the world."""
    for key, sort in {"provider": "parties", "service": "services", "party": "parties"}.items():
        _among(names.get(sort), document, (*place, key), tree.get(key))


def _shown_once(document: Document, facts: Iterable[Stated]) -> dict[str, tuple[Place, str]]:
    """Where each fact of a story is shown first; to show it again is a fault."""
    first: dict[str, tuple[Place, str]] = {}
    for place, name, value in facts:
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
    return first


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


def _in_glossary(document: Document) -> None:
    terms = _entries(document.value, "terms")
    known = [str(term.get("id")) for _, term in terms]
    for place, term in terms:
        _all_among(known, document, place, term, "see")
        for edition, text in _get(term, "definitions", dict).items():
            if isinstance(text, str) and not text.strip():
                told = "is empty; write what the term means in this edition, or leave it out"
                document.fault((*place, "definitions", edition), told)


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
    "spot": ("provider", "service", "party", "sentences", "lens"),
}


def _in_questions(document: Document, names: Names) -> None:
    for place, entry in _entries(document.value, "questions"):
        for key in _NEEDS.get(str(entry.get("kind")), ()):
            if not entry.get(key):
                document.fault((*place, key), f"is missing; a {entry['kind']} question needs it")
        if isinstance(prompt := entry.get("prompt"), str) and not prompt.strip():
            document.fault((*place, "prompt"), "is empty; write what is asked")
        _among(LENSES, document, (*place, "lens"), entry.get("lens"))
        _among(names.get("cases"), document, (*place, "case"), entry.get("case"))
        for key in ("objectives", "cases", "terms"):
            _all_among(names.get(key), document, place, entry, key)
        _in_kind(document, place, entry, names)


def _in_kind(document: Document, place: Place, entry: Any, names: Names) -> None:
    """What only one kind of question can have wrong."""
    match entry.get("kind"):
        case "choose" | "choose_all":
            _in_options(document, place, entry)
        case "match":
            _in_match(document, place, entry, names)
        case "sort" if (lens := LENSES.get(str(entry.get("lens")))) and lens.many:
            told = f"{lens.name} may have several answers for one party; sort by another lens"
            document.fault((*place, "lens"), told)
        case "spot":
            _cast(names, document, place, entry)
            _in_spot(document, place, entry)


def _in_options(document: Document, place: Place, entry: Any) -> None:
    options = _get(entry, "options", list)
    right = sum(each.get("right") is True for _, each in _entries(entry, "options"))
    here = (*place, "options")
    if entry["kind"] == "choose" and right != 1:
        told = f"has {right} right options; a choose question has exactly one"
        document.fault(here, told)
    elif entry["kind"] == "choose_all" and not right:
        document.fault(here, "has no right option; write right: yes where it is")
    elif len(options) < 3:
        document.fault(here, "has fewer than three options; write three to five")


def _in_match(document: Document, place: Place, entry: Any, names: Names) -> None:
    edition = entry.get("edition")
    defined = names.get(f"{DEFINED}{edition}")
    for number, each in enumerate(_get(entry, "terms", list)):
        if defined is not None and each in names["terms"] and each not in defined:
            told = f"{each} has no definition in ITIL {edition}; write one, or another term"
            document.fault((*place, "terms", number), told)


def _in_spot(document: Document, place: Place, entry: Any) -> None:
    """A story has to have one sentence, and one only, on which the answer turns."""
    count = len(_get(entry, "sentences", list))
    if count and not 4 <= count <= 9:  # one digit chooses one of them
        document.fault((*place, "sentences"), f"has {count} sentences; write five to eight")
    told = [
        fact
        for at, each in _entries(entry, "sentences")
        for fact in _facts((*place, *at, "shows"), _get(each, "shows", dict))
    ]
    first = _shown_once(document, told)
    together(document, told)
    shown = {name: value for name, (_, value) in first.items()}
    lens = str(entry.get("lens"))
    if lens in LENSES and not any(find_fault(*each) for each in shown.items()):
        sentences = {name: at[:-2] for name, (at, _) in first.items()}
        facts = Facts.read(shown)
        if not facts.contradiction and (why := _unspottable(facts, decide(facts, lens), sentences)):
            document.fault((*place, "lens"), why)


def _unspottable(facts: Facts, verdict: Verdict, sentences: Mapping[str, Place]) -> str:
    """Why no one sentence decides, where that is so. ``sentences`` says in which each fact is shown."""
    if verdict.missing:
        open_facts = " and ".join(verdict.missing)
        return f"is left open by {open_facts}; show it in a sentence, or ask another lens"
    turn = decisive_flip(facts, verdict)
    if not turn or turn.fact not in sentences:
        return "turns on no sentence; show the fact that it turns on, or ask another lens"
    for fact in decisive_facts(facts, verdict):
        if sentences.get(fact, sentences[turn.fact]) != sentences[turn.fact]:
            both = f"{turn.fact} and on {fact}"
            return f"turns on {both} alike; show both in one sentence, or ask another lens"
    return ""


def _in_lenses(document: Document) -> None:
    lenses = _get(document.value, "lenses", dict)
    _exactly(LENSES, document, ("lenses",), lenses)
    for name, lens in lenses.items():
        if name in LENSES and isinstance(lens, dict):
            place, answers = ("lenses", name), (*LENSES[name].answers, UNDETERMINED)
            _exactly(answers, document, (*place, "answers"), _get(lens, "answers", dict))
            _gaps_among(_GAPS, document, (*place, "question"), lens.get("question"))


# What a simulator offers as a prediction, and the numbers that it can fill in.
_PREDICTED: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "expectation_gap": (
        ("clearer", "shorter", "checks"),
        (
            "{people}", "{clarity}", "{check_every}", "{weeks}", "{drift}", "{closes}",
            "{check_in_hours}", "{hours_a_week}", "{clearer}", "{every}", "{clearer_gap}",
            "{shorter_gap}", "{checks_gap}",
        ),
    ),
    "going_direct": (("all", "half", "none"), ()),
    "ledger": (
        ("both", "outside", "inside", "nothing"),
        ("{both}", "{outside}", "{inside}", "{nothing}"),
    ),
    "service_levels_external": (
        ("credits", "losing", "prospects"),
        ("{credits}", "{losing}", "{prospects}", "{misses}"),
    ),
    "service_levels_internal": (("inside", "outside", "same"), ("{agreed}",)),
}  # fmt: skip
_WAYS = ("through", "direct")


def _in_simulators(document: Document) -> None:
    for place, each in _entries(document.value, "simulators"):
        name = each.get("id")
        _among(_PREDICTED, document, (*place, "id"), name)
        if name in _PREDICTED:
            _in_prediction(document, (*place, "prediction"), each, *_PREDICTED[name])
        for at, letter in _entries(each, "letters"):
            _in_letter(document, (*place, *at), letter)


def _in_prediction(
    document: Document, place: Place, entry: Any, names: Iterable[str], gaps: tuple[str, ...]
) -> None:
    asked = _get(entry, "prediction", dict)
    options = _get(asked, "options", dict)
    _exactly(names, document, (*place, "options"), options)
    _gaps_among(gaps, document, (*place, "prompt"), asked.get("prompt"))
    for name in options:
        for key, text in _get(options, name, dict).items():
            _gaps_among(gaps, document, (*place, "options", name, key), text)


def _in_letter(document: Document, place: Place, letter: Any) -> None:
    """A fate is known by a choice, or by a choice and the way; then it needs both ways."""
    fates = _get(letter, "fates", dict)
    for fate in fates:
        choice, slash, way = str(fate).partition("/")
        if slash:
            _among([f"{choice}/{each}" for each in _WAYS], document, (*place, "fates", fate), fate)
        other = f"{choice}/{_WAYS[way == _WAYS[0]]}"
        if way in _WAYS and not fates.keys() & {choice, other}:
            told = f"stands alone; write what becomes of it with {other} as well"
            document.fault((*place, "fates", fate), told)
    _all_among(fates or None, document, place, letter, "answered")


def together(document: Document, facts: Iterable[Stated]) -> None:
    """Note facts that cannot be true together, each at a field of its own."""
    places = {(name, value): place for place, name, value in facts}
    for impossible, why in CONTRADICTIONS:
        if all(each in places for each in impossible.items()):
            (name, value), (other, its_value) = impossible.items()
            told = f"{value} cannot go with {other}: {its_value}, for {why}; change one of them"
            document.fault(places[name, value], told)


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


def stated(kind: str, tree: Any) -> Iterator[Stated]:
    """Whatever a file says of facts."""
    if kind == "facts":
        yield from _facts((), tree)
        return
    for place, each in (*_entries(tree, "evidence"), *_entries(tree, "questions", "sentences")):
        yield from _facts((*place, "shows"), _get(each, "shows", dict))
    for place, sign in _entries(tree, "misconceptions", "shows"):
        yield from _facts((*place, "when"), _get(sign, "when", dict))


def _facts(place: Place, group: Mapping[str, Any]) -> Iterator[Stated]:
    """The facts of a mapping, yes and no as words. What has to be so for a sign may be one of several values."""
    for name, value in group.items():
        several = value and isinstance(value, list) and place[-1:] == ("when",)
        for each in value if several else [value]:
            yield (*place, name), name, "" if each is None else normalize_value(each)


def _among(words: Iterable[str] | None, document: Document, place: Place, given: object) -> None:
    """A word has to be one of these, if they are known; what is no word is for the models to tell."""
    if words is None or len(document.faults) > MOST:
        return
    if isinstance(given, str) and given not in words:
        known = tuple(words)
        if len(known) > len(VOCABULARY):  # too many to list: the three nearest will do
            known = tuple(get_close_matches(given[:80], known[:1000], 3, 0))
        document.fault(place, f"there is no {short_repr(given)}; {what_to_write(given, known)}")


def _all_among(
    words: Iterable[str] | None, document: Document, place: Place, tree: Any, key: str
) -> None:
    """The words in the list under a key have to be among these."""
    for number, each in enumerate(_get(tree, key, list)):
        _among(words, document, (*place, key, number), each)


def _gaps_among(words: tuple[str, ...], document: Document, place: Place, text: object) -> None:
    """The gaps of a text, such as {party}, have to be among these."""
    for gap in re.findall(r"{[^{}]*}|[{}]", text) if isinstance(text, str) else ():
        if words:
            _among(words, document, place, gap)
        else:
            told = f"has {short_repr(gap)}, and nothing to fill it with; leave it out"
            document.fault(place, told)


def _exactly(words: Iterable[str], document: Document, place: Place, given: Any) -> None:
    """The keys of a mapping have to be these; an empty one is for the models to tell."""
    for key in given:
        _among(words, document, (*place, key), key)
    for key in words if given else ():
        if key not in given:
            document.fault((*place, key), "is missing; write it as the others are written")
