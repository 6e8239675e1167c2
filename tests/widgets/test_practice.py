"""Practice, sorting, finding, owning and looking up: what is asked, judged, refused and read elsewhere."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

import customer_casebook.widgets.practice as module
from customer_casebook.course.casebook import case
from customer_casebook.course.items import CaseItem
from customer_casebook.course.journal import Attempt
from customer_casebook.document import to_html, to_text
from customer_casebook.domain.rules import EDITIONS
from customer_casebook.widgets.activity import START
from customer_casebook.widgets.card import Card, places_of
from customer_casebook.widgets.practice import (
    deck,
    find_evidence,
    own_the_relationship,
    practice,
    sort_parties,
    term,
)

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


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("wanted", [EVERYTHING, EVERYTHING[:2], EVERYTHING[6:9], *zip(EVERYTHING)])
def test_practice_mixes_objectives_and_kinds_and_repeats_nothing(
    wanted: list[str], seed: int
) -> None:
    chosen = choose(wanted, len(bank()), seed)
    about = [each.id for each in bank().values() if {*each.objectives} & {*wanted}]
    assert sorted(each.id for each in chosen) == sorted(about)
    kinds = [each.kind for each in chosen]
    answers = [ANSWERS[each.id] for each in chosen]
    for words in (kinds, answers):
        assert all(len({*words[at : at + 5]}) > 1 for at in range(len(words) - 4))
    few = choose(wanted, 2 * len(wanted), seed)
    for place, each in enumerate(wanted * 2):
        assert each in few[place].objectives
    assert len(few) == len({each.id for each in few}) == 2 * len(wanted)
    assert all(one.kind != other.kind for one, other in pairwise(few[:4]))


def test_a_seed_makes_the_same_choice_every_time() -> None:
    assert asked(practice(*EVERYTHING[:3], seed=5)) == asked(practice(*EVERYTHING[:3], seed=5))
    assert len({tuple(asked(practice(*EVERYTHING[:3], seed=seed))) for seed in range(9)}) > 5


@pytest.mark.parametrize("wanted", [EVERYTHING[:1], EVERYTHING[6:9], EVERYTHING])
@pytest.mark.parametrize("seed", range(3))
def test_a_question_more_in_the_bank_changes_only_the_practice_that_it_ranks_into(
    wanted: list[str], seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = choose(wanted, 4, seed)
    for name in bank():
        fewer = {each: bank()[each] for each in bank() if each != name}
        monkeypatch.setattr(module, "bank", lambda fewer=fewer: fewer)
        before = choose(wanted, 4, seed)
        assert before == chosen or (bank()[name] in chosen and len(before) == 4)


@pytest.mark.parametrize("objective", EVERYTHING)
def test_what_is_about_an_objective_above_all_is_asked_before_what_touches_it(
    objective: str,
) -> None:
    own = [each for each in bank().values() if each.objectives[0] == objective]
    chosen = choose([objective], 4, 0)
    for place, each in enumerate(chosen):
        left = {other.kind for other in own if other not in chosen[:place]}
        assert each in own or each.kind not in left


def test_without_objectives_practice_reaches_all_of_them() -> None:
    met = {
        bank()[name].objectives[0] for seed in range(40) for name in asked(practice(n=1, seed=seed))
    }
    assert len(met) > len(EVERYTHING) / 2
    assert sorted(asked(practice(n=1_000))) == sorted(bank())


# What the kernel makes of a press

HUB = PARTIES[0]
REST = (f"{PARTIES[1]}:external", f"{PARTIES[2]}:not_a_customer")
MATCH = bank()["match-customer-user-sponsor"]
PAIRS = tuple(f"{each}:{each}" for each in MATCH.terms)
CARDS: dict[str, Callable[[], Card]] = {
    "sort": lambda: sort_parties(PARTIES),
    "find": lambda: find_evidence(HUB),
    "own": lambda: own_the_relationship(PARTIES).card,
    "match": lambda: deck([item(MATCH)], "Practice"),
    "spot": lambda: find_evidence("spot-eleven-buckets"),
}
# A right choice, a wrong one, and the misconception that the wrong one betrays.
PRESSES = {
    "sort": ((f"{HUB}:internal", *REST), (f"{HUB}:external", *REST), "charged-so-external"),
    "find": ((f"{HUB}/org-chart",), (f"{HUB}/sticky-note",), None),
    "own": (
        ("business_relationship_manager",),
        ("account_manager",),
        "department-is-another-organization",
    ),
    "spot": (("spot-eleven-buckets/5",), ("spot-eleven-buckets/4",), None),
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
    assert [(each.item, each.right) for each in attempts] == [
        (shown["id"], False),
        (shown["id"], True),
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
    (lambda: practice(n=0), "0 questions are no practice; write n=1 or more"),
    (lambda: sort_parties([]), "nothing to sort; name two cases or more, each once"),
    (lambda: sort_parties(PARTIES[:1]), "nothing to sort"),
    (lambda: sort_parties([PARTIES[0], *PARTIES]), "nothing to sort"),
    (lambda: sort_parties([*PARTIES, "miller-bell"]), "no case 'miller-bell'; did you mean"),
    (lambda: sort_parties(PARTIES, "costumer"), r"no lens 'costumer'; .*did you mean customer\?"),
    (lambda: sort_parties(PARTIES, "role"), "several answers on role; sort by another lens"),
    (lambda: find_evidence("<script>"), "no case '<script>'; there are "),
    (lambda: find_evidence(PARTIES[0], "Role"), r"no lens 'Role'; .*did you mean role\?"),
    (lambda: find_evidence("sedgeway-umbrella-stand"), "turns on no single piece of evidence"),
    (lambda: own_the_relationship([]), "no relationship to own; name one case or more"),
    (lambda: own_the_relationship(["hub"]), "no case 'hub'; "),
    (lambda: term("customer", "costumer"), r"no term 'costumer'; .*did you mean customer\?"),
    (lambda: term(7), "no term 7; write customer, "),  # type: ignore[arg-type]
]


@pytest.mark.parametrize(("call", "sentence"), REFUSED)
def test_what_does_not_exist_or_cannot_be_done_is_refused(
    call: Callable[[], object], sentence: str
) -> None:
    with pytest.raises(ValueError, match=sentence) as refused:
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
        mark = "✓" if next(iter(question.options)) in question.right else "✗"
        assert f": {mark} {owner}." in activity.map.text
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
        for block in (*question.intro, *question.explanation):
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
        assert case(each).title in to_text(sort_parties(PARTIES).transcript)


@pytest.mark.parametrize("name", BOOK.glossary)
def test_a_term_is_shown_by_edition_and_where_it_has_no_entry_this_is_said(name: str) -> None:
    activity, entry = term(name), BOOK.glossary[name]
    text, html = " ".join(to_text(activity.transcript).split()), to_html(activity.transcript)
    definitions: dict[str, str] = dict(entry.definitions.items())
    for edition in EDITIONS:
        meaning = definitions.get(edition, "No entry of its own.")
        assert f"- ITIL {edition}: {meaning}" in text
    assert text.count("No entry of its own.") == len(EDITIONS) - len(entry.definitions)
    assert (entry.note or entry.term) in text
    assert html in activity.text
    assert activity.text.count("<details>") == 1
