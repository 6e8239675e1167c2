"""Pictures of boxes and arrows, as SVG text: who stands under which roof, where service and money go.

A picture takes its ink and its type from the page around it. Places are in its own units, with y
from the top.
"""

import textwrap
from collections.abc import Sequence
from html import escape
from math import sqrt
from typing import NamedTuple

from customer_casebook.course.casebook import Casebook, capital
from customer_casebook.course.records import Case
from customer_casebook.domain.facts import UNKNOWN, Facts
from customer_casebook.domain.rules import in_same_organization, is_part_of_provider
from customer_casebook.domain.verdict import UNDETERMINED, decide

INK = "currentColor"
SERVICE, MONEY, SUPPLY = "#0072b2", "#009e73", "#d55e00"  # Okabe and Ito

Area = tuple[float, float, float, float]  # x, y, width, height
Point = tuple[float, float]  # or what goes so far across and down
Way = tuple[int, int]  # from this x to that

DOTS = "3.4 1.9"
_THERE, _BACK = (90, 210), (210, 90)  # from the provider to the party, and back
# What may go between the two, by what is known of it: in words, and the arrow with what is above it.
_WAYS: list[tuple[float, str, dict[str, tuple[str, Way, str]]]] = [
    (87, SERVICE, {
        "yes": ("{service} goes from {provider} to {party}.", _THERE, "{service}"),
        UNKNOWN: ("It is not known whether {service} reaches {party}.", _THERE, "served?"),
    }),
    (108, SUPPLY, {"yes": ("{party} supplies {provider}.", _BACK, "supplies")}),
    (129, MONEY, {
        "none": ("{party} pays {provider} nothing.", _BACK, ""),
        "notional": ("{party} is shown the cost, and nothing moves.", _THERE, "shows the cost"),
        "internal_transaction": ("{party} pays: an internal transaction.", _BACK, "internal transaction"),
        "revenue": ("{party} pays: revenue.", _BACK, "revenue"),
        UNDETERMINED: ("{party} pays: an internal transaction or revenue.", _BACK, "pays"),
        UNKNOWN: ("Whether money goes back is not known.", _BACK, "charged?"),
    }),
]  # fmt: skip
_LEADING = 1.2  # from line to line, in heights of the type
_BREADTHS = {
    **dict.fromkeys(" fijlrtI.,:;!|'", 0.6),
    **dict.fromkeys("&wM%", 1.45),
    **dict.fromkeys("mW@—", 1.6),
}
_EAST_ASIAN = "\u2e80"  # from here on letters are as wide as high


class Picture:
    """The picture of a case, for any facts."""

    def __init__(self, book: Casebook, case: Case) -> None:
        self.book, self.case = book, case
        self.party, self.provider = book.fill("{party}", case), book.fill("{provider}", case)
        self.service = book.fill("{service}", case)
        self.organization = book.world.root(case.provider).name
        root = book.world.root(case.party).name
        self.other = root if root != self.organization else "another organization"

    def describe(self, facts: Facts) -> str:
        """What the picture says, in words."""
        return self._draw(facts)[0]

    def html(self, facts: Facts) -> str:
        """The picture as inline SVG with its description."""
        words, shapes = self._draw(facts)
        return svg(words, 300, 186, shapes)

    def _draw(self, facts: Facts) -> tuple[str, list[str]]:
        """The picture in words, and in shapes."""
        provider = box((13, 72, 74, 72), self.provider)
        roofs, room = [_roof(6, 39, 90, 138, self.organization)], 40
        # An organization that is named after the provider says by itself that the provider belongs to it.
        is_named_after = self.provider in self.organization
        if in_same_organization(facts):
            says = ["{party} and {provider} belong to one organization: {organization}."]
            roofs = [_roof(3, 27, 294, 150, self.organization)]
        elif facts.party_is == "private_person":
            unlike = "" if is_named_after else ", unlike {provider}"
            says = [f"{{party}} does not belong to {{organization}}{unlike}."]
        elif facts.organization == UNKNOWN:
            says = ["Whether {party} belongs to {organization}, like {provider}, is not known."]
            if is_named_after:
                says = ["It is not known whether {party} belongs to {organization}."]
            roofs.append(_roof(204, 39, 90, 138, "under which roof?", "1 1.65"))
        else:
            says = ["{party} and {provider} belong to different organizations."]
            roofs.append(_roof(204, 39, 90, 138, self.other))
        if is_part_of_provider(facts):
            says = ["{party} is a part of {provider}, in {organization}."]
            provider = box((9, 54, 282, 114), self.provider, title=True)
            room = 12  # the name of the provider is close above the first arrow
        radius = 27 if facts.party_is in ("private_person", "employee", "member") else 3
        shapes = [*roofs, provider, box((213, 72, 74, 72), self.party, radius=radius)]
        service = next((k for k in ("yes", UNKNOWN) if k in (facts.consumes, facts.uses)), "no")
        money = str(decide(facts, "money").answer) if facts.charge == "paid" else facts.charge
        for (y, colour, ways), state in zip(_WAYS, (service, facts.supplies, money), strict=True):
            if state in ways:
                words, way, label = ways[state]
                says.append(words)
                dash = DOTS if state in (UNKNOWN, "notional") else ""
                if label:
                    label = label.replace("{service}", self.service)
                    shapes.append(arrow(way, y, label, colour, dash, room))
        return " ".join(self.book.sentence(words, self.case) for words in says), shapes


class Row(NamedTuple):
    """One relationship on a map."""

    provider: str
    owner: str  # who looks after it; "?" is not yet known
    party: str
    supplies: bool = False  # the party the provider


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
    about = f'role="img" aria-label="{escape(words)}" viewBox="0 0 {width:g} {height:g}"'
    group = f'<g aria-hidden="true" fill="none">{"".join(shapes)}</g>'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {about}>{group}</svg>'


def box(place: Area, name: str, *, radius: int = 3, title: bool = False) -> str:
    """A box with a name in the middle, or at the top as the ``title`` of what else is in it."""
    x, y, width, height = place
    outline = f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="{radius}"'
    at, high, rise = (y + 5, 12, 0) if title else (y + height / 2, height - 4, 0.5)
    words = text((x + width / 2, at), capital(name), (width - 4, high), rise, bold=True)
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
    at: Point, words: str, room: Point, rise: float = 0, anchor: str = "middle", bold: bool = False
) -> str:
    """Words in lines, in type as large as fits into a ``room``: a width and a height.

    The lines begin at the point, end there with a ``rise`` of 1, and are around it with 0.5.
    """
    width, height = room
    size, letter, weight = (8.5, 0.68, "bold") if bold else (9.0, 0.62, "normal")
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
