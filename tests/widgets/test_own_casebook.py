"""Every activity plays a casebook of one's own, from a folder or made in Python, and says whose it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import customer_casebook as ccb
from customer_casebook.course.casebook import course, make_casebook
from customer_casebook.course.journal import Attempt, journal
from customer_casebook.course.progress import summarize
from customer_casebook.document import Block, Details
from customer_casebook.domain.facts import InputError
from customer_casebook.playable import casebook
from customer_casebook.widgets.activity import START
from customer_casebook.widgets.card import Card, places_of
from customer_casebook.widgets.exam import Exam
from tests.own_casebook import CHOIR, CONTENT, NAME, OFFICE, write_folder
from tests.widgets.test_exam import give, tell

Call = Callable[..., Any]
# What is called, with what; and with what in the course.
CALLS: dict[str, tuple[tuple[Any, ...], tuple[Any, ...]]] = {
    "study": ((OFFICE,), ("marketing-campaign-hub",)),
    "compare": ((OFFICE, CHOIR), ("marketing-campaign-hub", "ferries-ticket-shop")),
    "what_if": ((OFFICE,), ("marketing-campaign-hub",)),
    "find_evidence": ((OFFICE,), ("marketing-campaign-hub",)),
    "sort_parties": (([OFFICE, CHOIR],), (["marketing-campaign-hub", "ferries-ticket-shop"],)),
    "own_the_relationship": (([OFFICE, CHOIR],), (["marketing-campaign-hub"],)),
    "term": (("customer",), ("customer",)),
    "practice": ((), ()),
    "review": ((), ()),
    "progress": ((), ()),
    "exam": ((), ()),
}
OPTIONS: dict[str, dict[str, Any]] = {"exam": {"n": 3, "minutes": 5}, "practice": {"n": 3}}
each_activity = pytest.mark.parametrize("name", CALLS)


@pytest.fixture(autouse=True)
def _new_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    """No folder is open yet: every test has its own of the same name."""
    monkeypatch.setattr("customer_casebook.playable._FOLDERS", {})


@pytest.fixture(params=["folder", "Python"])
def own(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[str], Call]:
    """The activities of the school's casebook, by name."""
    if request.param == "folder":
        playable = casebook(write_folder(tmp_path / "home"))
        return partial(getattr, playable)
    book = make_casebook(NAME, CONTENT, base=course())
    return lambda name: partial(getattr(ccb, name), book=book)


def call(own: Callable[[str], Call], name: str) -> Any:
    return own(name)(*CALLS[name][0], **OPTIONS.get(name, {}))


def kinds(blocks: Sequence[Block]) -> set[str]:
    """The kinds of blocks in a transcript, and of what is folded away in it."""
    inside = [kinds(block.blocks) for block in blocks if isinstance(block, Details)]
    return {type(block).__name__ for block in blocks}.union(*inside)


def cards(activity: Any) -> Iterator[Card]:
    if isinstance(activity, Card):
        yield activity
    for child in getattr(activity, "children", ()):
        yield from cards(child)


def answer_all(activity: Any, choose: Callable[[Any], Any]) -> int:
    """Answer whatever an activity asks; how many answers that is."""
    number = 0
    for card in cards(activity):
        answers = {}
        for place, question in enumerate(card.questions):
            places = places_of(question, choose(question))
            press = f"{card.model_id} {place}"
            answers[str(place)] = {"press": press, "choice": places, "sure": True, "ms": 7}
            number += 1
        card.set_state({"answers": answers})
        assert {state["state"] for state in card.acknowledged.values()} <= {"saved"}
    return number


def right(question: Any) -> Any:
    return question.right


def wrong(question: Any) -> Any:
    """A choice with one option of each group that is not the right one."""
    groups = [group.options for group in question.groups] or [tuple(question.options)]
    return [next(o for o in options if {o} != question.right & {*options}) for options in groups]


@each_activity
def test_its_transcript_is_of_the_same_kind_as_in_the_course(
    name: str, own: Callable[[str], Call]
) -> None:
    activity = call(own, name)
    data, _ = activity._repr_mimebundle_()
    assert {"text/html", "text/plain"} <= data.keys()
    assert " ".join(data["text/plain"].split()).startswith(START)
    of_course = getattr(ccb, name)(*CALLS[name][1], **OPTIONS.get(name, {}))
    assert type(activity).__name__ == type(of_course).__name__
    assert kinds(activity.transcript) >= kinds(of_course.transcript) - {"EvidenceBlock", "Markdown"}
    if name in ("study", "compare", "what_if", "find_evidence"):
        assert "A soup between two letters" in data["text/plain"]
        assert "campaign hub" not in data["text/plain"]


def test_a_folder_and_python_make_the_same_activities(tmp_path: Path) -> None:
    playable = casebook(write_folder(tmp_path / "home"))
    book = make_casebook(NAME, CONTENT, base=course())
    assert playable.book.name == book.name == NAME
    for name, (arguments, _) in CALLS.items():
        options = OPTIONS.get(name, {})
        one = getattr(playable, name)(*arguments, **options)
        other = getattr(ccb, name)(*arguments, **options, book=book)
        assert one._repr_mimebundle_()[0]["text/html"] == other._repr_mimebundle_()[0]["text/html"]


@pytest.mark.parametrize(
    "name",
    ["study", "compare", "find_evidence", "sort_parties", "own_the_relationship", "practice"],
)
def test_its_answers_are_kept_under_its_name_and_are_no_progress_in_the_course(
    name: str, own: Callable[[str], Call], attempts: Sequence[Attempt]
) -> None:
    before = summarize(course(), [], datetime.now(UTC))
    number = answer_all(call(own, name), wrong)
    assert number
    assert len(attempts) == number
    assert all(attempt.item.startswith(f"{NAME}:") for attempt in attempts)
    of_course = ccb.progress().progress
    assert of_course == before
    own_progress = own("progress")().progress
    assert own_progress.next_due
    assert sum(lens.answered for lens in own_progress.lenses) > 0


