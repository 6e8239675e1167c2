"""From a case and a lens to a question with its feedback: every text a learner is told, found by the rules.

No answer is typed anywhere. The right options are the verdict's; what is said about a wrong one is
the misconception it betrays, or else the fewest facts that would have to be different for it to be
right.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, product

from customer_casebook.course.casebook import lens_texts, misconceptions, world
from customer_casebook.course.document import Block, BulletList, RunInHeading
from customer_casebook.course.records import Case, Misconception
from customer_casebook.domain.facts import UNKNOWN, VOCABULARY, Facts, require_known
from customer_casebook.domain.rules import EDITIONS, LENSES
from customer_casebook.domain.verdict import (
    MAIN_FACT,
    UNDETERMINED,
    Flip,
    decide,
    decisive_flip,
    is_plausible,
)

_FAR = 3  # more changed facts than this make another story


class Item(ABC):
    """What a card can ask: options to choose from, the right ones, and what each choice is told."""

    id: str
    topic: str
    prompt: str
    options: Mapping[str, str]  # option to label, in the order they are shown
    right: frozenset[str]  # the options to choose
    many: bool = False
    each_explained: bool = False  # every option, right or wrong, has an explanation of its own
    groups: Mapping[str, Sequence[str]] = {}  # label to options, where each group needs a choice
    intro: Sequence[Block] = ()  # to be read first, where the card does not show it anyway

    def name(self, option: str) -> str:
        """What feedback calls an option."""
        return self.options[option]

    @property
    def counting(self) -> tuple[str, ...]:
        """The slips of evidence that the answer rests on."""
        return self.telling

    @property
    def answer(self) -> str:
        """The right answer in words."""
        return " + ".join(label for option, label in self.options.items() if option in self.right)

    @property
    def telling(self) -> tuple[str, ...]:
        """The slips of evidence on which the answer turns."""
        return ()

    @property
    @abstractmethod
    def explanation(self) -> Sequence[Block]:
        """Why the answer is what it is, for whatever choice."""

    @abstractmethod
    def why_not(self, option: str) -> str:
        """Why a wrong option is wrong."""

    def why_missed(self, option: str) -> str:
        """Why a right option that was left out belongs to the answer."""
        return self.why_not(option)

    def misconception(self, choice: Iterable[str]) -> Misconception | None:  # noqa: ARG002
        """The first known wrong reason that a choice betrays, if any."""
        return None


@dataclass
class Question(Item):
    """One lens asked of one case. Its answer is the verdict's."""

    case: Case
    lens: str
    id: str = ""
    intro: Sequence[Block] = ()

    def __post_init__(self) -> None:
        lens, self.text = LENSES[self.lens], lens_texts()[self.lens]
        self.id = self.id or f"{self.case.id}/{self.lens}"
        self.topic = self.text.label
        self.prompt = sentence(self.text.question, self.case)
        self.many = lens.many
        answers = (*lens.answers, UNDETERMINED)
        self.options = {answer: self.text.answers[answer].label for answer in answers}
        self.verdict = decide(self.case.facts, self.lens)
        settled = frozenset(self.verdict.answers)
        # Where some roles are settled and others open, both is said.
        self.right = settled if settled == {*self.verdict.possible} else settled | {UNDETERMINED}

    def misconception(self, choice: Iterable[str]) -> Misconception | None:
        chosen = frozenset(choice)
        missed = self.right - chosen
        slips = chosen - self.right | (missed if len(missed) == 1 else frozenset())
        # Who leaves out several roles has missed more than what tells two of them apart.
        wrong = (
            self._betrayed(option, chosen=option in chosen)
            for option in self.options
            if option in slips
        )
        return next(filter(None, wrong), None)

    def _betrayed(self, option: str, *, chosen: bool) -> Misconception | None:
        facts = self.case.facts._asdict()
        for each in misconceptions():
            for sign in each.shows:
                betrayed = sign.lens, sign.choice if chosen else sign.omits
                when = all(facts[name] in values for name, values in sign.when.items())
                if betrayed == (self.lens, option) and when:
                    return each
        return None

    def why_not(self, option: str) -> str:
        if option == UNDETERMINED:
            return "The facts do settle it: nothing that is unknown here could change the answer."
        unsettled = option in self.verdict.possible
        hedge = "It may turn out so, but nothing here tells. " if unsettled else ""
        if wrong := self._betrayed(option, chosen=True):
            return hedge + _corrected(wrong)
        means = self.text.answers[option].means
        return f"{hedge}{means}" if unsettled else f"{means} {self._lacking(option)}".strip()

    def why_missed(self, option: str) -> str:
        wrong = self._betrayed(option, chosen=False)
        return _corrected(wrong) if wrong else self.text.answers[option].means

    def _lacking(self, option: str) -> str:
        """What would have to be different, or be told, for an option to be right."""
        changes = self._needed(option)
        known = self.case.facts.known()
        different = [say(*change, self.case) for change in changes if change[0] in known]
        untold = [say(*change, self.case) for change in changes if change[0] not in known]
        parts = []
        if different:
            parts.append(f"It would be right if this were so: {join(different)}.")
        if untold:
            also = "It would also" if different else "For that it would"
            parts.append(f"{also} have to be told that {join(untold)}.")
        if not parts and self.case.facts.party_is == "private_person":
            parts.append("A private person stands outside the provider's organization.")
        return " ".join(parts)

    def _needed(self, option: str) -> tuple[tuple[str, str], ...]:
        """The fewest facts to change so that the option would be right, the least far-fetched first."""
        facts = self.case.facts
        reads = [name for name in LENSES[self.lens].reads if name != "party_is"]
        # To make a supplier of somebody, or a part of the provider, is far-fetched; to unmake one is not.
        far = [name for name in ("supplies", "inside_provider") if getattr(facts, name) != "yes"]
        ordinary = [name for name in reads if name not in far]
        ordinary.sort(key=lambda name: name != MAIN_FACT.get(self.lens))
        for names in (*_some(ordinary), *_some(reads)):
            for values in product(*(VOCABULARY[name].says for name in names)):
                changes = dict(zip(names, values, strict=True))
                if any(getattr(facts, name) == value for name, value in changes.items()):
                    continue
                other = facts.with_changes(**changes)
                if is_plausible(other) and option in decide(other, self.lens).answers:
                    return self._deciding_of(changes, option)
        return ()

    def _deciding_of(self, changes: dict[str, str], option: str) -> tuple[tuple[str, str], ...]:
        """The changes without those that only go along with another, and decide nothing."""
        for name in tuple(changes):
            fewer = {other: value for other, value in changes.items() if other != name}
            if fewer and option in decide(self.case.facts.with_changes(**fewer), self.lens).answers:
                return self._deciding_of(fewer, option)
        return tuple(changes.items())

    @property
    def grounds(self) -> tuple[str, ...]:
        """What the answer rests on, in the words of the case: facts, presumptions, and notes on wording."""
        known = [f"{capital(say(*fact, self.case))}." for fact in self._deciding.items()]
        presumed = {fact for each in self.verdict.because for fact in each.presumed.items()}
        taken = [
            f"Nothing says otherwise, so it is presumed that {say(*fact, self.case)}."
            for fact in presumed
        ]
        return (*known, *taken, *self.verdict.notes)

    @cached_property
    def _deciding(self) -> dict[str, str]:
        """The fewest of the facts the rules read that settle the answer by themselves."""
        facts = {name: value for each in self.verdict.because for name, value in each.facts.items()}
        for name in reversed(Facts._fields):
            fewer = {each: value for each, value in facts.items() if each != name}
            verdict = decide(fewer, self.lens)
            presuming = any(reason.presumed for reason in verdict.because)
            stated = self.case.facts.sets_requirements != UNKNOWN
            if verdict.answer == self.verdict.answer and not (stated and presuming):
                facts = fewer
        return facts

    @property
    def explanation(self) -> list[Block]:
        rules = [reason.rule for reason in self.verdict.because]
        blocks: list[Block] = [
            RunInHeading(rule.title, f"{rule.explanation} {in_editions(rule.editions)}")
            for rule in rules
        ]
        if self.grounds:
            blocks.append(BulletList(self.grounds))
        if turn := self.turning_point():
            settles = "What would settle it:" if self.verdict.missing else "What would flip it:"
            blocks.append(RunInHeading(settles, turn))
        return blocks

    @property
    def telling(self) -> tuple[str, ...]:
        turns_on = self.turns_on.fact if self.turns_on else None
        shown_in = [each for each in self.case.evidence if turns_on in each.shows]
        return tuple(evidence_id(self.case, each.id) for each in shown_in)

    @property
    def counting(self) -> tuple[str, ...]:
        slips = self.case.evidence
        return tuple(
            evidence_id(self.case, each.id) for each in slips if self._deciding.keys() & each.shows
        )

    @property
    def answer(self) -> str:
        settled = " + ".join(
            label for option, label in self.options.items() if option in self.verdict.answers
        )
        if not settled:
            return self.options[UNDETERMINED]
        return f"{settled}; part of it stays open" if UNDETERMINED in self.right else settled

    @cached_property
    def turns_on(self) -> Flip | None:
        """The one fact a settled answer turns on: of those that would settle it otherwise, the most telling."""
        return decisive_flip(self.case.facts, self.verdict)

    def turning_point(self) -> str:
        """What single fact would settle the question, or flip it, as a sentence; empty where none would."""
        if self.verdict.missing:
            return " ".join(self._settling(name) for name in self.verdict.missing)
        if not (flip := self.turns_on):
            return ""
        after = decide(self.case.facts.with_changes(**{flip.fact: flip.new}), self.lens)
        presuming = any(reason.presumed for reason in after.because)
        voice = say("sets_requirements", "yes", self.case)
        return (
            f"Suppose {say(flip.fact, flip.new, self.case)}: "
            f"then the answer would be “{in_words(self.lens, flip.answer)}”"
            + (f", for it would be presumed that {voice}." if presuming else ".")
        )

    def asks(self, name: str) -> str:
        """What would settle an unknown fact: as the case puts it, or else as the vocabulary does."""
        return self.case.open.get(name) or VOCABULARY[name].question

    def _settling(self, name: str) -> str:
        outcomes = []
        for value in VOCABULARY[name].says:
            after = decide(self.case.facts.with_changes(**{name: value}), self.lens)
            if {*after.answers} == {*after.possible}:  # no part of it is left open
                told = in_words(self.lens, after.answer)
                outcomes.append(f"if {say(name, value, self.case)}: {told}")
        return self.asks(name) + (f" ({capital('; '.join(outcomes))}.)" if outcomes else "")


