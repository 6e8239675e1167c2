"""What if: every fact of a case as a switch, and what follows from them, at once."""

from collections.abc import Mapping, Sequence

from markupsafe import escape

from customer_casebook import document as doc
from customer_casebook.course.casebook import Casebook, course_with
from customer_casebook.course.exam import chosen_edition
from customer_casebook.course.feedback import IN_OTHERS, by_edition, grounds_in, instead_in
from customer_casebook.course.records import Case
from customer_casebook.domain.facts import UNKNOWN, VOCABULARY, Facts, InputError, require_known
from customer_casebook.domain.rules import LENSES
from customer_casebook.domain.verdict import (
    UNDETERMINED,
    Verdict,
    Verdicts,
    decide,
    has_words,
    humanize,
)
from customer_casebook.widgets.controls import Choice, Controls, Outcome, Values
from customer_casebook.widgets.diagram import Picture
from customer_casebook.widgets.study import lenses_to_ask, list_of

Challenge = tuple[str, str]  # a lens, and the answer to reach
Labels = Mapping[str, str]  # lens to verdict in words

_FAILURE = (
    "Something went wrong here. It is not your fault. Your switches still work; "
    "if what you see looks old, choose “As the story tells it”."
)
# Whether a verdict changed that only other editions have words for.
_UNCHANGED = {False: "No verdict changed.", True: "Only what other editions say changed."}
_BEFORE_ANY = "Change one fact and see here what follows from it."


