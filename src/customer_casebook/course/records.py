"""The records that a casebook is made of: cases and their world, questions, and the words of the field.

They are plain frozen dataclasses; what they say about their files is read from `declarations`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Annotated, Any, Literal

from customer_casebook.declarations import (
    ID_PATTERN,
    FactNames,
    FactValues,
    Record,
    Reference,
    Text,
    list_field,
    text_field,
    value_field,
    yes_field,
)
from customer_casebook.domain.facts import Facts, normalize_value
from customer_casebook.domain.rules import Tag

CaseId = Annotated[str, Reference("cases")]
LensName = Annotated[str, Reference("lenses")]
MisconceptionId = Annotated[str, Reference("misconceptions", none="none")]
ObjectiveId = Annotated[str, Reference("objectives")]
PartyId = Annotated[str, Reference("parties")]
ServiceId = Annotated[str, Reference("services")]
TermId = Annotated[str, Reference("terms")]


# Cases and their world.

TWIN = "~"  # stands in the id of a twin, behind that of its case


@dataclass(frozen=True, slots=True)
class Telling(Record):
    """What a piece of evidence says in another version of its case."""

    text: str = text_field("one to three sentences that a learner can find the facts in")
    shows: FactValues = value_field("the facts it shows then, those that stay included")

    def __post_init__(self) -> None:
        _normalize(self, "shows")


@dataclass(frozen=True, slots=True)
class Evidence(Record):
    """One clue of a case, and the facts that a learner can find in it."""

    id: str = text_field("a short name for the clue, such as org-chart", ID_PATTERN)
    source: str = text_field("where the clue comes from, such as Invoice or E-mail from Ada")
    text: str = text_field("one to three sentences that a learner can find the facts in")
    shows: FactValues = value_field("the facts it shows")
    otherwise: tuple[Telling, ...] = value_field(
        "what it would say if its fact were otherwise: a list of text, shows", default=()
    )

    def __post_init__(self) -> None:
        _normalize(self, "shows")


def _normalize(record: Any, name: str) -> None:
    """Spell the facts of a record as the vocabulary does: YAML's yes and no arrive as booleans."""
    values = {fact: normalize_value(value) for fact, value in getattr(record, name).items()}
    object.__setattr__(record, name, values)


@dataclass(frozen=True, slots=True)
class Party(Record):
    """Somebody who can be provider or party: an organization, a unit of one, or a person."""

    id: str = text_field("a short name, such as group-it", ID_PATTERN)
    name: str = text_field("the name as it is used inside a sentence")
    kind: Literal["organization", "unit", "person"] = value_field("what it is")
    about: str = text_field("one sentence about the party")
    part_of: PartyId | None = text_field("the id of the party it belongs to", default=None)
    several: bool = yes_field("yes where the name is plural, such as the students")


@dataclass(frozen=True, slots=True)
class Service(Record):
    """What a provider does for a party."""

    id: str = text_field("a short name, such as campaign-hub", ID_PATTERN)
    name: str = text_field("the name as it is used inside a sentence")
    about: str = text_field("one sentence about the service")
    several: bool = yes_field("yes where the name is plural, such as the laptops")


@dataclass(frozen=True)  # without slots, so that it keeps what is made of it
class Case(Record):
    """One provider, one service and one party: a short story with its evidence."""

    id: str = text_field("the name of the file without its ending", ID_PATTERN)
    title: str = text_field("one line that names the case")
    provider: PartyId = text_field("an id from parties in world.yaml")
    service: ServiceId = text_field("an id from services in world.yaml")
    party: PartyId = text_field("an id from parties in world.yaml")
    story: str = text_field("two or three short paragraphs that set the scene")
    evidence: tuple[Evidence, ...] = list_field("a list of clues: id, source, text, shows")
    takeaway: str = text_field("one to three short sentences to remember")
    open: Annotated[Mapping[str, Text], FactNames("text")] = value_field(
        "what would settle unknown facts that matter", default_factory=dict
    )
    objectives: tuple[ObjectiveId, ...] = value_field(
        "what it practises, from objectives.yaml", default=()
    )
    parties: tuple[Party, ...] = value_field("parties that world.yaml does not have", default=())
    services: tuple[Service, ...] = value_field(
        "services that world.yaml does not have", default=()
    )

    @cached_property
    def facts(self) -> Facts:
        """Everything that the evidence shows. Raises `FactError` for what is no fact."""
        return Facts.read({k: value for clue in self.evidence for k, value in clue.shows.items()})

    @cached_property
    def twins(self) -> Mapping[str, "Case"]:
        """The other versions by their ids: ``case~evidence.1`` and so on, which no id of a file can be."""
        return {
            (twin_id := f"{self.id}{TWIN}{clue.id}.{number}"): self._twin(twin_id, clue, other)
            for clue in self.evidence
            for number, other in enumerate(clue.otherwise, 1)
        }

    def _twin(self, twin_id: str, clue: Evidence, other: Telling) -> "Case":
        """The case with one piece of evidence otherwise. What speaks of the first verdict is left out."""
        evidence = tuple(
            replace(each, text=other.text, shows=other.shows, otherwise=())
            if each is clue
            else replace(each, otherwise=())
            for each in self.evidence
        )
        return replace(
            self,
            id=twin_id,
            title=f"{self.title} (another version of this case)",
            evidence=evidence,
            takeaway="",
            open={fact: text for fact, text in self.open.items() if fact not in other.shows},
        )