def test_its_misses_come_back_in_its_own_review_alone(
    own: Callable[[str], Call],
) -> None:
    answered = Attempt(
        item=f"{NAME}:who-orders",
        choice=("1",),
        sure=True,
        right=False,
        misconception=None,
        ms=7,
        at="2020-02-02T02:02:02.000000+00:00",
    )
    assert journal().record(answered)
    [_, card] = own("review")().children
    assert [question.id for question in card.questions] == [f"{NAME}:who-orders"]
    assert len(ccb.review().children) == 1
    overview = own("progress")()
    assert overview.actions.buttons["next"] == "Review now"
    overview._press("next")
    assert [question.id for question in next(cards(overview)).questions] == [f"{NAME}:who-orders"]


def test_its_exam_asks_its_own_bank_and_is_another_one_than_the_courses(
    own: Callable[[str], Call], attempts: Sequence[Attempt]
) -> None:
    sat = call(own, "exam")
    assert isinstance(sat, Exam)
    tell(sat, "start")
    assert sat.paper.phase == "running"
    assert {item.id for item in sat.items} <= {f"{NAME}:{q['id']}" for q in CONTENT["questions"]}
    assert ccb.exam(n=3, minutes=5).paper.phase == "ready"
    assert call(own, "exam").paper.phase == "running"  # it goes on where it was
    for place, item in enumerate(sat.items):
        give(sat, place, item.right)
    tell(sat, "finish")
    assert sat.paper.verdict == "3 of 3 right: 100%. Passed; 65% are needed."
    assert [attempt.item for attempt in attempts] == [item.id for item in sat.items]
    assert all(attempt.right for attempt in attempts)


def test_practice_ends_with_the_progress_in_this_book(own: Callable[[str], Call]) -> None:
    card = call(own, "practice")
    answer_all(card, right)
    assert own("progress")().progress.summary in card.note
    assert ">3 answers so far; " in card.note
    assert " 0 of " not in card.note.replace("0 of them firm", "")


def test_what_the_course_has_and_it_has_not_is_refused(own: Callable[[str], Call]) -> None:
    sentence = f"there is no case 'marketing-campaign-hub'; there are {CHOIR}, {OFFICE}"
    for name in ("study", "what_if", "find_evidence"):
        with pytest.raises(InputError, match=sentence):
            own(name)("marketing-campaign-hub")
    with pytest.raises(InputError, match="n is 40; write a whole number from 1 to 4"):
        own("exam")(n=40)


def test_a_small_bank_is_asked_but_for_what_would_be_told(own: Callable[[str], Call]) -> None:
    ids = {f"{NAME}:{question['id']}" for question in CONTENT["questions"]}
    asked = {question.id for question in own("practice")(n=6).questions}
    telling = {f"{NAME}:{name}" for name in ("who-eats", "one-line", "two-tables")}
    assert asked >= ids - telling
    assert len(asked & telling) == 1  # they are all about one lens of one case
    sat = own("exam")()
    tell(sat, "start")
    assert {question.id for question in sat.items} == ids - {f"{NAME}:two-tables"}


def test_a_casebook_without_questions_says_so() -> None:
    content = {key: CONTENT[key] for key in ("parties", "services", "cases")}
    without = make_casebook(NAME, content, base=course())
    for activity, sentence in (
        (ccb.practice, "this casebook has no question on anything"),
        (ccb.exam, "this casebook has no question for an exam"),
    ):
        with pytest.raises(InputError, match=f"^{sentence}$"):
            activity(book=without)
    overview = ccb.progress(book=without)
    assert overview.progress.advice is None
    assert "exam" not in overview.actions.text
    assert overview.actions.buttons == {"again": "Look again"}
    book = make_casebook(NAME, CONTENT, base=course())
    with pytest.raises(InputError, match=r"^this casebook has no question on going-direct$"):
        ccb.practice("going-direct", book=book)


def test_what_it_advises_to_practise_has_questions(own: Callable[[str], Call]) -> None:
    objectives = {k for question in CONTENT["questions"] for k in question["objectives"]}
    overview = own("progress")()
    for _ in range(3):
        assert overview.progress.advice.objective in objectives
        overview._press("next")
        assert answer_all(overview, right)
        assert overview.actions.below == ""


def test_a_playable_casebook_says_what_is_in_it(tmp_path: Path) -> None:
    shown = repr(casebook(write_folder(tmp_path / "home")))
    assert shown == f"Casebook {NAME}. Cases: {CHOIR}, {OFFICE}. Questions: 5."


def test_two_folders_of_one_name_are_not_open_at_once(tmp_path: Path) -> None:
    first, second = (write_folder(tmp_path / place) for place in ("autumn", "spring"))
    casebook(first)
    with pytest.raises(InputError) as caught:
        casebook(second)
    assert str(caught.value) == (
        f"{first} and {second} would share their answers as {NAME};"
        " rename one of them, write its new name here, and choose Kernel, then Restart Kernel"
        " and Run All Cells"
    )
    assert casebook(str(first / ".." / NAME)).book.name == NAME
    casebook(second.rename(second.with_name("garden")))
    moved = first.rename(tmp_path / NAME)
    assert casebook(moved).book.name == NAME


@pytest.mark.parametrize("folder", [3, None, ["home"]])
def test_what_is_no_name_of_a_folder_is_refused(folder: Any) -> None:
    with pytest.raises(InputError, match=r"is no folder; write its name in quotes$"):
        casebook(folder)