class WhatIf(Controls):
    """Switches for the facts of a case, with its verdicts, a picture, and challenges."""

    def __init__(
        self, book: Casebook, case: Case, challenges: Sequence[Challenge], lenses: Sequence[str]
    ) -> None:
        texts = book.lens_texts
        self.book, self.case, self.edition = book, case, chosen_edition()
        self.lenses = {lens: texts[lens].label for lens in lenses}
        self.challenges = [*challenges]
        self.goals = [
            f"Change one fact so that the verdict on “{texts[lens].label}” becomes "
            f"“{texts[lens].answers[goal].label}”."
            for lens, goal in challenges
        ]
        asked = {lens for lens, _ in challenges}
        self.aside = {k for k in lenses if k not in asked and not has_words(self.edition, k)}
        self.solved: set[int] = set()
        self.picture = Picture(book, case)
        self._story = self._labels(decide(case.facts))
        self._last: tuple[Values, Labels, str] | None = None  # with what was said of the challenge
        switches = []
        for name, fact in VOCABULARY.items():
            options = {value: humanize(value) for value in fact.says} | {UNKNOWN: "not known"}
            start = getattr(case.facts, name)
            switches.append(Choice(name, fact.label, options, start, help=fact.question))
        places = {str(place): "" for place in range(len(challenges) or 1)}
        buttons_only = [
            Choice("challenge", "", places, "0"),
            Choice("hint", "", {"no": "", "yes": ""}, "no"),
        ]
        title = doc.Heading(f"What if: {case.title}")
        clues = doc.BulletList([f"{clue.source}: {clue.text}" for clue in case.evidence])
        intro: list[doc.Block] = [
            title,
            doc.Details("The story", [doc.Markdown(case.story), clues]),
        ]
        super().__init__(
            [*switches, *buttons_only],
            self._follows,
            failure=_FAILURE,
            intro=doc.to_html(intro),
            buttons_first=True,
        )
        self.add_class("ccb-activity")
        facts = [(switch.label, switch.options[switch.start]) for switch in switches]
        verdicts = [(label, self._story[lens]) for lens, label in self.lenses.items()]
        self.transcript = [
            title,
            doc.Paragraph("Every fact is a switch. As the story tells it they stand like this:"),
            doc.Table("Facts", ("Fact", "Value"), facts),
            doc.Table("What follows", ("Question", "Verdict"), verdicts),
            doc.Drawing(self.picture.html(case.facts), self.picture.describe(case.facts)),
            *([doc.BulletList(self.goals)] if self.goals else []),
        ]

    def _labels(self, verdicts: Verdicts) -> Labels:
        """The verdicts in words. Where some roles are settled and others open, both is said."""
        labels = {}
        for lens in self.lenses:
            verdict = verdicts[lens]
            partly = verdict.answers and {*verdict.possible} != {*verdict.answers}
            answer = (*verdict.answers, UNDETERMINED) if partly else verdict.answer
            labels[lens] = self.book.answer_label(lens, answer)
        return labels

    def _follows(self, values: Values, _before: Values) -> Outcome:
        facts = Facts(**{name: values[name] for name in VOCABULARY})
        picture = self.picture.html(facts)
        verdicts = decide(facts)
        labels = self._labels(verdicts)
        story = self.case.facts._asdict()
        changed = [name for name in story if values[name] != story[name]]
        odd, task, says, place = "", "", "", 0
        if why := facts.contradiction:
            odd = f"No real case has these facts: {why}. The rules answer anyway."
        buttons: dict[str, Values] = {"As the story tells it": story}
        if self.challenges:
            place, count = int(values["challenge"]), len(self.challenges)
            says = self._judge(place, values["hint"], verdicts, changed)
            solved = "all" if 1 < len(self.solved) == count else len(self.solved)
            task = f"<p><strong>Challenge {place + 1} of {count} ({solved} solved).</strong></p>"
            # The other goals are there unseen, so that the longest has room, and nothing moves when it comes.
            unseen = [' class="ccb-unseen"' * (each != place) for each in range(count)]
            goals = [
                f"<p{no}>{escape(goal)}</p>" for no, goal in zip(unseen, self.goals, strict=True)
            ]
            task += f'<div class="ccb-one-of">{"".join(goals)}</div>'
            onward = {**story, "challenge": str((place + 1) % count), "hint": "no"}
            buttons = {"Give me a hint": {"hint": "yes"}, **buttons, "Next challenge": onward}
        before, labels_before, said = self._last or (values, labels, "")
        self._last = values, labels, says
        turned = [
            f"{self.lenses[lens]}: {label}."
            for lens, label in labels.items()
            if label != labels_before[lens] and lens not in self.aside
        ]
        headline, announcement = _BEFORE_ANY, self.goals[place] if self.goals else ""
        if values["challenge"] == before["challenge"]:
            if any(values[name] != before[name] for name in VOCABULARY):
                many = f"{len(turned)} verdict{'s' * (len(turned) > 1)} changed."
                headline = many if turned else _UNCHANGED[labels != labels_before]
                turned = turned or [headline]
            announcement = " ".join(filter(None, [*turned, odd, says if says != said else ""]))
        return Outcome(
            picture,
            says or headline,
            news=" ".join(each for each in turned if each != (says or headline)),
            html=self._tables(verdicts, labels),
            blocks=[doc.Paragraph(odd)] if odd else [],
            changed=frozenset(changed),
            announcement=announcement,
            task=task,
            buttons=buttons,
        )

    def _judge(self, place: int, hint: str, verdicts: Verdicts, changed: Sequence[str]) -> str:
        """How a challenge stands, judged by the same rules as everything else."""
        lens, goal = self.challenges[place]
        reached = verdicts[lens].answer == goal
        if reached and len(changed) == 1:
            self.solved.add(place)
            label = VOCABULARY[changed[0]].label.lower()
            end = " All solved." if 1 < len(self.challenges) == len(self.solved) else ""
            return f"Solved. The one fact to change was “{label}”.{end}"
        if hint == "yes":
            return "A hint: " + VOCABULARY[_within_reach(self.case, lens)[goal]].question
        if reached:
            return (
                f"You have reached the verdict, with {len(changed)} facts changed. One is enough."
            )
        return ""

    def _tables(self, verdicts: Verdicts, labels: Labels) -> str:
        """The verdicts; those on lenses that the learner's edition has no words for stand in a fold."""
        own, aside = list[str](), list[str]()
        for lens, label in labels.items():
            style, turned, before = "", "", self._story[lens]
            if label != before:
                style = ' class="ccb-was"'
                turned = f" <em>(was: {escape(before)})</em><br>{self._why(verdicts[lens])}"
            elif lens not in self.aside:
                instead = instead_in(self.edition, self.book, verdicts[lens])
                turned = doc.to_html(by_edition(self.edition, [], instead=instead))
            head = f'<th scope="row">{escape(self.lenses[lens])}</th>'
            row = f"<tr>{head}<td{style}><strong>{escape(label)}</strong>{turned}</td></tr>"
            (aside if lens in self.aside else own).append(row)
        fold = f"<details><summary>{IN_OTHERS}</summary>{_table(aside)}</details>" if aside else ""
        return _table(own) + fold

    def _why(self, verdict: Verdict) -> str:
        missing = ", ".join(VOCABULARY[k].label.lower() for k in verdict.missing)
        not_known = "" if verdict.why else f"Not known: {missing}."
        edition = None if verdict.lens in self.aside else self.edition
        return escape(grounds_in(edition, self.book, verdict, not_known))


def _table(rows: Sequence[str]) -> str:
    return f"<table><caption>What follows</caption><tbody>{''.join(rows)}</tbody></table>"


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
    book = book or course_with(case_id)
    case = book.case(case_id)
    lenses = lenses_to_ask(lenses)
    if challenges is None:
        goals = _within_reach(case, "customer") if "customer" in lenses else ()
        challenges = [("customer", goal) for goal in goals]
    for challenge in list_of(challenges):
        if len(list_of(challenge)) != 2:
            pair = 'write a list of pairs such as ("customer", "external")'
            raise InputError(f"{challenge!r} is no challenge; {pair}")
        lens, goal = challenge
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
