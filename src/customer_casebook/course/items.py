"""Items: what a card can ask, with its options, the right ones, and what each choice is answered with.

The id of an item is that of its question in the bank, or says what a lesson asks by itself:
``case/lens``, ``find/case/lens``, ``twins/case/lens`` or ``sort/lens/case+case``; or what an exam asks
of the glossary: ``word/term/edition`` or ``list/term/edition``. Of a twin it is that of its case with
``~evidence.1`` behind the name of the question or the case; of a question in another style, that of the
question with ``~list`` or ``~not``. Ids of another book than the course begin with its name and a colon.
"""

import copy
import json
import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from hashlib import sha256
from typing import Literal, NamedTuple, Self

from customer_casebook.course.casebook import Casebook, capital
from customer_casebook.course.feedback import CaseFeedback, in_editions
from customer_casebook.course.records import (
    TWIN,
    Case,
    ConceptQuestion,
    Evidence,
    LensQuestion,
    Misconception,
    Question,
    SortQuestion,
)
from customer_casebook.course.styles import STYLES, WORD_STYLES, in_style
from customer_casebook.document import (
    Block,
    EvidenceBlock,
    Heading,
    Link,
    Markdown,
    Paragraph,
    RunInHeading,
)
from customer_casebook.domain.rules import EDITIONS, GENERAL, LENSES
from customer_casebook.domain.verdict import UNDETERMINED


class Group(NamedTuple):
    """Some of an item's options, of which one has to be chosen; ``intro`` is read first, ``rule`` afterwards."""

    label: str
    options: tuple[str, ...]
    intro: Sequence[Block] = ()
    rule: Sequence[Block] = ()


class Item(ABC):
    """What a card can ask."""

    id: str
    topic: str
    prompt: str
    options: Mapping[str, str]  # option to label, in the order they are shown
    right: frozenset[str]  # the options to choose
    many: bool = False  # whether several options may be chosen
    explains_every_option: bool = False  # right or wrong, chosen or not
    places: Mapping[str, str] = {}  # option to its name in older journals, where that was its place
    groups: Sequence[Group] = ()  # where each of several groups needs a choice
    intro: Sequence[Block] = ()  # read first, where the card does not show it anyway
    takeaway: str = ""  # what its case leaves a learner with
    editions: Sequence[str] | None = None  # that it asks about; None: all of them
    lens: str = ""  # that it asks of a case; empty where it asks something else

    @property
    def decisive_evidence(self) -> tuple[str, ...]:
        """The evidence on which the answer turns."""
        return ()

    @property
    def supporting_evidence(self) -> tuple[str, ...]:
        """The evidence that the answer rests on."""
        return self.decisive_evidence

    @property
    def open_evidence(self) -> tuple[str, ...]:
        """The evidence that leaves an answer open."""
        return ()

    def evidence_on(self, option: str = "") -> dict[str, list[str]]:  # noqa: ARG002
        """The evidence by what it does for the answer, or for whether an option belongs to it."""
        return {
            "decisive": [*self.decisive_evidence],
            "supporting": [*self.supporting_evidence],
            "open": [*self.open_evidence],
        }

    @property
    def answer(self) -> str:
        """The right answer in words."""
        return " + ".join(label for option, label in self.options.items() if option in self.right)

    @property
    @abstractmethod
    def explanation(self) -> Sequence[Block]:
        """Why the answer is what it is, in short."""

    @property
    def more(self) -> Sequence[Block]:
        """What else there is to say about the answer."""
        return ()

    def reply(self, option: str) -> tuple[Sequence[Block], Sequence[Block]]:
        """What a wrong option is answered with where one may be chosen: in short, and what else there is to say."""
        why = RunInHeading("Your answer:", self.why_not(option), self.scope(option))
        return [why, *self.explanation], self.more

    def scope(self, option: str) -> Sequence[str] | None:  # noqa: ARG002
        """The editions that say why a wrong option is wrong; None: all of them."""
        return self.editions

    def instead(self, edition: str | None) -> str:
        """What an edition says in place of the answer; empty where it says the same."""
        if edition is None or self.editions is None or {edition, GENERAL} & {*self.editions}:
            return ""
        return f"This question is about {in_editions(self.editions)}."

    def asks_in(self, edition: str | None) -> str:
        """The editions whose words the question has, where that of a learner has others; else empty."""
        others = LENSES[self.lens].instead if self.lens else {}
        return in_editions([e for e in EDITIONS if e not in others]) if edition in others else ""

    def home(self, edition: str | None) -> str:  # noqa: ARG002
        """Which editions have the words of the answer, where that of a learner has others; else empty."""
        return ""

    @abstractmethod
    def why_not(self, option: str) -> str:
        """Why a wrong option is wrong."""

    def why_missed(self, option: str) -> str:
        """Why a right option that was left out belongs to the answer."""
        return self.why_not(option)

    def short_label(self, option: str) -> str:
        """What feedback calls an option."""
        return self.options[option]

    def wording(self, option: str) -> str:
        """An option in words that need nothing around them."""
        row = f"{self.short_label(option)}: " if self.groups else ""
        return row + self.options[option]

    def misconception(self, choice: Iterable[str]) -> Misconception | None:  # noqa: ARG002
        """The first known wrong reason that a choice betrays, if any."""
        return None

    @cached_property
    def betrayable(self) -> frozenset[str]:
        """The ids of misconceptions that a wrong answer can betray, one changed choice at a time."""
        one = not self.many and not self.groups
        choices = [{option} if one else self.right | {option} for option in self.options]
        choices += [self.right - {option} for option in self.options]
        betrayed = map(self.misconception, choices)
        return frozenset(misconception.id for misconception in betrayed if misconception)

    @cached_property
    def fingerprint(self) -> str:
        """A short hash of prompt, options and right key. Another wording has another one."""
        options = [(self.places.get(k, k), label) for k, label in self.options.items()]
        content = [self.prompt, options, sorted(self.places.get(k, k) for k in self.right)]
        return sha256(json.dumps(content).encode()).hexdigest()[:12]

    def shuffled(self, seed: object) -> Self:
        """The same item with its options in an order that the seed decides.

        What comes back after days could else be learnt by its place. Sentences of a story, evidence
        and the classes of a sort keep their order.
        """
        shuffled = copy.copy(self)
        shuffled.fingerprint = self.fingerprint  # of the order in which the options are written
        shuffled.reorder(f"{seed} {self.id}")  # each item has an order of its own
        return shuffled

    def reorder(self, seed: object) -> None:  # noqa: B027  (an item may leave it out)
        """Bring the options of this item into another order, where it has no order of its own."""


