"""Going direct: the public with a unit in between, and without; and who answers its letters."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from customer_casebook.course.casebook import case, simulators
from customer_casebook.course.document import Table
from customer_casebook.course.feedback import in_words
from customer_casebook.course.records import Letter
from customer_casebook.domain.facts import Facts
from customer_casebook.domain.verdict import decide
from customer_casebook.simulators.simulator import Outcome, Simulator, toggle
from customer_casebook.widgets.chart import INK, MONEY, SERVICE, SUPPLY, Canvas
from customer_casebook.widgets.diagram import arrow, box

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

_PUBLIC = "cyclist-drizzle-alert"  # the case of somebody who comes without a unit in between
_NOBODY = "nobody"
_KEEPERS = {
    _NOBODY: "nobody yet",
    "sales": "Sales, as before",
    "brm": "business relationship manager",
    "named": "somebody named in the strategy",
}
_CHOICES = {
    "way": ("The alert reaches the public", {"through": "through Sales", "direct": "directly"}),
    "owner": ("Who owns the relationship", _KEEPERS),
    "manager": ("Who manages it", _KEEPERS),
    "complaints": (
        "Who hears complaints",
        {_NOBODY: "nobody yet", "sales": "Sales", "desk": "the service desk"},
    ),
    "strategy": (
        "The service strategy",
        {"silent": "says nothing of them", "speaks": "says how we deal with them"},
    ),
}
_START = {
    "way": "through",
    "owner": "sales",
    "manager": "sales",
    "complaints": "sales",
    "strategy": "silent",
}
_RIGHT = {4: "all", 2: "half", 0: "none"}


class Answer(NamedTuple):
    """What becomes of a letter, and whether somebody could answer it."""

    letter: Letter
    told: str
    answered: bool


def answer(letter: Letter, setting: Mapping[str, str]) -> Answer:
    """What becomes of a letter under a setting of the choices."""
    choice = setting[letter.reads]
    if choice == "named" and setting["strategy"] == "silent":
        choice = "unwritten"
    at_hand = f"{choice}/{setting['way']}"
    fate = at_hand if at_hand in letter.fates else choice
    return Answer(letter, letter.fates[fate], fate in letter.answered)


class GoingDirect(Simulator):
    """A chain, the arrangements for the public at its end, and the fate of four letters."""

    def __init__(self) -> None:
        self.letters = simulators()["going_direct"].letters
        self._canvas = Canvas((4.6, 2.9), (100, 63))
        moved = [answer(each, _START | {"way": "direct"}) for each in self.letters]
        controls = {
            name: toggle(label, options, _START[name])
            for name, (label, options) in _CHOICES.items()
        }
        right = _RIGHT[sum(each.answered for each in moved)]
        super().__init__("going_direct", right, controls)

    def outcome(self) -> Outcome:
        setting = {name: str(each.value) for name, each in self.controls.items()}
        answers = [answer(each, setting) for each in self.letters]
        well = sum(each.answered for each in answers)
        point = f"{well} of {len(answers)} letters reach somebody who can answer."
        fates = [
            (each.letter.asks, f"{'✓' if each.answered else '✗'} {each.told}") for each in answers
        ]
        numbers = [
            Table("Letters from the public", ("Letter", "What becomes of it"), fates),
            Table(
                "What the rules say",
                ("Who is served", "Kind of customer", "Looked after by"),
                _relationships(setting["way"]),
            ),
        ]
        words = f"{_chain(setting['way'])} {point}"
        drawn = self._canvas.html(lambda axes: _draw(axes, setting, answers), words)
        return Outcome(drawn, point, numbers)


def going_direct() -> GoingDirect:
    """The chain from provider to public with a unit in between and without: who answers the public's letters.

    v3 has an organization that meets external customers directly settle in its service strategy
    how it deals with them, and who owns and who manages the relationship.
    """
    return GoingDirect()


def _chain(way: str) -> str:
    if way == "direct":
        return "Group IT delivers the alert to the public itself; Sales has no part in it."
    return "Group IT delivers the alert to Sales, and Sales delivers it to the public."


def _relationships(way: str) -> list[tuple[str, str, str]]:
    """Who is whose customer, and who looks after them, as the rules have it."""
    direct = case(_PUBLIC).facts
    unit = Facts(
        party_is="unit", organization="same", consumes="yes", inside_provider="no", supplies="no"
    )
    pairs = {"The public, by Group IT": direct}
    if way == "through":
        pairs = {
            "Sales, by Group IT": unit,
            "The public, by Sales": direct.but(direct_online="no"),
        }
    return [
        (
            pair,
            in_words("customer", decide(facts, "customer").answer),
            in_words("owner", decide(facts, "owner").answer),
        )
        for pair, facts in pairs.items()
    ]


def _draw(axes: Axes, setting: Mapping[str, str], answers: Sequence[Answer]) -> None:
    direct = setting["way"] == "direct"
    box(axes, (1, 46, 22, 15), "Group IT")
    box(axes, (77, 46, 22, 15), "the public")
    if direct:
        arrow(axes, 24, 76, 52, "the alert, online", SERVICE)
    else:
        box(axes, (39, 46, 22, 15), "Sales")
        arrow(axes, 24, 38, 52, "alert", SERVICE)
        arrow(axes, 62, 76, 52, "alert", SERVICE)
    axes.add_artist(_post())
    for place, each in enumerate(answers):
        y = 36.5 - 10.5 * place
        choice = _CHOICES[each.letter.reads][1][setting[each.letter.reads]]
        if each.letter.reads == "strategy":
            choice = "the service strategy" if direct else "Sales' own terms"
        mark, colour, line = ("✓", MONEY, "-") if each.answered else ("✗", SUPPLY, ":")
        arrow(axes, 88, 48, y, each.letter.about.lower(), colour, line)
        words = textwrap.fill(f"{mark} {choice}", 22)
        axes.text(46, y, words, ha="right", va="center", fontsize=9)


def _post() -> Artist:
    """The way down from the public to its letters."""
    from matplotlib.patches import FancyArrowPatch

    style: dict[str, Any] = {"color": INK, "linewidth": 1.6, "shrinkA": 0, "shrinkB": 0}
    return FancyArrowPatch((88, 46), (88, 5), arrowstyle="-", **style)
