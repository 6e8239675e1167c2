"""The question bank as items for the card: cases, concepts, sorting, finding evidence, matching terms.

Only a concept has its right options written down, each with an explanation of its own. All other
keys are found: by the rules from the facts, or from the glossary.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from customer_casebook.document import Block, Fold, Lead, Prose, Slip, Title
from customer_casebook.library import Case, Entry, Misconception, Term, case, glossary, world
from customer_casebook.questions import Item, Question, capital, join, say, slip_id, stop


@dataclass(frozen=True)
class Asked(Item):
    """A question of the bank: what its kinds have in common."""

    entry: Entry

    @property
    def id(self) -> str:
        return self.entry.id

    def why_missed(self, option: str) -> str:
        return self.why_not(option)


class Concept(Asked):
    """A question about the subject itself."""

    @property
    def topic(self) -> str:
        return f"ITIL {join(self.entry.editions)}"

    @property
    def prompt(self) -> str:
        return self.entry.prompt

    @property
    def many(self) -> bool:  # type: ignore[override]
        return self.entry.kind == "choose_all"

    @cached_property
    def options(self) -> Mapping[str, str]:
        return {str(place): each.text for place, each in enumerate(self.entry.options)}

    @cached_property
    def right(self) -> frozenset[str]:
        return frozenset(str(place) for place, each in enumerate(self.entry.options) if each.right)

    @property
    def answer(self) -> str:
        return " ".join(stop(each.text) for each in self.entry.options if each.right)

    def why_not(self, option: str) -> str:
        return self.entry.options[int(option)].because

    @property
    def explanation(self) -> list[Block]:
        return [Lead(stop(each.text), each.because) for each in self.entry.options if each.right]


class OnCase(Asked):
    """One lens asked of one case, with its story at hand."""

    @cached_property
    def question(self) -> Question:
        return Question(case(self.entry.case), self.entry.lens)

    @property
    def topic(self) -> str:
        return self.question.topic

    @property
    def prompt(self) -> str:
        return self.question.prompt

    @property
    def many(self) -> bool:  # type: ignore[override]
        return self.question.many

    @property
    def options(self) -> Mapping[str, str]:
        return self.question.options

    @property
    def right(self) -> frozenset[str]:
        return self.question.right

    @property
    def intro(self) -> list[Block]:
        return story(self.question.case)

    @property
    def telling(self) -> tuple[str, ...]:
        return self.question.telling

    @property
    def explanation(self) -> list[Block]:
        return self.question.explanation

    def why_not(self, option: str) -> str:
        return self.question.why_not(option)

    def why_missed(self, option: str) -> str:
        return self.question.why_missed(option)

    def misconception(self, choice: Iterable[str]) -> Misconception | None:
        return self.question.misconception(choice)


class Find(OnCase):
    """Mark the piece of evidence on which an answer turns."""

    many = False

    @property
    def prompt(self) -> str:
        return f"{self.question.prompt} “{self.question.answer}.” Which evidence does that turn on?"

    @cached_property
    def options(self) -> Mapping[str, str]:
        return {
            slip_id(self.question.case, each.id): f"{each.source}: {' '.join(each.text.split())}"
            for each in self.question.case.evidence
        }

    @property
    def right(self) -> frozenset[str]:
        return frozenset(self.question.telling)

    @property
    def intro(self) -> list[Block]:
        told = self.question.case
        return [Title(told.title), Prose(told.story)]

    def why_not(self, option: str) -> str:
        told = self.question.case
        shown = next(each.shows for each in told.evidence if slip_id(told, each.id) == option)
        facts = join(say(name, value, told) for name, value in shown.items())
        if option in self.right:
            return f"It shows that {facts}."
        return (
            f"It shows that {facts}. The answer turns sooner on another slip."
            if facts
            else _NOTHING
        )

    def why_missed(self, option: str) -> str:
        return self.why_not(option)

    def misconception(self, choice: Iterable[str]) -> None:  # noqa: ARG002
        return None


_NOTHING = "It is worth reading, and shows nothing that this question asks about."


class Sort(Asked):
    """Put several parties into the classes of one lens."""

    @cached_property
    def questions(self) -> list[Question]:
        return [Question(case(each), self.entry.lens) for each in self.entry.cases]

    @property
    def topic(self) -> str:
        return self.questions[0].topic

    @property
    def prompt(self) -> str:
        if self.entry.prompt:
            return self.entry.prompt
        return f"{self.topic}: where does each of these belong?"

    @cached_property
    def options(self) -> Mapping[str, str]:
        return {
            f"{question.case.id}:{option}": label
            for question in self.questions
            for option, label in question.options.items()
        }

    @cached_property
    def groups(self) -> Mapping[str, tuple[str, ...]]:
        return {
            relation(question.case): tuple(
                f"{question.case.id}:{each}" for each in question.options
            )
            for question in self.questions
        }

    @cached_property
    def right(self) -> frozenset[str]:
        return frozenset(
            f"{question.case.id}:{option}"
            for question in self.questions
            for option in question.right
        )

    @property
    def answer(self) -> str:
        return "; ".join(f"{relation(each.case)}: {each.answer}" for each in self.questions)

    @property
    def intro(self) -> list[Block]:
        return [Fold(relation(each.case), story(each.case)) for each in self.questions]

    @property
    def explanation(self) -> list[Block]:
        return [
            Lead(f"{relation(each.case)}: {each.answer}.", each.turning_point())
            for each in self.questions
        ]

    def why_not(self, option: str) -> str:
        name, _, chosen = option.partition(":")
        question = next(each for each in self.questions if each.case.id == name)
        return f"{relation(question.case)}: {question.why_not(chosen)}"

    def misconception(self, choice: Iterable[str]) -> Misconception | None:
        chosen = frozenset(choice)
        for question in self.questions:
            mine = {each for each in question.options if f"{question.case.id}:{each}" in chosen}
            if wrong := question.misconception(mine):
                return wrong
        return None


class Match(Asked):
    """Match terms and their definitions in one edition."""

    @cached_property
    def terms(self) -> dict[str, Term]:
        return {each: glossary()[each] for each in self.entry.terms}

    def definition(self, term: str) -> str:
        return self.terms[term].definitions[self.entry.edition]

    @property
    def topic(self) -> str:
        return f"Terms of ITIL {self.entry.edition}"

    @property
    def prompt(self) -> str:
        return self.entry.prompt or "Which definition belongs to which term?"

    @cached_property
    def options(self) -> Mapping[str, str]:
        shown = sorted(self.terms, key=self.definition)  # an order that gives nothing away
        return {f"{term}:{other}": self.definition(other) for term in self.terms for other in shown}

    @cached_property
    def groups(self) -> Mapping[str, tuple[str, ...]]:
        return {
            each.term: tuple(option for option in self.options if option.startswith(f"{term}:"))
            for term, each in self.terms.items()
        }

    @cached_property
    def right(self) -> frozenset[str]:
        return frozenset(f"{term}:{term}" for term in self.terms)

    @property
    def answer(self) -> str:
        return "; ".join(f"{each.term}: {self.definition(id_)}" for id_, each in self.terms.items())

    def why_not(self, option: str) -> str:
        term, _, other = option.partition(":")
        if term == other:
            return self.definition(term)
        return f"That is the meaning of “{self.terms[other].term}”."

    @property
    def explanation(self) -> list[Block]:
        return [
            Lead(f"{each.term}:", " ".join(filter(None, (self.definition(id_), each.note))))
            for id_, each in self.terms.items()
        ]


_KINDS: Mapping[str, type[Asked]] = {
    "case": OnCase,
    "choose": Concept,
    "choose_all": Concept,
    "find": Find,
    "match": Match,
    "sort": Sort,
}


def item(entry: Entry) -> Item:
    """A question of the bank, ready to be asked."""
    return _KINDS[entry.kind](entry)


def story(told: Case) -> list[Block]:
    """A case as it is told: its story and its evidence."""
    slips = [Slip(slip_id(told, each.id), each.source, each.text) for each in told.evidence]
    return [Title(told.title), Prose(told.story), *slips]


def relation(told: Case) -> str:
    """Who meets whom over what, in a few words."""
    parties = world().parties
    party, provider = parties[told.party].name, parties[told.provider].name
    return f"{capital(party)} and {provider}, {world().services[told.service].name}"
