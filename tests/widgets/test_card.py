"""The question card: what the front end shows for each choice, and what the kernel makes of it."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import combinations
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

import pytest
from markupsafe import escape

import customer_casebook.widgets.card as module
from customer_casebook.course.bank import item_of
from customer_casebook.course.casebook import cases, course
from customer_casebook.course.items import Item, original_id
from customer_casebook.course.journal import Attempt, journal
from customer_casebook.course.selection import holds_in
from customer_casebook.domain.rules import LENSES
from customer_casebook.widgets.activity import PRINT_UNFOLDED, START
from customer_casebook.widgets.card import Card, options_at, places_of, question_spec
from customer_casebook.widgets.practice import find_evidence, practice, sort_parties
from customer_casebook.widgets.study import compare, study, twins
from tests.course.books import BOOK, case_content, item, small_book
from tests.course.books import question as asked_in
from tests.widgets import FOLD, case_items, of_others

Said = dict[str, Any]


@pytest.fixture
def card() -> Card:
    return study("marketing-campaign-hub", ["customer", "role"])


def give(card: Card, index: int, press: str, *choice: str, **other: Any) -> Said:
    """What the page does at a press: it adds an answer to the others. What the kernel acknowledges."""
    places = places_of(card.questions[index], choice)
    return give_places(card, index, press, *places, **other)


def give_places(card: Card, index: int, press: str, *choice: int, **other: Any) -> Said:
    answer = {"press": press, "choice": list(choice), "sure": True, "ms": 1200} | other
    answers = json.loads(json.dumps({**card.answers, str(index): answer}))
    card.set_state({"answers": answers})
    state: Said = card.acknowledged[press]
    return state


def shown(question: Said, choice: tuple[int, ...]) -> tuple[str, str, list[str]]:
    """What card.js shows for a choice: tone and words of the head, and the parts below it."""
    tone = "right" if [*choice] == question["answer"] else "wrong"
    parts = [
        part.get("chosen" if place in choice else "left")
        for place, part in enumerate(question["parts"])
    ]
    return tone, question["heads"][tone], [part for part in parts if part]


def choices(question: Said) -> list[tuple[int, ...]]:
    """Every choice the card lets a learner make, in the order of the options."""
    places = range(len(question["options"]))
    sizes = range(1, len(places) + 1) if question["many"] else [1]
    return [choice for size in sizes for choice in combinations(places, size)]


@pytest.mark.parametrize("edition", ["4", "5"])
def test_a_learner_of_an_edition_reads_what_it_says_and_the_rest_in_one_fold(
    edition: str, prepare_for: Callable[[str], object]
) -> None:
    names = [
        f"{k}/{lens}" for k in ("insurer-stair-school", "letter-crew-strongroom") for lens in LENSES
    ]
    items = [question for k in (*names, *BOOK.questions) if (question := item_of(BOOK, k))]
    everything = Card(items).spec["questions"]
    prepare_for(edition)
    folded = 0
    for asked, question, before in zip(
        items, Card(items).spec["questions"], everything, strict=True
    ):
        for choice in choices(question) if not question["groups"] else ():
            tone, _, parts = shown(question, choice)
            words = "\n".join([*parts, question["tail"][tone]])
            assert len(FOLD.findall(words)) <= 1, asked.id
            folded += len(FOLD.findall(words))
            assert not of_others(words, edition, asked.instead(edition)), asked.id
            tone, _, parts = shown(before, choice)
            plain = re.sub("<.*?>", " ", "".join([*parts, before["tail"][tone]]))
            lost = {*re.findall(r"\w+", plain)} - {*re.findall(r"\w+", words)}
            assert lost <= {"Yes", "Not", "Missing", "Right", "to", "leave", "out"}, asked.id
    assert folded


@pytest.mark.parametrize(("goal", "home"), [("", ""), ("4", " in ITIL v3"), ("5", " in ITIL v3")])
def test_an_answer_in_words_of_another_edition_says_so(
    goal: str, home: str, prepare_for: Callable[[str], object]
) -> None:
    prepare_for(goal)
    [owner] = study("marketing-campaign-hub", ["owner"]).spec["questions"]
    assert f"Right{home}: Business relationship manager." in owner["heads"]["right"]
    assert f"The answer{home}: Business relationship manager." in owner["heads"]["wrong"]
    [money] = study("marketing-campaign-hub", ["money"]).spec["questions"]
    assert "Right: " in money["heads"]["right"]


def test_the_answer_to_a_list_is_named_by_its_letters() -> None:
    """Its statements stand above it, each with its letter."""
    [question] = Card([item("list/supplier/4")]).spec["questions"]
    [right] = (
        label for place, label in enumerate(question["options"]) if place in question["answer"]
    )
    assert f"Right: {right}.<" in question["heads"]["right"]
    assert f"The answer: {right}.<" in question["heads"]["wrong"]


def test_a_press_is_one_attempt_judged_by_the_kernel(card: Card, attempts: list[Attempt]) -> None:
    said = give(card, 0, "p1", "external", ms=2345, right=True, answer=["external"])
    assert said == {"state": "saved", "text": "Saved."}
    assert attempts[0] == Attempt(
        item="marketing-campaign-hub/customer",
        choice=("external",),
        sure=True,
        right=False,
        misconception="charged-so-external",
        ms=2345,
        content=attempts[0].content,
        event="p1",
        at=attempts[0].at,
    )
    give(card, 1, "p2", "customer", "user", "sponsor", sure=False)
    assert [(each.event, each.right, each.sure) for each in attempts] == [
        ("p1", False, True),
        ("p2", True, False),
    ]
    assert attempts[1].misconception is None


def test_the_same_press_again_is_no_second_attempt(card: Card, attempts: list[Attempt]) -> None:
    for _ in range(3):
        give(card, 0, "p1", "internal")
    give(card, 0, "p1", "external")
    card.set_state({"answers": {}})
    give(card, 0, "p1", "internal")
    assert [each.choice for each in attempts] == [("internal",)]


def test_start_again_keeps_what_was_and_counts_anew(card: Card, attempts: list[Attempt]) -> None:
    give(card, 0, "p1", "external")
    card.set_state({"answers": {}})
    give(card, 0, "p2", "internal")
    assert [each.right for each in attempts] == [False, True]
    assert set(card.acknowledged) == {"p1", "p2"}


def test_answers_that_arrive_together_are_each_recorded(
    card: Card, attempts: list[Attempt]
) -> None:
    internal, user = (
        places_of(question, options)
        for question, options in zip(card.questions, (["internal"], ["user"]), strict=True)
    )
    answer = {"press": "a", "choice": internal, "sure": True, "ms": 1}
    role = {"press": "b", "choice": user, "sure": True, "ms": 1}
    card.set_state({"answers": {"0": answer, "1": role}})
    assert [(each.event, each.right) for each in attempts] == [("a", True), ("b", False)]


BROKEN: dict[str, tuple[str, Said]] = {
    "no such question": ("99", {}),
    "no number": ("x", {}),
    "no choice": ("0", {"choice": None}),
    "nothing chosen": ("0", {"choice": []}),
    "no list": ("0", {"choice": "internal"}),
    "no place": ("0", {"choice": ["internal"]}),
    "beyond the last": ("0", {"choice": [99]}),
    "before the first": ("0", {"choice": [-1]}),
    "option of no kind": ("0", {"choice": [{"a": 1}]}),
    "no time": ("0", {"ms": "soon"}),
    "sureness missing": ("0", {"sure": ...}),
}


@pytest.mark.parametrize(("index", "change"), BROKEN.values(), ids=BROKEN)
def test_a_broken_message_is_told_and_the_next_press_works(
    card: Card, attempts: list[Attempt], index: str, change: Said
) -> None:
    answer = {"press": "p1", "choice": [0], "sure": True, "ms": 1} | change
    card.set_state({"answers": {index: {k: v for k, v in answer.items() if v is not ...}}})
    said = card.acknowledged["p1"]
    assert said["state"] == "failed"
    assert re.fullmatch(r"This answer could not be recorded\. [A-Z].*\.", said["text"])
    assert said["details"].startswith("Traceback")
    assert attempts == []
    assert give(card, 1, "p2", "user")["state"] == "saved"
    assert len(attempts) == 1


def test_a_journal_that_fails_is_told_and_the_next_press_works(
    card: Card, attempts: list[Attempt], monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost() -> None:
        raise RuntimeError("no journal today")

    with monkeypatch.context() as broken:
        broken.setattr(module, "journal", lost)
        said = give(card, 0, "p1", "internal")
    assert said["state"] == "failed"
    assert "no journal today" in said["details"]
    assert give(card, 1, "p2", "user")["state"] == "saved"
    assert [each.event for each in attempts] == ["p2"]


def test_a_full_disk_is_told_until_it_takes_the_attempt(
    card: Card, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def full(*_: object) -> int:
        raise OSError("no space left")

    with monkeypatch.context() as disk:
        disk.setattr(os, "write", full)
        said = give(card, 0, "p1", "internal")
        assert said["state"] == "memory"
        assert "Not saved yet" in said["text"]
    give(card, 1, "p2", "user")
    assert {press: each["state"] for press, each in card.acknowledged.items()} == {
        "p1": "saved",
        "p2": "saved",
    }
    lines = [line for path in tmp_path.glob("*.jsonl") for line in path.read_text().splitlines()]
    assert [json.loads(line)["event"] for line in lines] == ["p1", "p2"]


@pytest.mark.parametrize("case_id", cases())
def test_every_choice_finds_its_text_and_only_the_right_one_is_right(case_id: str) -> None:
    card = study(case_id)
    for question, spec in zip(case_items(card), card.spec["questions"], strict=True):
        assert len(choices(spec)) == (127 if question.many else len(spec["options"]))
        for choice in choices(spec):
            tone, head, parts = shown(spec, choice)
            chosen = {*options_at(question, [*choice])}
            assert tone == ("right" if question.right == chosen else "wrong")
            assert question.answer in head
            wrong = question.right ^ chosen if question.many else chosen - question.right
            assert len(parts) == len(wrong)
        assert {*options_at(question, spec["answer"])} == question.right
        assert spec["topic"]
        assert spec["prompt"]


def test_the_kernel_judges_as_the_card_shows(
    attempts: list[Attempt], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "fsync", lambda _: None)
    card = study("cfo-forecast-cockpit", ["role", "owner"])
    tones = []
    for index, question in enumerate(card.spec["questions"]):
        for choice in choices(question):
            tones.append(shown(question, choice)[0])
            give_places(card, index, f"{index} {choice}", *choice)
    assert [each.right for each in attempts] == [tone == "right" for tone in tones]
    assert tones.count("right") == 2


@pytest.mark.parametrize("case_id", cases())
def test_what_the_card_shows_is_json_and_names_the_telling_evidence(case_id: str) -> None:
    card = study(case_id)
    assert json.loads(json.dumps(card.spec)) == card.spec
    evidence = {f"{case_id}/{each.id}": each for each in cases()[case_id].evidence}
    for question, spec in zip(case_items(card), card.spec["questions"], strict=True):
        flip = question.decisive_flip
        if flip and flip.fact in question.case.facts.known():
            assert spec["evidence"]["decisive"]
            assert question.statement(flip.fact, flip.new) in question.turning_sentence
        for evidence_id in spec["evidence"]["decisive"]:
            assert flip
            assert flip.old == evidence[evidence_id].shows[flip.fact]
            assert f'data-evidence="{evidence_id}"' in card.spec["intro"]
        assert spec["evidence"]["open"] == [*question.open_evidence]
        assert len(spec["slips"]) == (len(question.options) if question.many else 0)


def test_elsewhere_a_card_is_its_transcript() -> None:
    card = study("tussock-till-system")
    data, _ = card._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in data
    text, html = data["text/plain"], data["text/html"]
    assert html.startswith(f"{PRINT_UNFOLDED}<p>{START}</p>")
    flat = " ".join(text.split())
    assert flat.startswith(START)
    for question in case_items(card):
        assert " ".join(question.prompt.split()) in flat
        assert " ".join(question.turning_sentence.split()) in flat
    assert text.count("(Answer:)") == len(LENSES)
    assert case_items(card)[0].case.takeaway in flat


def test_a_transcript_folds_its_solution_away() -> None:
    card = study("ferries-ticket-shop")
    html = card._repr_mimebundle_()[0]["text/html"]
    assert html.count("<details>") == len(LENSES) + 1
    in_sight = re.sub(r"<details>.*?</details>", "", html, flags=re.DOTALL)
    assert case_items(card)[0].prompt in in_sight
    for question in case_items(card):
        for reason in question.verdict.because:
            assert reason.rule.title not in in_sight
        assert not question.turning_sentence or question.turning_sentence not in in_sight
    assert case_items(card)[0].case.takeaway not in in_sight


def test_options_are_boxes_rows_of_pills_or_a_story() -> None:
    shapes = {
        "slip-about-a-shade-of-red": "boxes",
        "find-what-a-wrong-bed-leads-to": "boxes",
        "match-customer-user-sponsor": "pills",
        "sort-four-who-gave-feedback": "pills",
        "spot-eleven-buckets": "story",
    }
    card = Card([item(question_id) for question_id in shapes])
    assert [each["shape"] for each in card.spec["questions"]] == [*shapes.values()]


@pytest.mark.parametrize(
    "name", [k for k, record in BOOK.questions.items() if record.kind == "spot"]
)
def test_a_story_is_told_by_its_options_in_order_and_each_choice_is_answered(name: str) -> None:
    [spec] = Card([item(name)]).spec["questions"]
    labels = spec["options"]
    assert labels == [
        " ".join(each.text.split()) for each in getattr(BOOK.questions[name], "sentences", ())
    ]
    assert len(labels) <= 9  # one digit chooses one of them
    tones = [shown(spec, choice)[0] for choice in choices(spec)]
    assert tones.count("right") == 1
    [answer] = [label for label, tone in zip(labels, tones, strict=True) if tone == "right"]
    for choice in choices(spec):
        _, head, parts = shown(spec, choice)
        assert escape(answer) in head
        assert len(parts) == (spec["answer"] != [*choice])


@pytest.mark.parametrize("name", BOOK.questions)
def test_what_is_quoted_brings_its_full_stop_along(name: str) -> None:
    [spec] = Card([item(name)]).spec["questions"]
    parts = [text for part in spec["parts"] for text in part.values()]
    assert [text for text in parts if ".”." in text] == []


def test_a_failure_at_the_end_of_a_deck_is_told_and_the_answers_count(
    attempts: list[Attempt],
) -> None:
    def broken() -> str:
        raise RuntimeError("no sum today")

    card = Card([item("slip-about-a-shade-of-red")], at_end=broken)
    give_places(card, 0, "p1", 0)
    assert card.note == "Something went wrong here. It is not your fault. You can go on."
    assert card.acknowledged["p1"]["state"] == "saved"
    card.set_state({"answers": {"0": "no answer"}})  # nor is this a traceback nobody sees
    assert [each.event for each in attempts] == ["p1"]


def test_nonsense_takes_no_other_answer_away(card: Card, attempts: list[Attempt]) -> None:
    answer = {"press": "p1", "choice": [0], "sure": True, "ms": 7}
    card.set_state({"answers": {"0": "no answer", "1": answer}})
    assert [each.event for each in attempts] == ["p1"]
    assert card.acknowledged["p1"]["state"] == "saved"
    assert card.note.startswith("Something went wrong here")


@pytest.mark.parametrize("question_id", BOOK.questions)
def test_the_page_knows_options_by_place_alone_and_gets_no_key_with_a_question(
    question_id: str,
) -> None:
    question = item(question_id)
    spec = question_spec(question)
    assert spec["options"] == [*question.options.values()]
    assert {"answer", "heads", "parts", "tail"} & {*spec} == set()
    ids = {option for option in question.options if option not in question.options.values()}
    values = {*re.findall(r'"([^"]*)"', json.dumps([spec["options"], spec["groups"]]))}
    assert not ids & values
    for place, option in enumerate(question.options):
        assert options_at(question, [place]) == [option]
        assert places_of(question, [option]) == [place]


# What the page says, and says again.


def say(card: Card, place: int, press: str, *options: str, **other: Any) -> None:
    """What the page does at a press, as a message that may come more than once, or by another card."""
    question = card.questions[place]
    places = places_of(question, options)
    order = card.spec["questions"][place]["order"]
    message = {
        "id": press,
        "card": card.card_id,
        "round": card.round,
        "place": str(place),
        "answer": {"press": press, "choice": places, "sure": True, "ms": 5},
        "item": question.id,
        "content": question.fingerprint,
        "options": [order[each] for each in places],
        "age": 0,
    }
    hear(other.pop("by", card), message | other)


def hear(card: Card, message: Said) -> None:
    card._handle_custom_msg(json.loads(json.dumps(message)), [])


@pytest.fixture
def heard(card: Card, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What the card acknowledges."""
    heard: list[Any] = []
    monkeypatch.setattr(card, "send", heard.append)
    return heard


