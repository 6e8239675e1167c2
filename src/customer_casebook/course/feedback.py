"""What a learner is told about one lens of one case. Every sentence comes from the rules.

No answer is written by hand. The right options are those of the verdict. A wrong option is answered
with the misconception that it betrays, or else with the fewest facts that would make it right.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import combinations, product

from markupsafe import Markup

from customer_casebook.course.casebook import Casebook, capital, course, full_stop, join, quote
from customer_casebook.course.records import Case, Misconception
from customer_casebook.document import (
    Block,
    BulletList,
    Heading,
    Paragraph,
    RunInHeading,
    Table,
    to_html,
)
from customer_casebook.domain.facts import UNKNOWN, VOCABULARY, Facts
from customer_casebook.domain.rules import EDITIONS, GENERAL, LENSES, Rule
from customer_casebook.domain.verdict import (
    MAIN_FACT,
    UNDETERMINED,
    Answer,
    Flip,
    Verdict,
    Verdicts,
    decide,
    decisive_flip,
    humanize,
    is_plausible,
    settled_answers,
)

MAX_CHANGED_FACTS = 3  # with more of them it is another story


class CaseFeedback:
    """The verdict on one lens of one case, and what there is to say about each answer."""

    def __init__(self, book: Casebook, case: Case, lens: str) -> None:
        self.book, self.case, self.lens = book, case, lens
        self.facts = case.facts
        self.text = book.lens_texts[lens]
        self.verdict = decide(self.facts, lens)
        settled = frozenset(self.verdict.answers)
        # Where some roles are settled and others open, the right answer says both.
        partly = settled != {*self.verdict.possible}
        self.right = settled | {UNDETERMINED} if partly else settled

    @property
    def answer(self) -> str:
        """The right answer in words."""
        answers = LENSES[self.lens].answers
        labels = [self.text.answers[name].label for name in answers if name in self.verdict.answers]
        if not labels:
            return self.text.answers[UNDETERMINED].label
        settled = " + ".join(labels)
        return f"{settled}; part of it stays open" if UNDETERMINED in self.right else settled

    @property
    def explanation(self) -> list[Block]:
        """The reason for the answer, and what would flip or settle it."""
        return [*self.reasons[:1], *self.turn]

    @property
    def more(self) -> list[Block]:
        """What else there is to say: other rules, the facts that count, presumptions, and notes."""
        return [*self.reasons[1:], *self.grounds]

    def reply(self, option: str) -> tuple[list[Block], list[Block]]:
        """What a wrong option is answered with: a reason and a flip, and what else there is to say."""
        reason, rest = self.reasons[:1], self.reasons[1:]
        label = self.text.answers[option].label
        if not reason or option in (UNDETERMINED, *self.verdict.possible) or self._slip(option):
            reason, rest = [Paragraph(self._why_wrong(option))], self.reasons
        else:
            rest = [RunInHeading(full_stop(label), self._why_wrong(option)), *rest]
        flip = self.what_if(option)
        turn = [RunInHeading("What would flip it:", flip)] if flip else self.turn
        return [*reason, *turn], [*rest, *self.grounds]

    @property
    def reasons(self) -> list[Block]:
        """The rules that decided."""
        return [_rule_block(reason.rule) for reason in self.verdict.because]

    @property
    def turn(self) -> list[Block]:
        """What would flip the answer, or settle it."""
        point = "What would settle it:" if self.verdict.missing else "What would flip it:"
        return [RunInHeading(point, self.turning_sentence)] if self.turning_sentence else []

    @property
    def grounds(self) -> list[Block]:
        """What the answer rests on: facts in the words of the case, presumptions, and notes on wording."""
        facts = [f"{capital(self.statement(*fact))}." for fact in self.deciding_facts.items()]
        presumed = {fact for reason in self.verdict.because for fact in reason.presumed.items()}
        sentences = [
            f"The case does not say, so we presume that {self.statement(*fact)}."
            for fact in presumed
        ]
        notes = [Paragraph(words) for words in (*sentences, *self.verdict.notes)]
        counting: list[Block] = [Paragraph("The facts that count:"), BulletList(facts)]
        return [*(counting if facts else []), *notes]

    @cached_property
    def deciding_facts(self) -> dict[str, str]:
        """The fewest of the facts the rules read that settle the answer by themselves."""
        because = self.verdict.because
        facts = {name: value for reason in because for name, value in reason.facts.items()}
        stated = self.facts.sets_requirements != UNKNOWN
        for name in reversed(Facts._fields):
            fewer = {other: value for other, value in facts.items() if other != name}
            verdict = decide(fewer, self.lens)
            presuming = any("sets_requirements" in reason.presumed for reason in verdict.because)
            if verdict.answer == self.verdict.answer and not (stated and presuming):
                facts = fewer
        return facts

    @cached_property
    def narrowing_facts(self) -> dict[str, str]:
        """The fewest facts that leave an open question the answers it has; all, where none is ruled out."""
        reads = LENSES[self.lens].reads if self.verdict.missing else ()
        known = {k: value for k, value in self.facts.known().items() if k in reads}
        facts = known
        for name in known:
            fewer = {other: value for other, value in facts.items() if other != name}
            if decide(fewer, self.lens).possible == self.verdict.possible:
                facts = fewer
        return facts or known

    @cached_property
    def decisive_flip(self) -> Flip | None:
        """The one fact that a settled answer turns on."""
        return decisive_flip(self.facts, self.verdict)

    @cached_property
    def turning_sentence(self) -> str:
        """Which single fact would settle the question, or flip it; empty where none would."""
        if self.verdict.missing:
            return " ".join(self._settling(name) for name in self.verdict.missing)
        if not (flip := self.decisive_flip):
            return ""
        return self._suppose([(flip.fact, flip.new)], flip.answer)

    def open_question(self, fact: str) -> str:
        """What would settle an unknown fact: in the words of the case, or of the vocabulary."""
        return self.case.open.get(fact) or VOCABULARY[fact].question

    def misconception(self, choice: Iterable[str]) -> Misconception | None:
        """The first known wrong reason that a choice betrays, if any."""
        chosen = frozenset(choice)
        missed = self.right - chosen
        # Whoever leaves out several roles has missed more than what tells two of them apart.
        wrong = chosen - self.right | (missed if len(missed) == 1 else frozenset())
        betrayed = (
            self._betrayed(option, chosen=option in chosen)
            for option in (*LENSES[self.lens].answers, UNDETERMINED)
            if option in wrong
        )
        return next(filter(None, betrayed), None)

    def why_not(self, option: str) -> str:
        """Why a wrong option is wrong, and what would make it right."""
        says_enough = LENSES[self.lens].many or self._slip(option)
        flip = "" if says_enough else self.what_if(option)
        return f"{self._why_wrong(option)} {flip}".strip()

    def _why_wrong(self, option: str) -> str:
        if option == UNDETERMINED:
            return "The facts settle it. No unknown fact could change the answer."
        unsettled = option in self.verdict.possible
        hedge = "This may be true, but the facts here do not say so. " if unsettled else ""
        if misconception := self._slip(option):
            return hedge + _correction(misconception)
        means = self.text.answers[option].means
        private = self.facts.party_is == "private_person"
        if not unsettled and private and not self._fewest_changes(option):
            means += " A private person does not belong to the provider's organization."
        return hedge + means

    def why_missed(self, option: str) -> str:
        """Why a right option that was left out belongs to the answer."""
        misconception = self._betrayed(option, chosen=False)
        return _correction(misconception) if misconception else self.text.answers[option].means

    def statement(self, fact: str, value: str) -> str:
        """A fact in the words of the case, to stand inside a sentence."""
        return self.book.state(fact, value, self.case)

    def _betrayed(self, option: str, *, chosen: bool) -> Misconception | None:
        for misconception in self.book.misconceptions:
            for sign in misconception.shows:
                wrong = sign.choice if chosen else sign.omits
                if (sign.lens, wrong) == (self.lens, option) and all(
                    getattr(self.facts, name) in values for name, values in sign.when.items()
                ):
                    return misconception
        return None

    def _slip(self, option: str) -> Misconception | None:
        return self._betrayed(option, chosen=True)

    def what_if(self, option: str) -> str:
        """The fewest facts that would make a wrong option right; empty where it may be so, or none would."""
        if option == UNDETERMINED or option in self.verdict.possible:
            return ""
        changes = self._fewest_changes(option)
        return self._suppose(changes, option) if changes else ""

    def _suppose(self, changes: Iterable[tuple[str, str]], answer: Answer) -> str:
        label = self.book.answer_label(self.lens, answer)
        other = join(self.statement(*change) for change in changes)
        return f"If {other}, the answer is {quote(label)}."

    def _fewest_changes(self, option: str) -> tuple[tuple[str, str], ...]:
        """The fewest facts to change so that the option would be right, the likeliest first."""
        facts = self.facts
        reads = [name for name in LENSES[self.lens].reads if name != "party_is"]
        # It is far-fetched to make the party a supplier or a part of the provider; the reverse is not.
        far = [name for name in ("supplies", "inside_provider") if getattr(facts, name) != "yes"]
        ordinary = [name for name in reads if name not in far]
        ordinary.sort(key=lambda name: name != MAIN_FACT.get(self.lens))
        for names in (*_subsets(ordinary), *_subsets(reads)):
            for values in product(*(VOCABULARY[name].says for name in names)):
                changes = dict(zip(names, values, strict=True))
                if any(getattr(facts, name) == value for name, value in changes.items()):
                    continue
                changed = facts.with_changes(**changes)
                if is_plausible(changed) and option in settled_answers(changed, self.lens):
                    return self._needed(changes, option)
        return ()

    def _needed(self, changes: dict[str, str], option: str) -> tuple[tuple[str, str], ...]:
        """The changes without those that go along with another and decide nothing."""
        for name in tuple(changes):
            fewer = {other: value for other, value in changes.items() if other != name}
            if fewer and option in settled_answers(self.facts.with_changes(**fewer), self.lens):
                return self._needed(fewer, option)
        return tuple(changes.items())

    def _settling(self, name: str) -> str:
        outcomes = []
        for value in VOCABULARY[name].says:
            after = decide(self.facts.with_changes(**{name: value}), self.lens)
            if {*after.answers} == {*after.possible}:  # no part of it is left open
                label = self.book.answer_label(self.lens, after.answer)
                outcomes.append(f"if {self.statement(name, value)}: {label}")
        question = self.open_question(name)
        return question + (f" ({capital('; '.join(outcomes))}.)" if outcomes else "")


def _rule_block(rule: Rule) -> RunInHeading:
    return RunInHeading(rule.title, f"{rule.explanation} {in_editions(rule.editions)}")


def in_editions(editions: Sequence[str]) -> str:
    """The editions that something holds in, as learners read it."""
    if GENERAL in editions:
        return "(In every edition: general.)"
    return "(Every edition.)" if tuple(editions) == EDITIONS else f"(ITIL {join(editions)}.)"


def _correction(misconception: Misconception) -> str:
    editions = misconception.editions
    suffix = "" if editions in (EDITIONS, (GENERAL,)) else f" {in_editions(editions)}"
    return f"A common mistake: {quote(misconception.claim)} {misconception.corrective}{suffix}"


def _subsets(names: Sequence[str]) -> Iterator[tuple[str, ...]]:
    for size in range(1, MAX_CHANGED_FACTS + 1):
        yield from combinations(names, size)


def verdict_card(judged: Verdict | Verdicts) -> Markup:
    """What a notebook shows of a verdict, in the words of the course."""
    book = course()
    if isinstance(judged, Verdict):
        blocks = [*_blocks_of(judged, book)]
    else:
        rows = [
            (book.lens_texts[lens].label, _answer_in_words(one, book))
            for lens, one in judged.items()
        ]
        blocks = [Table("What follows", ("Lens", "Verdict"), rows)]
    return Markup('<div class="ccb ccb-verdict">{}</div>').format(to_html(blocks))


def _blocks_of(verdict: Verdict, book: Casebook) -> Iterator[Block]:
    edition = f" in ITIL {verdict.edition}" if verdict.edition else ""
    label = f"{book.lens_texts[verdict.lens].label}{edition}"
    yield Heading(f"{label}: {_answer_in_words(verdict, book)}", level=4)
    rows: dict[str, list[str]] = {}  # a fact, its value, and what another value would change
    for because in verdict.because:
        yield _rule_block(because.rule)
        rows |= {name: [humanize(value), ""] for name, value in because.facts.items()}
        presumed = because.presumed.items()
        rows |= {name: [f"{humanize(value)} (presumed)", ""] for name, value in presumed}
    rows |= {name: ["not known", VOCABULARY[name].question] for name in verdict.missing}
    for flip in verdict.flips:
        row = rows.setdefault(flip.fact, [humanize(flip.old), ""])
        label = book.answer_label(verdict.lens, flip.answer)
        if flip.answer == UNDETERMINED and verdict.edition:
            label = f"no settled answer in ITIL {verdict.edition}"
        row[1] += f"{'; ' if row[1] else ''}{humanize(flip.new)}: {label}"
    columns = ("Fact", "Here", "If it were different")
    if rows:
        yield Table("The facts", columns, [(VOCABULARY[name].label, *rows[name]) for name in rows])
    yield from map(Paragraph, verdict.notes)


def _answer_in_words(verdict: Verdict, book: Casebook) -> str:
    if verdict.answer == UNDETERMINED and not verdict.missing:
        return f"ITIL {verdict.edition} has no rule for this"
    label = book.answer_label(verdict.lens, verdict.answer)
    if not verdict.missing:
        return label
    missing = join(VOCABULARY[name].label.lower() for name in verdict.missing)
    return f"{label}{'; part of it stays open' if verdict.answers else ''} (not known: {missing})"
