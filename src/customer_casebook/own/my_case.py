"""The form for a case of one's own: names, one question at a time, and what follows as one goes."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial
from html import escape
from typing import Any

import traitlets

from customer_casebook import document as doc
from customer_casebook.course.casebook import course
from customer_casebook.course.exam import chosen_edition
from customer_casebook.course.journal import count_of, journal
from customer_casebook.course.records import Case
from customer_casebook.domain.facts import UNKNOWN, find_fault, require_known
from customer_casebook.domain.rules import EDITIONS, LENSES
from customer_casebook.domain.verdict import silence
from customer_casebook.own import report, store
from customer_casebook.own.case import (
    MAX_NAME_LETTERS,
    NUMBERS,
    OwnCase,
    answer_label,
    case_as_yaml,
    clean_name,
)
from customer_casebook.own.inquiry import Inquiry
from customer_casebook.widgets.activity import View, error_html, report_errors
from customer_casebook.widgets.diagram import Picture
from customer_casebook.widgets.study import lenses_to_ask

_TITLE = "A case of your own"
_INTRO = (
    "Name who provides what to whom in your own organization. Then answer one question at a time. "
    "What you write stays on your computer."
)
_OR_START = "Or start from a situation that many people ask about:"
_FORM_FAILURE = (
    "Something went wrong here. It is not your fault. Your answers are kept; choose “Back”."
)
# Label and help of each name.
_NAME_FIELDS = {
    "provider": ("Who provides it", "One name, such as: Group IT"),
    "service": ("The service", "Such as: the payroll system"),
    "party": ("Who gets it", "Such as: Human Resources, an employee, our students"),
}
_NUMBER_WORDS = {  # of the party
    "": "As the name sounds",
    "one": "One: “it uses the service”",
    "several": "Several: “they use the service”",
}
# Label, type and text of each file that a case can be taken along in.
_FILES: Mapping[str, tuple[str, str, Callable[[OwnCase], str]]] = {
    "html": ("Download to print", "text/html", report.report_as_html),
    "md": ("Download Markdown", "text/markdown", report.report_as_markdown),
    "yaml": ("Download the case as YAML", "application/yaml", case_as_yaml),
}
_ALL = "all"
_NAMES_STEP, _END = "names", "end"


class MyCase(View):
    """A case of one's own. The page says each press; Python alone writes ``view``, which is all it shows."""

    spec = traitlets.Dict().tag(sync=True)
    view = traitlets.Dict().tag(sync=True)

    def __init__(self, lenses: tuple[str, ...], edition: str | None) -> None:
        self._blank = OwnCase(inquiry=Inquiry(lenses=lenses, edition=edition))
        self.own, self.step = self._blank, _NAMES_STEP
        self._file = ""  # in which the case is kept
        self._saved: OwnCase | None = None  # the case as it was saved, or opened
        self._press = ""  # the last one that was followed
        self._heard: set[str] = set()  # presses, which the page says again until they are heard
        self._shelf = store.kept()
        starts = course().situations.values()
        spec = {
            "heading": _TITLE,
            "intro": _INTRO,
            "orStart": _OR_START,
            "situations": [[start.id, start.title, start.about] for start in starts],
            "fileLabels": {kind: label for kind, (label, *_) in _FILES.items()},
        }
        super().__init__(part="inquiry", spec=spec, view={})
        self.add_class("ccb-activity")
        self._show()
        self.on_msg(self._hear)
        self.transcript = _transcript(self._blank)

    def fail(self, details: str) -> None:
        """Tell somebody that something went wrong."""
        self.view = {**self.view, "error": error_html(_FORM_FAILURE, details)}

    def _hear(self, _widget: object, message: object, _buffers: object) -> None:
        match message:
            case {"do": str(do), "press": str(press)}:
                if press not in self._heard:
                    self._heard.add(press)
                    self._press = press
                    self._act(do, message)
                self.send({"heard": press})

    @report_errors(fail)
    def _act(self, do: str, message: Mapping[str, object]) -> None:
        match {**message, "do": do}:
            case {"do": "situation", "name": str(name)} if name in course().situations:
                self._start_from(name)
            case {"do": "begin", **said}:
                self._begin(said)
            case {"do": "answer", "fact": str(fact), "value": str(value)}:
                self._answer(fact, value)
            case {"do": "go", "fact": str(fact)} if fact in course().asks:
                self._go(fact)
            case {"do": "back"}:
                self._go(self._step_before())
            case {"do": "names"}:
                self._go(_NAMES_STEP)
            case {"do": "file", "kind": str(kind)} if kind in _FILES:
                _, type_, write = _FILES[kind]
                name = f"{self.own.case.id}.{kind}"
                self.send({"file": name, "text": write(self.own), "type": type_})
            case other:
                self._shelf = store.kept()  # another kernel may have saved something
                self._act_on_shelf(other)

    def _act_on_shelf(self, message: Mapping[str, object]) -> None:
        cases = self._shelf.cases
        match message:
            case {"do": "new"} if self._is_kept():
                self.own, self._file = self._blank, ""
                self._go(_NAMES_STEP)
            case {"do": "save"}:
                words = self._save()
                self._show(saved=words, live=words)
            case {"do": "open", "file": str(file)} if file in cases and self._is_kept():
                self.own = self._saved = cases[file]
                self._file = file
                self._go(self.own.inquiry.next or _END)
            case {"do": "compare", "file": str(file)}:
                self._compare(file)

    def _start_from(self, name: str) -> None:
        start, inquiry = course().situations[name], self._blank.inquiry
        for fact, value in start.facts.items():
            inquiry = inquiry.answer(fact, value)
        self.own = OwnCase(start.provider, start.service, start.party, inquiry)
        self._file = ""
        self._go(
            _NAMES_STEP, f"{start.title}. The names are filled in, and the facts that are certain."
        )

    def _begin(self, said: Mapping[str, object]) -> None:
        """Take what was changed in the form."""
        before = self.own
        names = {k: clean_name(str(said.get(k, getattr(before, k)))) for k in _NAME_FIELDS}
        inquiry = before.inquiry
        if "lens" in said:
            lens = str(said["lens"])
            lenses = (lens,) if lens in LENSES else self._blank.inquiry.lenses
            inquiry = replace(inquiry, lenses=lenses)
        if "edition" in said:
            edition = str(said["edition"])
            inquiry = replace(inquiry, edition=edition if edition in EDITIONS else None)
        number = str(said.get("number", before.number))
        number = number if number in NUMBERS else ""
        self.own = OwnCase(**names, inquiry=inquiry, number=number)
        self._go(inquiry.next or _END)

    def _answer(self, fact: str, value: str) -> None:
        if fact not in course().asks or find_fault(fact, value):
            return
        before = self.own.inquiry
        inquiry = before.answer(fact, value)
        self.own = replace(self.own, inquiry=inquiry)
        gone = [name for name in before.answers if name not in inquiry.answers]
        questions = " ".join(self._question(name) for name in gone)
        taken = f"Taken back, as it does not fit: {questions}" if gone else ""
        news = [
            f"{label}: {words}."
            for lens, (label, words, _) in zip(inquiry.lenses, self._verdicts(), strict=True)
            if lens in inquiry.spoken
            and inquiry.verdicts[lens].answer != before.verdicts[lens].answer
        ]
        self._go(inquiry.next or _END, " ".join(news), taken)

    def _go(self, step: str, news: str = "", taken: str = "") -> None:
        self.step = step
        where = self._question(step) if step in course().asks else self._ending()
        heard = (taken, news, where if step != _NAMES_STEP else _TITLE)
        self._show(live=" ".join(filter(None, heard)), taken=taken)

    def _step_before(self) -> str:
        place = self._place()
        return [*self.own.inquiry.answers][place - 1] if place else _NAMES_STEP

    def _is_kept(self) -> bool:
        """Whether nothing is lost when another case takes the place of this one. It is saved if need be."""
        if self._is_fresh() or self.own == self._saved:
            return True
        words = self._save()
        if self.own != self._saved:
            self._show(saved=words, live=words)
        return self.own == self._saved

    def _save(self) -> str:
        """Keep the case; what there is to say of that."""
        try:
            self._file = store.save(self.own, self._file)
        except OSError as error:
            return f"Your case cannot be saved here ({error.strerror}). You can download it."
        self._saved = self.own
        self._shelf = store.kept()
        return f"Saved in {store.FOLDER}, beside your answers to the course in {journal().folder}."

    def _compare(self, file: str) -> None:
        state: report.State
        if other := self._shelf.cases.get(file):
            title, facts = self._shelf.labels[file], other.inquiry.facts
            state = other.statement
        else:
            case = report.nearest(course(), self.own.inquiry.facts)
            title, facts = f"{course().relation(case)} ({case.title})", case.facts
            state = partial(_state, case)
        beside = doc.to_html(report.comparison(self.own, title, facts, state))
        self._show(beside=beside, live=f"Beside: {title}")

    def _show(self, **news: str) -> None:
        """Write what the page shows; ``news`` is what was just done."""
        own, inquiry = self.own, self.own.inquiry
        picture = Picture(own.book, own.case)
        is_end = self.step == _END
        self.view = {
            "press": self._press,
            "step": self.step,
            "fields": self._fields(),
            "questions": [self._question_spec(fact) for fact in own.book.asks],
            "values": dict(inquiry.answers),
            "where": self._ending() if is_end else f"Question {self._place() + 1}",
            "given": [
                [name, self._question(name), answer_label(own, name, value)]
                for name, value in inquiry.answers.items()
            ],
            "picture": picture.html(inquiry.facts),
            "headline": self._settled(),
            "table": doc.Table("What follows", ("", "Verdict", "Because"), self._verdicts()).html(),
            "presumed": [(name, f"Presumed: {words}") for name, words in report.presumptions(own)],
            "page": doc.to_html(report.case_page(own)) if is_end else "",
            "kept": [[file, self._shelf.labels[file]] for file in self._shelf.cases],
            "files": [kind for kind in _FILES if kind != "yaml" or inquiry.facts.known()],
            "faults": list(self._shelf.faults),
            "offers": self._is_fresh(),
            **dict.fromkeys(("saved", "beside", "error", "live", "taken"), ""),
            **news,
        }

    def _fields(self) -> list[dict[str, Any]]:
        inquiry, texts = self.own.inquiry, course().lens_texts
        text = {"kind": "text", "most": MAX_NAME_LETTERS}
        fields = [
            {"name": k, "label": label, "help": about, "start": getattr(self.own, k), **text}
            for k, (label, about) in _NAME_FIELDS.items()
        ]
        lenses = [(_ALL, "Everything"), *((k, texts[k].label) for k in self._blank.inquiry.lenses)]
        editions = [(_ALL, "All of them"), *((each, f"ITIL {each}") for each in EDITIONS)]
        one = inquiry.lenses[0] if len(inquiry.lenses) == 1 else _ALL
        edition = inquiry.edition or _ALL
        return [
            *fields,
            {
                "name": "number",
                "label": "One or several",
                "options": [*_NUMBER_WORDS.items()],
                "start": self.own.number,
            },
            {"name": "lens", "label": "You want to know", "options": lenses, "start": one},
            {"name": "edition", "label": "Edition", "options": editions, "start": edition},
        ]

    def _question_spec(self, fact: str) -> dict[str, Any]:
        ask = self.own.book.asks[fact]
        hint = f"<em>{escape(self.own.sentence(ask.hint))}</em>" if ask.hint else ""
        return {
            "fact": fact,
            "prompt": f"{escape(self._question(fact))} {hint}",
            "options": [*ask.answers.values(), answer_label(self.own, fact, UNKNOWN)],
            "values": [*ask.answers, UNKNOWN],
            "shape": "boxes",
        }

    def _question(self, fact: str) -> str:
        return self.own.sentence(self.own.book.asks[fact].question)

    def _place(self) -> int:
        """The place of the question among those that are answered, or behind them."""
        answers = [*self.own.inquiry.answers]
        return answers.index(self.step) if self.step in answers else len(answers)

    def _is_fresh(self) -> bool:
        """Whether there is no answer yet that a start from a situation would take away."""
        starts = course().situations.values()
        return self.own.inquiry.answers in ({}, *(dict(start.facts) for start in starts))

    def _settled(self) -> str:
        """How many of the verdicts that the edition has a rule for are settled."""
        inquiry = self.own.inquiry
        rules = [k for k in inquiry.spoken if not inquiry.verdicts[k].is_silent]
        still_open = {lens for lenses in inquiry.missing.values() for lens in lenses}
        count, silent = len(rules), len(inquiry.lenses) - len(rules)
        settled = f"{count - len(still_open)} of {count_of(count, 'verdict')} settled"
        if not silent:
            return settled
        if not count:
            return f"{silence(inquiry.edition)}."
        more = count_of(silent, "more question")
        return f"{settled}. {silence(inquiry.edition, about=more)}."

    def _ending(self) -> str:
        if not self.own.inquiry.missing:
            return "That is all we need to know. The result is below."
        return "There is nothing more to ask. What nobody knows yet is listed below."

    def _verdicts(self) -> list[tuple[str, str, str]]:
        """The label of each lens, its verdict in words, and why."""
        inquiry, book = self.own.inquiry, self.own.book
        rows = []
        for lens in inquiry.lenses:
            verdict, is_spoken = inquiry.verdicts[lens], lens in inquiry.spoken
            is_open = is_spoken and verdict.missing and not verdict.answers
            is_under_way = is_open and self.step != _END
            words = "open" if is_under_way else report.verdict_in_words(self.own, verdict)
            instead = LENSES[lens].instead.get(inquiry.edition or "", "")
            why = (verdict.why if is_spoken else "") or ("" if is_open else instead)
            rows.append((book.lens_texts[lens].label, words, why))
        return rows