def test_a_press_said_again_is_acknowledged_again_and_counts_once(
    card: Card, heard: list[Any], attempts: list[Attempt]
) -> None:
    for _ in range(3):
        say(card, 0, "p1", "internal")
    assert [each.choice for each in attempts] == [("internal",)]
    assert heard == [{"heard": "p1", "state": {"state": "saved", "text": "Saved."}}] * 3
    assert card.chosen(0) == frozenset({"internal"})


def test_answers_of_two_pages_stand_side_by_side_and_the_first_to_a_question_stays(
    card: Card, attempts: list[Attempt]
) -> None:
    say(card, 0, "page 1", "internal")
    say(card, 1, "page 2", "user")
    say(card, 0, "page 2 too", "external")
    chosen = [[*(card.chosen(place) or ())] for place in (0, 1)]
    assert chosen == [["internal"], ["user"]]
    assert [each.event for each in attempts] == ["page 1", "page 2", "page 2 too"]


def test_a_new_start_takes_no_answer_of_the_round_before(
    card: Card, attempts: list[Attempt]
) -> None:
    say(card, 0, "p1", "internal")
    hear(card, {"round": 1})
    assert (card.answers, card.round) == ({}, 1)
    hear(card, {"round": 1})
    say(card, 1, "late", "user", round=0)
    assert card.answers == {}
    say(card, 1, "p2", "user", round=2)  # the message of the start was lost
    say(card, 0, "p3", "external", round=2)
    assert (card.round, {*card.answers}) == (2, {"0", "1"})
    assert [each.event for each in attempts] == ["p1", "late", "p2", "p3"]


