"""The picture: the same facts always draw the same, and its words say what it shows."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from concurrent.futures import ThreadPoolExecutor
from html import escape
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

from customer_casebook.course.casebook import case, cases
from customer_casebook.domain.facts import UNKNOWN, VOCABULARY
from customer_casebook.widgets.diagram import Picture, Row, draw_rows
from tests.course.books import BOOK
from tests.svg import COLOURS, SVG, check_places, colours, picture, words

# What stands in the picture beside names, and the words that say it.
SAID = {
    "served?": "It is not known whether the campaign hub reaches Marketing.",
    "the campaign hub": "The campaign hub goes from Group IT to Marketing.",
    "supplies": "Marketing supplies Group IT.",
    "shows the cost": "is shown the cost, and nothing moves.",
    "charged?": "Whether money goes back is not known.",
    "pays": "Marketing pays: an internal transaction or revenue.",
    "internal transaction": "Marketing pays: an internal transaction.",
    "revenue": "Marketing pays: revenue.",
    "Under which roof?": "Whether Marketing belongs to the Marrowby Group, like Group IT, is not known.",
    "Another organization": "belong to different organizations.",
}


def values(name: str) -> list[str]:
    return [*VOCABULARY[name].says, UNKNOWN]


def drawn(html: str) -> tuple[ET.Element, list[str]]:
    """The picture, and the texts in it."""
    return picture(html), words(html)


@pytest.mark.parametrize("organization", values("organization"))
@pytest.mark.parametrize("party_is", values("party_is"))
def test_the_words_say_what_the_picture_shows(organization: str, party_is: str) -> None:
    story = case("marketing-campaign-hub")
    shown = Picture(BOOK, story)
    for charge, consumes in product(values("charge"), values("consumes")):
        facts = story.facts.with_changes(
            organization=organization,
            party_is=party_is,
            charge=charge,
            consumes=consumes,
            uses="no",
            supplies="yes" if consumes == "no" else "no",
        )
        svg, texts = drawn(shown.html(facts))
        said = shown.describe(facts)
        assert svg.get("role") == "img"
        assert svg.get("aria-label") == said
        assert {"Group IT", "Marketing", "The Marrowby Group"} <= set(texts)
        labels = set(texts) - {"Group IT", "Marketing", "The Marrowby Group"}
        for label in labels:
            assert SAID[label] in said
        for label, sentence in SAID.items():
            assert label in labels or sentence not in said
        alone = party_is == "private_person"
        assert ("belong to one organization" in said) == (organization == "same" and not alone)
        assert ("Marketing does not belong to" in said) == alone
        assert ("Marketing pays Group IT nothing." in said) == (charge == "none")


def test_a_part_of_the_provider_stands_inside_it() -> None:
    story = case("web-team-alarm-wall")
    _, texts = drawn(Picture(BOOK, story).html(story.facts))
    assert texts[:3] == ["The Marrowby Group", "Group IT", "The web team"]
    assert texts[3:] == ["the alarm wall", "shows the cost"]
    assert (
        Picture(BOOK, story)
        .describe(story.facts)
        .startswith("The web team is a part of Group IT, in ")
    )


@pytest.mark.parametrize("case_id", ["ferries-ticket-shop", "tussock-till-system"])
def test_the_same_facts_draw_the_same_picture(case_id: str) -> None:
    story = case(case_id)
    once = Picture(BOOK, story)
    first = once.html(story.facts)
    once.html(story.facts.with_changes(charge="none", organization="same", supplies="yes"))
    assert once.html(story.facts) == first == Picture(BOOK, story).html(story.facts)


def test_pictures_drawn_in_two_threads_at_once_are_as_if_drawn_alone() -> None:
    ids = [each for each in cases() if each.startswith("m")] * 4
    alone = [Picture(BOOK, case(each)).html(case(each).facts) for each in ids]
    with ThreadPoolExecutor(4) as threads:
        drawn = threads.map(lambda each: Picture(BOOK, case(each)).html(case(each).facts), ids)
        assert [*drawn] == alone


def test_ink_and_type_are_those_of_the_page() -> None:
    story = case("tussock-till-system")
    html = Picture(BOOK, story).html(story.facts.with_changes(supplies="yes"))
    assert "currentColor" in colours(html)
    assert colours(html) <= COLOURS
    assert "font-family" not in html
    assert "style" not in html
    svg, texts = drawn(html)
    assert "Tussock & Daughters" in " ".join(texts)
    assert "viewBox" in svg.attrib
    assert not {"width", "height"} & set(svg.attrib)  # it takes the room it is given
    assert {each.tag.removeprefix(SVG) for each in svg.iter()} <= {
        "svg",
        "g",
        "path",
        "rect",
        "text",
    }


def test_what_is_written_is_read_out_once_and_has_no_id() -> None:
    story = case("tussock-till-system")
    for html in (Picture(BOOK, story).html(story.facts), draw_rows([Row("A", "?", "B")])):
        svg, _ = drawn(html)
        (hidden,) = svg
        assert hidden.get("aria-hidden") == "true"
        assert not re.search(r"\bid=", html)


def test_a_shown_cost_points_at_the_party_and_a_payment_at_the_provider() -> None:
    story = case("marketing-campaign-hub")

    def head(charge: str) -> float:
        facts = story.facts.with_changes(charge=charge, consumes="no", uses="no")
        svg, _ = drawn(Picture(BOOK, story).html(facts))
        [tip] = [each for each in svg.iter(f"{SVG}path") if each.get("fill") == "#009e73"]
        neck, end, _ = [float(x) for x in re.findall(r"[ML]([\d.]+) ", tip.get("d", ""))]
        return end - neck

    assert head("notional") > 0 > head("paid")


# Names of any length

letters = "aeinorstdlmuwgAEMWÄßçêø-&'顧客"
names = st.lists(st.text(letters, min_size=1, max_size=25), min_size=1, max_size=8).map(" ".join)
facts_of = st.fixed_dictionaries({name: st.sampled_from(values(name)) for name in VOCABULARY})


@effort(max_examples=150)
@given(provider=names, party=names, service=names, organization=names, changes=facts_of)
def test_names_of_any_length_stay_in_the_picture_and_apart(
    provider: str, party: str, service: str, organization: str, changes: dict[str, Any]
) -> None:
    story = case("tussock-till-system")
    shown = Picture(BOOK, story)
    shown.provider, shown.party, shown.service = provider, party, service
    shown.organization, shown.other = organization, organization
    html = shown.html(story.facts.with_changes(**changes))
    check_places(html)
    assert all(size >= 1 for size in map(float, re.findall(r'font-size="([\d.]+)"', html)))


@given(st.lists(st.builds(Row, names, names, names, st.booleans()), min_size=1, max_size=5))
def test_a_map_of_owners_keeps_its_names_apart(rows: list[Row]) -> None:
    check_places(draw_rows(rows))


@pytest.mark.parametrize("case_id", [*cases()])
def test_names_of_the_course_are_in_large_type(case_id: str) -> None:
    html = Picture(BOOK, case(case_id)).html(case(case_id).facts)
    assert min(map(float, re.findall(r'font-size="([\d.]+)"', html))) > 7
    check_places(html)


@given(st.text(min_size=1).filter(str.strip))
def test_a_hostile_name_is_text(name: str) -> None:
    for hostile in ("<script>\"'&", f"<b>{name}", "</text></svg>"):
        html = draw_rows([Row(hostile, hostile, hostile)])
        assert escape(hostile)[:3] in html
        assert "<script" not in html
        assert "<b>" not in html
        assert html.count("</svg>") == 1
        assert html.count("</text>") == html.count("<text ")
