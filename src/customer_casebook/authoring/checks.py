"""The checks that need more than one field: what a story shows, and what a question needs.

A file may be broken elsewhere. So these checks look at what is there, and leave the rest to
`values`, which has met every record of the file before.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from customer_casebook.authoring.reader import Document, Place
from customer_casebook.authoring.schema import FILES
from customer_casebook.authoring.values import Visit, among
from customer_casebook.course.figures import Letter, Simulation
from customer_casebook.course.records import (
    Case,
    ChooseAllQuestion,
    ChooseQuestion,
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
Shown = dict[str, tuple[Place, str]]  # where a fact is shown first, and its value

_GAPS = ("{party}", "{provider}", "{service}")  # what the texts of lenses leave to a case


class Clash(NamedTuple):
    """Facts that cannot be so together, or not in this world; they can be decided all the same."""

    place: Place
    message: str


def check_relations(
    kind: str, document: Document, visits: Iterable[Visit], lists: ListsById
) -> list[Clash]:
    """Note what is wrong between the values of a file, although each of them may be right.

    Args:
        kind: The kind of the file.
        document: The file; it takes the faults.
        visits: The records in it.
        lists: The parties or terms that it may name, by id; None where nobody can tell.

    Returns:
        The facts that clash, for the caller to note.
    """
    checks = _Checks(document, lists)
    if kind == "facts":
        tree = document.value if isinstance(document.value, dict) else {}
        checks.together({name: ((name,), normalize_value(value)) for name, value in tree.items()})
    by_record: Mapping[Any, Callable[[Place, Any], None]] = {
        Case: checks.case,
        ChooseQuestion: checks.choose,
        ChooseAllQuestion: checks.choose_all,
        Letter: checks.letter,
        MatchQuestion: checks.match,
        Sign: checks.sign,
        Simulation: checks.simulation,
        SortQuestion: checks.sort,
        SpotQuestion: checks.spot,
        FILES["lenses"]: checks.lenses,
        FILES["world"]: checks.world,
    }
    for visit in visits:
        if visit.record in by_record and not document.full:
            by_record[visit.record](visit.place, visit.value)
    return checks.clashes


class _Checks:
    """The checks of one file, each for one sort of record."""

    def __init__(self, document: Document, lists: ListsById) -> None:
        self.document = document
        self.lists = lists
        self.clashes: list[Clash] = []

    # Stories and what they show.

    def case(self, place: Place, case: Any) -> None:
        first = self.story(place, case, "evidence")
        for name in _get(case, "open", dict):
            if name in first:
                line = self.document.line(first[name][0])
                message = f"is not open: line {line} shows it; leave it out"
                self.document.fault((*place, "open", name), message)

    def spot(self, place: Place, question: Any) -> None:
        """A story has to have one sentence, and one only, on which the answer turns."""
        count = len(_get(question, "sentences", list))
        if count and not 4 <= count <= 9:  # one digit chooses one of them
            message = f"has {count} sentences; write five to eight"
            self.document.fault((*place, "sentences"), message)
        first = self.story(place, question, "sentences")
        shown = {name: value for name, (_, value) in first.items()}
        lens = str(question.get("lens"))
        if lens in LENSES and not any(find_fault(*fact) for fact in shown.items()):
            sentences = {name: fact_place[:-2] for name, (fact_place, _) in first.items()}
            facts = Facts.read(shown)
            if not facts.contradiction and (why := _unspottable(facts, decide(facts, lens), sentences)):
                self.document.fault((*place, "lens"), why)

    def story(self, place: Place, story: Any, key: str) -> Shown:
        """Note facts that are shown twice or clash. Returns where each one is shown first."""
        first: Shown = {}
        for fact_place, name, value in _shown(place, story, key):
            if value == UNKNOWN:
                message = "is unknown, so nothing shows it; leave it out"
                self.document.fault(fact_place, message)
                continue
            before, known = first.setdefault(name, (fact_place, value))
            line = self.document.line(before)
            if value != known:
                message = f"is {value} here, and {known} in line {line}; keep the one that is true"
                self.document.fault(fact_place, message)
            elif fact_place != before:
                message = f"is shown in line {line} already; show each fact once"
                self.document.fault(fact_place, message)
        self.together(first)
        self.in_world(story, first)
        return first

    def together(self, shown: Shown) -> None:
        """Find facts that cannot be true together."""
        for impossible, why in CONTRADICTIONS:
            if all(name in shown and shown[name][1] == impossible[name] for name in impossible):
                (name, value), (other, its_value) = impossible.items()
                self.clashes.append(
                    Clash(
                        shown[name][0],
                        f"{value} cannot go with {other}: {its_value}, for {why}; change one of them",
                    )
                )

    def in_world(self, story: Any, shown: Shown) -> None:
        """Find facts that the world contradicts: what the party is, and where it belongs."""
        parties = self.lists("parties") or {}
        party, provider = str(story.get("party")), str(story.get("provider"))
        if party not in parties or provider not in parties:
            return
        kind = str(parties[party].get("kind"))
        line, other_line = _belongs(party, parties), _belongs(provider, parties)
        kinds = {"unit": "unit", "organization": "organization"}
        is_same, is_inside = line[-1] == other_line[-1], provider in line
        in_world = {
            "party_is": (
                lambda value: kinds.get(value, "person") == kind,
                f"{party} is of the kind {kind}",
            ),
            "organization": (
                lambda value: (value == "same") == is_same,
                f"{party} and {provider} belong to {line[-1]}"
                if is_same
                else f"{_home(party, line)}, and {_home(provider, other_line)}",
            ),
            "inside_provider": (
                lambda value: (value == "yes") == is_inside,
                f"{party} is {'a' if is_inside else 'no'} part of {provider}",
            ),
        }
        for name, (agrees, so) in in_world.items():
            place, value = shown.get(name, ((), UNKNOWN))
            if value in VOCABULARY[name].says and not agrees(value):
                message = f"is {value}, but in the world {so}; change one of them"
                self.clashes.append(Clash(place, message))

    def world(self, _: Place, world: Any) -> None:
        parties = self.lists("parties") or {}
        for number, party in enumerate(_get(world, "parties", list)):
            name = party.get("id") if isinstance(party, dict) else None
            if isinstance(name, str) and not _belongs(name, parties):
                message = "goes round in a circle; leave out part_of at the outermost"
                self.document.fault(("parties", number, "part_of"), message)

    # Questions.

    def choose(self, place: Place, question: Any) -> None:
        right = self.right_options(question)
        if right != 1:
            message = f"has {right} right options; a choose question has exactly one"
            self.document.fault((*place, "options"), message)
        self.enough_options(place, question)

    def choose_all(self, place: Place, question: Any) -> None:
        if not self.right_options(question):
            message = "has no right option; write right: yes where it is"
            self.document.fault((*place, "options"), message)
        self.enough_options(place, question)

    def right_options(self, question: Any) -> int:
        options = _get(question, "options", list)
        return sum(isinstance(option, dict) and option.get("right") is True for option in options)

    def enough_options(self, place: Place, question: Any) -> None:
        if len(_get(question, "options", list)) < 3:
            message = "has fewer than three options; write three to five"
            self.document.fault((*place, "options"), message)

    def match(self, place: Place, question: Any) -> None:
        edition, terms = question.get("edition", "4"), self.lists("terms") or {}
        for number, name in enumerate(_get(question, "terms", list)):
            if edition in EDITIONS and isinstance(name, str) and name in terms:
                if edition not in _get(terms[name], "definitions", dict):
                    message = (
                        f"{name} has no definition in ITIL {edition}; write one, or another term"
                    )
                    self.document.fault((*place, "terms", number), message)

    def sort(self, place: Place, question: Any) -> None:
        lens = LENSES.get(str(question.get("lens")))
        if lens and lens.many:
            message = f"{lens.name} may have several answers for one party; sort by another lens"
            self.document.fault((*place, "lens"), message)

    # Words.

    def sign(self, place: Place, sign: Any) -> None:
        if ("choice" in sign) == ("omits" in sign):
            message = "needs one of choice and omits; write the wrong answer it betrays"
            self.document.fault(place, message)
        if lens := LENSES.get(str(sign.get("lens"))):
            answers = (*lens.answers, UNDETERMINED)
            among(answers, self.document, (*place, "choice"), sign.get("choice"))
            among(lens.answers, self.document, (*place, "omits"), sign.get("omits"))
            if "omits" in sign and not lens.many:
                message = f"{lens.name} has one answer only; write choice instead"
                self.document.fault((*place, "omits"), message)

    def lenses(self, _: Place, file: Any) -> None:
        lenses = _get(file, "lenses", dict)
        self.exactly(LENSES, ("lenses",), lenses)
        for name, text in lenses.items():
            if name in LENSES and isinstance(text, dict):
                place, answers = ("lenses", name), (*LENSES[name].answers, UNDETERMINED)
                self.exactly(answers, (*place, "answers"), _get(text, "answers", dict))
                self.gaps(_GAPS, (*place, "question"), text.get("question"))

    # Simulators.

    def simulation(self, place: Place, simulation: Any) -> None:
        name = simulation.get("id")
        among(_PREDICTIONS, self.document, (*place, "id"), name)
        if name in _PREDICTIONS:
            answers, gaps = _PREDICTIONS[name]
            prediction = _get(simulation, "prediction", dict)
            options = _get(prediction, "options", dict)
            place = (*place, "prediction")
            self.exactly(answers, (*place, "options"), options)
            self.gaps(gaps, (*place, "prompt"), prediction.get("prompt"))
            for option in options:
                for key, text in _get(options, option, dict).items():
                    self.gaps(gaps, (*place, "options", option, key), text)

    def letter(self, place: Place, letter: Any) -> None:
        """A fate is known by a choice, or by a choice and the way; then it needs both ways."""
        fates = _get(letter, "fates", dict)
        for fate in fates:
            choice, slash, way = str(fate).partition("/")
            here = (*place, "fates", fate)
            if slash:
                among([f"{choice}/{known}" for known in _WAYS], self.document, here, fate)
            other = f"{choice}/{_WAYS[way == _WAYS[0]]}"
            if way in _WAYS and not fates.keys() & {choice, other}:
                message = f"stands alone; write what becomes of it with {other} as well"
                self.document.fault(here, message)
        for number, fate in enumerate(_get(letter, "answered", list)):
            among(fates or None, self.document, (*place, "answered", number), fate)

    # What several of them need.

    def exactly(self, words: Iterable[str], place: Place, mapping: Mapping[str, Any]) -> None:
        """The keys of a mapping have to be these; an empty one has its fault already."""
        for key in mapping:
            among(words, self.document, (*place, key), key)
        for key in words if mapping else ():
            if key not in mapping:
                message = "is missing; write it as the others are written"
                self.document.fault((*place, key), message)

    def gaps(self, words: tuple[str, ...], place: Place, text: object) -> None:
        """The gaps of a text, such as {party}, have to be among these."""
        for gap in re.findall(r"{[^{}]*}|[{}]", text) if isinstance(text, str) else ():
            if words:
                among(words, self.document, place, gap)
            else:
                message = f"has {short_repr(gap)}, and nothing to fill it with; leave it out"
                self.document.fault(place, message)


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


def _get(tree: Any, key: str, sort: type) -> Any:
    """The list or mapping under a key; an empty one where there is none."""
    return tree[key] if isinstance(tree.get(key), sort) else sort()


def _shown(place: Place, story: Any, key: str) -> Iterator[tuple[Place, str, str]]:
    """The facts that the parts of a story show, with their places and values."""
    for number, part in enumerate(_get(story, key, list)):
        if isinstance(part, dict):
            for name, value in _get(part, "shows", dict).items():
                value = "" if value is None else normalize_value(value)
                yield (*place, key, number, "shows", name), name, value


def _belongs(party: str, parties: Mapping[str, Any]) -> list[str]:
    """A party and what it belongs to, the outermost last; empty if that goes round in a circle."""
    line = [party]
    while outer := str(parties.get(line[-1], {}).get("part_of") or ""):
        if outer in line:
            return []
        line.append(outer)
    return line


def _home(party: str, line: list[str]) -> str:
    """Where a party belongs, in words."""
    return f"{party} belongs to {line[-1] if line[1:] else 'nothing'}"


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
