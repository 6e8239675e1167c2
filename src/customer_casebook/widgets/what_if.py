"""What if: every fact of a case as a switch, and what follows from them, at once."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from customer_casebook.course.casebook import Casebook, course
from customer_casebook.course.records import Case
from customer_casebook.document import (
    Block,
    BulletList,
    Details,
    Heading,
    Markdown,
    Paragraph,
    Table,
    to_html,
)
from customer_casebook.domain.facts import UNKNOWN, VOCABULARY, Facts, InputError, require_known
from customer_casebook.domain.rules import LENSES
from customer_casebook.domain.verdict import UNDETERMINED, Verdicts, decide, humanize
from customer_casebook.widgets.controls import Button, Choice, Controls, Outcome, Values
from customer_casebook.widgets.diagram import Picture
from customer_casebook.widgets.study import lenses_to_ask

Challenge = tuple[str, str]

_FAILURE = (
    "Something went wrong here, and it is not your doing. Your switches still work; "
    "if what you see looks stale, choose “As the story tells it”."
)


class WhatIf(Controls):
    """Switches for the facts of a case, with its verdicts, a picture, and challenges."""

    def __init__(
        self, book: Casebook, case: Case, challenges: Sequence[Challenge], lenses: Sequence[str]
    ) -> None:
        self.book, self.case = book, case
        self.challenges = tuple(challenges)
        self.lenses = lenses
        self.solved: set[int] = set()
        self.picture = Picture(book, case)
        self._last: Values = {}
        self._verdicts = self._baseline = self._decide(case.facts)
        self._says = ""
        places = {str(place): "" for place in range(len(self.challenges))}
        switches = [_switch(name, value) for name, value in case.facts._asdict().items()]
        if places:  # never shown: the buttons write these two
            switches.append(Choice("challenge", "Challenge", places, "0"))
            switches.append(Choice("hint", "Hint", {"no": "", "yes": ""}, "no"))
        super().__init__(
            switches, self._follows, failure=_FAILURE, intro=_introduction(case), buttons_first=True
        )
        self.add_class("ccb-activity")
        self.transcript = _transcript(book, case, self._baseline, self.picture, self.challenges)

    @property
    def facts(self) -> Facts:
        """The facts as the switches stand."""
        return _facts(self.values)

    @property
    def changed(self) -> list[str]:
        """The facts that differ from the story."""
        return self._changed(self.facts)

    def _changed(self, facts: Facts) -> list[str]:
        story = self.case.facts._asdict()
        return [name for name, value in facts._asdict().items() if value != story[name]]

    def _decide(self, facts: Facts) -> Verdicts:
        verdicts = decide(facts)
        return Verdicts({lens: verdicts[lens] for lens in self.lenses})

    def _follows(self, values: Values) -> Outcome:
        facts = _facts(values)
        changed = self._changed(facts)
        now = self._decide(facts)
        picture = self.picture.html(facts)
        odd = ""
        if why := facts.contradiction:
            odd = f"No case has it quite like this: {why}. The rules answer all the same."
        task, says = self._task(values, now, changed)
        announcement = self._news(values, now, f"{odd} {says if says != self._says else ''}")
        self._last, self._verdicts, self._says = values, now, says
        return Outcome(
            picture,
            blocks=[Paragraph(odd)] if odd else [],
            hidden=frozenset({"challenge", "hint"}),
            changed=frozenset(changed),
            announcement=announcement,
            task=task,
            buttons=self._buttons(values),
            html=_verdict_table(self.book, self._baseline, now),
        )

    def _news(self, values: Values, now: Verdicts, more: str) -> str:
        """What a screen reader says: the challenge that has come, or the verdicts that changed."""
        if not self._last:
            return ""
        if values.get("challenge") != self._last.get("challenge"):
            return _challenge(self.book, *self.challenges[int(values["challenge"])])
        if _facts(values) == _facts(self._last):
            return more.strip()
        news = [
            f"{self.book.lens_texts[lens].label}: {label}."
            for lens in now
            if (label := _label(self.book, lens, now)) != _label(self.book, lens, self._verdicts)
        ]
        return f"{' '.join(news) or 'No verdict changed.'} {more.strip()}".strip()

    def _task(self, values: Values, now: Verdicts, changed: Sequence[str]) -> tuple[str, str]:
        """The challenge as HTML, and how it stands: judged by the same rules as everything else."""
        if not self.challenges:
            return "", ""
        place = int(values["challenge"])
        lens, goal = self.challenges[place]
        reached = now[lens].answer == goal
        says = ""
        if reached and len(changed) == 1:
            label = VOCABULARY[changed[0]].label.lower()
            says = f"Solved: the one fact it took was “{label}”. {now[lens].why}"
            self.solved.add(place)
        elif values["hint"] == "yes":
            says = "A hint: " + VOCABULARY[_within_reach(self.case, lens)[goal]].question
        elif reached:
            says = f"The verdict is there, with {len(changed)} facts changed. One is enough."
        lead = f"Challenge {place + 1} of {len(self.challenges)} ({len(self.solved)} solved)."
        words = escape(_challenge(self.book, lens, goal))
        task = f"<p><strong>{lead}</strong> {words}</p><p><strong>{escape(says)}</strong></p>"
        return task, says

    def _buttons(self, values: Values) -> list[Button]:
        story = self.case.facts._asdict()
        back = Button("As the story tells it", story)
        if not self.challenges:
            return [back]
        following = str((int(values["challenge"]) + 1) % len(self.challenges))
        onward = {**story, "challenge": following, "hint": "no"}
        return [Button("Give me a hint", {"hint": "yes"}), back, Button("Next challenge", onward)]


def what_if(
    case_id: str,
    challenges: Sequence[Challenge] | None = None,
    lenses: Sequence[str] = tuple(LENSES),
    *,
    book: Casebook | None = None,
) -> WhatIf:
    """Every fact of a case as a switch, and what follows from it at once.

    Args:
        case_id: The case.
        challenges: Pairs of a lens and an answer to reach by changing one fact. Without them, every
            other answer of the customer lens that is one fact away is one, if that lens is shown.
        lenses: The lenses to show; one name will do.
        book: The casebook that has the case; the course where none is named.

    Raises:
        InputError: The case or a lens does not exist, or no single fact leads to a challenge.
    """
    book = book or course()
    case = book.case(case_id)
    lenses = lenses_to_ask(lenses)
    if challenges is None:
        goals = _within_reach(case, "customer") if "customer" in lenses else ()
        challenges = [("customer", goal) for goal in goals]
    for lens, goal in challenges:
        require_known("lens", lens, lenses)
        near = _within_reach(case, lens)
        if goal not in near:
            raise InputError(
                f"no single fact of {case_id} changes {lens} to {goal}; "
                f"one fact away are {', '.join(near) or 'no other answers'}"
            )
    return WhatIf(book, case, challenges, lenses)


def _within_reach(case: Case, lens: str) -> dict[str, str]:
    """The answers that one fact, changed or learnt, would settle; each with that fact, the most telling first."""
    before = decide(case.facts, lens).answer
    near: dict[str, str] = {}
    # Where the party works says more about it than what kind of thing it is.
    for name in sorted(LENSES[lens].reads, key=lambda name: name == "party_is"):
        for value in VOCABULARY[name].says:
            answer = decide(case.facts.with_changes(**{name: value}), lens).answer
            if isinstance(answer, str) and answer not in (before, UNDETERMINED):
                near.setdefault(answer, name)
    return near


def _facts(values: Values) -> Facts:
    return Facts.read({name: values[name] for name in VOCABULARY})


def _switch(name: str, value: str) -> Choice:
    fact = VOCABULARY[name]
    options = {answer: humanize(answer) for answer in fact.says} | {UNKNOWN: "not known"}
    return Choice(name, fact.label, options, value, help=fact.question)


def _introduction(case: Case) -> str:
    clues = BulletList([f"{clue.source}: {clue.text}" for clue in case.evidence])
    blocks: list[Block] = [
        Heading(f"What if: {case.title}"),
        Paragraph("Turn one fact and watch what follows from it."),
        Details("The story once more", [Markdown(case.story), clues]),
    ]
    return to_html(blocks)


def _label(book: Casebook, lens: str, verdicts: Verdicts) -> str:
    """The verdict in words. Where some roles are settled and others open, both is said."""
    verdict = verdicts[lens]
    partly = verdict.answers and set(verdict.possible) != set(verdict.answers)
    answer = (*verdict.answers, UNDETERMINED) if partly else verdict.answer
    return book.answer_label(lens, answer)


def _verdict_table(book: Casebook, baseline: Verdicts, now: Verdicts) -> str:
    rows = []
    for lens, verdict in now.items():
        label, was = _label(book, lens, now), _label(book, lens, baseline)
        cell = f"<td><strong>{escape(label)}</strong></td>"
        if label != was:
            missing = ", ".join(VOCABULARY[name].label.lower() for name in verdict.missing)
            why = verdict.why or f"Not known: {missing}."
            turned = f"<em>(was: {escape(was)})</em><br>{escape(why)}"
            cell = f'<td class="ccb-was"><strong>{escape(label)}</strong> {turned}</td>'
        rows.append(f'<tr><th scope="row">{escape(book.lens_texts[lens].label)}</th>{cell}</tr>')
    return f"<table><caption>What follows</caption><tbody>{''.join(rows)}</tbody></table>"


def _challenge(book: Casebook, lens: str, goal: str) -> str:
    text = book.lens_texts[lens]
    return f"Change one fact so that the verdict on “{text.label}” becomes “{text.answers[goal].label}”."


def _transcript(
    book: Casebook,
    case: Case,
    baseline: Verdicts,
    picture: Picture,
    challenges: Sequence[Challenge],
) -> list[Block]:
    facts = [
        (VOCABULARY[name].label, humanize(value) if value != UNKNOWN else "not known")
        for name, value in case.facts._asdict().items()
    ]
    verdicts = [(book.lens_texts[lens].label, _label(book, lens, baseline)) for lens in baseline]
    blocks: list[Block] = [
        Heading(f"What if: {case.title}"),
        Paragraph("Every fact is a switch. As the story tells it they stand like this:"),
        Table("Facts", ("Fact", "Value"), facts),
        Table("What follows", ("Lens", "Verdict"), verdicts),
        Paragraph(f"The picture: {picture.describe(case.facts)}"),
    ]
    if challenges:
        blocks.append(BulletList([_challenge(book, *challenge) for challenge in challenges]))
    return blocks
