"""Twins: a case told otherwise in one piece of evidence, its ids, and where it is asked."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_casebook.course.bank import TwinsItem, item_of, next_telling, telling_ids
from customer_casebook.course.casebook import CONTENT
from customer_casebook.course.exam import EXAM_QUESTIONS, wording_of
from customer_casebook.course.items import CaseItem, original_id, question_of
from customer_casebook.course.journal import Attempt, Journal
from customer_casebook.course.progress import REVIEW_INTERVALS, Progress, summarize
from customer_casebook.course.records import Case, LensQuestion, Question, SortQuestion
from customer_casebook.course.selection import (
    MAX_QUESTIONS_PER_STORY,
    QUESTIONS_PER_STYLE,
    exam_pool,
    exam_questions,
    practice_questions,
)
from customer_casebook.declarations import ID_PATTERN
from customer_casebook.document import to_text
from customer_casebook.domain.facts import InputError
from customer_casebook.domain.rules import LENSES
from customer_casebook.domain.verdict import decide
from tests.course.books import BOOK, case_content, item, question, small_book, without

TWINS = {k: case for case in BOOK.cases.values() for k in case.twins}
START = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAY = timedelta(days=1)

any_twin = st.sampled_from(sorted(TWINS))
any_lens = st.sampled_from(sorted(LENSES))
every_twin = pytest.mark.parametrize("twin_id", TWINS)


def lens_that_differs(twin_id: str) -> str:
    before, after = decide(TWINS[twin_id].facts), decide(BOOK.case(twin_id).facts)
    return next(lens for lens in LENSES if before[lens].answer != after[lens].answer)


def sold_inside(case: Case) -> bool:
    """Whether the party belongs to the organization, and a clue says that a selling unit deals with it."""
    return case.facts.organization == "same" and case.facts.direct_online == "no"


# The twins of the course


def test_every_case_that_one_piece_of_evidence_decides_has_a_twin() -> None:
    assert {case.id for case in TWINS.values()} >= {
        k for k, case in BOOK.cases.items() if case.objectives
    }
    assert len(TWINS) >= 40


@every_twin
def test_a_twin_is_its_case_but_for_one_piece_of_evidence(twin_id: str) -> None:
    case, twin = TWINS[twin_id], BOOK.case(twin_id)
    assert twin.title == f"{case.title} (another version of this case)"
    common = replace(case, evidence=(), takeaway="", open={})
    assert replace(twin, id=case.id, title=case.title, evidence=(), takeaway="", open={}) == common
    pairs = zip(case.evidence, twin.evidence, strict=True)
    [(clue, other)] = [pair for pair in pairs if pair[0].text != pair[1].text]
    assert twin_id.startswith(f"{case.id}~{clue.id}.")
    assert (clue.id, clue.source) == (other.id, other.source)
    assert clue.shows != other.shows
    assert not any(each.otherwise for each in twin.evidence)
    assert not twin.twins


@every_twin
def test_a_twin_has_other_verdicts_and_says_nothing_of_the_first_ones(twin_id: str) -> None:
    twin = BOOK.case(twin_id)
    assert lens_that_differs(twin_id)
    assert not twin.facts.contradiction
    assert twin.takeaway == ""
    assert not twin.open.keys() & twin.facts.known().keys()
    for lens in LENSES:
        assert CaseItem(BOOK, twin, lens).explanation or not decide(twin.facts, lens).because


# Whom another clue of the case still names as seller, once the party is inside: this telling says that it is over.
SELLS_NO_MORE = re.compile(
    r"no longer deals|looked after like a department|as a colleague|and not of the agency"
)
SOLD_TO = [k for k, case in TWINS.items() if sold_inside(case.twins[k])]


def test_some_twins_bring_a_party_inside_that_a_selling_unit_dealt_with() -> None:
    assert len(SOLD_TO) >= 10


@pytest.mark.parametrize("twin_id", SOLD_TO)
def test_a_twin_inside_says_who_deals_with_the_party_now(twin_id: str) -> None:
    case, twin = TWINS[twin_id], BOOK.case(twin_id)
    [told] = [
        new for old, new in zip(case.evidence, twin.evidence, strict=True) if old.text != new.text
    ]
    assert SELLS_NO_MORE.search(" ".join(told.text.split()))
    owner = CaseItem(BOOK, twin, "owner")
    uses_only = decide(twin.facts, "customer").answer == "not_a_customer"
    assert owner.right == {"service_desk" if uses_only else "business_relationship_manager"}
    assert not {"account_manager", "named_in_service_strategy"} & {*owner.verdict.possible}
    outdated = owner.statement("direct_online", "no")  # a fact that the telling has taken back
    assert outdated not in " ".join(to_text([*owner.explanation, *owner.more]).split())


@every_twin
def test_a_twin_is_made_once(twin_id: str) -> None:
    assert BOOK.case(twin_id) is BOOK.case(twin_id)


@every_twin
def test_the_id_of_a_twin_is_no_id_of_a_file(twin_id: str) -> None:
    assert not re.fullmatch(ID_PATTERN, twin_id)
    assert twin_id not in {*BOOK.cases, *BOOK.questions}


@pytest.mark.parametrize("name", ["~", "~.1", "~org-chart", "~org-chart.0", "~org-chart.9"])
def test_a_twin_that_nobody_wrote_does_not_exist(name: str) -> None:
    twin_id = f"facilities-web-shop{name}"
    assert BOOK.find_case(twin_id) is None
    assert question_of(BOOK, f"{twin_id}/customer") is None
    with pytest.raises(InputError, match="there is no case"):
        BOOK.case(twin_id)


# Ids


@given(any_twin, any_lens, st.sampled_from(["{}/{}", "find/{}/{}", "twins/{}/{}"]))
def test_what_is_asked_of_a_twin_has_an_id_that_leads_to_its_case(
    twin_id: str, lens: str, form: str
) -> None:
    item_id, first = form.format(twin_id, lens), form.format(TWINS[twin_id].id, lens)
    record = question(item_id)
    assert isinstance(record, LensQuestion)
    assert (record.id, record.case, record.lens) == (item_id, twin_id, lens)
    assert original_id(item_id) == original_id(first) == first
    assert original_id(f"school:{item_id}") == f"school:{first}"
    assert question_of(BOOK, f"school:{item_id}") is None
    school = small_book(cases=[TWINS[twin_id].id])
    assert question(f"school:{item_id}", school) == record
    known = item_of(school, f"school:{item_id}")
    assert known is None or known.id == f"school:{item_id}"


def test_a_question_of_the_bank_about_a_case_can_be_asked_of_its_twins() -> None:
    records = [q for q in BOOK.questions.values() if isinstance(q, LensQuestion)]
    assert records
    for record in records:
        first, *others = telling_ids(BOOK, record.id)
        assert first == record.id
        assert others or record.kind == "find"
        for other in others:
            twin = question(other)
            assert isinstance(twin, LensQuestion)
            assert original_id(other) == record.id
            assert (twin.lens, twin.objectives, twin.in_lesson) == (
                record.lens, record.objectives, False,
            )  # fmt: skip
            assert other == record.id + twin.case.removeprefix(record.case)


@pytest.mark.parametrize(
    "item_id",
    [*BOOK.questions, "a/b", "find/a/b", "sort/b/a+c", "sort/b/a~e.1+c", "sort/b/a+c~e.1"],
)
def test_the_id_of_what_is_told_once_is_its_own(item_id: str) -> None:
    assert original_id(item_id) == item_id


@given(any_twin, any_lens)
def test_the_tellings_follow_each_other_in_a_circle(twin_id: str, lens: str) -> None:
    first = f"{TWINS[twin_id].id}/{lens}"
    ids = telling_ids(BOOK, first)
    assert ids == [first, *(f"{k}/{lens}" for k in TWINS[twin_id].twins)]
    walk = [first]
    while len(walk) <= len(ids):
        walk.append(next_telling(BOOK, first, walk[-1]))
    assert walk == [*ids, first]
    assert next_telling(BOOK, first, "gone") == first


def test_what_is_told_once_is_told_again() -> None:
    name = next(k for k, record in BOOK.questions.items() if record.kind == "choose")
    assert telling_ids(BOOK, name) == [name]
    assert next_telling(BOOK, name, name) == name


def test_a_journal_keeps_the_id_of_a_twin(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    for twin_id in TWINS:
        assert journal.record(Attempt(f"{twin_id}/role", ("user",), True, True, None, 9))
    assert [each.item for each in journal.read().attempts] == [f"{k}/role" for k in TWINS]


# What differs


@every_twin
def test_the_evidence_that_differs_is_found_and_said(twin_id: str) -> None:
    lens = lens_that_differs(twin_id)
    known = item(f"twins/{twin_id}/{lens}")
    assert isinstance(known, TwinsItem)
    clue = twin_id.removeprefix(TWINS[twin_id].id).strip("~").partition(".")[0]
    assert known.right == {clue}
    assert known.decisive_evidence == (f"{TWINS[twin_id].id}/{clue}", f"{twin_id}/{clue}")
    assert known.second.right != known.first.right
    words = " ".join(to_text(known.explanation).split())
    assert "In the first version, " in words
    assert "In the second one, " in words
    others = known.options.keys() - known.right
    assert {known.why_not(option) for option in others} == {"It says the same in both versions."}


def test_what_authors_are_given_has_the_same_name_for_versions_of_a_case() -> None:
    package = CONTENT.parent
    for path in (*package.glob("template/**/*.*"), *CONTENT.glob("schema/*.json")):
        assert not re.search("another telling|told (twice|otherwise)", path.read_text("utf-8"))


def test_a_question_may_ask_for_what_a_twin_tells_otherwise() -> None:
    case = BOOK.case("facilities-web-shop")
    common = {"kind": "twins", "objectives": ["open-cases"], "case": case.id}
    book = small_book(
        {**common, "id": "one", "lens": "role"}, {**common, "id": "two", "lens": "money"}
    )
    assert item("school:one", book).right == {"org-chart"}
    assert item_of(book, "school:two") is None  # no twin has another answer there


# Practice and exam


def test_a_seed_keeps_its_practice_and_asks_no_twin() -> None:
    for seed in range(9):
        chosen = practice_questions(BOOK, [], 40, seed)
        assert not [k for k in chosen if "~" in k]
        times = practice_questions(BOOK, [], 40, seed, {})
        assert chosen == times  # nothing was answered, so each comes as it is written


def test_what_was_answered_comes_in_another_telling() -> None:
    times = Counter[str]()
    for seed in range(70):
        times.update(practice_questions(BOOK, [], 10, seed, times))
    for record in BOOK.questions.values():
        ids = telling_ids(BOOK, record.id)
        assert 1 < sum(times[k] for k in ids) < 8  # what another one tells waits for the next time
        about = [k for k in BOOK.questions.values() if shares_case(k, record)]
        if len(about) < 2:  # else all of them are about the case as it is written
            assert max(times[k] for k in ids) - min(times[k] for k in ids) <= 1


def shares_case(one: Question, other: Question) -> bool:
    one_cases, other_cases = (
        each.cases if isinstance(each, SortQuestion) else [getattr(each, "case", each.id)]
        for each in (one, other)
    )
    return not {*one_cases}.isdisjoint(other_cases)


def test_an_exam_draws_three_hundred_questions_that_no_lesson_asks() -> None:
    pool = exam_pool(BOOK)
    assert len({record.id for record in pool}) == len(pool) >= 300
    assert not any(record.in_lesson for record in pool)
    assert all(record.objectives for record in pool)
    ids = exam_questions(BOOK, 300, 1)
    assert len({*ids}) == 300
    assert len({item(k).prompt + to_text(item(k).intro) + item(k).answer for k in ids}) > 150
    for record in pool:
        if isinstance(record, LensQuestion) and "~" in record.id:
            case, twin = TWINS[record.case], BOOK.case(record.case)
            assert decide(case.facts, record.lens).answer != decide(twin.facts, record.lens).answer


@given(st.integers(0, 10**9))
def test_an_exam_has_few_long_stories_and_none_of_them_twice(seed: int) -> None:
    records = [question(k) for k in exam_questions(BOOK, EXAM_QUESTIONS, seed)]
    twins = [r.case for r in records if isinstance(r, LensQuestion) and "~" in r.case]
    assert 0 < len(twins) <= EXAM_QUESTIONS / QUESTIONS_PER_STYLE["story"] * MAX_QUESTIONS_PER_STORY
    assert len({TWINS[twin].id for twin in twins}) == len({*twins})


def test_an_exam_shows_the_story_of_a_twin_and_counts_it_for_an_objective_of_its_case() -> None:
    for record in exam_pool(BOOK):
        if isinstance(record, LensQuestion) and "~" in record.case:
            assert wording_of(BOOK, item(record.id)).objective == TWINS[record.case].objectives[0]
            assert BOOK.case(record.case).title in to_text(item(record.id).intro)


# Progress


def attempt(item_id: str, after: timedelta, *, right: bool = True) -> Attempt:
    at = (START + after).isoformat(timespec="microseconds")
    content = item(item_id).fingerprint
    return Attempt(item_id, ("x",), True, right, None, 900, content, at=at)


def progress(*attempts: Attempt, days: float) -> Progress:
    return summarize(BOOK, attempts, START + days * DAY)


def begun(summary: Progress) -> dict[str, tuple[int, int]]:
    return {m.id: (m.right, m.answered) for m in summary.objectives if m.answered}


@given(any_twin, any_lens)
def test_an_answer_to_a_twin_counts_for_the_objectives_of_its_case(twin_id: str, lens: str) -> None:
    case = TWINS[twin_id]
    one = attempt(f"{case.id}/{lens}", timedelta(0), right=False)
    two = attempt(f"{twin_id}/{lens}", DAY)
    assert begun(progress(one, days=2)) == dict.fromkeys(case.objectives, (0, 1))
    assert begun(progress(one, two, days=2)) == dict.fromkeys(case.objectives, (1, 1))
    assert begun(progress(two, days=2)) == dict.fromkeys(case.objectives, (1, 1))


@given(any_twin, any_lens)
def test_what_comes_back_is_another_telling_and_is_done_after_three(
    twin_id: str, lens: str
) -> None:
    first = f"{TWINS[twin_id].id}/{lens}"
    attempts, day, ids = [attempt(first, timedelta(0), right=False)], 0.0, telling_ids(BOOK, first)
    for interval in REVIEW_INTERVALS:
        day += interval / DAY
        [review] = progress(*attempts, days=day).due
        assert original_id(review.item) == first
        assert review.item == next_telling(BOOK, first, attempts[-1].item)
        assert review.item != attempts[-1].item or len(ids) == 1
        attempts.append(attempt(review.item, day * DAY))
    end = progress(*attempts, days=day + 30)
    assert (end.due, end.next_due) == ((), None)


def test_a_twin_that_is_gone_is_history() -> None:
    twin_id = next(iter(TWINS))
    first = f"{TWINS[twin_id].id}/role"
    answers = [attempt(first, timedelta(0), right=False), attempt(f"{twin_id}/role", DAY)]
    summary = summarize(without(f"{twin_id}/role"), answers, START + 2 * DAY)
    assert summary.answered == 2
    assert [review.item for review in summary.due] == [first]


def test_a_case_without_other_tellings_is_what_it_was() -> None:
    content = case_content("facilities-web-shop")
    for clue in content["evidence"]:
        del clue["otherwise"]
    book = small_book(cases=[content])
    [case] = book.cases.values()
    assert isinstance(case, Case)
    assert not case.twins
    assert telling_ids(book, "school:facilities-web-shop/role") == [
        "school:facilities-web-shop/role"
    ]