def _state(case: Case, fact: str, value: str) -> str:
    """A fact of a case of the course as one plain sentence."""
    return course().sentence(course().asks[fact].statements[value], case)


def _transcript(blank: OwnCase) -> list[doc.Block]:
    """The form on paper: the questions in the order in which somebody is asked who knows nothing yet."""
    asks, inquiry = blank.book.asks, blank.inquiry
    questions = []
    while fact := inquiry.next:
        questions.append(
            (blank.sentence(asks[fact].question), "; ".join([*asks[fact].answers.values()]))
        )
        inquiry = inquiry.answer(fact, UNKNOWN)
    starts = [f"{start.title}: {start.about}" for start in course().situations.values()]
    return [
        doc.Heading(_TITLE),
        doc.Paragraph(_INTRO),
        doc.Table("The questions", ("Question", "Answers"), questions),
        doc.Paragraph(_OR_START),
        doc.BulletList(starts),
    ]


def my_case(lenses: Iterable[str] = tuple(LENSES), *, edition: str | None = None) -> MyCase:
    """A case of your own: answer one question at a time, and see what follows.

    Args:
        lenses: What you want to know; one name will do.
        edition: The edition of ITIL that decides; without it the one that you prepare for, or all.

    Raises:
        InputError: A lens or the edition does not exist, or there is no lens.
    """
    if edition is not None:
        require_known("edition", edition, EDITIONS)
    return MyCase(lenses_to_ask(lenses), edition or chosen_edition())
