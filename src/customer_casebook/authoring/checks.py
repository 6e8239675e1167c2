"""The checks that need more than one field: what a story shows, and what a question needs.

A file may be broken elsewhere. So these checks look at what is there, and leave the rest to
`values`, which has met every record of the file before. Each check yields places inside its record,
with what is wrong there and what to write.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from customer_casebook.authoring.reader import Document, Place
from customer_casebook.authoring.schema import FILES
from customer_casebook.authoring.values import Visit, not_among
from customer_casebook.course.figures import Letter, Simulation
from customer_casebook.course.records import (
    Case,
    ConceptQuestion,
    MatchQuestion,
    Sign,
    SortQuestion,
    SpotQuestion,
)
from customer_casebook.domain.facts import (
    CONTRADICTIONS,
    UNKNOWN,
    VOCABULARY,
    Facts,
    find_fault,
    normalize_value,
    short_repr,
)
from customer_casebook.domain.rules import EDITIONS, LENSES
from customer_casebook.domain.verdict import (
    UNDETERMINED,
    Verdict,
    decide,
    decisive_facts,
    decisive_flip,
)

ListsById = Callable[[str], Mapping[str, Any] | None]  # the entries that a file may name, of a kind
Problems = Iterator[tuple[Place, str]]
Shown = dict[str, tuple[Place, str]]  # where a fact is shown first, and its value

_GAPS = ("{party}", "{provider}", "{service}")  # what the texts of lenses leave to a case


class Here(NamedTuple):
    """Where a record stands, and what it may name."""

    document: Document
    place: Place
    lists: ListsById

    def line(self, place: Place) -> int:
        """The line of a place inside the record."""
        return self.document.line((*self.place, *place))


def check_relations(document: Document, visits: Iterable[Visit], lists: ListsById) -> None:
    """Note what is wrong between the values of a file, although each of them may be right.

    Args:
        document: The file; it takes the faults.
        visits: The records in it.
        lists: The parties or terms that it may name, by id; None where nobody can tell.
    """
    for record, place, value in visits:
        check = _CHECKS.get(record)
        for inside, message in check(value, Here(document, place, lists)) if check else ():
            document.fault((*place, *inside), message)


def clashes(kind: str, tree: Any, lists: ListsById) -> Problems:
    """Facts of a case or of a file of facts that cannot be so, and can be decided all the same."""
    if kind == "facts" and isinstance(tree, dict):
        yield from _together({name: ((name,), normalize_value(tree[name])) for name in tree})
    elif kind == "case" and isinstance(tree, dict):
        yield from _clashes(tree, _first_shown(tree, "evidence"), lists)


# Stories and what they show.


def _case(case: Any, here: Here) -> Problems:
    yield from _shown_once(case, "evidence", here)
    first = _first_shown(case, "evidence")
    for name in _get(case, "open", dict):
        if name in first:
            line = here.line(first[name][0])
            yield ("open", name), f"is not open: line {line} shows it; leave it out"


def _spot(question: Any, here: Here) -> Problems:
    """A story has to have one sentence, and one only, on which the answer turns."""
    count = len(_get(question, "sentences", list))
    if count and not 4 <= count <= 9:  # one digit chooses one of them
        yield ("sentences",), f"has {count} sentences; write five to eight"
    yield from _shown_once(question, "sentences", here)
    first = _first_shown(question, "sentences")
    yield from _clashes(question, first, here.lists)
    shown, lens = {name: value for name, (_, value) in first.items()}, str(question.get("lens"))
    if lens in LENSES and not any(find_fault(*fact) for fact in shown.items()):
        sentences = {name: place[:2] for name, (place, _) in first.items()}
        facts = Facts.read(shown)
        if not facts.contradiction and (why := _unspottable(facts, decide(facts, lens), sentences)):
            yield ("lens",), why


def _shown(story: Any, key: str) -> Iterator[tuple[Place, str, str]]:
    """The facts that the parts of a story show, with their places and values."""
    for number, part in enumerate(_get(story, key, list)):
        for name, value in (_get(part, "shows", dict) if isinstance(part, dict) else {}).items():
            yield (
                (key, number, "shows", name),
                name,
                "" if value is None else normalize_value(value),
            )


def _first_shown(story: Any, key: str) -> Shown:
    """Where each known fact of a story is shown first."""
    first: Shown = {}
    for place, name, value in _shown(story, key):
        if value != UNKNOWN:
            first.setdefault(name, (place, value))
    return first


def _shown_once(story: Any, key: str, here: Here) -> Problems:
    first = _first_shown(story, key)
    for place, name, value in _shown(story, key):
        before, known = first.get(name, (place, value))
        line = here.line(before)
        if value == UNKNOWN:
            yield place, "is unknown, so nothing shows it; leave it out"
        elif value != known:
            yield place, f"is {value} here, and {known} in line {line}; keep the one that is true"
        elif place != before:
            yield place, f"is shown in line {line} already; show each fact once"


def _clashes(story: Any, shown: Shown, lists: ListsById) -> Problems:
    """Facts that cannot be true together, or not in this world."""
    yield from _together(shown)
    parties = lists("parties") or {}
    party, provider = str(story.get("party")), str(story.get("provider"))
    if party not in parties or provider not in parties:
        return
    line, other_line = _line(party, parties), _line(provider, parties)
    kind, is_inside = str(parties[party].get("kind")), provider in line
    together = f"{party} and {provider} belong to {line[-1]}"
    apart = f"{_where(line)}, and {_where(other_line)}"
    kinds = {"private_person": "person", "employee": "person"}
    so = {  # what the world says, and in words
        "party_is": (kind, f"{party} is of the kind {kind}"),
        "organization": ("same", together) if line[-1] == other_line[-1] else ("different", apart),
        "inside_provider": ("yes", f"{party} is a part of {provider}")
        if is_inside
        else ("no", f"{party} is no part of {provider}"),
    }
    for name, (in_world, words) in so.items():
        place, value = shown.get(name, ((), UNKNOWN))
        if value in VOCABULARY[name].says and kinds.get(value, value) != in_world:
            yield place, f"is {value}, but in the world {words}; change one of them"


def _together(shown: Shown) -> Problems:
    """Facts that cannot be true together."""
    for impossible, why in CONTRADICTIONS:
        if all(name in shown and shown[name][1] == impossible[name] for name in impossible):
            (name, value), (other, its_value) = impossible.items()
            message = f"{value} cannot go with {other}: {its_value}, for {why}; change one of them"
            yield shown[name][0], message


def _line(party: str, parties: Mapping[str, Any]) -> list[str]:
    """A party and what it belongs to, the outermost last; empty if that goes round in a circle."""
    line = [party]
    while outer := str(parties.get(line[-1], {}).get("part_of") or ""):
        if outer in line:
            return []
        line.append(outer)
    return line


def _where(line: list[str]) -> str:
    return f"{line[0]} belongs to {line[-1] if line[1:] else 'nothing'}"


def _world(world: Any, here: Here) -> Problems:
    parties = here.lists("parties") or {}
    for number, party in enumerate(_get(world, "parties", list)):
        name = party.get("id") if isinstance(party, dict) else None
        if isinstance(name, str) and not _line(name, parties):
            message = "goes round in a circle; leave out part_of at the outermost"
            yield ("parties", number, "part_of"), message


# Questions.


def _options(question: Any, _: Here) -> Problems:
    options = _get(question, "options", list)
    right = sum(isinstance(option, dict) and option.get("right") is True for option in options)
    if question["kind"] == "choose" and right != 1:
        yield ("options",), f"has {right} right options; a choose question has exactly one"
    elif not right:
        yield ("options",), "has no right option; write right: yes where it is"
    elif len(options) < 3:
        yield ("options",), "has fewer than three options; write three to five"


def _match(question: Any, here: Here) -> Problems:
    edition, terms = question.get("edition", "4"), here.lists("terms") or {}
    for number, name in enumerate(_get(question, "terms", list)):
        term = terms.get(name) if isinstance(name, str) and edition in EDITIONS else None
        if term and edition not in _get(term, "definitions", dict):
            message = f"{name} has no definition in ITIL {edition}; write one, or another term"
            yield ("terms", number), message


def _sort(question: Any, _: Here) -> Problems:
    lens = LENSES.get(str(question.get("lens")))
    if lens and lens.many:
        message = f"{lens.name} may have several answers for one party; sort by another lens"
        yield ("lens",), message


# Words.


def _sign(sign: Any, _: Here) -> Problems:
    if ("choice" in sign) == ("omits" in sign):
        yield (), "needs one of choice and omits; write the wrong answer it betrays"
    if lens := LENSES.get(str(sign.get("lens"))):
        yield from _among((*lens.answers, UNDETERMINED), ("choice",), sign.get("choice"))
        yield from _among(lens.answers, ("omits",), sign.get("omits"))
        if "omits" in sign and not lens.many:
            yield ("omits",), f"{lens.name} has one answer only; write choice instead"


def _lenses(file: Any, _: Here) -> Problems:
    lenses = _get(file, "lenses", dict)
    yield from _exactly(LENSES, ("lenses",), lenses)
    for name, text in lenses.items():
        if name in LENSES and isinstance(text, dict):
            place, answers = ("lenses", name), (*LENSES[name].answers, UNDETERMINED)
            yield from _exactly(answers, (*place, "answers"), _get(text, "answers", dict))
            yield from _gaps(_GAPS, (*place, "question"), text.get("question"))


def _simulation(simulation: Any, _: Here) -> Problems:
    name = simulation.get("id")
    yield from _among(_PREDICTIONS, ("id",), name)
    if name in _PREDICTIONS:
        answers, gaps = _PREDICTIONS[name]
        prediction = _get(simulation, "prediction", dict)
        options = _get(prediction, "options", dict)
        yield from _exactly(answers, ("prediction", "options"), options)
        yield from _gaps(gaps, ("prediction", "prompt"), prediction.get("prompt"))
        for option in options:
            for key, text in _get(options, option, dict).items():
                yield from _gaps(gaps, ("prediction", "options", option, key), text)


def _letter(letter: Any, _: Here) -> Problems:
    """A fate is known by a choice, or by a choice and the way; then it needs both ways."""
    fates = _get(letter, "fates", dict)
    for fate in fates:
        choice, slash, way = str(fate).partition("/")
        if slash:
            yield from _among([f"{choice}/{known}" for known in _WAYS], ("fates", fate), fate)
        other = f"{choice}/{_WAYS[way == _WAYS[0]]}"
        if way in _WAYS and not fates.keys() & {choice, other}:
            yield ("fates", fate), f"stands alone; write what becomes of it with {other} as well"
    for number, fate in enumerate(_get(letter, "answered", list) if fates else ()):
        yield from _among(fates, ("answered", number), fate)


# What a simulator offers as a prediction, and the numbers that it can fill in.
_PREDICTIONS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
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


_CHECKS: Mapping[Any, Callable[[Any, Here], Problems]] = {
    Case: _case,
    ConceptQuestion: _options,
    Letter: _letter,
    MatchQuestion: _match,
    Sign: _sign,
    Simulation: _simulation,
    SortQuestion: _sort,
    SpotQuestion: _spot,
    FILES["lenses"]: _lenses,
    FILES["world"]: _world,
}


# What several of them need.


def _get(tree: Any, key: str, sort: type) -> Any:
    """The list or mapping under a key; an empty one where there is none."""
    return tree[key] if isinstance(tree.get(key), sort) else sort()


def _among(words: Iterable[str], place: Place, word: object) -> Problems:
    """A text has to be one of these words; what is no text has its fault already."""
    if isinstance(word, str) and (message := not_among(tuple(words), word)):
        yield place, message


def _exactly(words: Iterable[str], place: Place, mapping: Mapping[str, Any]) -> Problems:
    """The keys of a mapping have to be these; an empty one has its fault already."""
    for key in mapping:
        yield from _among(words, (*place, key), key)
    for key in words if mapping else ():
        if key not in mapping:
            yield (*place, key), "is missing; write it as the others are written"


def _gaps(words: tuple[str, ...], place: Place, text: object) -> Problems:
    """The gaps of a text, such as {party}, have to be among these."""
    for gap in re.findall(r"{[^{}]*}|[{}]", text) if isinstance(text, str) else ():
        if words:
            yield from _among(words, place, gap)
        else:
            yield place, f"has {short_repr(gap)}, and nothing to fill it with; leave it out"


def _unspottable(facts: Facts, verdict: Verdict, sentences: Mapping[str, Place]) -> str:
    """Why no one sentence decides, where that is so. ``sentences`` says where each fact is shown."""
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