def in_words(lens: str, answer: str | tuple[str, ...]) -> str:
    """An answer of a lens as learners read it; several in the lens's own order."""
    given = (answer,) if isinstance(answer, str) else answer
    texts = lens_texts()[lens].answers
    answers = (*LENSES[lens].answers, UNDETERMINED)
    return join(texts[each].label for each in answers if each in given)


def _corrected(wrong: Misconception) -> str:
    editions = "" if tuple(wrong.editions) == EDITIONS else f" {in_editions(wrong.editions)}"
    return f"A common thought: “{wrong.claim}” {wrong.corrective}{editions}"


def in_editions(editions: Iterable[str]) -> str:
    """The editions something holds in, as learners read it."""
    listed = tuple(editions)
    return "(Every edition.)" if listed == EDITIONS else f"(ITIL {join(listed)}.)"


def _some(names: Sequence[str]) -> Iterator[tuple[str, ...]]:
    for size in range(1, _FAR + 1):
        yield from combinations(names, size)


def ask(case: Case, lenses: Iterable[str]) -> list[Question]:
    """The questions of a case, in the order of the lenses. Raises `ValueError` for a lens that does not exist."""
    wanted = (lenses,) if isinstance(lenses, str) else tuple(lenses)
    for lens in wanted:
        require_known("lens", lens, LENSES)
    return [Question(case, lens) for lens in wanted]


def evidence_id(case: Case, evidence: str) -> str:
    """The name of a piece of evidence among those of several cases."""
    return f"{case.id}/{evidence}"


def say(name: str, value: str, case: Case) -> str:
    """A fact in the words of a case, to stand inside a sentence."""
    says = VOCABULARY[name].says[value]
    if name == "consumes" and case.facts.party_is == "employee":
        says = says.replace("{party}", "{party}, or the unit behind {party},")
    return fill(says, case)


def sentence(template: str, case: Case) -> str:
    """A template about a case, to stand on its own."""
    return capital(fill(template, case))


def fill(template: str, case: Case) -> str:
    """A template with the names of the case's party, provider and service in it."""
    parties, services = world().parties, world().services
    template = template.replace("{party}", parties[case.party].name)
    template = template.replace("{provider}", parties[case.provider].name)
    return template.replace("{service}", services[case.service].name)


def stop(text: str) -> str:
    """The text with a full stop at its end, if it has none."""
    return text if text.rstrip('"”').endswith((".", "?", "!")) else f"{text}."


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def join(words: Iterable[str]) -> str:
    """``a, b and c``."""
    *init, last = words
    return f"{', '.join(init)} and {last}" if init else last
