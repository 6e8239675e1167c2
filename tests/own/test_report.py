"""The page of a case: everything is on it, and nothing that was typed is markup."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from customer_casebook.course.casebook import PACKAGE
from customer_casebook.course.records import Case
from customer_casebook.document import BulletList, to_text
from customer_casebook.domain.verdict import decide
from customer_casebook.own.case import OwnCase, clean_name
from customer_casebook.own.inquiry import Inquiry
from customer_casebook.own.report import (
    case_page,
    comparison,
    different,
    nearest,
    report_as_html,
    report_as_markdown,
)
from customer_casebook.widgets.diagram import Picture
from tests.course.books import BOOK
from tests.own.test_case import OWN

HOSTILE = "<script>x</script> *a* [b](c) # | `d` &amp; _e_"
CASES = list(BOOK.cases.values())


class Tags(HTMLParser):
    """The tags of a page, and its words."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.words = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        assert not [name for name, _ in attrs if name.startswith("on")]

    def handle_data(self, data: str) -> None:
        self.words += data


def test_the_page_says_facts_verdicts_presumptions_and_what_is_missing() -> None:
    inquiry = OWN.inquiry.answer("inside_provider", "no").answer("uses", "yes")
    words = " ".join(
        to_text(case_page(OwnCase("Tarnbrook IT", "the payroll", "HR", inquiry))).split()
    )
    assert "Does HR get the payroll from Tarnbrook IT?: Yes" in words
    assert "What does HR pay for the payroll?: Not known" in words
    assert "Customer: Internal customer; ITIL 5 has no rule for this" in words
    assert "Service: Internal service; ITIL 4 and 5 have no rule for this" in words
    assert "Presumed, as nobody has said it: HR says what is needed from the payroll" in words
    assert "Ask the finance department whether there is a bill" in words
    assert (
        "Wider organization: same; different: External customer" in words
    )  # one fact would turn it
    assert "ITIL v3: Customer and User" in " ".join(
        to_text(case_page(OwnCase(inquiry=inquiry.answer("authorizes_budget", "yes")))).split()
    )


def test_what_follows_from_others_is_told_from_what_was_answered() -> None:
    own = OwnCase(inquiry=Inquiry({"party_is": "private_person"}))
    assert "follows from the other answers" in to_text(case_page(own))


def test_what_nobody_knew_and_follows_is_not_said_as_an_answer() -> None:
    inquiry = Inquiry().answer("organization", "unknown").answer("party_is", "private_person")
    own = OwnCase("City Library IT", "the catalogue", "the children", inquiry)
    words = " ".join(to_text(case_page(own)).split())
    assert "top management in common (follows from the other answers)" in words
    assert "do not belong to the organization of City Library IT." in words  # which says it all
    assert "unlike" not in words


def test_no_name_is_markup_in_any_form() -> None:
    own = OwnCase(HOSTILE, HOSTILE, HOSTILE, OWN.inquiry)
    page = Tags(report_as_html(own))
    assert HOSTILE in page.words
    assert page.tags.isdisjoint({"script", "a", "b", "em", "img", "link"})
    shown = Tags(MarkdownIt("commonmark").enable("table").render(report_as_markdown(own)))
    assert f"{HOSTILE} and {HOSTILE}" in shown.words
    assert shown.tags <= {"h1", "h2", "p", "strong", "table", "thead", "tbody", "tr", "th", "td"}


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=80))
def test_markdown_shows_any_name_as_it_was_typed(typed: str) -> None:
    name = clean_name(typed) or "x"
    own = OwnCase("IT", "the service", f"X{name}", Inquiry({"consumes": "yes"}))
    text = report_as_markdown(own).partition("\n")[0]
    html = Tags(MarkdownIt("commonmark").render(text))
    assert html.words.strip() == own.title.strip()


@pytest.mark.parametrize("letter", ["w", "W", "永", "W "])
def test_long_names_stay_in_the_picture(letter: str) -> None:
    """The shapes find room by themselves: type becomes smaller, and no word is left out."""
    name = clean_name(letter * 200)
    own = OwnCase(name, name, name, OWN.inquiry)
    svg = Picture(own.book, own.case).html(own.inquiry.facts)
    drawn = Tags(svg).words.replace(" ", "").lower()
    assert drawn.count(name.replace(" ", "").lower()) >= 3