@dataclass(frozen=True, slots=True)
class World:
    """The parties and the services, by id."""

    parties: Mapping[str, Party]
    services: Mapping[str, Service]

    def root(self, party_id: str) -> Party:
        """The outermost organization that a party belongs to, which may be the party itself."""
        party = self.parties[party_id]
        return self.root(party.part_of) if party.part_of else party


# Words: lenses, misconceptions, objectives, glossary.


@dataclass(frozen=True, slots=True)
class AnswerText(Record):
    """One possible answer of a lens, in words."""

    label: str = text_field("the answer in a few words")
    means: str = text_field("one to three short sentences that define the answer")


@dataclass(frozen=True, slots=True)
class LensText(Record):
    """A lens in words: its label, the question it asks, and its answers by their ids."""

    label: str = text_field("one or two words")
    question: str = text_field("the question it asks about {party} and {provider}")
    answers: Mapping[str, AnswerText] = list_field("label and means of every answer")


@dataclass(frozen=True, slots=True)
class Ask(Record):
    """A fact as one plain question about a case of one's own."""

    question: str = text_field("the question about {party}, {provider} and {service}")
    answers: Mapping[str, Text] = list_field("every value of the fact in plain words")
    statements: Mapping[str, Text] = list_field("every value of the fact as one plain sentence")
    whom: str = text_field("one sentence that says who knows")
    hint: str = text_field("one or two sentences that help to answer", default="")


@dataclass(frozen=True, slots=True)
class Situation(Record):
    """A situation that people ask about: a start for a case of one's own."""

    id: str = text_field("a short name, such as hr-and-payroll", ID_PATTERN)
    title: str = text_field("one line that names it")
    about: str = text_field("what people ask about it")
    provider: str = text_field("the name of the provider, as it is used inside a sentence")
    service: str = text_field("the name of the service")
    party: str = text_field("the name of the party")
    facts: FactValues = value_field("the facts that are certain there; all others are asked")

    def __post_init__(self) -> None:
        _normalize(self, "facts")


@dataclass(frozen=True, slots=True)
class Sign(Record):
    """A wrong answer that betrays a misconception, and the facts under which it does."""

    lens: LensName = text_field("the lens that is answered wrong")
    when: Annotated[Mapping[str, Any], FactNames("several")] = value_field("what must be so")
    choice: str | None = text_field("the wrong answer", default=None)
    omits: str | None = text_field("a right role that is left out", default=None)

    def __post_init__(self) -> None:
        when = {
            name: tuple(map(normalize_value, value if isinstance(value, list | tuple) else [value]))
            for name, value in self.when.items()
        }
        object.__setattr__(self, "when", when)


@dataclass(frozen=True, slots=True)
class Misconception(Record):
    """A known wrong reason, and the sentence that corrects it."""

    id: str = text_field("a short name, such as payer-is-the-customer", ID_PATTERN)
    claim: str = text_field("the wrong reason in the words of a learner")
    corrective: str = text_field(
        "a few short sentences; {party}, {provider} and {service} may stand in them"
    )
    editions: tuple[Tag, ...] = list_field(
        'the editions in which the corrective holds, such as ["4", "5"]'
    )
    shows: tuple[Sign, ...] = value_field(
        "a list of signs: lens, choice or omits, when", default=()
    )
    objectives: tuple[ObjectiveId, ...] = value_field(
        "the objectives whose lessons teach against it, from objectives.yaml", default=()
    )


@dataclass(frozen=True, slots=True)
class Objective(Record):
    """What a learner can do after the course, and the row of the commission it answers to."""

    id: str = text_field("a short name, such as going-direct", ID_PATTERN)
    can: str = text_field("one sentence that starts with a verb")
    row: str | None = text_field("the row of the commission, such as S4.6", default=None)
    core: bool = yes_field("yes where it weighs double in an exam")
    lesson: str | None = text_field(
        "the notebook that teaches it, without its ending, such as 11_going_direct", default=None
    )


