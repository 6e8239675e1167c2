"""A case of one's own in the words of the course, and as a file that is checked like any other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from customer_casebook import casebook
from customer_casebook.__main__ import main
from customer_casebook.authoring.folder import (
    read_casebook,
    read_file,
    read_folder,
    write_new,
)
from customer_casebook.course.bank import SortItem
from customer_casebook.course.items import sort_question
from customer_casebook.course.records import Situation
from customer_casebook.document import to_text
from customer_casebook.domain.facts import UNKNOWN, VOCABULARY
from customer_casebook.own.case import (
    MAX_NAME_LETTERS,
    OwnCase,
    case_as_yaml,
    clean_name,
    seems_several,
)
from customer_casebook.own.inquiry import Inquiry
from customer_casebook.widgets.diagram import Picture
from tests.course.books import BOOK
from tests.new_casebook import new_casebook
from tests.own_journal import attempts

__all__ = ["attempts"]

HR = {"party_is": "unit", "organization": "same", "consumes": "yes", "charge": UNKNOWN}
OWN = OwnCase("Tarnbrook IT", "the payroll system", "Human Resources", Inquiry(HR))
VALUES = st.one_of(
    *(st.tuples(st.just(k), st.sampled_from([*ask.answers])) for k, ask in BOOK.asks.items())
)


def write(own: OwnCase, folder: Path) -> Path:
    """Put a download where it says that it belongs."""
    text = case_as_yaml(own)
    place = text.splitlines()[1].split()[4]
    (folder / "cases").mkdir(exist_ok=True)
    (folder / place).write_text(text, "utf-8")
    return folder / place


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("  Human \n Resources\t", "Human Resources"),
        ("<b>IT</b>", "<b>IT</b>"),
        ("\u202eevil\x00\x1b[1m", "evil [1m"),
        ("\ud800x", "x"),
        ("\u06cc\u200c\u06cc", "\u06cc\u200c\u06cc"),
        ("w" * 1000, "w" * MAX_NAME_LETTERS),
        (" \u3000 ", ""),
    ],
)
def test_a_name_is_what_can_be_seen_of_it(typed: str, name: str) -> None:
    assert clean_name(typed) == name


def test_names_stand_in_every_sentence_and_one_is_not_taken_for_another() -> None:
    assert OWN.title == "Human Resources and Tarnbrook IT, the payroll system"
    assert OwnCase().title == "The party and the provider, the service"
    assert OwnCase("The lab", "mail", "The Hague").title == "The Hague and the lab, mail"
    odd = OwnCase("{service}", "{party}", "{provider}")
    assert odd.sentence("{party}; {provider}; {service}") == "{provider}; {service}; {party}"


def test_the_case_has_the_facts_that_were_answered() -> None:
    assert OWN.case.facts == OWN.inquiry.facts
    assert OWN.case.open["charge"].startswith("Ask the finance department")
    world, case = OWN.book.world, OWN.case
    assert world.root(case.provider) is world.root(case.party)
    outside = OwnCase(inquiry=OWN.inquiry.answer("organization", "different"))
    assert outside.book.world.root(outside.case.party).name == "another organization"


def test_its_file_is_one_of_a_casebook_and_decides_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(OWN, tmp_path)
    assert read_folder(tmp_path).faults == []
    assert read_casebook(tmp_path).cases[path.stem].facts == OWN.inquiry.facts
    assert main(["check", str(tmp_path)]) == 0
    capsys.readouterr()
    assert main(["decide", str(path)]) == 0
    assert "service        internal" in capsys.readouterr().out


def told(start: Situation, rng: Random, *, knows_all: bool) -> Inquiry:
    """Somebody's answers from a situation to the end."""
    inquiry = Inquiry()
    for fact, value in start.facts.items():
        inquiry = inquiry.answer(fact, value)
    while asked := inquiry.next:
        values = [*BOOK.asks[asked].answers, *([] if knows_all else [UNKNOWN])]
        inquiry = inquiry.answer(asked, rng.choice(values))
    return inquiry


