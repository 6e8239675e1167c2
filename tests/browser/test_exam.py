"""The exam, progress and review as a learner has them: by mouse, by keyboard, and when things go wrong."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, expect

from customer_casebook.course.bank import next_telling
from customer_casebook.course.exam import EXAM_MINUTES, EXAM_QUESTIONS, exam_sessions
from customer_casebook.course.items import Item
from customer_casebook.course.journal import ExamEvent, Journal
from customer_casebook.course.selection import exam_questions
from tests.browser.activities import (
    FOCUS,
    CardOnPage,
    activity,
    attempts,
    busy,
    find,
    notebook,
    opened,
    other_view,
    place_of,
    run,
    turned,
)
from tests.browser.lab import ROOT, Lab, LabPage, run_lab
from tests.browser.test_keys import ARROWS, RUN, UNGUARDED, press
from tests.course.books import BOOK, item

N = 6


class ExamOnPage:
    """An exam with a seed."""

    def __init__(self, page: LabPage, place: int, seed: int, n: int = N) -> None:
        self.page, self.seed, self.n = page, seed, n
        self.node = activity(page, place)
        self.clock = self.node.get_by_role("timer")
        self.places = self.node.locator(".ccb-place")
        self.saved = self.node.locator(".ccb-saved").first
        self.verdict = self.node.get_by_role("heading", name="65% are needed")

    @cached_property
    def questions(self) -> list[Item]:
        """Its questions, with their options in the order of this exam: known once it is begun."""
        expect(self.places).to_have_count(self.n)
        events = Journal(self.page.lab.home / "customer_casebook_data").read().exams
        alike = [exam for exam in exam_sessions(BOOK, events) if exam.seed == self.seed]
        return [alike[-1].item(BOOK, place) for place in range(self.n)]

    def press(self, name: str) -> None:
        self.node.get_by_role("button", name=name).click()

    def start(self) -> None:
        self.press("Start the clock")
        self.is_at(0)

    def is_at(self, place: int) -> None:
        where = re.compile(f"^Question {place + 1} of {self.n}( · the same story as before)?$")
        expect(self.node.locator(".ccb-where")).to_have_text(where)

    def choose(self, place: int, options: Iterable[str] | None = None) -> None:
        """Choose by mouse, in the place that is shown; the right options where none are given."""
        self.is_at(place)
        wanted = self.questions[place].right if options is None else options
        for each in wanted:
            self.node.locator(f".ccb-option:has({place_of(self.questions[place], each)})").click()

    def wrong(self, place: int) -> set[str]:
        """A choice that is not right, one option of each group."""
        asked = self.questions[place]
        groups = [group.options for group in asked.groups] or [tuple(asked.options)]
        return {next(each for each in group if {each} != asked.right) for group in groups}

    def hand_in(self) -> None:
        self.press("Hand in")
        self.press("Yes, hand in")
        expect(self.verdict).to_be_visible()

    def focus_is_inside(self) -> None:
        """The focus is on something a learner sees, in this exam."""
        assert self.node.evaluate(FOCUS), self.page.page.evaluate(
            "() => document.activeElement.outerHTML.slice(0, 300)"
        )


def exam_events(lab: Lab, seed: int) -> list[dict[str, Any]]:
    """What the journal says of the exam with this seed, in the order of time."""
    events = [each for each in attempts(lab).values() if each["kind"] == "exam"]
    starts = [each for each in events if each["data"].get("seed") == seed]
    assert len({each["exam"] for each in starts}) == 1, sorted(events, key=lambda e: e["at"])
    exam = starts[0]["exam"]
    those = [each for each in events if each["exam"] == exam]
    return sorted(those, key=lambda each: each["at"])


def counted(lab: Lab, seed: int) -> list[dict[str, Any]]:
    """The attempts that the exam with this seed has made."""
    exam = exam_events(lab, seed)[0]["exam"]
    return [each for each in attempts(lab).values() if each["event"].startswith(f"{exam}-")]


@pytest.fixture
def sat(one_lab: LabPage, lab: Lab, request: pytest.FixtureRequest) -> ExamOnPage:
    """An exam that has not begun, in a notebook of its own; in the kernel it is ``sat``."""
    seed = sum(map(ord, request.node.name))  # another exam for every test
    call = f"exam(seed={seed}, n={N}, minutes={EXAM_MINUTES})"
    call = f"import time\nfrom customer_casebook import exam\nsat = {call}\nsat"
    return ExamOnPage(turned(one_lab, notebook(lab, f"exam-{seed}.ipynb", call)), 1, seed)


def test_forty_questions_are_answered_by_keyboard_alone(one_lab: LabPage, lab: Lab) -> None:
    name = notebook(lab, "keyboard.ipynb", "from customer_casebook import exam\nexam(seed=40)")
    page = turned(one_lab, name)
    exam, keyboard = ExamOnPage(page, 1, 40, EXAM_QUESTIONS), page.page.keyboard
    cells = page.cells()

    def tab_to(target: Locator) -> None:
        for _ in range(60):
            keyboard.press("Tab")
            if target.evaluate("node => node === document.activeElement"):
                return
        pytest.fail(f"Tab does not lead to {target}")

    page.cell(0).click()
    page.page.keyboard.press("Escape")
    tab_to(exam.node.get_by_role("button", name="Start the clock"))
    keyboard.press("Enter")
    for place, question in enumerate(exam.questions):
        exam.is_at(place)
        exam.focus_is_inside()
        groups = [group.options for group in question.groups] or [tuple(question.options)]
        shown = exam.node.locator("fieldset:not(:has(fieldset))").all()
        for number, (group, node) in enumerate(zip(groups, shown, strict=True)):
            if number:
                tab_to(node.locator("input").first)
            for each in sorted(question.right & {*group}, key=group.index):
                keyboard.press(str(1 + group.index(each)))
                exam.focus_is_inside()
                expect(node.locator(place_of(question, each))).to_be_focused()
        expect(exam.places.nth(place)).to_have_accessible_name(f"Question {place + 1}, answered")
        keyboard.press("n")
    keyboard.press("p")
    exam.is_at(EXAM_QUESTIONS - 2)
    tab_to(exam.node.get_by_role("button", name="Hand in"))
    keyboard.press("Enter")
    expect(exam.node.get_by_role("heading", name="Hand it in?")).to_be_focused()
    expect(exam.node).to_contain_text("All answered, none flagged.")
    keyboard.press("Tab")
    keyboard.press("Enter")
    expect(exam.verdict).to_have_text("40 of 40 right: 100%. Passed; 65% are needed.")
    expect(exam.verdict).to_be_focused()
    exam.focus_is_inside()
    assert page.cells() == cells
    kept = counted(lab, 40)
    assert sorted(each["item"] for each in kept) == sorted(each.id for each in exam.questions)
    assert all(each["right"] and each["ms"] > 0 for each in kept)


def test_the_focus_is_never_lost_by_mouse_either(sat: ExamOnPage) -> None:
    node = sat.node
    sat.start()
    sat.focus_is_inside()
    for name, place in [("Next", 1), ("Next", 2), ("Previous", 1)]:
        sat.press(name)
        sat.is_at(place)
        sat.focus_is_inside()
    sat.places.nth(4).click()
    sat.is_at(4)
    sat.focus_is_inside()
    expect(sat.places.nth(4)).to_have_attribute("aria-current", "step")
    for name in ("Hide the clock", "Show the clock", "Flag it", "⚑ Flagged", "Hand in", "Go on"):
        sat.press(name)
        sat.focus_is_inside()
    sat.choose(4, sat.wrong(4))
    sat.focus_is_inside()
    sat.hand_in()
    expect(sat.verdict).to_be_focused()
    for name, comes in {
        "Practise these now": node.locator(".ccb-deck"),
        "Another exam": node.get_by_role("button", name="Start the clock"),
        "Look at your last exam again": sat.verdict,
    }.items():
        sat.press(name)
        expect(comes).to_be_visible()
        expect(node.get_by_role("button", name="Practise these now")).to_have_count(
            0 if name == "Another exam" else 1
        )
        sat.focus_is_inside()


def test_in_the_review_the_title_of_a_case_is_no_larger_than_its_question(sat: ExamOnPage) -> None:
    sat.start()
    sat.choose(0)  # what was right stands in a fold
    sat.hand_in()
    question = sat.node.locator(".ccb-review details").first
    question.locator("summary").click()
    sizes = question.evaluate("""node => {
        const title = node.appendChild(document.createElement("h3"));
        const size = each => getComputedStyle(each).fontSize;
        return [size(title), size(node.querySelector("summary"))];
    }""")
    assert sizes[0] == sizes[1]


def test_a_flag_is_put_up_and_taken_down_without_leaving_the_question(
    sat: ExamOnPage, lab: Lab
) -> None:
    sat.start()
    sat.node.locator("input").first.focus()
    flag = sat.node.locator(".ccb-flag")
    sat.page.page.keyboard.press("f")
    expect(sat.node.locator("input").first).to_be_focused()
    expect(flag).to_have_attribute("aria-pressed", "true")
    expect(sat.places.first).to_have_accessible_name("Question 1, open, flagged")
    expect(sat.places.first).to_have_text("1⚑")
    sat.press("Hand in")
    expect(sat.node).to_contain_text(f"{N} not answered, 1 flagged.")
    sat.places.first.click()
    flag.click()
    expect(flag).to_be_focused()
    expect(flag).to_have_attribute("aria-pressed", "false")
    expect(sat.places.first).to_have_text("1")
    sat.hand_in()
    events = exam_events(lab, sat.seed)
    assert [each["data"]["on"] for each in events if each["what"] == "flag"] == [True, False]


def test_two_views_of_an_exam_say_the_same(browser: Browser, lab: Lab) -> None:
    call = f"from customer_casebook import exam\nexam(seed=2, n={N}, minutes={EXAM_MINUTES})"
    with opened(browser, lab, notebook(lab, "views.ipynb", call)) as page:
        exam, other = ExamOnPage(page, 1, 2), other_view(page, 1)
        exam.start()
        expect(other.locator(".ccb-where")).to_have_text(f"Question 1 of {N}")
        exam.choose(0)
        for each in exam.questions[0].right:
            expect(other.locator(place_of(exam.questions[0], each))).to_be_checked()
        expect(other.locator(".ccb-place").first).to_have_accessible_name("Question 1, answered")
        other.get_by_role("button", name="Flag it").click()
        expect(exam.places.first).to_have_accessible_name("Question 1, answered, flagged")


def test_the_clock_warns_in_words_moves_nothing_and_hands_in(sat: ExamOnPage) -> None:
    node = sat.node
    warning = node.locator(".ccb-warning")
    sat.start()
    sat.choose(0)
    expect(sat.clock).to_have_text(re.compile(r"^(60:00|59:\d\d) left$"))
    expect(warning).to_be_empty()
    panel = node.locator(".ccb-panel")
    before = panel.bounding_box()
    sat.press("Hide the clock")
    expect(sat.clock).to_be_empty()
    assert panel.bounding_box() == before
    for left, said in {570: "10 minutes", 290: "5 minutes", 50: "a minute"}.items():
        run(sat.page, f"sat.paper.deadline = 1000 * (time.time() + {left})")
        expect(warning).to_have_text(f"Less than {said} left.")
        expect(warning).to_have_attribute("role", "status")
        assert panel.bounding_box() == before
    sat.press("Show the clock")
    expect(sat.clock).to_have_text(re.compile(r"^0:\d\d left$"))
    assert panel.bounding_box() == before
    run(sat.page, "sat.paper.deadline = 1000 * time.time()")
    expect(sat.verdict).to_contain_text(f"1 of {N} right")


def test_a_short_exam_has_no_warning_about_more_than_half_of_it(one_lab: LabPage, lab: Lab) -> None:
    call = (
        f"import time\nfrom customer_casebook import exam\nshort = exam(seed=3, n={N}, minutes=8)"
    )
    page = turned(one_lab, notebook(lab, "short.ipynb", f"{call}\nshort"))
    exam = ExamOnPage(page, 1, 3)
    exam.start()
    warning = exam.node.locator(".ccb-warning")
    for left, shown in {None: r"(8:00|7:\d\d)", 290: r"4:\d\d"}.items():
        if left:
            run(page, f"short.paper.deadline = 1000 * (time.time() + {left})")
        expect(exam.clock).to_have_text(re.compile(rf"^{shown} left$"))
        expect(warning).to_be_empty()
    run(page, "short.paper.deadline = 1000 * (time.time() + 50)")
    expect(warning).to_have_text("Less than a minute left.")


def test_the_clock_of_the_browser_does_not_matter(one_lab: LabPage, lab: Lab) -> None:
    call = f"from customer_casebook import exam\nexam(seed=77, n={N}, minutes={EXAM_MINUTES})"
    page = turned(one_lab, notebook(lab, "clock.ipynb", call))
    page.page.evaluate("window.now = Date.now; Date.now = () => now() + 7_200_000")
    page.run_all()
    exam = ExamOnPage(page, 1, 77)
    exam.start()
    expect(exam.clock).to_have_text(re.compile(r"^(60:00|59:\d\d) left$"))
    exam.press("Next")
    exam.is_at(1)
    page.page.evaluate("Date.now = now")


def test_it_goes_on_where_it_was_after_a_restart_and_a_reload(one_lab: LabPage, lab: Lab) -> None:
    begun = datetime.now(UTC) - timedelta(minutes=13)
    data = {"items": exam_questions(BOOK, N, 13), "seed": 13, "minutes": EXAM_MINUTES}
    start = ExamEvent("thirteen", "start", data, at=begun.isoformat(timespec="microseconds"))
    assert Journal(lab.home / "customer_casebook_data").record(start)
    call = f"from customer_casebook import exam\nexam(seed=13, n={N}, minutes={EXAM_MINUTES})"
    honest = re.compile(r"^4[2-7]:\d\d left$")
    page = turned(one_lab, notebook(lab, "again.ipynb", call))
    exam = ExamOnPage(page, 1, 13)
    exam.is_at(0)
    expect(exam.clock).to_have_text(honest)
    exam.choose(0)
    exam.press("Flag it")
    exam.press("Next")
    exam.choose(1, exam.wrong(1))
    presses = len(exam.questions[0].right) + 1 + len(exam.wrong(1))
    for _ in range(100):  # what was pressed is on its way to the kernel
        run(page, "pass")
        if len([each for each in exam_events(lab, 13) if each["what"] != "start"]) == presses:
            break
    expect(exam.saved).to_be_empty()
    page.restart_kernel()
    expect(exam.node.locator(".ccb-gone")).to_contain_text(
        "The exam goes on with your saved answers, and its clock goes on too."
    )
    for reload in (False, True):
        if reload:
            page.open("again.ipynb")
        page.run_all()
        exam = ExamOnPage(page, 1, 13)
        exam.is_at(2)  # the first that is open
        expect(exam.clock).to_have_text(honest)
        names = ["answered, flagged", "answered", *["open"] * (N - 2)]
        for place, state in enumerate(names):
            expect(exam.places.nth(place)).to_have_accessible_name(f"Question {place + 1}, {state}")
    exam.choose(2)
    exam.places.first.click()
    for each in exam.questions[0].right:
        expect(exam.node.locator(place_of(exam.questions[0], each))).to_be_checked()
    exam.hand_in()
    expect(exam.verdict).to_contain_text(f"2 of {N} right")
    exam.node.get_by_text("What you had right").click()
    expect(exam.node.get_by_text(re.compile(r"^✓ 1\. "))).to_be_visible()
    exam.press("Practise these now")
    expect(exam.node.locator(".ccb-deck .ccb-where")).to_contain_text(f"Question 1 of {N - 2}")


def test_a_double_click_and_a_busy_kernel_make_one_of_everything(sat: ExamOnPage, lab: Lab) -> None:
    sat.node.get_by_role("button", name="Start the clock").dblclick()
    expect(sat.node.locator(".ccb-where")).to_contain_text(f"of {N}")
    sat.places.nth(0).click()
    one = next(place for place, each in enumerate(sat.questions) if not each.many)
    with busy(sat.page):
        for place in (one, N - 1):
            sat.places.nth(place).dblclick()
            for each in (
                sat.wrong(place) if sat.questions[place].many else sat.questions[place].right
            ):
                sat.is_at(place)
                option = sat.node.locator(
                    f".ccb-option:has({place_of(sat.questions[place], each)})"
                )
                option.click()
                if not sat.questions[place].many:
                    option.dblclick()
        sat.press("Hand in")
        sat.node.get_by_role("button", name="Yes, hand in").dblclick()
        expect(sat.verdict).to_have_count(0)
        expect(sat.saved).to_contain_text("your latest answers are not saved yet", timeout=15_000)
    expect(sat.verdict).to_be_visible()
    expect(sat.saved).to_be_empty()
    told = exam_events(lab, sat.seed)
    whats = [each["what"] for each in told]
    assert (whats.count("start"), whats.count("finish")) == (1, 1)
    answered = {each["data"]["place"] for each in told if each["what"] == "answer"}
    assert answered >= {one, N - 1}
    assert len(counted(lab, sat.seed)) == len(answered)


def test_the_keys_of_the_notebook_stay_out_of_it(sat: ExamOnPage) -> None:
    page, node = sat.page, sat.node

    def button(name: str) -> Locator:
        return node.get_by_role("button", name=name)

    def guarded() -> None:
        assert node.evaluate(UNGUARDED) == []

    guarded()
    press(page, button("Start the clock"), *ARROWS, "Enter")
    sat.is_at(0)
    guarded()
    press(page, node.locator("input").first, *ARROWS, *RUN, "Enter", "Space")
    press(page, button("Hide the clock"), *ARROWS, *RUN)
    press(page, node.locator(".ccb-flag"), *ARROWS, "Space", "Space")
    press(page, sat.places.nth(2), *ARROWS, "Enter")
    sat.is_at(2)
    press(page, button("Previous"), *ARROWS, "Enter")
    sat.is_at(1)
    press(page, button("Next"), *ARROWS, "Shift+Enter")
    press(page, button("Hand in"), *ARROWS, "Enter")
    guarded()
    press(page, node.get_by_role("heading", name="Hand it in?"), *ARROWS, *RUN, "Space")
    press(page, button("Go on"), *ARROWS)
    press(page, button("Yes, hand in"), *ARROWS, "Enter")
    expect(sat.verdict).to_be_focused()
    press(page, sat.verdict, *ARROWS, *RUN, "Space")
    expect(node.locator("summary").first).to_be_visible()
    expect(node.get_by_role("link").first).to_have_attribute("href", re.compile(r"\.ipynb$"))
    guarded()
    press(page, node.locator("summary").first, *ARROWS, *RUN, "Enter", "Space")
    press(page, button("Practise these now"), *ARROWS, "Enter")
    expect(node.locator(".ccb-deck :focus")).to_be_visible()
    guarded()
    press(page, button("Another exam"), *ARROWS, "Enter")
    expect(button("Start the clock")).to_be_focused()
    guarded()
    press(page, button("Look at your last exam again"), *ARROWS, "Enter")
    expect(sat.verdict).to_be_focused()


def test_what_was_missed_leads_to_its_lesson_beside_the_exam(sat: ExamOnPage) -> None:
    sat.start()
    sat.hand_in()
    expect(sat.node.get_by_role("img", name="A bar to 0%, with a line at the 65%")).to_be_visible()
    link = sat.node.get_by_role("link").first
    file = str(link.get_attribute("href"))
    link.click()
    shown = "window.jupyterapp.shell.currentWidget.context?.path"
    sat.page.page.wait_for_function(f"file => {shown} === file", arg=file)


# The story of a learner.


@pytest.fixture
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A lab of a learner who has not begun."""
    folder = tmp_path_factory.mktemp("learner") / "notebooks"
    shutil.copytree(ROOT / "notebooks", folder)
    with run_lab(folder, tmp_path_factory.mktemp("home")) as lab:
        yield lab