def test_a_card_says_what_another_could_not(card: Card, attempts: list[Attempt]) -> None:
    gone = practice(seed=3)
    place, question = next(
        (place, each) for place, each in enumerate(gone.questions) if not each.groups
    )
    say(gone, place, "p1", *question.right, by=card, age=3_600_000)
    [attempt] = attempts
    assert (attempt.item, attempt.right, attempt.event) == (question.id, True, "p1")
    assert {*attempt.choice} == question.right
    late = datetime.now(UTC) - datetime.fromisoformat(attempt.at)
    assert timedelta(minutes=59) < late < timedelta(minutes=61)
    assert card.answers == gone.answers == {}


def test_a_card_says_what_its_python_has_asked_nowhere_yet(
    card: Card, attempts: list[Attempt], monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = study("museum-shop-cast-counter", ["money"])  # its options are in no order of letters
    monkeypatch.delitem(course().items, gone.questions[0].id, raising=False)  # as after a restart
    say(gone, 0, "p1", "revenue", by=card)
    assert [(each.event, each.choice) for each in attempts] == [("p1", ("revenue",))]


def test_an_answer_to_words_that_the_course_has_changed_is_not_said_for_ever(
    card: Card, heard: list[Any], attempts: list[Attempt]
) -> None:
    gone = study("ferries-ticket-shop", ["customer"])
    say(gone, 0, "p1", "external", by=card, content="another wording")
    [told] = heard
    assert (told["heard"], told["state"]["state"]) == ("p1", "failed")
    say(gone, 0, "p2", "external", by=card, item="casebook/another/customer")  # another card's
    assert (heard, attempts) == ([told], [])


def test_what_waits_in_memory_is_saved_on_all_cards_once_the_disk_takes_it(
    card: Card, heard: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> int:
        raise OSError("no space left")

    with monkeypatch.context() as disk:
        disk.setattr(os, "write", full)
        say(card, 0, "p1", "internal")
        say(card, 0, "p1", "internal")
    other = study("ferries-ticket-shop", ["customer"])
    say(other, 0, "p2", "external")
    say(card, 0, "p1", "internal")
    assert [each["state"]["state"] for each in heard] == ["memory", "memory", "saved"]


def seek(card: Card, kept: Said, seeking: str = "s") -> None:
    """What the page asks for: the answers that these presses gave, by place."""
    hear(card, {"kept": kept, "seeking": seeking})


def test_what_a_page_seeks_is_answered_with_the_id_of_its_asking(
    card: Card, heard: list[Any]
) -> None:
    seek(card, {"0": "p1"}, "one")
    seek(card, {}, "two")
    assert heard == [{"resumed": "one"}, {"resumed": "two"}]


def test_a_deck_that_was_begun_with_another_kernel_goes_on(
    card: Card, attempts: list[Attempt]
) -> None:
    """As far as the journal has an answer, of the same question as it is now."""
    say(card, 0, "p1", "external")
    say(card, 1, "p2", "user")
    journal().record(replace(attempts[1], event="p3", content="another wording"))
    say(study("marketing-campaign-hub", ["money"]), 0, "p4", "revenue")
    new = study("marketing-campaign-hub", ["customer", "role"])
    seek(new, {"0": "p4", "1": "p3"})
    seek(new, {"0": "of another learner", "1": ["?"], "7": "p1", "x": None})
    assert new.answers == {}
    say(new, 1, "p5", "customer")
    for _ in range(2):  # it is asked again until it has answered
        seek(new, {"0": "p1", "1": "p2"})
    assert [each and set(each) for each in map(new.chosen, (0, 1))] == [{"external"}, {"customer"}]
    assert new.answers["0"] == card.answers["0"]
    assert new.acknowledged["p1"] == {"state": "saved", "text": "Saved."}
    assert [each.event for each in attempts] == ["p1", "p2", "p3", "p4", "p5"]
    say(new, 0, "p6", "internal")  # before the page showed the older one
    assert new.chosen(0) == frozenset({"internal"})
    say(new, 0, "p7", "external")
    assert new.chosen(0) == frozenset({"internal"})
    hear(new, {"round": 1})
    seek(new, {"0": "p1"})  # of a page that has not heard of the new start
    assert new.answers == {}
    assert [each.resumes for each in (new, practice(n=2, seed=3), practice(n=2))] == [
        True,
        True,
        False,
    ]


@pytest.mark.parametrize("message", [None, {}, "again", {"card": 1}, {"round": "x"}, {"round": 0}])
def test_a_message_without_sense_changes_nothing(card: Card, message: Any) -> None:
    card._handle_custom_msg(message, [])
    assert (card.answers, card.round, card.acknowledged, card.note) == ({}, 0, {}, "")


# Another of the same kind


def replies(card: Card, message: Said, monkeypatch: pytest.MonkeyPatch) -> list[Said]:
    """What the kernel sends when the page says something."""
    sent: list[Said] = []
    monkeypatch.setattr(card, "send", lambda content: sent.append(json.loads(json.dumps(content))))
    card._handle_custom_msg(message, [])
    return sent


def test_another_of_the_same_kind_is_sent_with_its_story_and_counts_as_practice(
    card: Card, attempts: list[Attempt], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = [each.id for each in card.questions]
    before = json.dumps(card.spec)
    [said] = replies(card, {"another": seen[0], "seen": seen, "ask": "a1"}, monkeypatch)
    new = said["question"]
    assert said["ask"] == "a1"
    assert new["item"].startswith("marketing-campaign-hub~")
    assert new["item"].endswith("/customer")
    assert "(another version of this case)" in new["intro"]
    asked = item(new["item"])
    options = [sorted(asked.options).index(option) for option in asked.right]
    answer = {"press": "p1", "choice": new["answer"], "sure": True, "ms": 5}
    press = {"card": card.card_id, "answer": answer, "item": new["item"], "content": new["content"]}
    assert [new["order"][place] for place in new["answer"]] == options
    [ack] = replies(card, {**press, "options": options}, monkeypatch)
    assert ack["heard"] == "p1"
    assert ack["state"]["state"] == "saved"
    assert [(each.item, each.right, each.sure) for each in attempts] == [(new["item"], True, True)]
    assert card.answers == {}  # it is no part of the deck
    assert json.dumps(card.spec) == before


@pytest.mark.parametrize(
    "ask",
    [
        lambda case_id: study(case_id, ["money", "customer"]),
        lambda case_id: compare(case_id, "ferries-ticket-shop", ["customer"]),
        lambda case_id: sort_parties([case_id, "ferries-ticket-shop"], lens="customer"),
        lambda case_id: find_evidence(case_id, "customer"),
        lambda case_id: twins(case_id, "customer"),
    ],
    ids=["study", "compare", "sort", "find", "twins"],
)
def test_another_one_is_nothing_that_the_notebook_asks_elsewhere(
    ask: Callable[[str], Card], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Card, "decks", WeakValueDictionary())
    upper = study("member-meter-page", "customer")
    tellings = ("member-meter-page", *BOOK.cases["member-meter-page"].twins)
    seen = [f"{telling}/customer" for telling in tellings]
    message = {"another": seen[0], "seen": seen, "ask": "a"}
    [said] = replies(upper, message, monkeypatch)
    case_id, lens = said["question"]["item"].split("/")
    assert lens == "customer"
    lower = ask(case_id)
    [said] = replies(upper, message, monkeypatch)
    assert original_id(said["question"]["item"]) != f"{case_id}/customer"
    assert lower.questions


def test_another_one_comes_while_a_cell_makes_decks(
    card: Card, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = list[Card]()

    class Meanwhile(tuple[Item, ...]):
        def __iter__(self) -> Iterator[Item]:
            made.append(study("member-meter-page", "customer"))
            return super().__iter__()

    seen = [each.id for each in card.questions]
    card.questions = Meanwhile(card.questions)
    [said] = replies(card, {"another": seen[0], "seen": seen, "ask": "a"}, monkeypatch)
    assert said["question"]
    assert made


def test_another_one_keeps_to_the_edition_that_is_prepared_for(
    card: Card, monkeypatch: pytest.MonkeyPatch, prepare_for: Callable[[str], object]
) -> None:
    prepare_for("5")
    seen = [each.id for each in card.questions]
    for _ in range(4):
        [said] = replies(card, {"another": seen[-1], "seen": seen, "ask": "a"}, monkeypatch)
        seen.append(said["question"]["item"])
        assert holds_in(BOOK, asked_in(seen[-1]), "5")
    assert len({*seen}) == len(seen)


def test_where_there_is_no_other_one_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    lonely = case_content("facilities-web-shop", evidence=[])
    book = small_book(cases=[lonely])
    card = study("facilities-web-shop", ["money"], book=book)
    message = {"another": card.questions[0].id, "seen": [card.questions[0].id], "ask": "a"}
    assert replies(card, message, monkeypatch) == [{"ask": "a", "question": None}]


@pytest.mark.parametrize("seen", ["x", None, 7])
def test_a_request_of_no_sense_is_not_answered(
    card: Card, monkeypatch: pytest.MonkeyPatch, seen: Any
) -> None:
    assert (
        replies(card, {"another": card.questions[0].id, "seen": seen, "ask": "a"}, monkeypatch)
        == []
    )


def test_cards_of_practice_review_and_study_offer_more_and_others_do_not(card: Card) -> None:
    deck = practice("open-cases", n=1)
    assert isinstance(deck, Card)
    assert (card.offers, deck.offers) == (True, True)
    others = [find_evidence("marketing-campaign-hub"), twins("facilities-web-shop", "role")]
    others.append(sort_parties(["marketing-campaign-hub", "ferries-ticket-shop"]))
    others.append(compare("marketing-campaign-hub", "ferries-ticket-shop"))
    assert not any(each.offers for each in others)
    assert is_silent(others[0])


def is_silent(card: Card) -> bool:
    """Whether a card that offers nothing sends nothing."""
    with pytest.MonkeyPatch.context() as patch:
        return not replies(card, {"another": card.questions[0].id, "seen": [], "ask": "a"}, patch)
