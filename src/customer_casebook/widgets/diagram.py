"""Pictures of boxes and arrows, as SVG text: who stands under which roof, where service and money go.

A picture takes its ink and its type from the page around it. Places are in its own units, with y
from the top.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from html import escape
from math import sqrt
from typing import NamedTuple

from customer_casebook.course.casebook import Casebook, capital
from customer_casebook.course.records import Case
from customer_casebook.domain.facts import UNKNOWN, Facts
from customer_casebook.domain.rules import in_same_organization, is_part_of_provider
from customer_casebook.domain.verdict import UNDETERMINED, decide, humanize

INK = "currentColor"
SERVICE, MONEY, SUPPLY = "#0072b2", "#009e73", "#d55e00"  # Okabe and Ito

Area = tuple[float, float, float, float]  # x, y, width, height
Point = tuple[float, float]  # or what goes so far across and down
Way = tuple[int, int]  # from this x to that

DOTS = "3.4 1.9"
_TO_PARTY, _TO_PROVIDER = (90, 210), (210, 90)
_LEADING = 1.2  # from line to line, in heights of the type
_BREADTHS = (
    dict.fromkeys(" fijlrtI.,:;!|'", 0.6) | dict.fromkeys("mwM@%—", 1.5) | {"W": 1.6, "&": 1.3}
)
_EAST_ASIAN = "\u2e80"  # from here on letters are as wide as high


class Picture:
    """The picture of a case, for any facts."""

    def __init__(self, book: Casebook, case: Case) -> None:
        self.party, self.provider = book.fill("{party}", case), book.fill("{provider}", case)
        self.service = book.fill("{service}", case)
        self.organization = book.world.root(case.provider).name
        root = book.world.root(case.party).name
        self.other = root if root != self.organization else "another organization"

    def describe(self, facts: Facts) -> str:
        """What the picture says, in words."""
        parts = [self._describe_roofs(facts)]
        if facts.consumes == "yes" or facts.uses == "yes":
            parts.append(f"{self.service} goes from {self.provider} to {self.party}.")
        elif UNKNOWN in (facts.consumes, facts.uses):
            parts.append(f"Whether {self.service} reaches {self.party} is not known.")
        if facts.supplies == "yes":
            parts.append(f"{self.party} supplies {self.provider}.")
        parts.append(self._describe_money(facts))
        return " ".join(map(capital, parts))

    def _describe_roofs(self, facts: Facts) -> str:
        if is_part_of_provider(facts):
            return f"{self.party} is a part of {self.provider}, in {self.organization}."
        if in_same_organization(facts):
            return f"{self.party} and {self.provider} stand under one roof: {self.organization}."
        if facts.party_is == "private_person":
            where = f"outside {self.organization}, where {self.provider} is"
            return f"{self.party} stands alone, {where}."
        if facts.organization == UNKNOWN:
            roof = f"the roof of {self.organization}, where {self.provider} is,"
            return f"Whether {self.party} stands under {roof} is not known."
        return f"{self.party} and {self.provider} stand under different roofs."

    def _describe_money(self, facts: Facts) -> str:
        booked = {"internal_transaction": "an internal transaction", "revenue": "revenue"}
        answer = str(decide(facts, "money").answer)
        return {
            "none": f"{self.party} pays {self.provider} nothing.",
            "notional": f"{self.party} is shown the cost, and nothing moves.",
            "paid": f"{self.party} pays: {booked.get(answer, ' or '.join(booked.values()))}.",
        }.get(facts.charge, "Whether money goes back is not known.")

    def html(self, facts: Facts) -> str:
        """The picture as inline SVG with its description."""
        shapes = [*self._roofs(facts), *self._boxes(facts)]
        # The name of a provider that holds the party is close above the first arrow.
        room = 12 if is_part_of_provider(facts) else 40
        if facts.consumes == "yes" or facts.uses == "yes":
            shapes.append(arrow(_TO_PARTY, 87, self.service, SERVICE, room=room))
        elif UNKNOWN in (facts.consumes, facts.uses):
            shapes.append(arrow(_TO_PARTY, 87, "served?", SERVICE, DOTS))
        if facts.supplies == "yes":
            shapes.append(arrow(_TO_PROVIDER, 108, "supplies", SUPPLY))
        if facts.charge == "paid":
            booked = humanize(decide(facts, "money").answer)
            words = "pays" if booked == UNDETERMINED else booked
            shapes.append(arrow(_TO_PROVIDER, 129, words, MONEY))
        elif facts.charge == "notional":
            shapes.append(arrow(_TO_PARTY, 129, "shows the cost", MONEY, DOTS))
        elif facts.charge == UNKNOWN:
            shapes.append(arrow(_TO_PROVIDER, 129, "charged?", MONEY, DOTS))
        return svg(self.describe(facts), 300, 186, shapes)

    def _roofs(self, facts: Facts) -> list[str]:
        if in_same_organization(facts):
            return [_roof(3, 27, 294, 150, self.organization)]
        roofs = [_roof(6, 39, 90, 138, self.organization)]
        if facts.organization == UNKNOWN and facts.party_is != "private_person":
            roofs.append(_roof(204, 39, 90, 138, "under which roof?", "1 1.65"))
        elif facts.party_is != "private_person":
            roofs.append(_roof(204, 39, 90, 138, self.other))
        return roofs

    def _boxes(self, facts: Facts) -> list[str]:
        person = facts.party_is in ("private_person", "employee")
        party = box((213, 72, 74, 72), self.party, radius=27 if person else 3)
        if is_part_of_provider(facts):
            return [box((9, 54, 282, 114), self.provider, title=True), party]
        return [box((13, 72, 74, 72), self.provider), party]


class Row(NamedTuple):
    """One relationship on a map: who provides, who looks after it, and to whom; or who is supplied, and by whom."""

    provider: str
    owner: str
    party: str
    supplies: bool = False


def draw_rows(rows: Sequence[Row]) -> str:
    """Relationships one below the other, each with its owner on the line between the two sides."""
    words, shapes = [], []
    for number, (provider, owner, party, supplies) in enumerate(rows):
        y, unknown = 53 * number, owner == "?"
        words.append(f"{provider} and {party}: {'not yet known' if unknown else owner}.")
        shapes += [box((3, y + 7, 90, 40), provider), box((238, y + 7, 90, 40), party)]
        way = (235, 96) if supplies else (96, 235)
        shapes.append(arrow(way, y + 34, owner, SERVICE, DOTS if unknown else "", 30))
    return svg(" ".join(words), 331, 53 * len(rows), shapes)


# The shapes


def svg(words: str, width: float, height: float, shapes: Sequence[str]) -> str:
    """An inline picture that says ``words``; what is written in it is not read out beside them."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{escape(words)}" '
        f'viewBox="0 0 {width:g} {height:g}"><g aria-hidden="true" fill="none">'
        f"{''.join(shapes)}</g></svg>"
    )


