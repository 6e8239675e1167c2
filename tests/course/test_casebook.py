"""The casebook: everything of a folder by id, the words of a case, and what a book borrows from the course."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import FrozenInstanceError, asdict, fields, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_casebook.course import casebook as module
from customer_casebook.course.casebook import (
    CONTENT_SHAPES,
    Casebook,
    capital,
    case,
    cases,
    course,
    full_stop,
    join,
    make_casebook,
)
from customer_casebook.course.records import (
    Case,
    ConceptQuestion,
    Evidence,
    MatchQuestion,
    Misconception,
    Question,
    Sentence,
)
from customer_casebook.declarations import build
from customer_casebook.domain.facts import UNKNOWN, VOCABULARY, FactError, Facts
from customer_casebook.domain.rules import LENSES
from customer_casebook.domain.verdict import UNDETERMINED
from tests.course.books import BOOK, CASE, HUB, case_content, small_book

LIGHT: dict[str, Any] = {
    "id": "light-for-the-kitchen",
    "title": "Light for the kitchen",
    "provider": "lamp-room",
    "service": "light",
    "party": "kitchen",
    "story": "The cook *insists* on seeing the soup.",
    "evidence": [
        {
            "id": "org-chart",
            "source": "Org chart",
            "text": "Lamp room and kitchen report to the same keeper.",
            "shows": {"party_is": "unit", "organization": "same"},
        },
        {
            "id": "note",
            "source": "Note on the door",
            "text": "Light at six. The cook, who has never touched the lamp.",
            "shows": {"consumes": True, "uses": True, "charge": "none", "inside_provider": False},
        },
    ],
    "open": {"binding_contract": "Has anybody signed anything?"},
    "takeaway": "One keeper, one house.",
}
LIGHTHOUSE: dict[str, Any] = {
    "parties": [
        {"id": "lighthouse", "name": "the Lighthouse", "kind": "organization", "about": "Lit."},
        {"id": "lamp-room", "name": "the lamp room", "kind": "unit", "about": "It turns.",
         "part_of": "lighthouse"},
        {"id": "kitchen", "name": "the kitchen", "kind": "unit", "about": "It cooks.",
         "part_of": "lighthouse"},
    ],
    "services": [{"id": "light", "name": "the light", "about": "It shines."}],
    "cases": [LIGHT],
}  # fmt: skip


def lists_of(book: Casebook) -> dict[str, Any]:
    """The content of a book as its files hold it."""
    records: dict[str, Any] = {
        "parties": book.world.parties.values(),
        "services": book.world.services.values(),
        "misconceptions": book.misconceptions,
        "objectives": book.objectives.values(),
        "terms": book.glossary.values(),
        "simulators": book.simulators.values(),
        "situations": book.situations.values(),
        "cases": book.cases.values(),
        "questions": book.questions.values(),
    }
    content: dict[str, Any] = {k: [asdict(record) for record in v] for k, v in records.items()}
    content["lenses"] = {k: asdict(text) for k, text in book.lens_texts.items()}
    content["asks"] = {k: asdict(ask) for k, ask in book.asks.items()}
    content["figures"] = {k: asdict(figures) for k, figures in book.figures.items()}
    return content


def parts_of(book: Casebook) -> dict[str, Any]:
    """All that a book holds but its name and its items."""
    names = [field.name for field in fields(book) if field.name not in ("name", "items")]
    return {name: getattr(book, name) for name in names}


# The course


def test_the_course_is_read_once_and_by_id() -> None:
    assert course() is course()
    assert (BOOK.name, BOOK.prefix) == ("", "")
    assert list(BOOK.cases) == sorted(BOOK.cases)
    assert cases() == BOOK.cases
    for name, record in BOOK.cases.items():
        assert BOOK.case(name) is case(name) is record
        assert {record.party, record.provider} <= BOOK.world.parties.keys()
        assert record.service in BOOK.world.services
    by_id: tuple[Mapping[str, Any], ...] = (
        BOOK.cases, BOOK.questions, BOOK.objectives, BOOK.glossary, BOOK.simulators,
        BOOK.world.parties, BOOK.world.services,
    )  # fmt: skip
    for records in by_id:
        assert records
        assert all(record.id == name for name, record in records.items())
    assert BOOK.misconceptions
    assert list(BOOK.lens_texts) == list(LENSES)


def test_the_question_bank_is_in_the_order_of_the_objectives() -> None:
    order = list(BOOK.objectives)
    places = [order.index(record.objectives[0]) for record in BOOK.questions.values()]
    assert places == sorted(places)


def test_who_changes_the_cases_at_hand_changes_no_book() -> None:
    cases().clear()
    assert cases()


def test_a_book_is_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        BOOK.name = "mine"  # type: ignore[misc]


def test_who_asks_for_an_unknown_case_reads_the_nearest() -> None:
    name = next(iter(BOOK.cases))
    with pytest.raises(ValueError, match=f"there is no case '{name}x'; did you mean '{name}'?"):
        BOOK.case(f"{name}x")
    with pytest.raises(ValueError, match=rf"no case 'qqq'; there are {name}, .*{CASE}"):
        case("qqq")


def test_the_course_as_one_file_is_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    built = tmp_path / "content.json"
    built.write_text(json.dumps(lists_of(BOOK)), encoding="utf-8")
    monkeypatch.setattr(module, "BUILT_CONTENT", built)
    assert parts_of(course.__wrapped__()) == parts_of(BOOK)


def test_a_checkout_reads_the_course_from_its_yaml(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BUILT_CONTENT", tmp_path / "content.json")
    assert parts_of(course.__wrapped__()) == parts_of(BOOK)


def test_importing_the_casebook_loads_neither_pydantic_nor_yaml() -> None:
    code = (
        "import sys, customer_casebook.course.casebook; "
        "sys.exit({'pydantic', 'yaml'} & {*sys.modules} != set())"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# A book of its own


def test_a_book_beside_the_course_takes_from_it_what_it_lacks() -> None:
    book = make_casebook("lamps", LIGHTHOUSE, base=BOOK)
    assert (book.name, book.prefix) == ("lamps", "lamps:")
    assert [*book.cases] == [LIGHT["id"]]
    assert book.questions == {}
    for part in ("objectives", "glossary", "lens_texts", "misconceptions", "simulators", "figures"):
        assert getattr(book, part) == getattr(BOOK, part), part
    assert book.items == {}


def test_the_world_of_a_book_is_merged_over_that_of_the_course() -> None:
    mine = {"id": BOOK.case(HUB).party, "name": "Ours", "kind": "organization", "about": "Us."}
    parties = [*LIGHTHOUSE["parties"], mine]
    book = make_casebook("lamps", {**LIGHTHOUSE, "parties": parties}, base=BOOK)
    assert book.world.parties.keys() == BOOK.world.parties.keys() | {
        "lighthouse",
        "lamp-room",
        "kitchen",
    }
    assert book.world.services.keys() == BOOK.world.services.keys() | {"light"}
    assert book.world.parties[mine["id"]].name == "Ours"
    assert BOOK.world.parties[mine["id"]].name != "Ours"
    others = BOOK.world.parties.keys() - {mine["id"]}
    assert all(book.world.parties[k] == BOOK.world.parties[k] for k in others)
    assert book.world.root("kitchen") is book.world.root("lighthouse")
    assert book.world.services["light"].name == "the light"


def test_what_a_book_has_of_its_own_takes_the_place_of_the_courses() -> None:
    own = {
        "objectives": [{"id": "see-the-soup", "can": "See the soup."}],
        "terms": [{"id": "lamp", "term": "Lamp", "definitions": {"4": "It shines."}}],
        "misconceptions": [
            {"id": "cook-pays", "claim": "Cooks pay.", "corrective": "No.", "editions": ["4"],
             "shows": [{"lens": "money", "choice": "revenue", "when": {"charge": "none"}}]},
        ],
        "lenses": {k: asdict(text) | {"label": "Lens"} for k, text in BOOK.lens_texts.items()},
        "figures": {},
    }  # fmt: skip
    book = make_casebook("lamps", LIGHTHOUSE | own, base=BOOK)
    assert [*book.objectives] == ["see-the-soup"]
    assert [*book.glossary] == ["lamp"]
    assert [known.id for known in book.misconceptions] == ["cook-pays"]
    assert {text.label for text in book.lens_texts.values()} == {"Lens"}
    assert book.figures == {}
    assert book.simulators == BOOK.simulators


@given(st.sets(st.sampled_from(["objectives", "terms", "misconceptions", "simulators", "figures"])))
def test_a_book_borrows_exactly_what_it_lacks(keys: set[str]) -> None:
    parts = {"terms": "glossary"}
    book = make_casebook("lamps", {key: {} if key == "figures" else [] for key in keys}, base=BOOK)
    for key in ("objectives", "terms", "misconceptions", "simulators", "figures"):
        part = parts.get(key, key)
        borrowed = getattr(book, part) == getattr(BOOK, part)
        assert borrowed == (key not in keys), key
    assert (book.cases, book.questions) == ({}, {})
    assert book.world == BOOK.world


def test_a_book_without_a_base_has_what_it_brings() -> None:
    lenses = {k: asdict(text) for k, text in BOOK.lens_texts.items()}
    book = make_casebook("lamps", {**LIGHTHOUSE, "lenses": lenses})
    assert [*book.world.parties] == ["lighthouse", "lamp-room", "kitchen"]
    assert [*book.world.services] == ["light"]
    assert (book.objectives, book.glossary, book.misconceptions) == ({}, {}, ())
    assert book.case("light-for-the-kitchen").party == "kitchen"


def test_the_cases_of_a_book_stand_in_the_order_of_their_ids() -> None:
    assert [*small_book(cases=[HUB, CASE]).cases] == sorted([HUB, CASE])


# Records


def test_a_case_knows_the_facts_of_all_its_evidence() -> None:
    record = make_casebook("lamps", LIGHTHOUSE, base=BOOK).case("light-for-the-kitchen")
    assert record.facts == Facts(
        party_is="unit",
        organization="same",
        consumes="yes",
        uses="yes",
        inside_provider="no",
        charge="none",
    )
    assert record.open == {"binding_contract": "Has anybody signed anything?"}


def test_what_is_no_fact_is_refused_when_the_facts_are_read() -> None:
    record = build(Case, LIGHT | {"evidence": [{**LIGHT["evidence"][0], "shows": {"use": "yes"}}]})
    with pytest.raises(FactError, match="use: no such fact; write"):
        _ = record.facts


def test_a_record_is_built_of_the_records_in_it() -> None:
    record = build(Case, LIGHT)
    assert isinstance(record, Case)
    assert isinstance(record.evidence, tuple)
    assert all(isinstance(clue, Evidence) for clue in record.evidence)
    assert build(Case, case_content(CASE)) == BOOK.case(CASE)


def test_the_kind_of_a_question_decides_its_record() -> None:
    records = build(
        tuple[Question, ...],
        [
            {"kind": "match", "id": "a", "objectives": [], "terms": ["customer"]},
            {"kind": "choose", "id": "b", "objectives": [], "prompt": "?", "editions": ["4"],
             "options": [{"text": "Yes.", "because": "So it is.", "right": True}]},
        ],
    )  # fmt: skip
    assert [type(record) for record in records] == [MatchQuestion, ConceptQuestion]
    assert records[1].options[0].right
    assert records[0].edition == "4"


@pytest.mark.parametrize(
    "content",
    [
        {"cases": [{"id": "lone"}]},
        {"cases": [{**LIGHT, "titel": "x"}]},
        {"cases": 7},
        {"questions": [{"kind": "riddle", "id": "a", "objectives": []}]},
        {"questions": [{"id": "a", "objectives": []}]},
        {"questions": ["a"]},
        {"parties": [[]]},
        {"lenses": []},
        {"riddles": []},
        {"lenses": {"customer": {"label": "a", "question": "b", "answers": {}}}},
    ],
)
def test_content_of_another_shape_is_refused(content: dict[str, Any]) -> None:
    with pytest.raises((KeyError, TypeError, AttributeError, ValueError)):
        make_casebook("lamps", content, base=BOOK)


def test_every_list_of_a_book_has_its_shape() -> None:
    assert lists_of(BOOK).keys() == CONTENT_SHAPES.keys()


@given(st.sampled_from([k for k, fact in VOCABULARY.items() if "yes" in fact.says]), st.booleans())
def test_a_bare_yes_or_no_is_spelt_as_the_vocabulary_does(fact: str, value: bool) -> None:
    word = {True: "yes", False: "no"}[value]
    assert build(Sentence, {"text": "So.", "shows": {fact: value}}).shows == {fact: word}
    sign = {"lens": "money", "choice": "revenue", "when": {fact: [value, "unknown"]}}
    misconception = {"id": "a", "claim": "b", "corrective": "c", "editions": [], "shows": [sign]}
    [first] = build(Misconception, misconception).shows
    assert first.when == {fact: (word, UNKNOWN)}
    [lone] = build(Misconception, misconception | {"shows": [sign | {"when": {fact: value}}]}).shows
    assert lone.when == {fact: (word,)}


# Words


def test_a_template_takes_the_names_of_a_case() -> None:
    book = make_casebook("lamps", LIGHTHOUSE, base=BOOK)
    record = book.case("light-for-the-kitchen")
    assert book.fill("{party}/{provider}/{service}", record) == (
        "the kitchen/the lamp room/the light"
    )
    assert book.sentence("{party} eats.", record) == "The kitchen eats."
    assert book.relation(record) == "The kitchen and the lamp room, the light"
    assert book.state("uses", "yes", record) == "the kitchen uses the service"


def test_who_stands_between_party_and_provider_is_not_said_to_sell_where_no_clue_says_so() -> None:
    records = [k for first in BOOK.cases.values() for k in (first, *first.twins.values())]
    clues = [(record, clue) for record in records for clue in record.evidence]
    between = [pair for pair in clues if pair[1].shows.get("direct_online") == "no"]
    assert between
    for record, clue in between:
        claims = re.findall("sale|sell", BOOK.state("direct_online", "no", record))
        assert not [word for word in claims if word not in f"{clue.source} {clue.text}".lower()]


def test_a_statement_about_one_party_compares_it_with_no_other() -> None:
    for fact in VOCABULARY.values():
        for says in fact.says.values():
            assert not re.search(r"\b(such )?as an? ", says)


@pytest.mark.parametrize("record", BOOK.cases.values(), ids=lambda record: record.id)
def test_an_employee_consumes_for_the_unit_that_the_world_names(record: Case) -> None:
    party = BOOK.world.parties[record.party]
    unit = BOOK.world.parties.get(party.part_of or "")
    is_behind = record.facts.party_is == "employee" and unit and unit.kind == "unit"
    subject = f"{party.name}'s unit, {unit.name}," if is_behind and unit else party.name
    for value, says in {"yes": " consumes ", "no": " does not consume "}.items():
        assert BOOK.state("consumes", value, record).startswith(subject + says)
    assert BOOK.state("uses", "yes", record) == f"{party.name} uses the service"
    if is_behind and unit:  # and so does the story, or a clue
        words = [record.story, *(clue.text for clue in record.evidence)]
        assert unit.name.removeprefix("the ") in " ".join(" ".join(words).split())


def test_several_employees_and_a_piece_of_the_provider_consume_for_no_unit() -> None:
    record = BOOK.case("gardener-watering-planner")
    gardener = BOOK.world.parties[record.party]
    several = {**BOOK.world.parties, record.party: replace(gardener, several=True)}
    book = replace(BOOK, world=replace(BOOK.world, parties=several))
    assert book.state("consumes", "yes", record).startswith("Perpetua Osk consume this service")
    inside = replace(record, provider=gardener.part_of or "")
    assert BOOK.state("consumes", "yes", inside).startswith("Perpetua Osk consumes this service")


@pytest.mark.parametrize("lens", LENSES)
def test_an_answer_in_words_is_its_label_and_several_stand_in_the_order_of_the_lens(
    lens: str,
) -> None:
    answers = [*LENSES[lens].answers, UNDETERMINED]
    texts = BOOK.lens_texts[lens].answers
    for answer in answers:
        assert BOOK.answer_label(lens, answer) == texts[answer].label
    labels = join(texts[answer].label for answer in answers)
    assert BOOK.answer_label(lens, reversed(answers)) == labels


def test_words_are_joined_and_sentences_are_ended() -> None:
    assert [join(words) for words in ("a", "ab", "abc")] == ["a", "a and b", "a, b and c"]
    assert [capital(text) for text in ("", "a b", "A")] == ["", "A b", "A"]
    ended = ["So.", "So?", "So!", "“So.”", 'So."']
    assert [full_stop(text) for text in ended] == ended
    assert [full_stop(text) for text in ("So", "“So”")] == ["So.", "“So”."]


def test_a_book_shows_its_content_and_not_its_items() -> None:
    assert "items=" not in repr(small_book())
    assert re.match(r"Casebook\(name='school', world=World", repr(small_book()))
