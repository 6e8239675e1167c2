"""Progress and review by traits and clicks, without a browser."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from markupsafe import escape

import customer_casebook.widgets.progress as module
from customer_casebook.course.bank import next_telling
from customer_casebook.course.items import Item, original_id
from customer_casebook.course.journal import DATA_FOLDER_VARIABLE, Attempt, journal
from customer_casebook.course.progress import Advice, Progress, summarize
from customer_casebook.document import Paragraph, to_html
from customer_casebook.domain.facts import InputError
from customer_casebook.domain.rules import LENSES
from customer_casebook.widgets.activity import START
from customer_casebook.widgets.card import Card, places_of
from customer_casebook.widgets.exam import _asks, exam
from customer_casebook.widgets.progress import Overview, progress, review
from tests.course.books import BOOK, ITEMS, item

MISTAKE = next(
    (question, option, misconception)
    for question in [item(f"{name}/{lens}") for name in BOOK.cases for lens in LENSES]
    if not question.many and not question.groups
    for option in question.options
    if (misconception := question.misconception({option}))
    # The review, which asks the next telling, can correct it.
    if misconception.id in item(next_telling(BOOK, question.id, question.id)).betrayable
)


@pytest.fixture(autouse=True)
def _evening() -> None:
    """It is six in the evening where the learner is, so that what was answered today is of today."""
    now = datetime.now(UTC)
    journal().clock.zone = timezone(timedelta(minutes=18 * 60 - 60 * now.hour - now.minute))


def answered(question: Item, *, days: float, right: bool = True, sure: bool = True) -> Attempt:
    """An answer of so many days ago, kept."""
    choice = question.right if right else question.options.keys() - question.right
    wrong = None if right or question != MISTAKE[0] else MISTAKE[2].id
    at = datetime.now(UTC) - timedelta(days=days)
    attempt = Attempt(
        item=question.id,
        choice=tuple(sorted(choice)),
        sure=sure,
        right=right,
        misconception=wrong,
        ms=900,
        content=question.fingerprint,
        at=at.isoformat(timespec="microseconds"),
    )
    assert journal().record(attempt)
    return attempt


def everything(*, days: float = 2) -> list[Attempt]:
    """Every question of the bank, right and sure."""
    return [answered(question, days=days) for question in ITEMS.values()]


def answer(card: Card, place: int, choice: Iterable[str]) -> None:
    """What the front end does at a press."""
    places = places_of(card.questions[place], choice)
    press = {"press": f"{card.model_id} {place}", "choice": places, "sure": True, "ms": 7}
    card.set_state({"answers": json.loads(json.dumps({**card.answers, str(place): press}))})


def shown(overview: Overview) -> str:
    return overview.actions.text + overview.details.text


def press(overview: Overview, name: str) -> None:
    """What the front end does when a button is pressed."""
    assert name in overview.actions.buttons
    overview.actions._handle_custom_msg(name, [])


def test_before_the_first_answer_it_says_so_and_where_to_begin() -> None:
    overview = progress()
    assert "No answers yet. Every question you answer will count here." in overview.actions.text
    first = '<strong>Begin here:</strong> <a href="01_who_is_the_customer.ipynb">'
    assert f"{first}Lesson 01: Who is the customer?</a>" in overview.actions.text
    assert overview.details.text == ""
    assert overview.actions.buttons == {"again": "Look again"}


def _unaligned(overview: Overview) -> str:
    """The details, without where their numbers stand."""
    return overview.details.text.replace(' align="right"', "")


def test_a_few_answers_are_counted_drawn_and_told_in_tables() -> None:
    question, _, misconception = MISTAKE
    answered(question, days=0.1, right=False)
    answered(item("four-around-the-payroll"), days=0.1, sure=False)
    overview = progress()
    assert "2 answers so far; 3 of " in overview.actions.text
    assert "Nothing is due; the next review is on " in overview.actions.text
    assert misconception.claim in overview.details.text.replace("&#x27;", "'")
    assert "Wrong claims that you may believe, the most likely first:" in overview.details.text
    assert "One question offered it, and you chose it." in overview.details.text
    assert "The chart by question counts 1 of your 2 answers: " in overview.details.text
    assert '<th scope="row">I am sure</th><td>0</td><td>1</td>' in _unaligned(overview)
    assert '<th scope="row">I think so</th><td>1</td><td>0</td>' in _unaligned(overview)
    assert "when sure, right 0% of the time; when not sure, right 100%" in overview.details.text
    assert overview.details.text.count("<svg ") == 2
    assert 'aria-label="Confidence: when sure, right 0%' in overview.details.text
    assert overview.actions.live.startswith("2 answers so far")
    assert len(re.findall(r"<details><summary>By (?:objective|lens)", overview.details.text)) == 2


def test_who_knows_it_all_is_sent_to_the_exam() -> None:
    everything()
    overview = progress()
    count = len(BOOK.objectives)
    assert (
        f"{count} of {count} objectives begun, {count} of them firm. Nothing waits for review."
        in shown(overview)
    )
    assert "<strong>Next:</strong> the mock exam. Every objective is firm." in overview.actions.text
    assert "There is no wrong claim that you seem to believe." in overview.details.text
    assert overview.actions.buttons == {"again": "Look again"}
    assert overview.details.text.count("✓\xa0firm") >= count


def test_what_was_answered_meanwhile_shows_when_one_looks_again() -> None:
    overview = progress()
    answered(MISTAKE[0], days=1.5, right=False)
    assert "No answers yet" in overview.actions.text
    press(overview, "again")
    begun = len(BOOK.cases[MISTAKE[0].id.partition("/")[0]].objectives)
    assert f"1 answer so far; {begun} of " in overview.actions.text
    assert "1 question is due for review." in overview.actions.text
    assert overview.actions.buttons["next"] == "Review now"


def test_review_now_serves_what_is_due_and_its_end_brings_progress_up_to_date() -> None:
    question, _, misconception = MISTAKE
    answered(question, days=1.5, right=False)
    overview = progress()
    assert misconception.claim in overview.details.text.replace("&#x27;", "'")
    press(overview, "next")
    [card] = overview.work.children
    assert isinstance(card, Card)
    assert [original_id(each.id) for each in card.questions] == [question.id]
    assert card.note == ""
    answer(card, 0, card.questions[0].right)
    assert "2 answers so far" in overview.actions.text
    assert "Nothing is due; the next review is on " in overview.actions.text
    assert card.note == Paragraph(overview.progress.summary).html()
    assert "You chose it 1 of the 2 times it was on offer." in overview.details.text
    assert overview.actions.buttons["next"] == "Practise this now"
    assert overview.work.children == (card,)


def test_practice_from_progress_brings_it_up_to_date_too() -> None:
    answered(item("four-around-the-payroll"), days=0.1)
    overview = progress()
    press(overview, "next")
    [card] = overview.work.children
    for place, question in enumerate(card.questions):
        answer(card, place, question.right)
    count = len(card.questions) + 1
    assert f"{count} answers so far" in overview.actions.text
    assert f">{count} answers so far" in card.note


def test_a_journal_with_broken_lines_is_summed_up_and_told(tmp_path: Path) -> None:
    answered(MISTAKE[0], days=1.5)
    shard = next(tmp_path.glob("*.jsonl"))
    with shard.open("a", encoding="utf-8") as file:
        file.write('{"v": 2, "kind": "att\n<b>not ours</b>\n{"v": 99}\n')
    (tmp_path / "folder.jsonl").mkdir()
    told = progress().actions.text
    assert "1 answer so far" in told
    assert "1 line of the journal was left alone: broken off in the middle." in told
    assert "1 line of the journal was left alone: not an answer of this course." in told
    assert "written by a newer Customer Casebook" in told
    assert "1 file of the journal was left alone: no file that can be read." in told
    assert "not ours" not in told


def test_a_journal_that_cannot_be_written_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv(DATA_FOLDER_VARIABLE, str(tmp_path / "file"))
    journal.cache_clear()
    assert "Your answers cannot be saved here, for " in progress().actions.text


@pytest.mark.parametrize("button", ["again", "next"])
def test_what_fails_is_told_and_can_be_tried_again(
    button: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> Any:
        raise RuntimeError("no <sums> today")

    answered(item("four-around-the-payroll"), days=0.1)
    overview = progress()
    with monkeypatch.context() as trouble:
        trouble.setattr(module, "summarize", broken)
        trouble.setattr(module, "practice_deck", broken)
        press(overview, button)
    assert "no answer is lost." in overview.actions.below
    assert "RuntimeError: no &lt;sums&gt; today" in overview.actions.below
    press(overview, button)
    assert overview.actions.below == ""


@pytest.mark.parametrize("objective", [k for k, o in BOOK.objectives.items() if o.lesson])
def test_the_lesson_that_teaches_it_is_one_press_away(objective: str) -> None:
    record = BOOK.objectives[objective]
    text = to_html(module._advice_text(BOOK, Advice("objective", objective)))
    assert f"<strong>Next:</strong> {escape(record.can)}" in text
    assert f'<strong>To read:</strong> <a href="{record.lesson}.ipynb">Lesson ' in text
    assert f'<td><a href="{record.lesson}.ipynb">Lesson ' in module._details(BOOK, summary_of_one())


def summary_of_one() -> Progress:
    return summarize(BOOK, [answered(MISTAKE[0], days=1)], datetime.now(UTC))


def test_an_objective_without_a_lesson_names_none() -> None:
    first = next(iter(BOOK.objectives.values()))
    only = replace(BOOK, objectives={first.id: replace(first, lesson=None)})
    assert unescape(progress(book=only).actions.text).endswith(f"</strong> {first.can}</p>")


@pytest.mark.parametrize("share", [0, 1])
def test_a_mock_exam_stays_in_sight_and_a_pass_is_praised_though_nothing_is_firm(
    share: int,
) -> None:
    overview = progress()
    sat = exam(n=3, seed=1)
    sat.paper._handle_custom_msg({"what": "start", "exam": ""}, [])
    for place, question in enumerate(sat.items):
        wrong = {next(each for each in question.options if each not in question.right)}
        choice = places_of(question, question.right if share else wrong)
        answer = {"choice": choice, "ms": 5, "flag": False, "seq": 1}
        about = {"what": "answer", "id": f"{place}", "seq": 1, "asks": _asks(question)}
        sat.paper._handle_custom_msg({**about, "exam": sat.paper.exam, "answer": answer}, [])
    assert "mock exams" not in shown(overview)  # it is not over yet
    sat.paper._handle_custom_msg({"what": "finish", "exam": sat.paper.exam}, [])
    press(overview, "again")
    assert sat.result
    score = f"<td>{sat.result.right} of 3, {sat.result.percent}%</td>"
    verdict = "✓ passed" if share else "not passed"
    assert f"{score}<td>{verdict}</td>" in _unaligned(overview)
    assert ("You have passed a mock exam with 100%. Well done." in shown(overview)) == bool(share)
    assert "None is firm yet, as each takes 4 questions that you have right." in shown(overview)
    assert "0 of them firm" not in shown(overview)
    assert "<svg " in overview.details.text
    assert "&lt;" not in overview.details.text


# Review


def test_with_no_answers_nothing_waits_for_review() -> None:
    waits = review()
    assert "Nothing waits for review." in waits.children[0].text
    assert not any(isinstance(each, Card) for each in waits.children)


def test_what_is_not_due_yet_is_told_with_its_day() -> None:
    answered(MISTAKE[0], days=0.5, right=False)
    waits = review()
    assert re.search(r"the next review is on \w+day \d+ \w+\.", waits.children[0].text)
    assert not any(isinstance(each, Card) for each in waits.children)


def test_what_is_due_is_asked_firm_beliefs_that_were_wrong_first_and_no_more_than_wanted() -> None:
    shaky, firm, later = [*ITEMS.values()][:3]
    answered(shaky, days=5, right=False, sure=False)
    answered(firm, days=1.5, right=False)
    answered(later, days=0.2, right=False)
    [_, card] = review().children
    assert [each.id for each in card.questions] == [firm.id, shaky.id]
    assert "2 questions are due for review." in review().children[0].text
    [_, card] = review(1).children
    assert [each.id for each in card.questions] == [firm.id]
    answer(card, 0, firm.right)
    assert "1 question is due for review." in card.note
    now = journal().clock.now() + timedelta(days=2)
    due = [each.item for each in summarize(BOOK, journal().read().attempts, now).due]
    assert firm.id not in due
    assert {shaky.id, later.id} <= {*due}


def test_a_review_of_many_is_cut_to_what_fits_a_sitting() -> None:
    for question in [*ITEMS.values()][:14]:
        answered(question, days=2, right=False)
    told, card = review().children
    assert "14 questions are due for review." in told.text
    assert len(card.questions) == 10


@pytest.mark.parametrize("n", [0, -3, "3", None, 2.0, True])
def test_a_review_of_nothing_is_refused(n: Any) -> None:
    with pytest.raises(InputError, match=f"^n is {n!r}; write a whole number from 1 to 1000$"):
        review(n)


# Elsewhere


@pytest.mark.parametrize("make", [progress, review])
def test_a_transcript_tells_nothing_of_the_learner(make: Any, tmp_path: Path) -> None:
    before = make()._repr_mimebundle_()[0]
    answered(MISTAKE[0], days=1.5, right=False)
    after = make()._repr_mimebundle_()[0]
    for form in ("text/plain", "text/html"):
        assert before[form] == after[form]
        assert START in " ".join(after[form].split())
        assert str(tmp_path) not in after[form]
        assert not any(each.claim in after[form] for each in BOOK.misconceptions)


def test_before_an_exam_reviews_come_sooner_and_it_says_what_is_worth_doing() -> None:
    question = ITEMS[next(iter(ITEMS))]
    answered(question, days=1, right=False)
    answered(question, days=0.1)
    assert not review().children[1:]
    today = journal().clock.now().date()
    journal().choose_goal("4", today + timedelta(days=1))
    overview = progress()
    [lines] = re.findall("<ul>(.*?)</ul>", overview.actions.text)
    assert lines.startswith("<li>Your exam is tomorrow.")
    assert "<li>Sit a mock exam and pass it.</li>" in lines
    assert lines.count("<li>") <= 3
    answered(ITEMS[[*ITEMS][1]], days=0, right=False)
    assert len(review().children) == 2
    assert "Review 1 question now" in progress().actions.text
    journal().choose_goal("4")
    assert not review().children[1:]
    assert "Your exam is" not in progress().actions.text