@pytest.mark.parametrize("case", CASES[::7], ids=lambda case: case.id)
def test_the_nearest_case_is_the_one_itself_where_it_is_of_the_course(case: Case) -> None:
    facts = case.facts
    found = nearest(BOOK, facts)
    assert different(facts, found.facts) == []


def test_the_nearest_case_differs_in_the_fewest_facts() -> None:
    facts = OWN.inquiry.facts
    found = nearest(BOOK, facts)
    fewest = min(
        sum(getattr(case.facts, name) != value for name, value in facts.known().items())
        for case in CASES
    )
    assert len(different(facts, found.facts)) == fewest


def beside(own: OwnCase, other: OwnCase) -> str:
    blocks = comparison(own, "There", other.inquiry.facts, other.statement)
    return " ".join(to_text(blocks).split())


def test_a_comparison_says_which_facts_differ_and_what_differs_because_of_them() -> None:
    inquiry = OWN.inquiry.answer("inside_provider", "no").answer("serves_several_units", "yes")
    own = replace(OWN, inquiry=inquiry)
    there = OwnCase("Gull IT", "the gull count", "the gulls", inquiry)
    words = beside(own, replace(there, inquiry=inquiry.answer("organization", "different")))
    assert "4 facts are the same here and there." in words
    assert (
        "These facts differ: - Wider organization. Here: One top management is above both" in words
    )
    assert "There: The gulls and Gull IT have no top management in common." in words
    verdict = "Customer: “Internal customer” here, “External customer” there."
    assert f"{verdict} What makes it so: “Wider organization”." in words
    assert "All verdicts are the same." in beside(own, there)
    assert "No known fact differs." in beside(own, there)
    fewer = OwnCase(inquiry=Inquiry({"party_is": "unit"}))
    assert "Known on one side only: “Consumes the service”, “Wider organization”" in beside(
        own, fewer
    )
    assert "Customer: “Internal customer” here, “The facts do not settle it” there." in beside(
        own, fewer
    )
    assert "1 fact is the same here and there." in beside(own, fewer)
    assert "No fact is the same here and there." in beside(own, OwnCase())


def test_a_comparison_is_of_the_edition_that_was_chosen() -> None:
    inquiry = replace(OWN.inquiry, edition="4")
    other = OwnCase(inquiry=inquiry.answer("organization", "different"))
    words = beside(replace(OWN, inquiry=inquiry), other)
    assert "Missed targets:" in words
    assert "Service:" not in words  # a word of v3


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_each_difference_of_verdicts_has_facts_that_make_it_so(case: Case) -> None:
    own = replace(OWN, inquiry=OWN.inquiry.answer("inside_provider", "no"))
    blocks = comparison(own, "There", case.facts, own.statement)
    sentences = [each for block in blocks if isinstance(block, BulletList) for each in block.items]
    assert all(
        "“" in each.partition("What makes it so:")[2] for each in sentences if "there." in each
    )


@pytest.mark.parametrize("edition", ["4", "5"])
def test_where_an_edition_has_no_rule_every_place_says_it_in_the_same_words(edition: str) -> None:
    inquiry = replace(Inquiry(), edition=edition)
    silent = f"ITIL {edition} has no rule for this"
    for facts in ({}, {"consumes": "no", "uses": "no"}, dict(OWN.inquiry.answers)):
        for fact, value in facts.items():
            inquiry = inquiry.answer(fact, value)
        text = to_text(case_page(OwnCase(inquiry=inquiry)))
        words = " ".join(text.split())
        for label in ("Service", "Service type", "Provider type"):
            assert f"- {label}: {silent}" in words
            assert f"{label}: The facts do not settle it" not in words


def test_those_words_are_written_in_one_place() -> None:
    sources = [path.read_text("utf-8") for path in PACKAGE.rglob("*.py")]
    assert sum(source.count("no rule for {") for source in sources) == 1
    assert not [source for source in sources if re.search("ha(s|ve) no rule for this", source)]


def test_what_a_member_pays_inside_is_not_said_to_come_from_somebody_outside() -> None:
    inquiry = Inquiry({"party_is": "member", "organization": "same", "charge": "paid"})
    reason = decide(inquiry.facts, "money").because[0].rule
    assert reason.answer == "revenue"
    words = " ".join(to_text(case_page(OwnCase(inquiry=inquiry))).split())
    assert (
        "A payment that brings new money, or something else of value, into the organization"
        in words
    )
    assert "What somebody outside pays" not in words
    assert "a member, such as a student or a patient, from their own pocket" in words
