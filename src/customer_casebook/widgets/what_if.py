"""What if: every fact of a case as a switch, and what follows from them, at once."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import ipywidgets as widgets

from customer_casebook.course.casebook import case, lens_texts
from customer_casebook.course.document import (
    Block,
    BulletList,
    Details,
    Heading,
    Line,
    Markdown,
    Table,
    to_html,
)
from customer_casebook.course.feedback import in_words
from customer_casebook.course.records import Case
from customer_casebook.domain.facts import UNKNOWN, VOCABULARY, Facts, require_known
from customer_casebook.domain.rules import LENSES
from customer_casebook.domain.verdict import UNDETERMINED, Verdicts, decide, spell
from customer_casebook.widgets.activity import Activity, Guard, box, html, report_errors, trouble
from customer_casebook.widgets.diagram import Picture

Challenge = tuple[str, str]


class WhatIf(Activity, widgets.VBox):
    """Switches for the facts of a case, with its verdicts, a picture, and challenges."""

    def __init__(self, told: Case, challenges: Sequence[Challenge], lenses: Sequence[str]) -> None:
        self.case = told
        self.challenges = tuple(challenges)
        self.lenses = lenses
        self.at = 0
        self.hinted = False
        self.says = ""
        self.solved: set[int] = set()
        self.before = self.baseline = self._decide(told.facts)
        self.picture = Picture(told)
        self._busy = False
        self.switches = {name: _switch(name, value) for name, value in told.facts._asdict().items()}
        self.verdicts, self.drawing, self.task, self.error = (html() for _ in range(4))
        self.drawing.add_class("ccb-picture")
        self.task.add_class("ccb-task")
        self.hint = widgets.Button(description="Give me a hint")
        self.back = widgets.Button(description="As the story tells it")
        self.next = widgets.Button(description="Next challenge")
        self.guard = Guard()
        # Marks go on a box around a switch: a class of its own would draw it anew, and the focus be lost.
        self.places = {name: box([switch], "ccb-fact") for name, switch in self.switches.items()}
        for switch in self.switches.values():
            switch.observe(self._turned, "value")
        self.hint.on_click(self._hint)
        self.back.on_click(self._reset)
        self.next.on_click(self._go_on)
        buttons = [self.hint, self.back, self.next] if challenges else [self.back]
        left = [self.task, box(buttons, "ccb-row"), self.error, *self.places.values()]
        right = [self.drawing, self.verdicts]
        bench = box([box(left, "ccb-switches"), box(right, "ccb-outcome")], "ccb-bench")
        super().__init__([html(_introduction(told)), bench, self.guard])
        self.add_class("ccb-activity")
        self.transcript = _transcript(told, self.baseline, self.picture, self.challenges)
        self._show()

    @property
    def facts(self) -> Facts:
        """The facts as the switches stand."""
        return Facts.read({name: switch.value for name, switch in self.switches.items()})

    @property
    def changed(self) -> list[str]:
        """The facts that differ from the story."""
        told = self.case.facts._asdict()
        return [name for name, value in self.facts._asdict().items() if value != told[name]]

    def _failed(self, details: str) -> None:
        self.error.value = trouble(
            "Something went wrong here, and it is not your doing. Your switches still work; "
            "if what you see looks stale, choose “As the story tells it”.",
            details,
        )

    @report_errors(_failed)
    def _turned(self, _change: object) -> None:
        if not self._busy:
            self._show()

    @report_errors(_failed)
    def _reset(self, _button: object) -> None:
        self._busy = True
        for name, switch in self.switches.items():
            switch.value = getattr(self.case.facts, name)
        self._busy = False
        self._show()

    @report_errors(_failed)
    def _hint(self, _button: object) -> None:
        self.hinted = True  # and stays: this press may overtake a switch turned before it
        self._task()

    @report_errors(_failed)
    def _go_on(self, button: object) -> None:
        self.at = (self.at + 1) % len(self.challenges)
        self.hinted = False
        self._reset(button)
        self.guard.live = _challenge(*self.challenges[self.at])

    def _decide(self, facts: Facts) -> Verdicts:
        verdicts = decide(facts)
        return Verdicts({lens: verdicts[lens] for lens in self.lenses})

    def _show(self) -> None:
        facts, changed = self.facts, self.changed
        now = self._decide(facts)
        self.drawing.value = self.picture.html(facts)  # first: it is what a learner looks at
        odd = ""
        if why := facts.contradiction:
            odd = f"No case has it quite like this: {why}. The rules answer all the same."
        self.verdicts.value = _verdict_table(self.baseline, now) + (Line(odd).html() if odd else "")
        for name, place in self.places.items():
            (place.add_class if name in changed else place.remove_class)("ccb-changed")
        self.error.value = ""
        heard = [
            f"{lens_texts()[lens].label}: {label}."
            for lens in now
            if (label := _label(lens, now)) != _label(lens, self.before)
        ]
        self.before = now
        self._task(f"{' '.join(heard) or 'No verdict changed.'} {odd}".strip())

    def _task(self, heard: str = "") -> None:
        """The challenge, and how it stands: judged by the same rules as everything else."""
        says = ""
        if self.challenges:
            lens, goal = self.challenges[self.at]
            met = self.before[lens].answer == goal
            changed = [VOCABULARY[name].label.lower() for name in self.changed]
            if met and len(changed) == 1:
                says = f"Solved: the one fact it took was “{changed[0]}”. {self.before[lens].why}"
                self.solved.add(self.at)
            elif self.hinted:
                says = "A hint: " + VOCABULARY[_within_reach(self.case, lens)[goal]].question
            elif met:
                says = f"The verdict is there, with {len(changed)} facts changed. One is enough."
            lead = f"Challenge {self.at + 1} of {len(self.challenges)} ({len(self.solved)} solved)."
            words = _challenge(lens, goal)
            self.task.value = f"<p><strong>{lead}</strong> {escape(words)}</p><p><strong>{escape(says)}</strong></p>"
        news = says if says != self.says else ""
        self.guard.live = f"{heard} {news}".strip()
        self.says = says


def what_if(
    case_id: str,
    challenges: Sequence[Challenge] | None = None,
    lenses: Sequence[str] = tuple(LENSES),
) -> WhatIf:
    """Every fact of a case as a switch, and what the ``lenses`` make of it.

    ``challenges`` are (lens, answer) pairs to reach by changing one fact. Without them, every other
    answer of the customer lens that is one fact away is one. Raises `ValueError` for a case or a
    lens that does not exist, or is not shown, and for a challenge that no single fact solves.
    """
    told = case(case_id)
    for lens in lenses:
        require_known("lens", lens, LENSES)
    if challenges is None:
        challenges = [("customer", goal) for goal in _within_reach(told, "customer")]
    for lens, goal in challenges:
        require_known("lens", lens, tuple(lenses))
        near = _within_reach(told, lens)
        if goal not in near:
            raise ValueError(
                f"no single fact of {case_id} changes {lens} to {goal}; "
                f"one fact away are {', '.join(near) or 'no other answers'}"
            )
    return WhatIf(told, challenges, lenses)


def _within_reach(told: Case, lens: str) -> dict[str, str]:
    """The answers that one fact, changed or learnt, would settle; each with that fact, the most telling first."""
    before = decide(told.facts, lens).answer
    near: dict[str, str] = {}
    # Where the party works says more about it than what kind of thing it is.
    for name in sorted(LENSES[lens].reads, key=lambda name: name == "party_is"):
        for value in VOCABULARY[name].says:
            answer = decide(told.facts.but(**{name: value}), lens).answer
            if isinstance(answer, str) and answer not in (before, UNDETERMINED):
                near.setdefault(answer, name)
    return near


def _switch(name: str, value: str) -> widgets.ToggleButtons:
    options = [(spell(each), each) for each in VOCABULARY[name].says]
    switch = widgets.ToggleButtons(options=[*options, ("not known", UNKNOWN)], value=value)
    switch.description = VOCABULARY[name].label
    switch.tooltip = VOCABULARY[name].question  # or it says "null"
    return switch


def _introduction(told: Case) -> str:
    clues = BulletList([f"{each.source}: {each.text}" for each in told.evidence])
    blocks: list[Block] = [
        Heading(f"What if: {told.title}"),
        Line("Turn one fact and watch what follows from it."),
        Details("The story once more", [Markdown(told.story), clues]),
    ]
    return to_html(blocks)


def _label(lens: str, verdicts: Verdicts) -> str:
    """The verdict in words. Where some roles are settled and others open, both is said."""
    verdict = verdicts[lens]
    partly = verdict.answers and set(verdict.possible) != set(verdict.answers)
    answer = (*verdict.answers, UNDETERMINED) if partly else verdict.answer
    return in_words(lens, answer)


def _verdict_table(baseline: Verdicts, now: Verdicts) -> str:
    rows = []
    for lens, verdict in now.items():
        label, was = _label(lens, now), _label(lens, baseline)
        cell = f"<td><strong>{escape(label)}</strong></td>"
        if label != was:
            missing = ", ".join(VOCABULARY[name].label.lower() for name in verdict.missing)
            why = verdict.why or f"Not known: {missing}."
            turned = f"<em>(was: {escape(was)})</em><br>{escape(why)}"
            cell = f'<td class="ccb-was"><strong>{escape(label)}</strong> {turned}</td>'
        rows.append(f'<tr><th scope="row">{escape(lens_texts()[lens].label)}</th>{cell}</tr>')
    return f"<table><caption>What follows</caption><tbody>{''.join(rows)}</tbody></table>"


def _challenge(lens: str, goal: str) -> str:
    text = lens_texts()[lens]
    return f"Change one fact so that the verdict on “{text.label}” becomes “{text.answers[goal].label}”."


def _transcript(
    told: Case, baseline: Verdicts, picture: Picture, challenges: Sequence[Challenge]
) -> list[Block]:
    facts = [
        (VOCABULARY[name].label, spell(value) if value != UNKNOWN else "not known")
        for name, value in told.facts._asdict().items()
    ]
    verdicts = [(lens_texts()[lens].label, _label(lens, baseline)) for lens in baseline]
    blocks: list[Block] = [
        Heading(f"What if: {told.title}"),
        Line("Every fact is a switch. As the story tells it they stand like this:"),
        Table("Facts", ("Fact", "Value"), facts),
        Table("What follows", ("Lens", "Verdict"), verdicts),
        Line(f"The picture: {picture.describe(told.facts)}"),
    ]
    if challenges:
        blocks.append(BulletList([_challenge(*each) for each in challenges]))
    return blocks