def box(place: Area, name: str, *, radius: int = 3, title: bool = False) -> str:
    """A box with a name in the middle, or at the top as the ``title`` of what else is in it."""
    x, y, width, height = place
    outline = f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="{radius}"'
    middle, room = (x + width / 2, y + height / 2), (width - 4, height - 4)
    words = text(middle, capital(name), room, 0.5, weight="bold")
    if title:
        words = text((middle[0], y + 5), capital(name), (room[0], 12), weight="bold")
    return f'{outline} stroke="{INK}" stroke-width="1.6"/>{words}'


def arrow(way: Way, y: float, words: str, colour: str, dash: str = "", room: float = 18) -> str:
    """A level arrow with its words above it, in a ``room`` of that height."""
    start, end = way
    neck = end - 7 if end > start else end + 7
    head = f'<path d="M{neck} {y - 4.5}L{end} {y}L{neck} {y + 4.5}Z" fill="{colour}"/>'
    words = text(((start + end) / 2, y - 3), words, (abs(end - start) - 8, room), rise=1)
    return line(f"M{start} {y}H{neck}", colour, 2, dash) + head + words


def line(path: str, colour: str = INK, width: float = 1.6, dash: str = "") -> str:
    """A line along a path in the language of SVG."""
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    return f'<path d="{path}" stroke="{colour}" stroke-width="{width}"{dashes}/>'


def _roof(x: int, y: int, width: int, height: int, name: str, dash: str = "") -> str:
    """A house with a roof: everything inside has one top management."""
    eaves, middle, right = y + 24, x + width // 2, x + width
    outline = f"M{x} {y + height}H{right}V{eaves}L{middle} {y}L{x} {eaves}Z"
    words = text((middle, y - 4), capital(name), (2 * min(middle, 300 - middle), y - 5), rise=1)
    return f'<g opacity="0.7">{line(outline, width=1, dash=dash)}</g>{words}'


def text(
    at: Point,
    words: str,
    room: Point,
    rise: float = 0,
    anchor: str = "middle",
    weight: str = "normal",
) -> str:
    """Words in lines, in type as large as fits into a ``room``: a width and a height.

    The lines begin at the point, end there with a ``rise`` of 1, and are around it with 0.5.
    """
    width, height = room
    size, letter = (8.5, 0.68) if weight == "bold" else (9.0, 0.62)  # in heights of the type
    mean = letter * breadth(words) / len(words)
    size = min(size, sqrt(width * height / (mean * len(words) * _LEADING)))  # or the room is full
    while True:
        lines = textwrap.wrap(words, max(1, int(width / (mean * size))))
        high = len(lines) * _LEADING * size
        if high <= height and letter * size * max(map(breadth, lines)) <= width:
            break
        size *= 0.95
    look = f'text-anchor="{anchor}" font-size="{size:.3g}" font-weight="{weight}" fill="{INK}"'
    first = at[1] - rise * high + 0.95 * size  # its base line
    return "".join(
        f'<text x="{at[0]}" y="{first + number * _LEADING * size:.2f}" {look}>{escape(each)}</text>'
        for number, each in enumerate(lines)
    )


def breadth(words: str) -> float:
    """About how wide words are, measured in the letter n; in no usual font they are much wider."""
    return sum(
        _BREADTHS.get(each) or (1.5 if each >= _EAST_ASIAN else 1 + 0.15 * each.isupper())
        for each in words
    )
