"""What the attempts say: mastery, calibration, misconceptions, and what comes back when."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_casebook.authoring.coverage import ASKED
from customer_casebook.course import progress as mastery
from customer_casebook.course.casebook import bank, case, misconceptions, objectives
from customer_casebook.course.journal import Attempt, fingerprint
from customer_casebook.course.progress import (
    INTERVALS,
    Advice,
    Calibration,
    Mastery,
    Progress,
    Review,
    asked,
    entry,
    lesson,
    summary,
)

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAY = timedelta(days=1)
SOME = next(iter(bank()))
CASE = "facilities-web-shop"


def attempt(
    item: str = SOME,
    after: timedelta = timedelta(0),
    *,
    right: bool = True,
    sure: bool | None = True,
    misconception: str | None = None,
    content: str = "",
) -> Attempt:
    at = (START + after).isoformat(timespec="microseconds")
    return Attempt(item, ("x",), sure, right, misconception, 900, content, at=at)


def told(attempts: Iterable[Attempt], after: timedelta = timedelta(0)) -> Progress:
    return summary(list(attempts), START + after)


def on(objective: str) -> list[str]:
    return [name for name, each in bank().items() if objective in each.objectives]


# Nothing, and all.


def test_nothing_says_nothing_and_begins_with_the_first_objective() -> None:
    nothing = told([])
    assert nothing.answered == 0
    assert [each.id for each in nothing.objectives] == list(objectives())
    assert {(each.met, each.share, each.mastered) for each in nothing.objectives} == {(0, 0, False)}
    assert nothing.calibration == Calibration(0, 0, 0, 0)
    assert (nothing.calibration.sure, nothing.calibration.unsure) == (None, None)
    assert (nothing.standing, nothing.due) == ((), ())
    assert nothing.next_due is None
    assert nothing.advice == Advice("objective", next(iter(objectives())))


def test_whoever_has_mastered_everything_may_sit_the_exam() -> None:
    every = told(attempt(name) for name in bank())
    assert all(each.mastered for each in every.objectives)
    assert every.advice == Advice("exam")


# Mastery.


def test_four_in_five_and_no_fewer_than_four_are_mastery() -> None:
    results = [(3, 3), (4, 4), (4, 5), (7, 9), (8, 10), (4, 6)]
    assert ASKED == 4
    assert [Mastery("", "", *each).mastered for each in results] == [
        False,
        True,
        True,
        False,
        True,
        False,
    ]


def test_the_latest_answer_to_an_item_counts() -> None:
    objective = bank()[SOME].objectives[0]

    def mastery(*results: bool) -> tuple[int, int]:
        answers = [attempt(after=number * DAY, right=each) for number, each in enumerate(results)]
        [found] = [each for each in told(answers).objectives if each.id == objective]
        return found.right, found.met

    assert mastery(True, False) == (0, 1)
    assert mastery(False, True) == (1, 1)


def test_what_a_lesson_asks_of_a_case_counts_for_its_lens_and_once_for_what_the_case_practises() -> (
    None
):
    after = told([attempt(f"{CASE}/money"), attempt(f"find/{CASE}/money", right=False)])
    assert {each.id: (each.right, each.met) for each in after.lenses if each.met} == {
        "money": (1, 2)
    }
    practised = case(CASE).objectives
    assert {each.id for each in after.objectives if each.met} == {*practised}
    assert {(each.right, each.met) for each in after.objectives if each.met} == {(1, 1)}
    after = told([attempt(f"{CASE}/money"), attempt(f"{CASE}/customer", right=False)])
    assert {(each.right, each.met) for each in after.objectives if each.met} == {(0, 1)}


def test_the_bank_counts_for_its_lenses_too() -> None:
    with_lens = [name for name, each in bank().items() if each.lens]
    counted = {each.id: each.met for each in told(map(attempt, with_lens)).lenses}
    assert sum(counted.values()) == len(with_lens)
    assert counted["customer"] == sum(bank()[each].lens == "customer" for each in with_lens)


# Calibration and misconceptions.


def test_confidence_is_held_against_correctness_where_it_was_asked() -> None:
    given = [(True, True)] * 3 + [(True, False)] + [(False, True)] * 2 + [(None, True)] * 5
    found = told(attempt(sure=sure, right=right) for sure, right in given)
    assert found.calibration == Calibration(3, 1, 2, 0)
    assert (found.calibration.sure, found.calibration.unsure) == (0.75, 1.0)
    assert found.answered == 11


def test_a_misconception_stands_until_an_item_that_could_betray_it_is_answered_rightly() -> None:
    betraying = next(name for name in bank() if mastery._betrayed(name))
    wrong = min(mastery._betrayed(betraying))
    harmless = next(name for name in bank() if wrong not in mastery._betrayed(name))
    slip = attempt(betraying, right=False, misconception=wrong)

    def standing(*attempts: Attempt) -> list[tuple[str, int]]:
        return [(each.misconception.id, each.times) for each in told(attempts).standing]

    assert standing(slip) == [(wrong, 1)]
    assert standing(slip, slip, attempt(harmless)) == [(wrong, 2)]
    assert standing(attempt(betraying), slip) == [(wrong, 1)]
    assert standing(slip, attempt(betraying)) == []
    assert standing(slip, attempt(betraying), slip) == [(wrong, 2)]
    assert standing(slip, attempt(betraying, right=False)) == [(wrong, 1)]


def test_misconceptions_stand_in_the_order_of_the_casebook_and_unknown_ones_do_not() -> None:
    names = [each.id for each in misconceptions()]
    slips = [attempt(right=False, misconception=each) for each in [*reversed(names), "forgotten"]]
    assert [each.misconception.id for each in told(slips).standing] == names


# What comes back.


def review(*given: tuple[float, bool, bool | None]) -> Review | None:
    """Where answers to one item leave it: day, right, sure."""
    return mastery._review(
        SOME, [attempt(after=day * DAY, right=right, sure=sure) for day, right, sure in given]
    )


def test_a_miss_comes_back_after_one_three_and_seven_days_and_then_no_more() -> None:
    assert [each.days for each in INTERVALS] == [1, 3, 7]
    well = [(0, False, True), (1, True, True), (4, True, True), (11, True, True)]
    steps = [review(*well[: place + 1]) for place in range(4)]
    assert steps == [
        Review(SOME, START + 1 * DAY, 0, confident=True),
        Review(SOME, START + 4 * DAY, 1, confident=True),
        Review(SOME, START + 11 * DAY, 2, confident=True),
        None,
    ]
    assert review(*well, (40, True, True)) is None
    assert review(*well, (40, False, False)) == Review(SOME, START + 41 * DAY, 0, confident=False)


@pytest.mark.parametrize(
    ("answers", "due", "step"),
    [
        ([(0, True, True)], None, 0),
        ([(0, True, None)], None, 0),  # in an exam nobody is asked how sure
        ([(0, True, False)], 1, 0),
        ([(0, False, None)], 1, 0),
        ([(0, False, False), (0.9, True, True)], 1, 0),  # early: nothing changes
        ([(0, False, False), (0.9, True, False)], 1, 0),
        ([(0, False, False), (0.9, False, True)], 1.9, 0),  # unless it is wrong
        ([(0, False, False), (1, True, None)], 4, 1),
        ([(0, False, False), (2, True, True)], 5, 1),  # late: counted from then
        ([(0, False, False), (1, True, True), (3, False, True)], 4, 0),
        ([(0, False, False), (1, True, True), (4, True, False)], 5, 0),
    ],
)
def test_what_an_answer_changes(
    answers: list[tuple[float, bool, bool | None]], due: float | None, step: int
) -> None:
    found = review(*answers)
    assert found == (
        None
        if due is None
        else Review(
            SOME, START + due * DAY, step, confident=answers[-1] == (*answers[-1][:1], False, True)
        )
    )


_answers = st.lists(
    st.tuples(st.integers(0, 100).map(lambda hours: hours / 12), st.booleans(), st.booleans()),
    max_size=12,
).map(sorted)


@given(_answers)
def test_the_schedule_has_its_laws(answers: list[tuple[float, bool, bool]]) -> None:
    before, last = review(*answers[:-1]), answers[-1] if answers else (0, True, True)
    found = review(*answers)
    day, right, sure = last
    if all(right and sure for _, right, sure in answers):
        assert found is None
    elif not right:
        assert found == Review(SOME, START + day * DAY + INTERVALS[0], 0, confident=sure)
    elif before and START + day * DAY < before.due:
        assert found == before
    elif before and sure:
        later = before.step + 1
        assert (found.step if found else 3) == later
        assert not found or found.due == START + day * DAY + INTERVALS[later]
    elif before or not sure:
        assert found == Review(SOME, START + day * DAY + INTERVALS[0], 0, confident=False)
    else:
        assert found is None


def test_due_and_next_due_are_told_apart_by_the_moment() -> None:
    first, second = list(bank())[:2]
    attempts = [attempt(first, right=False), attempt(second, timedelta(hours=1), right=False)]
    early, between, late = (told(attempts, each * DAY) for each in (0.99, 1.01, 2))
    assert (early.due, early.next_due) == ((), START + DAY)
    assert early.advice.what == "objective"
    assert [each.item for each in between.due] == [first]
    assert between.next_due == START + DAY + timedelta(hours=1)
    assert between.advice == Advice("review")
    assert ([each.item for each in late.due], late.next_due) == ([first, second], None)


def test_firm_beliefs_that_were_wrong_come_first_then_the_longest_due() -> None:
    a, b, c, d = [name for name, each in bank().items() if each.kind == "choose"][:4]
    attempts = [
        attempt(a, right=False, sure=False),
        attempt(b, timedelta(hours=1), sure=False),
        attempt(c, timedelta(hours=2), right=False),
        attempt(d, timedelta(hours=3), right=False),
    ]
    assert [each.item for each in told(attempts, 5 * DAY).due] == [c, d, a, b]


def test_what_is_due_from_the_whole_course_has_no_blocks() -> None:
    names = [*bank(), *(f"{CASE}/{lens}" for lens in ("customer", "money", "role"))]
    due = told((attempt(name, right=False) for name in names), DAY).due
    assert sorted(each.item for each in due) == sorted(names)
    kinds = [found.kind for each in due if (found := entry(each.item))]
    answers = [ready.answer for each in due if (ready := asked(each.item))]
    for alike in (kinds, answers):
        assert len(alike) == len(names)
        assert max(len(list(row)) for _, row in groupby(alike)) <= 4


# Items that changed, went, or were never of the bank.


def test_an_item_that_is_gone_is_history() -> None:
    gone = told([attempt("long/gone", right=False), attempt("gone too", right=False)], 9 * DAY)
    assert gone.answered == 2
    assert gone.calibration == Calibration(0, 2, 0, 0)
    assert (gone.due, gone.next_due) == ((), None)
    assert sum(each.met for each in gone.objectives + gone.lenses) == 0


def test_another_wording_proves_no_mastery_but_keeps_its_place_in_the_reviews() -> None:
    ready = asked(SOME)
    assert ready
    objective = bank()[SOME].objectives[0]

    def met(content: str) -> int:
        found = told([attempt(content=content)]).objectives
        return next(each.met for each in found if each.id == objective)

    assert (met(fingerprint(ready)), met(""), met("other")) == (1, 1, 0)
    due = told([attempt(right=False, content="other")], DAY).due
    assert [each.item for each in due] == [SOME]


@pytest.mark.parametrize("name", ["", "/", "a/b", "find/a/b", "sort/a/b", "a/b/c/d"])
@pytest.mark.parametrize("real", [False, True])
def test_a_name_that_is_no_items_has_no_entry(name: str, real: bool) -> None:
    if real:
        name = name.replace("a", CASE).replace("b", "no-lens")
    assert entry(name) is None
    assert asked(name) is None


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        (SOME, bank()[SOME].kind),
        (f"{CASE}/customer", "case"),
        (f"find/{CASE}/customer", "find"),
        (f"sort/customer/{CASE}+marketing-campaign-hub", "sort"),
    ],
)
def test_what_was_asked_can_be_asked_again(name: str, kind: str) -> None:
    found, ready = entry(name), asked(name)
    assert found
    assert found.kind == kind
    assert ready
    assert ready.id == name


def test_the_activities_of_the_lessons_ask_the_same_items() -> None:
    from customer_casebook.widgets.practice import find_evidence, own_the_relationship, sort_parties
    from customer_casebook.widgets.study import study

    decks: list[Any] = [
        find_evidence(CASE), sort_parties([CASE, "marketing-campaign-hub"]), study(CASE),
        own_the_relationship([CASE]),
    ]  # fmt: skip
    for shown in (question for deck in decks for question in deck.questions):
        again = asked(shown.id)
        assert again, shown.id
        assert fingerprint(again) == fingerprint(shown)


# What to do next.


def test_the_weakest_of_what_was_met_comes_before_what_was_not() -> None:
    first, second, third = list(objectives())[:3]
    alone = {
        each: [name for name in on(each) if bank()[name].objectives == (each,)]
        for each in (second, third)
    }
    attempts = [attempt(alone[second][0]), attempt(alone[third][0], right=False)]
    assert told(attempts).advice == Advice("objective", third)
    assert told(attempts[:1]).advice == Advice("objective", second)
    mastered = [attempt(name) for name in on(second)]
    assert told(mastered).advice.objective != second
    assert first not in (second, third)


def test_an_objective_has_the_lesson_that_says_most_about_it(tmp_path: Path) -> None:
    def write(name: str, *kinds: str) -> None:
        cells = [
            {"id": str(n), "cell_type": kind, "metadata": {"objectives": ["going-direct"]}}
            for n, kind in enumerate(kinds)
        ]
        (tmp_path / name).write_text(json.dumps({"cells": cells}))

    assert lesson("going-direct", tmp_path) is None
    write("01_a.ipynb", "markdown", "code", "code", "code")
    write("02_b.ipynb", "markdown", "markdown")
    write("03_c.ipynb", "markdown", "markdown")
    assert lesson("going-direct", tmp_path) == "02_b.ipynb"
    assert lesson("binding-contract", tmp_path) is None
    (tmp_path / "04_d.ipynb").write_text("no notebook")
    assert lesson("going-direct", tmp_path) is None


def test_every_objective_has_its_lesson() -> None:
    notebooks = Path(__file__).parents[2] / "notebooks"
    assert [each for each in objectives() if not lesson(each, notebooks)] == []