@dataclass(frozen=True, slots=True)
class Term(Record):
    """A word of the field, defined by edition; an edition without such an entry is left out."""

    id: str = text_field("a short name, such as sponsor", ID_PATTERN)
    term: str = text_field("the word as it is written")
    definitions: Mapping[Tag, Text] = list_field("what the term means, by edition")
    note: str | None = text_field("how the editions differ", default=None)
    see: tuple[TermId, ...] = value_field("ids of related terms", default=())
    objectives: tuple[ObjectiveId, ...] = value_field(
        "what it practises where an exam leaves it out, from objectives.yaml", default=()
    )
    unlike: tuple[TermId, ...] = value_field(
        "terms that one may take for it, and that its definitions do not fit", default=()
    )


# Questions: one record for each kind. Only the options of a concept question have a written key.


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionRecord(Record):
    """What every question has."""

    kind: str
    id: str = text_field("a short name, such as rain-shop-payer", ID_PATTERN)
    objectives: tuple[ObjectiveId, ...] = list_field("what it practises, from objectives.yaml")
    in_lesson: bool = yes_field("yes where a lesson asks it in the same words: no exam does then")


@dataclass(frozen=True, slots=True, kw_only=True)
class LensQuestion(QuestionRecord):
    """One lens asked of one case (``case``), or the evidence on which its answer turns (``find``).

    Of a case with a twin that the lens tells from it: the evidence that differs (``twins``).
    """

    kind: Literal["case", "find", "twins"]
    case: CaseId = text_field("an id from cases")
    lens: LensName = text_field("the lens to ask")


@dataclass(frozen=True, slots=True)
class Option(Record):
    """One answer to choose, and why it is right or wrong."""

    text: str = text_field("the answer")
    because: str = text_field("why this answer is right, or wrong")
    right: bool = yes_field("yes where it is to be chosen")
    misconception: MisconceptionId | None = text_field(
        "what whoever chooses it believes, from misconceptions.yaml; none if that is not known",
        default=None,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ConceptQuestion(QuestionRecord):
    """A question about the subject itself, with one right option or with several."""

    kind: Literal["choose", "choose_all"]
    prompt: str = text_field("what is asked")
    editions: tuple[Tag, ...] = list_field("the editions its key holds in")
    options: tuple[Option, ...] = list_field("three to five options")


@dataclass(frozen=True, slots=True, kw_only=True)
class ListQuestion(ConceptQuestion):
    """Which two of four options are right, made of a question with several right ones."""


@dataclass(frozen=True, slots=True)
class Sentence(Record):
    """One sentence of a story, and the facts that a learner can find in it, if any."""

    text: str = text_field("one sentence that goes on with the story")
    shows: FactValues = value_field("the facts it shows", default_factory=dict)

    def __post_init__(self) -> None:
        _normalize(self, "shows")


@dataclass(frozen=True, slots=True, kw_only=True)
class SpotQuestion(QuestionRecord):
    """The sentence of a story on which the answer turns."""

    kind: Literal["spot"]
    provider: PartyId = text_field("an id from parties in world.yaml")
    service: ServiceId = text_field("an id from services in world.yaml")
    party: PartyId = text_field("an id from parties in world.yaml")
    sentences: tuple[Sentence, ...] = list_field("five to eight sentences: text, shows")
    lens: LensName = text_field("the lens to ask")

    @property
    def facts(self) -> Facts:
        """Everything that the sentences show. Raises `FactError` for what is no fact."""
        return Facts.read({k: value for each in self.sentences for k, value in each.shows.items()})


@dataclass(frozen=True, slots=True, kw_only=True)
class SortQuestion(QuestionRecord):
    """Several parties, each to be put into a class of one lens."""

    kind: Literal["sort"]
    prompt: str = text_field("what is asked", default="")
    cases: tuple[CaseId, ...] = list_field("ids from cases")
    lens: LensName = text_field("the lens to ask")


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchQuestion(QuestionRecord):
    """Terms and their definitions in one edition, or as terms of none."""

    kind: Literal["match"]
    prompt: str = text_field("what is asked", default="")
    terms: tuple[TermId, ...] = list_field("ids from glossary.yaml")
    edition: Tag = value_field("the edition it asks, or general", default="4")


Question = LensQuestion | ConceptQuestion | SpotQuestion | SortQuestion | MatchQuestion
