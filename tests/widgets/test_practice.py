"""Practice, sorting, finding, owning and looking up: what is asked, judged, refused and read elsewhere."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date, timedelta
from secrets import token_hex
from threading import Event, Thread, current_thread
from typing import Any

import pytest
from markupsafe import escape

import customer_casebook.widgets.practice as module
from customer_casebook.course.casebook import case
from customer_casebook.course.exam import for_everybody
from customer_casebook.course.items import CaseItem, question_of
from customer_casebook.course.journal import Attempt, History, Journal, journal
from customer_casebook.course.selection import holds_in, practice_questions
from customer_casebook.document import to_html, to_text
from customer_casebook.domain.facts import InputError
from customer_casebook.domain.rules import EDITIONS, GENERAL
from customer_casebook.widgets.activity import START
from customer_casebook.widgets.card import Card, places_of
from customer_casebook.widgets.diagram import draw_rows
from customer_casebook.widgets.exam import exam
from customer_casebook.widgets.practice import (
    Practice,
    deck,
    find_evidence,
    items_in_new_order,
    own_the_relationship,
    practice,
    prepare_for,
    sort_parties,
    term,
)
from tests.course.books import BOOK, item, small_book

PARTIES = ["marketing-campaign-hub", "wimbrel-pocket-account", "miller-flood-bell"]
EVERYTHING = list(BOOK.objectives)


def give(card: Card, index: int | str, press: str, *choice: Any) -> dict[str, str]:
    """What the front end does at a press, and what it hears back."""
    return give_places(card, index, press, *places_of(card.questions[int(index)], choice))


def give_places(card: Card, index: int | str, press: str, *places: Any) -> dict[str, str]:
    answer = {"press": press, "choice": list(places), "sure": True, "ms": 7}
    card.set_state({"answers": json.loads(json.dumps({**card.answers, str(index): answer}))})
    said: dict[str, str] = card.acknowledged[press]
    return said


def asked(card: Card) -> list[str]:
    return [each.id for each in card.questions]


# Practice


def test_a_seed_makes_the_same_practice_every_time_with_its_options_in_the_same_order() -> None:
    first, again = (practice(*EVERYTHING[:3], seed=5) for _ in range(2))
    assert asked(first) == asked(again) == practice_questions(BOOK, EVERYTHING[:3], 4, 5)
    assert first.spec == again.spec
    assert len({tuple(asked(practice(*EVERYTHING[:3], seed=seed))) for seed in range(9)}) > 5


def test_with_a_seed_the_journal_is_read_once_for_the_exam_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def unreadable(_: Journal) -> History:
        raise AssertionError("with a seed nobody needs the journal")

    term("sponsor")
    monkeypatch.setattr(Journal, "read", unreadable)
    card = practice(seed=3)
    give(card, 0, "p1", *card.questions[0].right)
    with pytest.raises(AssertionError, match="nobody needs"):
        practice(n=4)


def test_without_a_seed_what_was_answered_least_often_comes_first() -> None:
    objective = EVERYTHING[0]
    asked_before: list[str] = []
    own = [k for k, record in BOOK.questions.items() if objective in record.objectives]
    for _ in own:
        card = practice(objective, n=1)
        [question] = card.questions
        give(card, 0, question.id, *question.right)
        asked_before.append(question.id)
    assert sorted(asked_before) == sorted(own)


def test_options_come_in_another_order_each_time() -> None:
    name = "slip-about-a-shade-of-red"
    orders = {tuple(items_in_new_order(BOOK, [name], seed)[0].options) for seed in range(40)}
    assert len(orders) > 3
    assert {frozenset(order) for order in orders} == {frozenset(item(name).options)}
    unseeded = {tuple(practice(EVERYTHING[0]).questions[0].options.values()) for _ in range(12)}
    assert len(unseeded) > 1


@pytest.mark.parametrize("seed", range(3))
def test_digits_choose_by_the_order_shown(seed: int, attempts: list[Attempt]) -> None:
    """The page sends places: each is the option that stands there, whatever the order."""
    card = practice(n=8, seed=seed)
    for index, (question, spec) in enumerate(
        zip(card.questions, card.spec["questions"], strict=True)
    ):
        assert spec["options"] == [*question.options.values()]
        assert [spec["options"][place] for place in spec["answer"]] == [
            label for option, label in question.options.items() if option in question.right
        ]
        for place, option in enumerate(question.options):
            give_places(card, index, f"{index} {place}", place)
            assert attempts[-1].choice == (option,)
            assert attempts[-1].right == ({option} == question.right)


def test_without_objectives_practice_reaches_all_of_them() -> None:
    first = {
        BOOK.questions[name].objectives[0]
        for seed in range(40)
        for name in asked(practice(n=1, seed=seed))
    }
    assert len(first) > len(EVERYTHING) / 2
    every = asked(practice(n=len(BOOK.questions)))
    assert {*every} < {*BOOK.questions}  # some tell the answer to others
    assert len({BOOK.questions[name].objectives[0] for name in every}) == len(EVERYTHING)


# What the learner chooses


def start(chosen: Practice, **values: object) -> Card:
    """What the front end does at a press on Start."""
    message = {"button": "start", "press": token_hex(), "values": values}
    chosen.actions._handle_custom_msg(message, [])
    [card] = chosen.work.children
    assert isinstance(card, Card)
    return card


def test_at_the_end_it_says_which_objectives_are_learnt_and_which_to_repeat_in_which_lesson() -> (
    None
):
    known, unknown = "internal-works-here", "open-cases"
    card = practice(known, unknown, n=4, seed=1)
    assert isinstance(card, Card)
    for place, question in enumerate(card.questions):
        record = question_of(BOOK, question.id)
        right = sorted(question.right)
        wrong = [option for option in question.options if option not in question.right][:1]
        give(card, place, f"p{place}", *(right if record and known in record.objectives else wrong))
    learnt, repeat = card.note.split("What to repeat:")
    assert "What you have learnt:" in learnt
    assert escape(BOOK.objectives[known].can) in learnt
    assert escape(BOOK.objectives[unknown].can) in repeat
    assert f'<a href="{BOOK.objectives[unknown].lesson}.ipynb">' in repeat
    assert "4 answers so far" in repeat  # and where the learner stands in all


def test_the_exam_that_one_prepares_for_is_kept_and_practice_keeps_to_its_edition() -> None:
    chosen = prepare_for()
    chosen._handle_custom_msg({"button": "keep", "press": "p", "values": {"goal": "5"}}, [])
    assert "Kept: ITIL Foundation (Version 5)." in chosen.below
    assert journal().read().goal == "5"
    assert prepare_for().fields[0]["start"] == chosen.fields[0]["start"] == "5"
    card = practice(n=30)
    assert isinstance(card, Card)
    records = [question_of(BOOK, item_id) for item_id in asked(card)]
    assert all(record and holds_in(BOOK, record, "5") for record in records)
    seen = asked(practice(n=30, seed=3))
    assert not all(holds_in(BOOK, BOOK.questions[k], "5") for k in seen)  # a seed is for everybody
    word = term("sponsor")
    parts = ("ITIL 5", "In other editions", "ITIL v3", "v3 has no such entry")
    places = [word.text.index(part) for part in parts]
    assert places == sorted(places)
    everything = to_text(word.transcript)  # saved for everybody
    assert "In other editions" not in everything
    assert everything.index("ITIL v3") < everything.index("ITIL 5")
    with for_everybody():
        assert "In other editions" not in term("sponsor").text


def keep(chosen: Any, **values: str) -> None:
    """What the front end does at a press on Keep it."""
    chosen._handle_custom_msg({"button": "keep", "press": "p", "values": values}, [])


def test_the_day_of_the_exam_is_kept_and_can_be_left_out() -> None:
    today = journal().clock.now().date()
    day, chosen = today + timedelta(days=9), prepare_for()
    assert [field.get("kind") for field in chosen.fields] == [None, "date"]
    keep(chosen, goal="4", day=day.isoformat())
    assert (
        f"Kept: ITIL 4 Foundation. The exam is on {day:%A} {day.day} {day:%B} {day.year}."
        in chosen.below
    )
    assert journal().read().exam_day == day
    assert prepare_for().fields[1]["start"] == day.isoformat()
    keep(prepare_for(), goal="4", day="")
    assert (journal().read().goal, journal().read().exam_day) == ("4", None)
    assert prepare_for().fields[1]["start"] == ""
    keep(prepare_for(), goal="4", day=today.isoformat())
    assert journal().read().exam_day == today


@pytest.mark.parametrize("day", ["2020-02-02", "275760-01-01", "soon"])
def test_a_day_that_is_over_or_is_none_is_said_and_nothing_is_kept(day: str) -> None:
    chosen = prepare_for()
    keep(chosen, goal="4", day=day)
    assert "Nothing is kept: this day is over, or is none." in chosen.below
    assert chosen.live in chosen.below
    assert not journal().read().exams


def test_a_day_that_is_over_by_now_is_not_asked_again() -> None:
    journal().choose_goal("5", date(2020, 2, 2))
    assert [field["start"] for field in prepare_for().fields] == ["5", ""]


def test_without_arguments_the_learner_chooses_number_objective_and_seed() -> None:
    chosen = practice()
    assert isinstance(chosen, Practice)
    fields = {each["name"]: each for each in chosen.actions.fields}
    assert [*fields] == ["n", "objective", "seed"]
    names = [("", "All, mixed"), *((k, each.can) for k, each in BOOK.objectives.items())]
    assert fields["objective"]["options"] == names
    card = start(chosen, n="3", objective="going-direct", seed="7")
    assert asked(card) == practice_questions(BOOK, ["going-direct"], 3, 7)
    assert len(asked(start(chosen, n="5", objective="", seed=""))) == 5


@pytest.mark.parametrize(
    "nonsense", [{}, {"n": "0"}, {"n": 3}, {"n": "9999"}, {"objective": "x"}, {"seed": "1.5"}]
)
def test_what_makes_no_sense_is_not_chosen(nonsense: dict[str, object]) -> None:
    chosen = practice()
    assert isinstance(chosen, Practice)
    assert len(asked(start(chosen, **nonsense))) == 8
    assert chosen.actions.below == ""


def test_the_choice_says_the_same_to_everybody_elsewhere() -> None:
    one, other = practice(), practice()
    assert isinstance(one, Practice)
    start(one, n="2")
    assert one._repr_mimebundle_()[0]["text/html"] == other._repr_mimebundle_()[0]["text/html"]


def test_a_failure_of_the_choice_is_told_and_it_can_be_pressed_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(*_: object) -> Card:
        raise RuntimeError("no <draw> today")

    chosen = practice()
    assert isinstance(chosen, Practice)
    with monkeypatch.context() as trouble:
        trouble.setattr(module, "practice_deck", broken)
        chosen.actions._handle_custom_msg({"button": "start", "press": "p"}, [])
    assert "RuntimeError: no &lt;draw&gt; today" in chosen.actions.below
    assert len(asked(start(chosen, n="2"))) == 2
    assert chosen.actions.below == ""


# What the kernel makes of a press

HUB = PARTIES[0]
REST = (f"{PARTIES[1]}:external", f"{PARTIES[2]}:not_a_customer")
MATCH = item("match-customer-user-sponsor")
PAIRS = tuple(sorted(MATCH.right))
CARDS: dict[str, Callable[[], Card]] = {
    "sort": lambda: sort_parties(PARTIES),
    "find": lambda: find_evidence(HUB),
    "own": lambda: own_the_relationship(PARTIES).card,
    "match": lambda: deck([MATCH], "Practice"),
    "spot": lambda: find_evidence("spot-eleven-buckets"),
}
# A right choice, a wrong one, and the misconception that the wrong one betrays.
SENTENCES = [*item("spot-eleven-buckets").options]
PRESSES = {
    "sort": ((f"{HUB}:internal", *REST), (f"{HUB}:external", *REST), "charged-so-external"),
    "find": ((f"{HUB}/org-chart",), (f"{HUB}/sticky-note",), None),
    "own": (
        ("business_relationship_manager",),
        ("account_manager",),
        "department-is-another-organization",
    ),
    "spot": ((SENTENCES[4],), (SENTENCES[3],), None),
    "match": (PAIRS, ("customer:user", "user:customer", *PAIRS[2:]), None),
}


@pytest.mark.parametrize("kind", CARDS)
def test_a_press_is_judged_by_the_kernel_as_the_card_shows_it(
    kind: str, attempts: list[Attempt]
) -> None:
    card, (right, wrong, misconception) = CARDS[kind](), PRESSES[kind]
    shown = card.spec["questions"][0]
    assert json.loads(json.dumps(card.spec)) == card.spec
    ids = [*card.questions[0].options]
    assert give(card, 0, "wrong", *wrong)["state"] == "saved"
    card.set_state({"answers": {}})
    assert give(card, 0, "right", *right)["state"] == "saved"
    question_id = card.questions[0].id
    assert [(each.item, each.right) for each in attempts] == [
        (question_id, False),
        (question_id, True),
    ]
    assert [each.misconception for each in attempts] == [misconception, None]
    assert set(attempts[0].choice) == {*wrong}
    assert [ids[place] for place in shown["answer"]] == [each for each in ids if each in right]


BROKEN: list[tuple[str, list[Any]]] = [
    ("99", [0]), ("x", [0]), ("0", []), ("0", ["<b>"]), ("0", [{"a": 1}]), ("0", [0, 99]), ("0", [-1])
]  # fmt: skip


@pytest.mark.parametrize("make", CARDS.values(), ids=CARDS)
def test_a_broken_message_fails_softly_and_the_next_press_works(
    make: Callable[[], Card], attempts: list[Attempt]
) -> None:
    card = make()
    for place, (index, choice) in enumerate(BROKEN):
        said = give_places(card, index, f"broken {place}", *choice)
        assert said["state"] == "failed"
        assert said["text"].startswith("This answer could not be recorded.")
    assert attempts == []
    assert give(card, 0, "next", *card.questions[0].right)["state"] == "saved"
    assert [each.right for each in attempts] == [True]


# What is refused


REFUSED: list[tuple[Callable[[], object], str]] = [
    (lambda: practice("going-drect"), r"no objective 'going-drect'; write .*mean going-direct\?"),
    (lambda: practice(""), "no objective ''; write external-works-elsewhere, "),
    (lambda: practice("\x1b" * 999), r"no objective '\\x1b[^\x1b]{,40}…; write"),
    (lambda: practice(["open-cases"]), "no objective .'open-cases'.; write"),  # type: ignore[arg-type]
    (lambda: practice(n=0), "^n is 0; write a whole number from 1 to 1000$"),
    (lambda: practice(n="3"), "^n is '3'; write a whole number from 1 to"),  # type: ignore[arg-type]
    (lambda: practice(n=2.5), r"^n is 2\.5; write a whole number"),  # type: ignore[arg-type]
    (lambda: practice(n=10**6), "^n is 1000000; write a whole number from 1 to"),
    (lambda: sort_parties([]), "nothing to sort; name two cases or more, each once"),
    (lambda: sort_parties(PARTIES[:1]), "nothing to sort"),
    (lambda: sort_parties([PARTIES[0], *PARTIES]), "nothing to sort"),
    (lambda: sort_parties([*PARTIES, "miller-bell"]), "no case 'miller-bell'; did you mean"),
    (lambda: sort_parties(PARTIES, "costumer"), r"no lens 'costumer'; .*did you mean customer\?"),
    (lambda: sort_parties(PARTIES, "role"), "several answers on role; sort by another lens"),
    (lambda: find_evidence("<script>"), "no case '<script>'; there are "),
    (lambda: find_evidence(PARTIES[0], "Role"), r"no lens 'Role'; .*did you mean role\?"),
    (lambda: find_evidence("sedgeway-umbrella-stand"), "turns on no single piece of evidence"),
    (lambda: sort_parties("miller-flood-bell"), "nothing to sort; name two cases or more"),
    (lambda: own_the_relationship("hub"), "no case 'hub'; "),
    (lambda: own_the_relationship([]), "no relationship to own; name one case or more"),
    (lambda: own_the_relationship(["hub"]), "no case 'hub'; "),
    (lambda: term("customer", "costumer"), r"no term 'costumer'; .*did you mean customer\?"),
    (term, "^there is no term to show; name some of customer, "),
    (lambda: term(7), "no term 7; write customer, "),  # type: ignore[arg-type]
]


@pytest.mark.parametrize(("call", "sentence"), REFUSED)
def test_what_does_not_exist_or_cannot_be_done_is_refused(
    call: Callable[[], object], sentence: str
) -> None:
    with pytest.raises(InputError, match=sentence) as refused:
        call()
    assert str(refused.value).isprintable()


# The map


def test_the_map_fills_as_answers_are_given_right_or_wrong() -> None:
    activity = own_the_relationship(PARTIES)
    owners = [CaseItem(BOOK, case(each), "owner").answer for each in PARTIES]
    assert activity.map.text.count("not yet known.") == len(PARTIES)
    assert not any(owner in activity.map.text for owner in owners)
    for place, (owner, question) in enumerate(zip(owners, activity.card.questions, strict=True)):
        give(activity.card, place, f"p{place}", next(iter(question.options)))
        right = next(iter(question.options)) in question.right
        says = f"✓ {owner}" if right else f"{owner}, you missed this"
        assert f": {says}." in activity.map.text
        assert activity.map.text.count("not yet known.") == len(PARTIES) - place - 1
    activity.card.set_state({"answers": {}})
    assert activity.map.text.count("not yet known.") == len(PARTIES)


def test_a_map_that_cannot_be_drawn_is_told_and_the_answers_count(
    monkeypatch: pytest.MonkeyPatch, attempts: list[Attempt]
) -> None:
    def broken(_: object) -> str:
        raise RuntimeError("no <ink> left")

    activity = own_the_relationship(PARTIES)
    with monkeypatch.context() as trouble:
        trouble.setattr(module, "draw_rows", broken)
        assert give(activity.card, 0, "p1", "service_desk")["state"] == "saved"
    assert "The map could not be drawn." in activity.map.text
    assert "RuntimeError: no &lt;ink&gt; left" in activity.map.text
    give(activity.card, 1, "p2", "service_desk")
    assert len(attempts) == 2
    assert "could not be drawn" not in activity.map.text


def test_of_two_maps_drawn_at_once_the_later_one_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    activity = own_the_relationship(PARTIES)
    inside, go_on = Event(), Event()

    def slow(rows: Any) -> str:
        if current_thread() is older:
            inside.set()
            go_on.wait(10)
        return draw_rows(rows)

    monkeypatch.setattr(module, "draw_rows", slow)
    older = Thread(target=activity._draw)
    newer = Thread(target=give, args=(activity.card, 0, "p1", "service_desk"))
    older.start()
    inside.wait(10)
    newer.start()
    newer.join(0.3)  # it waits for the older one
    go_on.set()
    older.join(10)
    newer.join(10)
    assert activity.map.text.count("not yet known.") == len(PARTIES) - 1


# Elsewhere


ACTIVITIES: dict[str, Callable[[], Any]] = {**CARDS, "own": lambda: own_the_relationship(PARTIES)}


@pytest.mark.parametrize("make", ACTIVITIES.values(), ids=ACTIVITIES)
def test_a_transcript_is_complete_with_its_solution_folded_away(make: Callable[[], Any]) -> None:
    activity = make()
    card = getattr(activity, "card", activity)
    data, _ = activity._repr_mimebundle_()
    html, flat = data["text/html"], " ".join(data["text/plain"].split())
    assert flat.startswith(START)
    in_sight = re.sub(r"<details>(?:(?!<details>).)*?</details>", "", html, flags=re.DOTALL)
    assert flat.count("(Answer:)") == len(card.questions)
    for question in card.questions:
        assert " ".join(question.prompt.split()) in flat
        assert all(" ".join(label.split()) in flat for label in question.options.values())
        assert all(group.label in flat for group in question.groups)
        for block in (*question.intro, *question.explanation, *question.more):
            assert "".join(block.text().split()) in "".join(flat.split())
            assert block in question.intro or block.html() not in in_sight
        assert to_html(question.intro) in html
    assert re.findall(r"<(?:script|img|a)\b", html) == []


def test_the_filled_map_stands_in_the_transcript_and_the_stories_do_too() -> None:
    activity = own_the_relationship(PARTIES)
    folded = to_text(activity.transcript[-1:])
    assert folded.startswith("(The map:)")
    for each in PARTIES:
        owner = CaseItem(BOOK, case(each), "owner").answer
        assert f"{BOOK.relation(case(each))}: {owner}" in " ".join(folded.split())
        assert case(each).title in to_text(activity.transcript)
        sorting = to_text(sort_parties(PARTIES).transcript)
        assert "".join(case(each).story.split()) in "".join(sorting.split())


@pytest.mark.parametrize("name", BOOK.glossary)
def test_a_term_is_shown_by_edition_and_where_it_has_no_entry_this_is_said(name: str) -> None:
    activity, entry = term(name), BOOK.glossary[name]
    text, html = " ".join(to_text(activity.transcript).split()), to_html(activity.transcript)
    definitions: dict[str, str] = dict(entry.definitions.items())
    general = definitions.pop(GENERAL, None)
    assert ("- In this course: " in text) == bool(general)
    for edition in definitions if general else EDITIONS:
        meaning = definitions.get(edition, "No entry of its own.")
        assert f"- ITIL {edition}: {meaning}" in text
    entries = len(definitions) if general else len(EDITIONS)
    assert text.count("No entry of its own.") == entries - len(definitions)
    assert (entry.note or entry.term) in text
    assert html in activity.text
    assert activity.text.count("<details>") == 1


def test_a_general_term_is_shown_as_one_of_this_course_and_under_no_editions_name() -> None:
    definitions = {"general": "Owed for a miss.", "4": "An entry."}
    terms = [{"id": "penalty", "term": "Penalty", "definitions": definitions}]
    text = to_text(term("penalty", book=small_book(terms=terms)).transcript)
    assert "- In this course: Owed for a miss.\n- ITIL 4: An entry.\n" in f"{text}\n"
    assert "No entry" not in text


def test_an_exam_that_is_there_already_starts_with_what_is_chosen_now() -> None:
    there, chosen = exam(), prepare_for()
    assert there.paper.fields[0]["start"] == ""
    keep(chosen, goal="4", day="")
    assert there.paper.fields[0]["start"] == "4"
