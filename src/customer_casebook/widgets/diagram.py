"""The picture beside the switches: who stands under which roof, where the service goes, where the money goes."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from customer_casebook.course.casebook import world
from customer_casebook.course.feedback import capital, fill
from customer_casebook.course.records import Case
from customer_casebook.domain.facts import UNKNOWN, Facts
from customer_casebook.domain.rules import in_same_organization, part_of_provider
from customer_casebook.domain.verdict import UNDETERMINED, decide, spell
from customer_casebook.widgets.chart import INK, MONEY, SERVICE, SUPPLY, Canvas

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_SIZE = (4.2, 2.6)  # inches


class Picture:
    """One figure, redrawn for every set of facts of a case."""

    def __init__(self, case: Case) -> None:
        self.party, self.provider = fill("{party}", case), fill("{provider}", case)
        self.service = fill("{service}", case)
        self.house = world().root(case.provider).name
        root = world().root(case.party).name
        self.other_house = root if root != self.house else "another organization"

    def describe(self, facts: Facts) -> str:
        """What the picture says, in words."""
        parts = [self._roofs(facts)]
        if facts.consumes == "yes" or facts.uses == "yes":
            parts.append(f"{self.service} goes from {self.provider} to {self.party}.")
        elif UNKNOWN in (facts.consumes, facts.uses):
            parts.append(f"Whether {self.service} reaches {self.party} is not known.")
        if facts.supplies == "yes":
            parts.append(f"{self.party} supplies {self.provider}.")
        parts.append(self._money(facts))
        return " ".join(map(capital, parts))

    def _roofs(self, facts: Facts) -> str:
        if part_of_provider(facts):
            return f"{self.party} is a part of {self.provider}, in {self.house}."
        if in_same_organization(facts):
            return f"{self.party} and {self.provider} stand under one roof: {self.house}."
        if facts.party_is == "private_person":
            return f"{self.party} stands alone, outside {self.house}, where {self.provider} is."
        if facts.organization == UNKNOWN:
            roof = f"the roof of {self.house}, where {self.provider} is,"
            return f"Whether {self.party} stands under {roof} is not known."
        return f"{self.party} and {self.provider} stand under different roofs."

    def _money(self, facts: Facts) -> str:
        booked = {"internal_transaction": "an internal transaction", "revenue": "revenue"}
        answer = str(decide(facts, "money").answer)
        return {
            "none": f"{self.party} pays {self.provider} nothing.",
            "notional": f"{self.party} is shown the cost, and nothing moves.",
            "paid": f"{self.party} pays: {booked.get(answer, ' or '.join(booked.values()))}.",
        }.get(facts.charge, "Whether money goes back is not known.")

    def html(self, facts: Facts) -> str:
        """The picture as inline SVG with its description; the description alone where matplotlib is missing."""
        return self._canvas.html(lambda axes: self._draw(axes, facts), self.describe(facts))

    @cached_property
    def _canvas(self) -> Canvas:
        return Canvas(_SIZE, (100, 62))

    def _draw(self, axes: Axes, facts: Facts) -> None:
        self._draw_roofs(axes, facts)
        if part_of_provider(facts):
            box(axes, (3, 6, 94, 38), self.provider, top=True)
        else:
            box(axes, (4.5, 14, 24.5, 24), self.provider)
        round_ = facts.party_is in ("private_person", "employee")
        box(axes, (71, 14, 24.5, 24), self.party, round_=round_)
        if facts.consumes == "yes" or facts.uses == "yes":
            arrow(axes, 30, 70, 33, self.service, SERVICE)
        elif UNKNOWN in (facts.consumes, facts.uses):
            arrow(axes, 30, 70, 33, "served?", SERVICE, ":")
        if facts.supplies == "yes":
            arrow(axes, 70, 30, 26, "supplies", SUPPLY)
        if facts.charge == "paid":
            booked = spell(decide(facts, "money").answer)
            arrow(axes, 70, 30, 19, "pays" if booked == UNDETERMINED else booked, MONEY)
        elif facts.charge == "notional":
            arrow(axes, 30, 70, 19, "shows the cost", MONEY, ":")
        elif facts.charge == UNKNOWN:
            arrow(axes, 70, 30, 19, "charged?", MONEY, ":")

    def _draw_roofs(self, axes: Axes, facts: Facts) -> None:
        if in_same_organization(facts):
            _roof(axes, (1, 3, 98, 50), self.house)
            return
        _roof(axes, (2, 3, 30, 46), self.house)
        if facts.party_is == "private_person":
            return
        if facts.organization == UNKNOWN:
            _roof(axes, (68, 3, 30, 46), "under which roof?", ":")
        else:
            _roof(axes, (68, 3, 30, 46), self.other_house)


# The shapes. add_patch would measure them for limits that are fixed here, so it is add_artist.

_Place = tuple[float, float, float, float]  # x, y, width, height
_ABOVE: dict[str, Any] = {"ha": "center", "va": "bottom", "fontsize": 9}


def box(axes: Axes, place: _Place, name: str, *, top: bool = False, round_: bool = False) -> None:
    from matplotlib.patches import FancyBboxPatch

    x, y, width, height = place
    style = f"round,pad=0,rounding_size={9.0 if round_ else 1.0}"
    ink: dict[str, Any] = {"fill": False, "edgecolor": INK, "linewidth": 1.6}
    axes.add_artist(FancyBboxPatch((x, y), width, height, boxstyle=style, **ink))
    level, align, wide = (height - 2, "top", 60) if top else (height / 2, "center", 12)
    words: dict[str, Any] = {"ha": "center", "va": align, "weight": "bold", "fontsize": 8.5}
    axes.text(x + width / 2, y + level, textwrap.fill(capital(name), wide), **words)


def _roof(axes: Axes, place: _Place, name: str, line: str = "-") -> None:
    """A house with a roof: everything inside has one top management."""
    from matplotlib.patches import Polygon

    x, y, width, height = place
    middle, right, eaves, ridge = x + width / 2, x + width, y + height - 8, y + height
    corners = [(x, y), (right, y), (right, eaves), (middle, ridge), (x, eaves)]
    ink: dict[str, Any] = {"fill": False, "edgecolor": INK, "linewidth": 1.0, "alpha": 0.7}
    axes.add_artist(Polygon(corners, linestyle=line, **ink))
    words = textwrap.fill(capital(name), 20 if width < 50 else 60)
    axes.text(middle, ridge + 1.5, words, **_ABOVE)


def arrow(
    axes: Axes, start: float, end: float, y: float, words: str, colour: str, line: str = "-"
) -> None:
    from matplotlib.patches import FancyArrowPatch

    # Shrinking costs more than all else, for two points of length.
    style: dict[str, Any] = {"color": colour, "linewidth": 2, "shrinkA": 0, "shrinkB": 0}
    neck = end - 4 if end > start else end + 4  # a dotted head would be a blot
    shaft = FancyArrowPatch((start, y), (neck, y), arrowstyle="-", linestyle=line, **style)
    head = FancyArrowPatch((neck, y), (end, y), arrowstyle="-|>", mutation_scale=13, **style)
    axes.add_artist(shaft)
    axes.add_artist(head)
    axes.text((start + end) / 2, y + 0.8, textwrap.fill(words, 22), **_ABOVE)


class Row(NamedTuple):
    """One relationship on a map: who provides, who looks after it, and to whom; or who is supplied, and by whom."""

    provider: str
    owner: str
    party: str
    supplies: bool = False


def draw_rows(rows: Sequence[Row]) -> str:
    """Relationships one below the other, each with its owner on the line between the two sides."""
    height = 16 * len(rows)
    words = " ".join(
        f"{provider} and {party}: {'not yet known' if owner == '?' else owner}."
        for provider, owner, party, _ in rows
    )

    def draw(axes: Axes) -> None:
        for place, (provider, owner, party, supplies) in enumerate(rows):
            y = height - 16 * place - 14
            box(axes, (1, y, 27, 12), provider)
            box(axes, (72, y, 27, 12), party)
            ends = (71, 29) if supplies else (29, 71)
            arrow(axes, *ends, y + 4, owner, SERVICE, ":" if owner == "?" else "-")

    return Canvas((4.6, 0.74 * len(rows)), (100, height)).html(draw, words)
