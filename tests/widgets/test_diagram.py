"""The picture: the same facts always draw the same, and its words say what it shows."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from concurrent.futures import ThreadPoolExecutor
from itertools import product

import pytest

from customer_casebook.course.casebook import case, cases
from customer_casebook.domain.facts import UNKNOWN, VOCABULARY
from customer_casebook.widgets.diagram import Picture

SVG = "{http://www.w3.org/2000/svg}"
COLOURS = {"none", "currentColor", "#0072b2", "#009e73", "#d55e00"}

# What stands in the picture beside names, and the words that say it.
SAID = {
    "served?": "Whether the campaign hub reaches Marketing is not known.",
    "the campaign hub": "The campaign hub goes from Group IT to Marketing.",
    "supplies": "Marketing supplies Group IT.",
    "shows the cost": "is shown the cost, and nothing moves.",
    "charged?": "Whether money goes back is not known.",
    "pays": "Marketing pays: an internal transaction or revenue.",
    "internal transaction": "Marketing pays: an internal transaction.",
    "revenue": "Marketing pays: revenue.",
    "Under which roof?": "Whether Marketing stands under the roof of the Marrowby Group, "
    "where Group IT is, is not known.",
    "Another organization": "stand under different roofs.",
}


def values(name: str) -> list[str]:
    return [*VOCABULARY[name].says, UNKNOWN]


def drawn(html: str) -> tuple[ET.Element, list[str]]:
    """The picture, and the texts in it."""
    svg = ET.fromstring(html)  # noqa: S314  (our own)
    return svg, ["".join(each.itertext()) for each in svg.iter(f"{SVG}text")]


@pytest.mark.parametrize("organization", values("organization"))
@pytest.mark.parametrize("party_is", values("party_is"))
def test_the_words_say_what_the_picture_shows(organization: str, party_is: str) -> None:
    told = case("marketing-campaign-hub")
    picture = Picture(told)
    for charge, consumes in product(values("charge"), values("consumes")):
        facts = told.facts.with_changes(
            organization=organization,
            party_is=party_is,
            charge=charge,
            consumes=consumes,
            uses="no",
            supplies="yes" if consumes == "no" else "no",
        )
        svg, texts = drawn(picture.html(facts))
        words = picture.describe(facts)
        assert svg.get("role") == "img"
        assert svg.get("aria-label") == words
        assert {"Group IT", "Marketing", "The Marrowby Group"} <= set(texts)
        labels = set(texts) - {"Group IT", "Marketing", "The Marrowby Group"}
        for label in labels:
            assert SAID[label] in words
        for label, said in SAID.items():
            assert label in labels or said not in words
        alone = party_is == "private_person"
        assert ("under one roof" in words) == (organization == "same" and not alone)
        assert ("stands alone, outside" in words) == alone
        assert ("Marketing pays Group IT nothing." in words) == (charge == "none")


def test_a_part_of_the_provider_stands_inside_it() -> None:
    told = case("web-team-alarm-wall")
    _, texts = drawn(Picture(told).html(told.facts))
    assert texts[:3] == ["The Marrowby Group", "Group IT", "The web team"]
    assert texts[3:] == ["the alarm wall", "shows the cost"]
    assert Picture(told).describe(told.facts).startswith("The web team is a part of Group IT, in ")


@pytest.mark.parametrize("case_id", ["ferries-ticket-shop", "tussock-till-system"])
def test_the_same_facts_draw_the_same_picture(case_id: str) -> None:
    told = case(case_id)
    once = Picture(told)
    first = once.html(told.facts)
    once.html(told.facts.with_changes(charge="none", organization="same", supplies="yes"))
    assert once.html(told.facts) == first == Picture(told).html(told.facts)


def test_pictures_drawn_in_two_threads_at_once_are_as_if_drawn_alone() -> None:
    ids = [each for each in cases() if each.startswith("m")] * 4
    alone = [Picture(case(each)).html(case(each).facts) for each in ids]
    with ThreadPoolExecutor(4) as threads:
        drawn = threads.map(lambda each: Picture(case(each)).html(case(each).facts), ids)
        assert [*drawn] == alone


def test_ink_and_type_are_those_of_the_page() -> None:
    told = case("tussock-till-system")
    html = Picture(told).html(told.facts.with_changes(supplies="yes"))
    colours = set(re.findall(r"(?:fill|stroke|color): ?([^;\"]+)", html))
    assert "currentColor" in colours
    assert colours <= COLOURS
    assert set(re.findall(r"font-family: ?([^;\"]+)", html)) == {"inherit"}
    svg, texts = drawn(html)
    assert "Tussock & Daughters" in " ".join(texts)
    assert "viewBox" in svg.attrib
    assert not {"width", "height"} & set(svg.attrib)  # it takes the room it is given
    assert not [
        each for each in svg.iter() if each.tag.split("}")[-1] in ("image", "use", "metadata")
    ]


def test_a_shown_cost_points_at_the_party_and_a_payment_at_the_provider() -> None:
    told = case("marketing-campaign-hub")

    def head(charge: str) -> float:
        svg, _ = drawn(
            Picture(told).html(told.facts.with_changes(charge=charge, consumes="no", uses="no"))
        )
        paths = [each for each in svg.iter(f"{SVG}path") if "#009e73" in each.get("style", "")]
        [tip] = [each for each in paths if "fill: #009e73" in each.get("style", "")]
        points = [float(x) for x in re.findall(r"[ML] ([\d.]+) ", tip.get("d", ""))]
        return points[1] - points[0]

    assert head("notional") > 0 > head("paid")