class CaseItem(CaseFeedback, Item):
    """One lens asked of one case. Its answer is the verdict's."""

    def __init__(
        self, book: Casebook, case: Case, lens: str, id_: str = "", intro: Sequence[Block] = ()
    ) -> None:
        super().__init__(book, case, lens)
        self.id = book.prefix + (id_ or f"{case.id}/{lens}")
        self.intro, self.takeaway = intro, case.takeaway
        self.topic = self.text.label
        self.prompt = book.sentence(self.text.question, case)
        self.many = LENSES[lens].many
        answers = (*LENSES[lens].answers, UNDETERMINED)
        self.options = {answer: self.text.answers[answer].label for answer in answers}

    @cached_property
    def decisive_evidence(self) -> tuple[str, ...]:
        return evidence_ids(self.case, {self.decisive_flip.fact} if self.decisive_flip else set())

    @cached_property
    def supporting_evidence(self) -> tuple[str, ...]:
        return evidence_ids(self.case, {*self.deciding_facts})

    @cached_property
    def open_evidence(self) -> tuple[str, ...]:
        return evidence_ids(self.case, {*self.narrowing_facts} - {*self.deciding_facts})

    def evidence_on(self, option: str = "") -> dict[str, list[str]]:
        marks, belongs, flip = super().evidence_on(), option in self.right, self.decisive_flip
        if not option or (option == UNDETERMINED and not belongs):
            return marks
        if option == UNDETERMINED or belongs != (option in self.verdict.possible):
            return marks | {"decisive": [], "supporting": []}
        decisive = marks["decisive"] if flip and (option in flip.answer) != belongs else []
        supporting = [*evidence_ids(self.case, {*self.facts_on(option)})]
        return {"decisive": decisive, "supporting": supporting, "open": []}

    def reorder(self, seed: object) -> None:
        # Whether the facts settle the answer is another question, so that option stays last.
        self.options = reordered(self.options, seed, last=UNDETERMINED)


def find_question(case_id: str, lens: str, kind: Literal["find", "twins"] = "find") -> LensQuestion:
    """The question of a lesson that wants the decisive evidence of a case, or what its twin has otherwise."""
    id_ = f"{kind}/{case_id}/{lens}"
    return LensQuestion(kind=kind, id=id_, objectives=(), case=case_id, lens=lens)


def lens_question(case: Case, lens: str) -> LensQuestion:
    """One lens of a case. A case of the lessons counts as a whole; of a twin an exam asks one lens by itself."""
    about = case.objectives if TWIN in case.id else ()
    id_ = f"{case.id}/{lens}"
    return LensQuestion(kind="case", id=id_, objectives=about, case=case.id, lens=lens)