@pytest.mark.parametrize("name", BOOK.situations)
def test_a_case_of_each_situation_is_ready_for_a_casebook(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It has no fault, no advice that our own sentences cause, and it plays, whatever was answered."""
    folder, start = tmp_path / name, BOOK.situations[name]
    assert write_new(folder) == ""
    (folder / "play.ipynb").unlink()  # which would have to name each of them
    rng = Random(7)  # noqa: S311
    paths = {}
    for number in range(8):
        inquiry = told(start, rng, knows_all=number % 2 == 0)
        one = OwnCase(start.provider, start.service, start.party, inquiry)
        for own in (one, replace(one, party="our students", service="the laptops")):
            paths[write(own, folder)] = own.inquiry.facts
    assert main(["check", str(folder)]) == 0
    assert capsys.readouterr().out == f"{len(paths) + 4} files are fine\n"
    book = casebook(folder)
    for path, facts in paths.items():
        assert book.book.cases[path.stem].facts == facts
        assert "{" not in to_text(book.study(path.stem).transcript)


def test_a_file_alone_is_fine_wherever_it_is(tmp_path: Path) -> None:
    alone = tmp_path / f"{OWN.case.id}.yaml"
    alone.write_text(case_as_yaml(OWN), "utf-8")
    assert read_file(alone).faults == ()
    assert read_file(alone).notes == ()


def test_a_file_in_which_nothing_is_known_says_what_it_lacks() -> None:
    assert {fault.field for fault in read_file(case_as_yaml(OwnCase()).encode()).faults} == {
        "evidence"
    }


def test_two_cases_may_bring_the_same_provider_and_not_two_of_one_id(tmp_path: Path) -> None:
    folder = new_casebook(tmp_path)
    write(OWN, folder)
    other = write(replace(OWN, party="Sales"), folder)
    assert read_folder(folder).faults == []
    other.write_text(other.read_text("utf-8").replace('"Tarnbrook IT"', '"Tarnbrook"'), "utf-8")
    messages = {fault.message for fault in read_folder(folder).faults}
    assert any("'tarnbrook-it-provider' is taken by" in message for message in messages)


def test_who_belongs_to_itself_in_a_case_is_told(tmp_path: Path) -> None:
    path = write(OWN, new_casebook(tmp_path))
    text = path.read_text("utf-8").replace(
        'kind: "organization"', 'kind: "organization"\n    part_of: "tarnbrook-it-provider"'
    )
    path.write_text(text, "utf-8")
    assert any(
        "goes round in a circle" in fault.message for fault in read_folder(path.parents[1]).faults
    )


@given(
    names=st.lists(st.text(), min_size=3, max_size=3),
    answers=st.lists(VALUES, max_size=8),
)
def test_whatever_the_names_the_file_holds_the_case(
    names: list[str], answers: list[tuple[str, str]]
) -> None:
    inquiry = Inquiry()
    for fact, value in answers:
        inquiry = inquiry.answer(fact, value)
    provider, service, party = map(clean_name, names)
    own = OwnCase(provider, service, party, inquiry)
    read = yaml.safe_load(case_as_yaml(own))
    assert read["id"] == own.case.id
    assert read.keys() == own.content().keys() | own.world().keys()
    assert len({read[kind] for kind in ("provider", "service", "party")}) == 3
    assert own.case.facts == inquiry.facts


@given(
    names=st.lists(st.text("ab<>/!-`*_[](){}&#;: .+|~\\\"'%@", max_size=12), min_size=3, max_size=3)
)
@example(["a *b*", "[x](y)", "\u2039a>"])
@example(["<b>", "&amp;", "`x`"])
@example(["# a", "- b", "+"])
@example(["_a", "b_", "*a"])
@example(["R&D", "a;", "<!--"])
def test_whatever_signs_are_in_the_names_the_file_is_fine(names: list[str]) -> None:
    provider, service, party = map(clean_name, names)
    own = OwnCase(provider, service, party, Inquiry(HR))
    assert [str(fault) for fault in read_file(case_as_yaml(own).encode()).faults] == []


def test_what_is_no_markup_in_a_name_stays() -> None:
    own = OwnCase("R&D #2 (old)", "a - b; c++", "Tom & Sons 100 %", Inquiry(HR))
    read = yaml.safe_load(case_as_yaml(own))
    assert read == {**own.content(), **own.world()}


# Names that sound like several, and like one, as people write them: one of each kind in a line.
SEVERAL_NAMES = """
    our students | the nurses on ward 3 | patients | Students of Larkmoor | Nurses | users
    nurses and doctors | the people of Rushwick | Our Customers | the laptops | children
    Analysts | Data Analysts | analysts | Pharmacists | Librarians | Citizens | Trainees | Employees
    the PCs | our APIs | menus | taxis | clinics | critics | Mechanics | Guests | Interns | Experts | Alumni
    Salespeople | policewomen | Firemen | schoolchildren | Women | the areas | cameras | videos | buses
    the cities | classes | agents and brokers | Clients | Tenants | Vendors | Suppliers | Doctors | the mice
"""
ONE_NAMES = """
    Mr Peters | Mrs Sanders | Dr. Meyers | Miss Waters, our neighbour
    | Human Resources | Oakfold Foods | a team of nurses | the team of nurses | Sales
    Research and Development | the business | Logistics | headquarters | our campus
    every student | Group IT | Facilities | The Web Teams | the press
    gas | the gas | biogas | the bus | the atlas | our canvas | the lens | the news | a series | the species
    the SMS | sms | the dns | SaaS | the saas | analytics | Analytics | chaos | devops | the analysis | the crisis
    Payments | Events | Grants | Restaurants | Procurement | the specimen | Bremen | Siemens | Fees | Doors
    the access | Headquarters | staff | police station | payroll | mathematics | the status | Operations
"""


def names_in(table: str) -> list[str]:
    return [name.strip() for line in table.strip("\n").splitlines() for name in line.split("|")]


@pytest.mark.parametrize("name", names_in(SEVERAL_NAMES))
def test_a_name_that_sounds_like_several(name: str) -> None:
    assert seems_several(name)


@pytest.mark.parametrize("name", names_in(ONE_NAMES))
def test_a_name_that_sounds_like_one(name: str) -> None:
    assert not seems_several(name)


ONE = OwnCase("Group IT", "the mail", "Marketing")
SEVERAL = OwnCase("our developers", "the laptops", "our students")
MIXED = (
    OwnCase("our developers", "the mail", "Marketing"),
    OwnCase("Group IT", "the laptops", "our staff"),
)
_MANY = "our developers|the laptops|our students"
_SINGLE = "Group IT|the mail|Marketing"
_BEFORE = r"(?<!and )(?<!about )(?<!sells )(?<!does )\b"  # no other subject stands before the name
WRONG_VERBS = re.compile(
    rf"\b(?:is|does|has|was) (?:{_MANY})\b(?! and )"
    rf"|{_BEFORE}(?:{_MANY}) (?!towards|customers)(?:[a-z]+[^s]s|is)\b"
    rf"|\b(?:are|do|have|were) (?:{_SINGLE})\b(?! and )"
    rf"|{_BEFORE}(?:{_SINGLE}) (?:are|do|have|were)\b"
    rf"|, as (?:{_MANY}|{_SINGLE}) do(?:es)?\b",  # one verb for two, of which one may be several
    re.IGNORECASE,
)


def everything_said(own: OwnCase) -> Iterator[str]:
    """Whatever is asked and said of a case, for each fact and each of its values."""
    for name, ask in BOOK.asks.items():
        yield from map(own.sentence, (ask.question, ask.hint, ask.whom, *ask.answers.values()))
        for value in VOCABULARY[name].says:
            yield own.statement(name, value)
            told = replace(own, inquiry=Inquiry({name: value}))
            yield told.book.state(name, value, told.case)
            yield Picture(told.book, told.case).describe(told.inquiry.facts)
            yield told.content()["story"]
            yield SortItem(told.book, sort_question([told.case.id], "customer")).groups[0].label
    for text in BOOK.lens_texts.values():
        yield own.sentence(text.question)


@pytest.mark.parametrize("own", [ONE, SEVERAL, *MIXED], ids=lambda own: own.title)
def test_each_sentence_is_right_for_names_of_one_and_of_several(own: OwnCase) -> None:
    said = [*everything_said(own)]
    assert [each for each in said if WRONG_VERBS.search(each)] == []
    assert len(said) > 100


def test_a_unit_is_one_whomever_it_owns() -> None:
    said = SEVERAL.statement("serves_several_units", "no")
    assert (
        said == "Only one unit gets services from our developers, the one that owns our developers."
    )


def test_wrong_verbs_are_found() -> None:
    for wrong in (
        "Does our students say",
        "what is our developers",
        "our students uses",
        "Do the mail",
    ):
        assert WRONG_VERBS.search(wrong)
    for right in ("Do our students and Group IT", "Group IT and the mail have", "Our students use"):
        assert not WRONG_VERBS.search(right)


def test_a_party_of_several_people_is_asked_about_in_the_plural() -> None:
    assert SEVERAL.sentence("Does {party} get it?") == "Do our students get it?"
    assert SEVERAL.statement("party_is", "employee") == "Our students are employees."
    assert SEVERAL.statement("sets_requirements", "yes") == (
        "Our students say what is needed from the laptops, and answer for the result."
    )
    one = replace(SEVERAL, number="one")
    assert one.sentence("Does {party} get it?") == "Does our students get it?"
    assert replace(ONE, number="several").sentence("{party} gets it.") == "Marketing get it."
    assert (
        SEVERAL.book.sentence("Is {party} a customer?", SEVERAL.case)
        == "Are our students customers?"
    )
