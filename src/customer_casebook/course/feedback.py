"""What a learner is told about one lens of one case. Every sentence comes from the rules.

No answer is written by hand. The right options are those of the verdict. A wrong option is answered
with the misconception that it betrays, or else with the fewest facts that would make it right.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import combinations, product

from markupsafe import Markup

from customer_casebook.course.casebook import Casebook, capital, course, full_stop, join, quote
from customer_casebook.course.records import Case, Misconception
from customer_casebook.document import (
    Block,
    BulletList,
    Details,
    Heading,
    Paragraph,
    RunInHeading,
    Table,
    to_html,
)
from customer_casebook.domain.facts import UNKNOWN, VOCABULARY, Facts
from customer_casebook.domain.rules import EDITIONS, GENERAL, IN_COURSE, LENSES, Rule
from customer_casebook.domain.verdict import (
    MAIN_FACT,
    UNDETERMINED,
    Answer,
    Flip,
    Verdict,
    Verdicts,
    agrees,
    decide,
    decisive_flip,
    has_words,
    humanize,
    is_plausible,
    possible_answers,
    settled_answers,
    silence,
)

IN_OTHERS = "In other editions"  # the fold of what only they say
MAX_CHANGED_FACTS = 2  # with more of them it is another story
_TURN = "What would change it:"
_NOTHING = {"not_a_customer", "none", "nobody", "nothing_moves"}  # answers that say what is lacking
_MAYBE = "This may be true, but the facts here do not say so."


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
        # Of each option, once it is asked for.
        self._facts_on: dict[str, dict[str, str]] = {}
        self._changes_to: dict[str, tuple[tuple[str, str], ...]] = {}

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
        """Why a wrong option is wrong and what leads to it; and what else there is to say."""
        changes, scope = self._changes(option), self.scope(option)
        label = self.text.answers[option].label
        told = {name for name, _ in changes}
        rest: list[Block] = [*self.reasons]
        if option == UNDETERMINED:
            flip = self.decisive_flip
            deciding = {flip.fact: flip.old} if flip else dict([*self.deciding_facts.items()][:2])
            stated = {k: value for k, value in deciding.items() if k not in self._presumed}
            says = [
                "The facts settle it." if stated else "With one presumption, the facts settle it."
            ]
            if stated:
                facts = join(self.statement(*fact) for fact in stated.items())
                says.append(f"The answer depends on this: {facts}.")
            says += self._presumptions(deciding)
            return [Paragraph(" ".join(says))], [*rest, *self._grounds(deciding)]
        why: list[Block] = [Paragraph(_MAYBE)] if option in self.verdict.possible else []
        against = self._against(option)
        crosses = "organization" in {*told, *against} and self.facts.organization != UNKNOWN
        if misconception := self._slip(option):
            corrective = self._corrective(misconception)
            why.append(Paragraph(f"{self._denial(against)}{corrective}", editions=scope))
            rest = [RunInHeading("A common mistake:", quote(misconception.claim), scope), *rest]
        elif why:
            rest = [RunInHeading(full_stop(label), self.text.answers[option].means), *rest]
        elif changes and not crosses and {*self.verdict.answers} & _NOTHING:
            # What the option means may be true of the party, which lacks something else.
            rule = self.verdict.because[0].rule
            why = [Paragraph(_scoped(rule.title, rule.editions), editions=rule.editions)]
            rest = [Paragraph(rule.explanation, editions=rule.editions), *rest[1:]]
            against = {}
        else:
            why = [Paragraph(self._means(option, against))]
        turn = self.turn
        if changes:
            holds = self._editions_after(changes, {option})
            turn = [RunInHeading(_TURN, self._suppose(changes, option), holds)]
            if len(changes) > 1:
                two = f"It would take two changes for {quote(label)}:"
                items = [f"{capital(self.statement(*change))}." for change in changes]
                turn = [RunInHeading(_TURN, two, holds), BulletList(items, holds)]
        elif not self.verdict.missing:
            turn, rest = [], [*rest, *turn]
        return [*why, *turn], [*rest, *self._grounds({*told, *against})]

    def _against(self, option: str) -> dict[str, str]:
        """The fact of the case that rules out a wrong option; none where none does, or what follows names it."""
        if option == UNDETERMINED or option in self.verdict.possible:
            return {}
        known, changes = self.facts.known(), [name for name, _ in self._changes(option)]
        place = {k: value for k, value in known.items() if k in ("party_is", "organization")}
        nothing = option in _NOTHING  # which no organization rules out
        if "organization" in place and not nothing and self._settle(place, option):
            return {"organization": place["organization"]}
        if (changes and self._slip(option)) or "supplies" in {*changes} - known.keys():
            return {}
        names = [k for k in (*changes, *reversed(self.facts_on(option))) if k in known]
        if nothing:
            names = [k for k in names if k not in place and known[k] != "no"]
        deciding = [k for k in names if self._settle({**place, k: known[k]}, option)]
        return {name: known[name] for name in [*deciding, *(names if nothing else [])][:1]}

    def _denial(self, against: dict[str, str]) -> str:
        """The same as a sentence."""
        return "".join(f"{capital(self.statement(*fact))}. " for fact in against.items())

    def scope(self, option: str) -> Sequence[str] | None:
        """The editions that say why a wrong option is wrong; None: all of them."""
        misconception = self._slip(option)
        return misconception.editions if misconception else None

    def instead(self, edition: str | None) -> str:
        """What an edition says of the case, where that is something else than the answer."""
        return instead_in(edition, self.book, self.verdict)

    def home(self, edition: str | None) -> str:
        """Which editions give the answer, where the one that is named does not; else empty."""
        homes = [each for each in EDITIONS if agrees(each, self.facts, self.lens)]
        return f" in {in_editions(homes)}" if edition and homes and edition not in homes else ""

    @cached_property
    def reasons(self) -> Sequence[RunInHeading]:
        """The rules that decided."""
        return [_rule_block(reason.rule) for reason in self.verdict.because]

    @cached_property
    def turn(self) -> Sequence[Block]:
        """What would flip the answer, or settle it."""
        if not self.turning_sentence:
            return []
        flip = None if self.verdict.missing else self.decisive_flip
        after = (
            decide(self.facts.with_changes(**{flip.fact: flip.new}), self.lens) if flip else None
        )
        holds = self._editions_after(
            [(flip.fact, flip.new)] if flip else [], {*after.answers} if after else set()
        )
        point = _TURN if flip else "What would settle it:"
        return [RunInHeading(point, self.turning_sentence, holds)]

    @property
    def grounds(self) -> list[Block]:
        """What the answer rests on: facts in the words of the case, presumptions, and notes on wording."""
        flip = self.decisive_flip
        return self._grounds({flip.fact} & self._presumed.keys() if flip else ())

    def _grounds(self, told: Collection[str] = ()) -> list[Block]:
        """The grounds of the answer, without the facts that are told elsewhere."""
        left = {k: value for k, value in self.deciding_facts.items() if k not in told}
        facts = [f"{capital(self.statement(*fact))}." for fact in left.items()]
        needed = {name for reason in self.verdict.because for name in reason.presumed}
        sentences = self._presumptions(k for k in self._presumed if k in needed - {*told})
        notes = [Paragraph(words) for words in (*sentences, *self.verdict.notes)]
        other = "" if len(left) == len(self.deciding_facts) else "other "
        counting: list[Block] = [Paragraph(f"The {other}facts that count:"), BulletList(facts)]
        return [*(counting if facts else []), *notes]

    @cached_property
    def _presumed(self) -> dict[str, str]:
        known = self.facts.known()
        voice = {flip.fact: flip.old for flip in self.verdict.flips if flip.fact not in known}
        reasons = self.verdict.because
        return voice | {k: value for each in reasons for k, value in each.presumed.items()}

    def _presumptions(self, names: Iterable[str]) -> list[str]:
        """What is presumed of those facts that are."""
        presumed = [(name, self._presumed[name]) for name in names if name in self._presumed]
        says = "The case does not say, so we presume that"
        return [f"{says} {self.statement(*fact)}." for fact in presumed]

    @cached_property
    def deciding_facts(self) -> dict[str, str]:
        """The fewest of the facts the rules read that settle the answer by themselves."""
        reasons = self.verdict.because
        return self._fewest({k: value for each in reasons for k, value in each.facts.items()})

    def facts_on(self, role: str) -> dict[str, str]:
        """The fewest facts that settle whether a role belongs to the answer."""
        if role not in self._facts_on:
            reads, known = LENSES[self.lens].reads, self.facts.known()
            facts = {name: known[name] for name in reads if name in known}
            self._facts_on[role] = self._fewest(facts, role)
        return self._facts_on[role]

    def _fewest(self, facts: dict[str, str], role: str = "") -> dict[str, str]:
        """The facts without those that the answer, or that of one role, does not need."""
        stated = self.facts.sets_requirements != UNKNOWN
        order = [name for name in reversed(Facts._fields) if name in facts]
        if role:  # whose organization it is says more than what it is
            order.sort(key=lambda name: name != "party_is")
        for name in order:
            fewer = {other: value for other, value in facts.items() if other != name}
            if self._settle(fewer, role):
                may_presume = stated and "sets_requirements" not in fewer
                reasons = decide(fewer, self.lens).because if may_presume else ()
                told = (each for each in reasons if role in ("", each.rule.answer))
                if not any("sets_requirements" in each.presumed for each in told):
                    facts = fewer
        return facts

    def _settle(self, facts: dict[str, str], role: str) -> bool:
        """Whether these facts settle the answer, or that of one role, as all of them do."""
        settled = settled_answers(Facts(**facts), self.lens)
        if not role:
            return settled == {*self.verdict.answers}
        if role in self.right:
            return role in settled
        return role not in possible_answers(Facts(**facts), self.lens)

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
        if option == UNDETERMINED:
            return "The facts settle it. No unknown fact could change the answer."
        misconception = self._slip(option)
        said = [_MAYBE] if option in self.verdict.possible else []
        against = self._against(option)
        said.append(
            self._correction(misconception) if misconception else self._means(option, against)
        )
        if not (misconception or LENSES[self.lens].many):
            said.append(self.what_if(option))
        return " ".join(said).strip()

    def _correction(self, slip: Misconception) -> str:
        return f"A common mistake: {quote(slip.claim)} {self._corrective(slip)}"

    def _corrective(self, slip: Misconception) -> str:
        return _scoped(self.book.sentence(slip.corrective, self.case), slip.editions)

    def _means(self, option: str, against: dict[str, str]) -> str:
        """What an option means; in short, behind the fact that rules it out."""
        means, denial = self.text.answers[option].means, self._denial(against)
        return f"{denial}{_SENTENCE.split(means)[0]}" if denial else means

    def why_missed(self, option: str) -> str:
        """Why a right option that was left out belongs to the answer."""
        misconception = self._betrayed(option, chosen=False)
        return self._correction(misconception) if misconception else self.text.answers[option].means

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
        changes = self._changes(option)
        return self._suppose(changes, option) if changes else ""

    def _changes(self, option: str) -> tuple[tuple[str, str], ...]:
        """The fewest facts to change so that a wrong option would be right."""
        if option not in self._changes_to:
            is_open = option == UNDETERMINED or option in self.verdict.possible
            self._changes_to[option] = () if is_open else self._fewest_changes(option)
        return self._changes_to[option]

    def _editions_after(self, changes: Iterable[tuple[str, str]], answers: set[str]) -> list[str]:
        """The editions that give the answer to the case, and these answers after the changes."""
        changed = self.facts.with_changes(**dict(changes))
        return [
            edition
            for edition in EDITIONS
            if agrees(edition, self.facts, self.lens)
            and answers <= settled_answers(changed, self.lens, edition)
        ]

    def _suppose(self, changes: Sequence[tuple[str, str]], answer: Answer) -> str:
        label = quote(self.book.answer_label(self.lens, answer))
        facts = [self.statement(*change) for change in changes]
        if len(facts) > 1:
            both = ", and ".join(f"({n}) {fact}" for n, fact in enumerate(facts, 1))
            return f"It would take two changes for {label}: {both}."
        presumptions = self._presumptions(name for name, _ in changes)
        return " ".join([f"If {facts[0]}, the answer is {label}.", *presumptions])

    def _fewest_changes(self, option: str) -> tuple[tuple[str, str], ...]:
        """The fewest facts to change so that the option would be right, the likeliest first."""
        facts = self.facts
        reads = [name for name in LENSES[self.lens].reads if name != "party_is"]
        # It is far-fetched to make the party a supplier or a part of the provider; the reverse is not.
        far = [name for name in ("supplies", "inside_provider") if getattr(facts, name) != "yes"]
        ordinary = [name for name in reads if name not in far]
        main = MAIN_FACT.get(self.lens)
        ordinary.sort(key=lambda name: (name in self._presumed, name != main))
        for names in dict.fromkeys((*_subsets(ordinary), *_subsets(reads))):
            for values in product(*(VOCABULARY[name].says for name in names)):
                changes = dict(zip(names, values, strict=True))
                if any(getattr(facts, name) == value for name, value in changes.items()):
                    continue
                changed = facts._replace(**changes)
                if is_plausible(changed) and option in settled_answers(changed, self.lens):
                    return self._needed(changes, option)
        return ()

    def _needed(self, changes: dict[str, str], option: str) -> tuple[tuple[str, str], ...]:
        """The changes without those that go along with another and decide nothing."""
        for name in tuple(changes):
            fewer = {other: value for other, value in changes.items() if other != name}
            after = self.facts.with_changes(**fewer)
            # Where the party moves inside, nobody asks any more whether it is served directly.
            excluded = after.contradiction and name != "direct_online"
            if fewer and not excluded and option in settled_answers(after, self.lens):
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


def instead_in(edition: str | None, book: Casebook, verdict: Verdict) -> str:
    """What an edition says of facts, where that is something else than the verdict."""
    if edition is None or agrees(edition, verdict.facts, verdict.lens):
        return ""
    own = decide(verdict.facts, verdict.lens, edition=edition)
    if own.answers:
        label = quote(book.answer_label(verdict.lens, own.answer))
        return f"In ITIL {edition}, the answer is {label}."
    return own.instead or f"ITIL {edition} leaves this open."


def grounds_in(edition: str | None, book: Casebook, verdict: Verdict, missing: str) -> str:
    """The rules that decided, and what is missing: in one line, or in HTML for a learner of an edition."""
    if edition is None:
        return f"{verdict.why} {missing}".strip()
    rules = [reason.rule for reason in verdict.because]
    lines = [Paragraph(rule.title, editions=rule.editions) for rule in rules]
    if missing:
        lines.append(Paragraph(missing))
    return to_html(by_edition(edition, lines, instead=instead_in(edition, book, verdict)))


def _rule_block(rule: Rule) -> RunInHeading:
    # Behind the title, for an explanation may end with what another edition says.
    words = f"{_in_brackets(rule.editions)} {rule.explanation}"
    return RunInHeading(rule.title, words, rule.editions)


def in_editions(editions: Sequence[str]) -> str:
    """The editions that something holds in, as learners read it."""
    if GENERAL in editions:
        return IN_COURSE
    return "every edition" if tuple(editions) == EDITIONS else f"ITIL {join(editions)}"


def _in_brackets(editions: Sequence[str]) -> str:
    return f"({capital(in_editions(editions))}.)"


def _scoped(text: str, editions: Sequence[str]) -> str:
    """A text, and behind it the editions that say so, where these are some only."""
    tag = "" if tuple(editions) in (EDITIONS, (GENERAL,)) else f" {_in_brackets(editions)}"
    return text + tag


def _subsets(names: Sequence[str]) -> Iterator[tuple[str, ...]]:
    for size in range(1, MAX_CHANGED_FACTS + 1):
        yield from combinations(names, size)


# What says which edition a sentence is about, and what begins a sentence that goes on with the one before it.
_EDITION = re.compile(r"\bv3\b|\b[Ss]ince ITIL 4\b|(?:\bITIL|\band|,) [45]\b|\bVersion 5\b")
_SENTENCE = re.compile(r"(?<=[.?!”)]) (?=[A-Z(“]|v3\b)")
_GOES_ON = re.compile(r"(It|Its|This|That|They|These|Then|There|But|So)\b")


def editions_in(words: str) -> set[str]:
    """The editions that a sentence names."""
    names = [match[0].lower() for match in _EDITION.finditer(words)]
    return {e for e in EDITIONS for name in names if e in name or (e == "5" and "since" in name)}


def split_by_edition(
    blocks: Iterable[Block], edition: str | None
) -> tuple[list[Block], list[Block]]:
    """What an edition and this course say, and what only other editions say.

    A sentence that names other editions only is theirs. Without an edition nothing is set apart.
    """
    own, others = list[Block](), list[Block]()
    for block in blocks:
        if not (edition and isinstance(block, Paragraph | RunInHeading | BulletList)):
            own.append(block)
        elif block.editions is not None and not {edition, GENERAL} & {*block.editions}:
            others.append(block)
        elif isinstance(block, BulletList):
            own.append(block)
        else:
            here, there = _split_sentences(block.words, edition)
            if here or not there:
                own.append(replace(block, words=here))
            if there:
                others.append(replace(block, words=there))
    return own, others


def by_edition(
    edition: str | None,
    short: Sequence[Block],
    more: Sequence[Block] = (),
    aside: Sequence[Block] = (),
    instead: str = "",
) -> list[Block]:
    """What is read at once, and two folds: what else there is to say, and what only other editions say.

    What the edition says ``instead`` comes first. Where only others say what is short, something of the
    rest is read at once.
    """
    own, others = split_by_edition(short, edition)
    further, foreign = split_by_edition(more, edition)
    if instead:
        own.insert(0, Paragraph(instead))
    if short and not own:
        own, further = further[:1], further[1:]
    folds = {"More about this": further, IN_OTHERS: [*others, *foreign, *aside]}
    return [*own, *(Details(summary, blocks) for summary, blocks in folds.items() if blocks)]


def _split_sentences(words: str, edition: str) -> tuple[str, str]:
    here, there = list[str](), list[str]()
    goes = here
    for sentence in _SENTENCE.split(words):
        named = editions_in(sentence)
        if named:
            goes = here if edition in named else there
        elif not _GOES_ON.match(sentence):
            goes = here
        goes.append(sentence)
    return " ".join(here), " ".join(there)


def verdict_card(judged: Verdict | Verdicts) -> Markup:
    """What a notebook shows of a verdict, in the words of the course and of the learner's edition."""
    from customer_casebook.course.exam import chosen_edition  # which needs this module

    book, edition = course(), chosen_edition()
    if not isinstance(judged, Verdict):
        rows = {
            lens: (book.lens_texts[lens].label, answer_in_words(one, book))
            for lens, one in judged.items()
        }
        columns = ("Question", "Verdict")
        blocks = table_by_edition(edition, "What follows", columns, lambda lens, _: rows[lens])
    elif edition and judged.edition not in (None, edition):  # the learner did not choose that one
        blocks = by_edition(edition, [], aside=[*verdict_blocks(judged, book)])
    else:
        head, *rest = verdict_blocks(judged, book)
        instead = "" if judged.edition else instead_in(edition, book, judged)
        blocks = [head, *by_edition(edition, rest, instead=instead)]
    return Markup('<div class="ccb ccb-verdict">{}</div>').format(to_html(blocks))