def sort_question(case_ids: Sequence[str], lens: str) -> SortQuestion:
    """The question of a lesson that wants several parties sorted."""
    id_ = f"sort/{lens}/{'+'.join(case_ids)}"
    return SortQuestion(kind="sort", id=id_, objectives=(), cases=tuple(case_ids), lens=lens)


def question_of(book: Casebook, item_id: str) -> Question | None:
    """The question that an item id names; None where the book does not have it, or no longer."""
    if not item_id.startswith(book.prefix):
        return None
    name = item_id.removeprefix(book.prefix)
    if name in book.questions:
        return book.questions[name]
    question, _, telling = name.partition(TWIN)
    record = book.questions.get(question)
    if isinstance(record, LensQuestion) and (
        twin := book.find_case(f"{record.case}{TWIN}{telling}")
    ):
        return replace(record, id=name, case=twin.id, in_lesson=False)
    if isinstance(record, ConceptQuestion) and telling in STYLES:
        return in_style(record, telling)
    return _lesson_question(book, name.split("/"))


def _lesson_question(book: Casebook, words: list[str]) -> Question | None:
    match words:
        case ["sort", lens, cases] if lens in LENSES and not LENSES[lens].many:
            ids = tuple(cases.split("+"))
            return sort_question(ids, lens) if all(map(book.find_case, ids)) else None
        case ["word" | "list" as style, term, edition]:
            return WORD_STYLES[style](book, term, edition)
        case ["find" | "twins" as kind, case_id, lens] if lens in LENSES:
            return find_question(case_id, lens, kind) if book.find_case(case_id) else None
        case [case_id, lens] if lens in LENSES:
            case = book.find_case(case_id)
            return lens_question(case, lens) if case else None
    return None


def original_id(item_id: str) -> str:
    """The id that asks the same of the case as it is written; only that of a twin is another one."""
    return re.sub(f"^([^{TWIN}+]*){TWIN}[^{TWIN}/+]*(/[^{TWIN}/+]*)?$", r"\1\2", item_id)


def story(case: Case) -> list[Block]:
    """A case as a learner reads it: its story and its evidence."""
    return [Heading(case.title), Markdown(case.story), *evidence_blocks(case, case.evidence)]


def evidence_blocks(case: Case, clues: Iterable[Evidence]) -> list[EvidenceBlock]:
    """Some evidence of a case as a learner reads it."""
    return [EvidenceBlock(evidence_id(case, clue), clue.source, clue.text) for clue in clues]


def told_twice(case: Case, twin: Case) -> list[Block]:
    """A case and a twin of it as a learner reads them side by side: the story, and the evidence of each."""
    return [
        Heading(case.title),
        Markdown(case.story),
        Paragraph("The first version", "ccb-head"),
        *evidence_blocks(case, case.evidence),
        Paragraph("The second version", "ccb-head"),
        *evidence_blocks(twin, twin.evidence),
    ]


def evidence_id(case: Case, clue: Evidence) -> str:
    """The name of a piece of evidence among those of several cases."""
    return f"{case.id}/{clue.id}"


def evidence_ids(case: Case, facts: set[str]) -> tuple[str, ...]:
    """The pieces of evidence of a case that show one of the facts."""
    return tuple(evidence_id(case, clue) for clue in case.evidence if facts & clue.shows.keys())


_TITLES = {  # titles with what the name of a file leaves out
    "01_who_is_the_customer": "Who is the customer?",
    "02_who_pays_and_who_writes": "Who pays, and who writes",
    "09_services_inside_and_out": "Services, inside and out",
    "14_whose_wish_is_it": "Whose wish is it?",
}


def lesson_link(lesson: str) -> Link:
    """The title of a lesson, known by its notebook without its ending, that leads to it."""
    number, _, name = lesson.partition("_")
    title = _TITLES.get(lesson, capital(name.replace("_", " ")))
    return Link(f"Lesson {number}: {title}", f"{lesson}.ipynb")


def text_ids(texts: Sequence[str]) -> list[str]:
    """Short names that stay with their texts, wherever these stand in their list."""
    names = [sha256(text.encode()).hexdigest()[:8] for text in texts]
    return [f"{name}{'+' * names[:k].count(name)}" for k, name in enumerate(names)]


def stable_shuffle_key(seed: object, name: str) -> bytes:
    """A key to sort by that depends on the seed and this name alone.

    So an order keeps when other names come or go, and a seed keeps its choice while the bank grows.
    """
    return sha256(f"{seed} {name}".encode()).digest()


def reordered(options: Mapping[str, str], seed: object, last: str = "") -> dict[str, str]:
    """The options in an order that the seed decides; ``last`` stays at the end."""
    order = sorted(options, key=lambda name: (name == last, stable_shuffle_key(seed, name)))
    return {name: options[name] for name in order}
