"""What the attempts say: mastery, calibration, misconceptions, and what comes back when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from itertools import groupby

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_casebook.course import progress as module
from customer_casebook.course.casebook import Casebook
from customer_casebook.course.items import original_id
from customer_casebook.course.journal import Attempt
from customer_casebook.course.progress import (
    QUESTIONS_PER_OBJECTIVE,
    REVIEW_INTERVALS,
    Advice,
    Belief,
    Calibration,
    Mastery,
    Progress,
    Review,
    before_exam,
    summarize,
)
from customer_casebook.course.selection import holds_in
from tests.course.books import BOOK, CASE, HUB, ITEMS, item, question, small_book

BANK = BOOK.questions
MIDNIGHT = datetime(2026, 3, 2, tzinfo=UTC)
START = MIDNIGHT + timedelta(hours=9)
DAY = timedelta(days=1)
SOME = next(iter(BANK))


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


def progress(
    attempts: Iterable[Attempt], after: timedelta = timedelta(0), book: Casebook = BOOK
) -> Progress:
    return summarize(book, list(attempts), START + after)


def on(objective: str) -> list[str]:
    return [k for k, record in BANK.items() if objective in record.objectives]


def counts(masteries: Iterable[Mastery]) -> dict[str, tuple[int, int]]:
    """Right and answered, where anything was answered."""
    return {known.id: (known.right, known.answered) for known in masteries if known.answered}


def open_in(summary: Progress) -> list[str]:
    return [belief.misconception.id for belief in summary.beliefs if belief.is_open]


# Nothing, and all.


def test_nothing_says_nothing_and_begins_with_the_first_lesson() -> None:
    nothing = progress([])
    assert nothing.answered == 0
    assert [mastery.id for mastery in nothing.objectives] == list(BOOK.objectives)
    assert counts(nothing.objectives) == {}
    assert {(known.share, known.mastered) for known in nothing.objectives} == {(0, False)}
    assert nothing.calibration == Calibration(0, 0, 0, 0)
    assert (nothing.calibration.sure, nothing.calibration.unsure) == (None, None)
    assert (open_in(nothing), nothing.due) == ([], ())
    assert nothing.next_due is None
    assert nothing.advice == Advice("lesson", lesson="01_who_is_the_customer")
    lonely = {k: replace(objective, lesson=None) for k, objective in BOOK.objectives.items()}
    without_lessons = summarize(replace(BOOK, objectives=lonely), [], START)
    assert without_lessons.advice == Advice("objective", next(iter(BOOK.objectives)))


def test_whoever_has_mastered_everything_may_sit_the_exam() -> None:
    everything = progress(attempt(name) for name in BANK)
    assert all(mastery.mastered for mastery in everything.objectives)
    assert everything.advice == Advice("exam")


# Mastery.


def test_four_in_five_and_no_fewer_than_four_are_mastery() -> None:
    results = [(3, 3), (4, 4), (4, 5), (7, 9), (8, 10), (4, 6)]
    assert QUESTIONS_PER_OBJECTIVE == 4
    assert [Mastery("", "", *counts).mastered for counts in results] == [
        False,
        True,
        True,
        False,
        True,
        False,
    ]


def test_the_latest_answer_to_an_item_counts() -> None:
    objective = BANK[SOME].objectives[0]

    def mastery(*results: bool) -> tuple[int, int]:
        attempts = [attempt(after=day * DAY, right=right) for day, right in enumerate(results)]
        [known] = [known for known in progress(attempts).objectives if known.id == objective]
        return known.right, known.answered

    assert mastery(True, False) == (0, 1)
    assert mastery(False, True) == (1, 1)


def test_what_a_lesson_asks_of_a_case_counts_for_its_lens_and_once_for_what_the_case_practises() -> (
    None
):
    after = progress([attempt(f"{CASE}/money"), attempt(f"find/{CASE}/money", right=False)])
    assert counts(after.lenses) == {"money": (1, 2)}
    practised = BOOK.case(CASE).objectives
    assert counts(after.objectives) == dict.fromkeys(practised, (1, 1))
    after = progress([attempt(f"{CASE}/money"), attempt(f"{CASE}/customer", right=False)])
    assert counts(after.objectives) == dict.fromkeys(practised, (0, 1))


def test_the_bank_counts_for_its_lenses_too() -> None:
    lenses = {k: lens for k, record in BANK.items() if (lens := getattr(record, "lens", ""))}
    answered = {known.id: known.answered for known in progress(map(attempt, lenses)).lenses}
    assert sum(answered.values()) == len(lenses)
    assert answered["customer"] == [*lenses.values()].count("customer")


# Calibration and misconceptions.


def test_confidence_is_held_against_correctness_where_it_was_asked() -> None:
    answers = [(True, True)] * 3 + [(True, False)] + [(False, True)] * 2 + [(None, True)] * 5
    after = progress(attempt(sure=sure, right=right) for sure, right in answers)
    assert after.calibration == Calibration(3, 1, 2, 0)
    assert (after.calibration.sure, after.calibration.unsure) == (0.75, 1.0)
    assert after.answered == 11


def test_a_misconception_is_open_until_two_items_that_could_betray_it_are_answered_rightly() -> (
    None
):
    betraying = next(k for k, known in ITEMS.items() if known.betrayable)
    wrong = min(ITEMS[betraying].betrayable)
    harmless = next(k for k, known in ITEMS.items() if wrong not in known.betrayable)
    mistake, right = attempt(betraying, right=False, misconception=wrong), attempt(betraying)

    def misconceptions(*attempts: Attempt) -> list[str]:
        return open_in(progress(attempts))

    assert misconceptions(mistake) == [wrong]
    assert misconceptions(mistake, mistake, *[attempt(harmless)] * 9) == [wrong]
    assert misconceptions(right, mistake) == [wrong]
    assert misconceptions(mistake, right) == [wrong]  # which may be a guess
    assert misconceptions(mistake, right, right) == []
    assert misconceptions(mistake, right, right, mistake) == [wrong]
    assert misconceptions(*[right] * 9, mistake) == []  # which may be a slip
    assert misconceptions(*[right] * 9, mistake, mistake) == [wrong]


def test_only_an_answer_that_had_the_chance_is_evidence_of_a_misconception() -> None:
    betraying = next(k for k, known in ITEMS.items() if len(known.betrayable) > 1)
    wrong, other = sorted(ITEMS[betraying].betrayable)[:2]
    harmless = next(k for k, known in ITEMS.items() if not known.betrayable)

    def chances(*attempts: Attempt) -> dict[str, tuple[bool, ...]]:
        return {known.misconception.id: known.chances for known in progress(attempts).beliefs}

    mistake, right = attempt(betraying, right=False, misconception=wrong), attempt(betraying)
    assert chances(attempt(harmless), attempt(harmless, right=False)) == {}
    assert chances(attempt(betraying, right=False)) == {}  # neither the one nor the other
    assert chances(mistake) == {wrong: (True,)}
    assert chances(mistake, right, mistake)[wrong] == (True, False, True)
    assert chances(mistake, right, mistake)[other] == (False,)
    assert chances(right).keys() == ITEMS[betraying].betrayable


@given(st.lists(st.booleans(), min_size=1, max_size=12), st.data())
def test_the_likelihood_of_a_misconception_is_a_share_in_which_later_chances_weigh_more(
    chances: list[bool], data: st.DataObject
) -> None:
    known = Belief(BOOK.misconceptions[0], tuple(chances))
    assert 0 <= known.likelihood <= 1
    assert (known.likelihood > 0) == any(chances)
    assert Belief(known.misconception, (*chances, True)).likelihood >= known.likelihood
    assert Belief(known.misconception, (*chances, False)).likelihood <= known.likelihood
    place = data.draw(st.integers(0, len(chances) - 1))
    swapped = [*chances[:place], *reversed(chances[place : place + 2]), *chances[place + 2 :]]
    if swapped != chances:
        later = Belief(known.misconception, tuple(swapped)).likelihood > known.likelihood
        assert later == chances[place]


def test_the_most_likely_misconception_comes_first() -> None:
    betraying = next(k for k, known in ITEMS.items() if known.betrayable)
    doubtful = min(ITEMS[betraying].betrayable)
    names = [known.id for known in BOOK.misconceptions if known.id != doubtful]
    first = attempt(betraying, right=False, misconception=doubtful)
    others = [attempt(right=False, misconception=k) for k in names[-2:]]
    after = progress([first, attempt(betraying), *others])
    assert open_in(after) == [*names[-2:], doubtful]
    shares = [known.likelihood for known in after.beliefs]
    assert shares == sorted(shares, reverse=True)


def test_misconceptions_as_likely_come_in_the_order_of_the_casebook_and_unknown_ones_do_not() -> (
    None
):
    names = [misconception.id for misconception in BOOK.misconceptions]
    mistakes = [attempt(right=False, misconception=k) for k in [*reversed(names), "forgotten"]]
    assert open_in(progress(mistakes)) == names


# What comes back.


def review(*answers: tuple[float, bool, bool | None]) -> Review | None:
    """Where answers to one item leave it: day, right, sure."""
    return module._review(
        SOME,
        [attempt(after=day * DAY, right=right, sure=sure) for day, right, sure in answers],
        UTC,
    )


def test_a_miss_comes_back_after_one_three_and_seven_days_and_then_no_more() -> None:
    assert [interval.days for interval in REVIEW_INTERVALS] == [1, 3, 7]
    well = [(0, False, True), (1, True, True), (4, True, True), (11, True, True)]
    steps = [review(*well[: place + 1]) for place in range(4)]
    assert steps == [
        Review(SOME, MIDNIGHT + 1 * DAY, 0, confident=True),
        Review(SOME, MIDNIGHT + 4 * DAY, 1, confident=True),
        Review(SOME, MIDNIGHT + 11 * DAY, 2, confident=True),
        None,
    ]
    assert review(*well, (40, True, True)) is None
    assert review(*well, (40, False, False)) == Review(
        SOME, MIDNIGHT + 41 * DAY, 0, confident=False
    )


@pytest.mark.parametrize(
    ("answers", "due", "step"),
    [
        ([(0, True, True)], None, 0),
        ([(0, True, None)], None, 0),  # in an exam nobody is asked how sure
        ([(0, True, False)], 1, 0),
        ([(0, False, None)], 1, 0),
        ([(0, False, False), (0.6, True, True)], 1, 0),  # early: nothing changes
        ([(0, False, False), (0.6, True, False)], 1, 0),
        ([(0, False, False), (0.6, False, True)], 1, 0),  # unless it is wrong
        ([(0, False, False), (0.9, True, True)], 4, 1),  # the next day, if not 24 hours later
        ([(0, False, False), (1, True, None)], 4, 1),
        ([(0, False, False), (2, True, True)], 5, 1),  # late: counted from then
        ([(0, False, False), (1, True, True), (3, False, True)], 4, 0),
        ([(0, False, False), (1, True, True), (4, True, False)], 5, 0),
    ],
)
def test_what_an_answer_changes(
    answers: list[tuple[float, bool, bool | None]], due: float | None, step: int
) -> None:
    result = review(*answers)
    assert result == (
        None
        if due is None
        else Review(
            SOME,
            MIDNIGHT + due * DAY,
            step,
            confident=answers[-1] == (*answers[-1][:1], False, True),
        )
    )


_answers = st.lists(
    st.tuples(st.integers(0, 100).map(lambda hours: hours / 12), st.booleans(), st.booleans()),
    max_size=12,
).map(sorted)


@given(_answers)
def test_the_schedule_has_its_laws(answers: list[tuple[float, bool, bool]]) -> None:
    before, last = review(*answers[:-1]), answers[-1] if answers else (0, True, True)
    result = review(*answers)
    day, right, sure = last
    midnight = (START + day * DAY).replace(hour=0)
    if all(right and sure for _, right, sure in answers):
        assert result is None
    elif not right:
        assert result == Review(SOME, midnight + REVIEW_INTERVALS[0], 0, confident=sure)
    elif before and START + day * DAY < before.due:
        assert result == before
    elif before and sure:
        later = before.step + 1
        assert (result.step if result else 3) == later
        assert not result or result.due == midnight + REVIEW_INTERVALS[later]
    elif before or not sure:
        assert result == Review(SOME, midnight + REVIEW_INTERVALS[0], 0, confident=False)
    else:
        assert result is None


def test_the_moment_decides_what_is_due_and_what_is_next() -> None:
    first, second = list(BANK)[:2]
    attempts = [attempt(first, right=False), attempt(second, DAY, right=False)]
    early, between, late = (progress(attempts, days * DAY) for days in (0.62, 1, 2))
    assert (early.due, early.next_due) == ((), MIDNIGHT + DAY)
    assert early.advice
    assert early.advice.what == "objective"
    assert [known.item for known in between.due] == [first]
    assert between.next_due == MIDNIGHT + 2 * DAY
    assert between.advice == Advice("review")
    assert ([known.item for known in late.due], late.next_due) == ([first, second], None)


def test_sure_answers_that_were_wrong_come_first_then_the_longest_due() -> None:
    a, b, c, d = [k for k, record in BANK.items() if record.kind == "choose"][:4]
    attempts = [
        attempt(a, right=False, sure=False),
        attempt(b, DAY, sure=False),
        attempt(c, 2 * DAY, right=False),
        attempt(d, 3 * DAY, right=False),
    ]
    assert [known.item for known in progress(attempts, 5 * DAY).due] == [c, d, a, b]


def test_what_is_due_from_the_whole_course_has_no_blocks() -> None:
    names = [*BANK, *(f"{CASE}/{lens}" for lens in ("customer", "money", "role"))]
    due = progress((attempt(name, right=False) for name in names), DAY).due
    assert sorted(original_id(known.item) for known in due) == sorted(names)
    kinds = [question(known.item).kind for known in due]
    answers = [item(known.item).answer for known in due]
    for alike in (kinds, answers):
        assert len(alike) == len(names)
        assert max(len(list(row)) for _, row in groupby(alike)) <= 4


# Items that changed, went, or were never of the bank.


def test_an_item_that_is_gone_is_history() -> None:
    gone = progress([attempt("long/gone", right=False), attempt("gone too", right=False)], 9 * DAY)
    assert gone.answered == 2
    assert gone.calibration == Calibration(0, 2, 0, 0)
    assert (gone.due, gone.next_due) == ((), None)
    assert counts(gone.objectives + gone.lenses) == {}


def test_another_wording_proves_no_mastery_but_keeps_its_place_in_the_reviews() -> None:
    objective = BANK[SOME].objectives[0]

    def answered(content: str) -> int:
        masteries = progress([attempt(content=content)]).objectives
        return next(known.answered for known in masteries if known.id == objective)

    contents = (item(SOME).fingerprint, "", "other")
    assert [answered(content) for content in contents] == [1, 1, 0]
    due = progress([attempt(right=False, content="other")], DAY).due
    assert [known.item for known in due] == [SOME]


def test_a_right_answer_to_another_wording_corrects_no_misconception() -> None:
    betraying = next(k for k, known in ITEMS.items() if known.betrayable)
    wrong = min(ITEMS[betraying].betrayable)
    mistake = attempt(betraying, right=False, misconception=wrong, content="older")
    assert open_in(progress([mistake])) == [wrong]
    assert open_in(progress([mistake, *[attempt(betraying, content="older")] * 2])) == [wrong]
    today = ITEMS[betraying].fingerprint
    assert open_in(progress([mistake, *[attempt(betraying, content=today)] * 2])) == []


# What to do next.


def test_the_weakest_of_what_was_begun_comes_before_what_was_not() -> None:
    first, second, third = list(BOOK.objectives)[:3]
    alone = {
        objective: [k for k in on(objective) if BANK[k].objectives == (objective,)]
        for objective in (second, third)
    }
    attempts = [attempt(alone[second][0]), attempt(alone[third][0], right=False)]
    assert progress(attempts).advice == Advice("objective", third)
    assert progress(attempts[:1]).advice == Advice("objective", second)
    mastered = [attempt(name) for name in on(second)]
    assert progress(mastered).advice not in (None, Advice("objective", second))
    assert first not in (second, third)


# Two books in one journal.

SHOP = {"id": "shop", "kind": "case", "case": HUB, "lens": "customer"}
SCHOOL = small_book(SHOP | {"objectives": ["going-direct"]}, cases=[HUB])
LESSON = f"{HUB}/customer"
WRONG = min(item(LESSON).betrayable)


def two_books() -> tuple[list[Attempt], list[Attempt]]:
    """Attempts at items of the course, and at those of the school with the same names."""
    course = [
        attempt(f"{HUB}/money", sure=False),
        attempt(LESSON, timedelta(hours=1), right=False, misconception=WRONG),
    ]
    school = [
        attempt(f"school:{HUB}/role", timedelta(hours=2)),
        attempt("school:shop", timedelta(hours=3), right=False, misconception=WRONG),
        attempt(f"school:{HUB}/money", timedelta(hours=4), right=False),
    ]
    return course, school


def test_answers_to_another_book_count_nowhere() -> None:
    course, school = two_books()
    for own, book in ((course, BOOK), (school, SCHOOL)):
        both, alone = (progress(known, 2 * DAY, book) for known in (course + school, own))
        assert both == alone
        assert both.answered == len(own)
        assert open_in(both) == [WRONG]
        assert {original_id(known.item) for known in both.due} <= {known.item for known in own}
        assert both.due
        assert both.lenses != progress([], book=book).lenses


def test_a_right_answer_to_another_book_corrects_no_misconception() -> None:
    mistake = attempt(LESSON, right=False, misconception=WRONG)
    assert open_in(progress([mistake, *[attempt(f"school:{LESSON}")] * 2])) == [WRONG]
    assert open_in(progress([mistake, *[attempt(LESSON)] * 2])) == []


def test_a_misconception_of_an_item_that_is_gone_is_not_open() -> None:
    wrong = BOOK.misconceptions[0].id
    assert open_in(progress([attempt("gone", right=False, misconception=wrong)])) == []
    assert open_in(progress([attempt(right=False, misconception=wrong)])) == [wrong]


def test_the_progress_of_another_book_is_about_its_own_questions() -> None:
    after = progress([attempt("school:shop")], book=SCHOOL)
    assert [known.id for known in after.objectives] == list(BOOK.objectives)
    assert counts(after.objectives) == {"going-direct": (1, 1)}
    assert counts(after.lenses) == {"customer": (1, 1)}
    whole = progress([attempt(f"school:{LESSON}")], book=SCHOOL)
    assert counts(whole.objectives) == dict.fromkeys(BOOK.case(HUB).objectives, (1, 1))


# In words.


def test_the_summary_says_how_much_is_answered_begun_and_firm() -> None:
    total = len(BOOK.objectives)
    assert progress([]).summary == "No answers yet. Every question you answer will count here."
    begun = len(BANK[SOME].objectives)
    assert progress([attempt()]).summary == (
        f"1 answer so far; {begun} of {total} objectives begun. None is firm yet, as each "
        "takes 4 questions that you have right. Nothing waits for review."
    )
    everything = progress(attempt(k) for k in [*BANK] * 10)
    assert everything.summary == (
        f"{10 * len(BANK):,} answers so far; {total} of {total} objectives begun, "
        f"{total} of them firm. Nothing waits for review."
    )


def test_the_reviews_say_what_is_due_or_on_what_day_the_next_is() -> None:
    mistakes = [attempt(k, right=False) for k in [*BANK][:2]]
    assert progress(mistakes[:1], DAY).reviews == "1 question is due for review."
    assert progress(mistakes, DAY).reviews == "2 questions are due for review."
    assert progress(mistakes).reviews == "Nothing is due; the next review is on Tuesday 3 March."


def test_a_day_is_the_learners_own() -> None:
    late = attempt(right=False, after=timedelta(hours=12))  # 21:00 in UTC
    for hours, day in ((-5, 3), (0, 3), (2, 3), (3, 4), (12, 4)):
        zone = timezone(timedelta(hours=hours))
        summary = summarize(BOOK, [late], (START + timedelta(hours=12)).astimezone(zone))
        assert summary.next_due == datetime(2026, 3, day, tzinfo=zone)
        assert f" {day} March." in summary.reviews


def test_whoever_comes_a_little_earlier_each_evening_finds_what_is_due() -> None:
    """Each day half an hour earlier, for a fortnight: asked on days 1, 4 and 11."""
    evening, asked = START + timedelta(hours=14), []
    attempts = [attempt(right=False, after=timedelta(hours=14))]
    for day in range(1, 15):
        now = evening + day * timedelta(hours=23.5)
        if summarize(BOOK, attempts, now).due:
            asked.append(day)
            attempts.append(attempt(after=now - START))
    assert asked == [1, 4, 11]


# Before an exam.

MONDAY = MIDNIGHT.date()
whens = st.integers(0, 30)
histories = st.lists(
    st.tuples(whens, st.booleans(), st.sampled_from([True, False, None])), max_size=6
)


def before(
    exam_in: int,
    attempts: Iterable[Attempt],
    after: timedelta = timedelta(0),
    book: Casebook = BOOK,
) -> Progress:
    return summarize(book, list(attempts), START + after, MONDAY + exam_in * DAY)


def days_asked(exam_in: int, until: int = 60) -> list[int]:
    """The days on which what was wrong on day 0 is asked, and each time answered right and sure."""
    attempts, asked = [attempt(right=False)], []
    for day in range(until):
        now = day * DAY + timedelta(hours=1)
        if before(exam_in, attempts, now).due:
            asked.append(day)
            attempts.append(attempt(after=now))
    return asked


@pytest.mark.parametrize(
    ("exam_in", "days"),
    [
        (1, [0]),  # tomorrow: at once, and once
        (2, [1]),
        (3, [1, 2]),
        (4, [1, 2, 3]),
        (6, [1, 2, 5]),
        (8, [1, 2, 7]),
        (11, [1, 3, 10]),
        (12, [1, 4, 11]),  # all of it fits
        (40, [1, 4, 11]),
    ],
)
def test_reviews_shrink_into_the_days_before_an_exam(exam_in: int, days: list[int]) -> None:
    assert days_asked(exam_in, until=exam_in) == days


@given(st.integers(0, 30), histories, whens)
def test_what_is_wrong_or_unsure_comes_back_before_the_exam_and_never_later_than_without_one(
    exam_in: int, answers: list[tuple[int, bool, bool | None]], today: int
) -> None:
    told = [
        (day, right, sure)
        for day, right, sure in sorted(answers, key=lambda a: a[0])
        if day <= today
    ]
    attempts = [attempt(after=day * DAY, right=right, sure=sure) for day, right, sure in told]
    exam_day = MONDAY + exam_in * DAY
    moved = module._review(SOME, attempts, UTC, exam_day)
    usual = module._review(SOME, attempts, UTC)
    if told and (not told[-1][1] or told[-1][2] is False) and told[-1][0] < exam_in:
        assert moved
        assert moved.due.date() < exam_day
        assert usual
        assert moved.due <= usual.due
    days = today * DAY
    if today > exam_in:  # it is over
        assert replace(before(exam_in, attempts, days), exam=None) == progress(attempts, days)
        assert before(exam_in, attempts, days).exam is None


@pytest.mark.parametrize("exam_in", [1, 3, 5])
def test_after_the_exam_all_is_as_without_one(exam_in: int) -> None:
    attempts = [attempt(right=False)]
    on_the_day, after = (before(exam_in, attempts, (exam_in + n) * DAY) for n in (0, 1))
    assert on_the_day.exam
    assert on_the_day.exam.days == 0
    assert after == progress(attempts, (exam_in + 1) * DAY)


def test_the_days_to_an_exam_are_those_of_the_learners_calendar() -> None:
    late = START + timedelta(hours=12)  # 21:00 in UTC
    for hours, days in ((-5, 2), (2, 2), (3, 1), (12, 1)):
        zone = timezone(timedelta(hours=hours))
        summary = summarize(BOOK, [], late.astimezone(zone), date(2026, 3, 4))
        assert summary.exam
        assert summary.exam.days == days


@pytest.mark.parametrize(
    ("exam_in", "when"),
    [
        (0, "today"),
        (1, "tomorrow"),
        (2, "in 2 days, on Wednesday 4 March"),
        (9, "in 9 days, on Wednesday 11 March"),
    ],
)
def test_what_is_worth_doing_before_an_exam_is_said_in_three_lines(exam_in: int, when: str) -> None:
    [first, second] = before_exam(BOOK, before(exam_in, []), None, passed=False)
    assert first.startswith(f"Your exam is {when}. Practise what is not firm yet: 26 objectives.")
    assert second == "Sit a mock exam and pass it."
    assert len(before_exam(BOOK, before(exam_in, []), None, passed=True)) == 1


def test_reviews_come_first_then_what_is_not_firm_and_a_mock_exam_that_was_not_passed() -> None:
    old, new = [*BANK][:2], [*BANK][2:5]
    mistakes = [attempt(k, right=False) for k in old]
    mistakes += [attempt(k, 2 * DAY, right=False) for k in new]
    lines = before_exam(BOOK, before(12, mistakes, 2 * DAY), None, passed=False)
    assert lines[0] == (
        "Your exam is in 10 days, on Saturday 14 March. "
        "Review 2 questions now and 3 questions until then, on the days they come back."
    )
    weakest = BOOK.objectives[BANK[old[0]].objectives[0]].can
    assert lines[1] == f"Practise what is not firm yet: 26 objectives. Begin here: {weakest}"
    assert lines[2:] == ["Sit a mock exam and pass it."]
    later = before_exam(BOOK, before(12, mistakes[2:], 2 * DAY), None, passed=True)
    assert "days, on Saturday 14 March. Review 3 questions until then, on the days" in later[0]


def test_who_knows_it_all_may_rest_and_without_a_day_nothing_is_said() -> None:
    everything = [attempt(name) for name in BANK]
    rest = ["Your exam is tomorrow. All is firm. Get some rest."]
    assert before_exam(BOOK, before(1, everything), None, passed=True) == rest
    assert before_exam(BOOK, progress(everything), None, passed=True) == []
    assert before_exam(BOOK, before(1, everything, 2 * DAY), None, passed=True) == []


def test_before_an_exam_only_what_its_edition_asks_is_worth_practising() -> None:
    def number(edition: str | None) -> str:
        [first, *_] = before_exam(BOOK, before(5, []), edition, passed=True)
        return first.partition("firm yet: ")[2].partition(" objective")[0]

    asked = {k for r in BANK.values() if holds_in(BOOK, r, "5") for k in r.objectives}
    assert number("5") == str(len(asked))
    assert len(asked) < len(BOOK.objectives)