def table_by_edition(
    edition: str | None,
    caption: str,
    columns: Sequence[str],
    row: Callable[[str, str | None], Sequence[str]],
) -> list[Block]:
    """A table with a row for each lens. Those that an edition has no words for stand in a fold, for everybody."""
    own = [row(lens, edition) for lens in LENSES if has_words(edition, lens)]
    aside = [row(lens, None) for lens in LENSES if not has_words(edition, lens)]
    others = [Table(caption, columns, aside)] if aside else []
    return by_edition(edition, [Table(caption, columns, own)], aside=others)


def verdict_blocks(verdict: Verdict, book: Casebook) -> Iterator[Block]:
    """A verdict with its rules, its facts, what would change it, and its notes."""
    edition = f" in ITIL {verdict.edition}" if verdict.edition else ""
    label = f"{book.lens_texts[verdict.lens].label}{edition}"
    yield Heading(f"{label}: {answer_in_words(verdict, book)}", level=4)
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


def answer_in_words(verdict: Verdict, book: Casebook, *, brief: bool = False) -> str:
    """The answer of a verdict; unless it is ``brief``, with what is missing."""
    if verdict.is_silent:
        return silence(verdict.edition)
    label = book.answer_label(verdict.lens, verdict.answer)
    if not verdict.missing:
        return label
    missing = join(VOCABULARY[name].label.lower() for name in verdict.missing)
    partly = "; part of it stays open" if verdict.answers else ""
    return f"{label}{partly}" + ("" if brief else f" (not known: {missing})")
