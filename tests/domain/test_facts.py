"""The vocabulary, and how stated facts are read."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from customer_casebook.domain.facts import CONTRADICTIONS, UNKNOWN, VOCABULARY, FactError, Facts

VALUES = {
    "party_is": {"private_person", "employee", "member", "unit", "organization"},
    "organization": {"same", "different"},
    "charge": {"none", "notional", "paid"},
}


def faults(values: dict[Any, Any]) -> dict[str, str]:
    with pytest.raises(FactError) as caught:
        Facts.read(values)
    return caught.value.faults


def test_every_fact_has_a_question_and_a_sentence_for_each_value() -> None:
    assert Facts._fields == tuple(VOCABULARY)
    for name, fact in VOCABULARY.items():
        assert set(fact.says) == VALUES.get(name, {"yes", "no"}), name
        assert fact.label, name
        assert fact.question.endswith("?"), name
        assert len(set(fact.says.values())) == len(fact.says), name
        for sentence in fact.says.values():
            slots = set(re.findall(r"{(\w*)}", sentence))
            assert slots in ({"party"}, {"provider"}, {"party", "provider"}), name


def test_what_is_not_stated_is_unknown() -> None:
    assert set(Facts.read({})) == {UNKNOWN} == set(Facts.read({"uses": "unknown"}))
    assert Facts.read({"uses": "no", "consumes": "unknown"}).known() == {"uses": "no"}


def test_every_value_can_be_read_and_booleans_count_as_yes_and_no() -> None:
    for name, fact in VOCABULARY.items():
        for value in fact.says:
            assert Facts.read({name: value}).known() == {name: value}
    assert Facts.read({"consumes": True, "uses": False}) == Facts(consumes="yes", uses="no")


def test_a_misspelt_name_or_value_is_answered_with_the_nearest_one() -> None:
    messages = faults({"consume": "yes", "charge": "NOTIONEL"})
    assert re.match(r"no such fact; write .*\(did you mean consumes\?\)", messages["consume"])
    assert all(name in messages["consume"] for name in VOCABULARY)
    assert messages["charge"] == (
        "cannot be 'NOTIONEL'; write none, notional, paid or unknown (did you mean notional?)"
    )
    assert faults({"charge": "zzzz"})["charge"].endswith("write none, notional, paid or unknown")


@pytest.mark.parametrize("empty", [None, ""])
def test_an_empty_value_says_what_to_write(empty: object) -> None:
    assert faults({"uses": empty}) == {"uses": "is empty; write yes, no or unknown"}


@pytest.mark.parametrize(
    "value", [1, 0, 2.5, ["yes"], {"yes": 1}, b"yes", Path("yes"), "YES ", "true"]
)
def test_only_the_vocabularys_words_and_booleans_are_values(value: object) -> None:
    assert faults({"uses": value})["uses"].startswith("cannot be ")


@pytest.mark.parametrize("name", VALUES)
@pytest.mark.parametrize("value", [True, False])
def test_a_boolean_answers_only_yes_or_no_questions(name: str, value: bool) -> None:
    assert faults({name: value})[name].startswith(f"cannot be {value}; write ")


@pytest.mark.parametrize("name", [7, None, True, ("uses",), "Uses", ""])
def test_only_the_vocabularys_names_are_facts(name: object) -> None:
    assert "no such fact" in faults({name: "yes"})[str(name)]


def test_every_fault_is_reported_at_once() -> None:
    values = {"organisation": "same", "charge": "free", "uses": None, "consumes": "yes"}
    assert list(faults(values)) == ["organisation", "charge", "uses"]
    with pytest.raises(ValueError, match=r"^organisation: .*; charge: .*; uses: is empty"):
        Facts.read(values)


def test_a_long_or_unprintable_value_is_shown_short_and_printable() -> None:
    messages = faults({"uses": "y" * 5000, "charge": "\x1b[31mred"})
    assert len(messages["uses"]) < 200
    assert "yyy…" in messages["uses"]
    assert messages["charge"].isprintable()


def test_with_changes_changes_some_facts_and_leaves_the_rest() -> None:
    before = Facts.read({"consumes": "yes", "charge": "paid"})
    after = before.with_changes(charge="none", uses=True)
    assert after.known() == {"consumes": "yes", "charge": "none", "uses": "yes"}
    assert before.known() == {"consumes": "yes", "charge": "paid"}
    assert after.with_changes(charge=UNKNOWN, uses="unknown").known() == {"consumes": "yes"}
    with pytest.raises(FactError, match=r"charges: .*did you mean charge\?"):
        before.with_changes(charges="paid")


@pytest.mark.parametrize(("values", "why"), CONTRADICTIONS)
def test_facts_that_cannot_be_true_together_say_why(values: dict[str, str], why: str) -> None:
    assert Facts.read(values).contradiction == why
    for name in values:
        assert Facts.read({**values, name: UNKNOWN}).contradiction is None
    assert Facts().contradiction is None