def _days_pass(lab: Lab, days: float) -> None:
    """Everything in the journal happened so much earlier."""
    for shard in (lab.home / "customer_casebook_data").glob("*.jsonl"):
        rows = [json.loads(line) for line in shard.read_text("utf-8").splitlines()]
        for row in rows:
            at = datetime.fromisoformat(row["at"]) - timedelta(days=days)
            row["at"] = at.isoformat(timespec="microseconds")
        shard.write_text("".join(f"{json.dumps(row)}\n" for row in rows), "utf-8")


def test_the_whole_story_of_a_learner(browser: Browser, home: Lab) -> None:
    last = "18_practice_and_exam.ipynb"

    with opened(browser, home, "00_start_here.ipynb") as page:
        card = CardOnPage(page, "study(")
        for question in card.questions:
            card.answer(question)
            expect(card.feedback).to_contain_text(f"Right: {question.answer}")
            expect(card.saved).to_have_text("Saved.")
            card.node.locator(".ccb-next").click()
        expect(card.node.get_by_role("heading", name="Case closed")).to_be_focused()

        turned(page, "07_marketing_and_the_client_firm.ipynb")
        card = CardOnPage(page, 'study("marketing-campaign-hub"')
        slip = card.questions[0]
        card.answer(slip, ["external"])
        expect(card.saved).to_have_text("Saved.")
        wrong = slip.misconception({"external"})
        assert wrong

        turned(page, last)
        progress = activity(page, find(page, "progress()")[0])
        expect(progress).to_contain_text(wrong.claim)
        expect(progress).to_contain_text("Nothing is due; the next review is on")
        expect(progress.get_by_role("button", name="Practise this now")).to_be_visible()

        _days_pass(home, 1.1)

        turned(page, last)
        progress = activity(page, find(page, "progress()")[0])
        expect(progress).to_contain_text("1 question is due for review.")
        expect(activity(page, find(page, "review()")[0])).to_contain_text(slip.prompt)
        progress.get_by_role("button", name="Review now").click()
        expect(progress.locator(".ccb-prompt")).to_have_text(slip.prompt)
        twin = item(next_telling(BOOK, slip.id, slip.id))  # the same question of another telling
        expect(progress).to_contain_text("(another version of this case)")
        progress.get_by_role("radio", name=twin.answer, exact=True).click()
        progress.get_by_role("button", name="I am sure").click()
        # One right answer takes a fresh misconception half away; a second one closes it.
        expect(progress).to_contain_text("You chose it 1 of the 2 times it was on offer.")
        progress.get_by_role("button", name="Finish").click()
        expect(progress.locator(".ccb-note")).to_contain_text("the next review is on")
        expect(progress).to_contain_text("Nothing is due")
        assert progress.evaluate(FOCUS)

        exam = activity(page, find(page, "exam()")[0])
        exam.get_by_role("button", name="Start the clock").click()
        first = exam.locator(".ccb-prompt").inner_text()
        exam.locator("input").first.dispatch_event("click")
        exam.get_by_role("button", name="Next").click()
        expect(exam.locator(".ccb-where")).to_contain_text("Question 2 of 40")

        elsewhere = notebook(
            home, "elsewhere.ipynb", "from customer_casebook import *", "exam()", "progress()"
        )
        turned(page, elsewhere)
        exam = activity(page, 2)
        expect(exam.get_by_role("timer")).to_have_text(re.compile(r"^5\d:\d\d left$"))
        exam.locator(".ccb-place").first.click()
        expect(exam.locator(".ccb-prompt")).to_have_text(first, use_inner_text=True)
        expect(exam.locator("input").first).to_be_checked()
        exam.get_by_role("button", name="Hand in").click()
        exam.get_by_role("button", name="Yes, hand in").click()
        expect(exam.get_by_role("heading", name="Not passed this time")).to_be_visible()
        expect(exam).to_contain_text("39 not answered.")
        exam.get_by_role("button", name="Practise these now").click()
        expect(exam.locator(".ccb-deck .ccb-prompt")).to_be_visible()
        progress = activity(page, 3)
        count = len([each for each in attempts(home).values() if each["kind"] == "attempt"])
        progress.get_by_role("button", name="Look again").click()
        expect(progress).to_contain_text(f"{count} answers so far")
