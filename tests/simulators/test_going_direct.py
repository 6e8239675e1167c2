"""Going direct: every letter has a fate, and what is right for an owner is what the rules say."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import product

import pytest

from customer_casebook.course.casebook import case
from customer_casebook.document import to_text
from customer_casebook.domain.verdict import decide
from customer_casebook.simulators import going_direct as view
from customer_casebook.simulators.going_direct import answer, going_direct
from tests.course.books import BOOK
from tests.simulators.samples import headline, put, tables, texts, words
from tests.widgets import FOLD

LETTERS = BOOK.simulators["going_direct"].letters


def settings() -> Iterator[dict[str, str]]:
    """Every way to arrange things."""
    names = [choice.name for choice in view.CHOICES]
    for chosen in product(*(choice.options for choice in view.CHOICES)):
        yield dict(zip(names, chosen, strict=True))


def test_every_letter_has_a_fate_whatever_is_arranged_and_no_fate_is_in_vain() -> None:
    fates: dict[str, set[str]] = {letter.about: set() for letter in LETTERS}
    for setting in settings():
        for letter in LETTERS:
            fates[letter.about].add(answer(letter, setting)[0])
    for letter in LETTERS:
        assert fates[letter.about] == {*letter.fates.values()}
        assert {*letter.answered} <= letter.fates.keys()


@pytest.mark.parametrize("reads", ["owner", "manager"])
def test_who_can_answer_is_who_the_rules_say_looks_after_the_public(reads: str) -> None:
    (letter,) = (each for each in LETTERS if each.reads == reads)
    facts = case("cyclist-drizzle-alert").facts
    rules = {
        "through": decide(facts.with_changes(direct_online="no"), "owner").answer,
        "direct": decide(facts, "owner").answer,
    }
    assert rules == {"through": "account_manager", "direct": "named_in_service_strategy"}
    for setting in settings():
        chosen = setting[reads]
        if setting["way"] == "through":  # the unit that made the sale
            right = chosen == "sales"
        else:
            right = chosen == "named" and setting["strategy"] == "speaks"
        assert answer(letter, setting)[1] == right, setting


def test_the_rules_are_told_beside_the_letters() -> None:
    simulator = going_direct()
    caption = "What the rules say"
    assert tables(simulator)[caption] == [
        ["Sales, by Group IT", "Internal customer", "Business relationship manager"],
        ["The public, by Sales", "External customer", "Account manager or selling unit"],
    ]
    put(simulator, way="direct")
    assert tables(simulator)[caption] == [
        ["The public, by Group IT", "External customer", "Owner named in service strategy"]
    ]


@pytest.mark.parametrize(("edition", "columns"), [("4", 1), ("5", 0)])
def test_a_learner_of_an_edition_reads_what_it_says_and_v3_in_a_fold(
    edition: str, columns: int, prepare_for: Callable[[str], object]
) -> None:
    everything = going_direct()
    prepare_for(edition)
    simulator = going_direct()
    assert to_text(simulator.transcript) == to_text(everything.transcript)
    seen = FOLD.sub("", simulator.bench.view["blocks"])
    assert "Account manager" in everything.bench.view["blocks"]
    assert "Account manager" not in seen
    assert ("External customer" in seen) == bool(columns)
    assert "Account manager" in simulator.bench.view["blocks"]


def test_the_picture_says_what_the_table_says() -> None:
    simulator = going_direct()
    for setting in [*settings()][::7]:
        put(simulator, **setting)
        letters = tables(simulator)["Letters from the public"]
        fates = [answer(letter, setting)[0] for letter in LETTERS]
        assert [fate[2:] for _, fate in letters] == fates
        marks = [fate[0] for _, fate in letters]
        drawn = [text[0] for text in texts(simulator) if text[0] in "✓✗"]
        assert drawn == marks
        point = f"{marks.count('✓')} of 4 letters reach somebody who can answer."
        assert headline(simulator) == point
        direct = setting["way"] == "direct"
        assert words(simulator) == view.CHAINS[setting["way"]]
        assert ("Sales" in texts(simulator)) != direct
        assert ("the alert, online" in texts(simulator)) == direct


def test_one_can_arrange_it_so_that_everybody_is_answered() -> None:
    simulator = put(going_direct(), way="direct")
    assert headline(simulator).startswith("0 of 4")
    put(simulator, owner="named", manager="named", complaints="desk")
    assert headline(simulator).startswith("1 of 4")  # named, and written nowhere
    put(simulator, strategy="speaks")
    assert headline(simulator).startswith("4 of 4")


@pytest.mark.parametrize(("answered", "right"), [(0, "none"), (2, "half"), (4, "all")])
def test_the_prediction_is_computed_from_the_letters(
    answered: int, right: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = BOOK.simulators["going_direct"]
    fates = ("sales/direct", "silent/direct")
    letters = tuple(
        replace(letter, answered=tuple(fate for fate in fates if fate in letter.fates))
        if place < answered
        else letter
        for place, letter in enumerate(LETTERS)
    )
    changed = replace(BOOK, simulators={"going_direct": replace(text, letters=letters)})
    monkeypatch.setattr(view, "course", lambda: changed)
    (asked,) = going_direct().card.questions
    assert asked.right == {right}


def test_every_choice_says_in_its_button_what_it_is() -> None:
    simulator = going_direct()
    assert [*simulator.bench.controls.values()] == view.CHOICES
    for control, spec in zip(view.CHOICES, simulator.bench.spec["controls"], strict=True):
        assert spec["label"] == control.label
        assert [value for value, _ in spec["options"]] == [*control.options]
