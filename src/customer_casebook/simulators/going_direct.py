"""Going direct: the public with a unit in between, and without; and who answers its letters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from customer_casebook.course.casebook import case, simulators
from customer_casebook.course.document import Table
from customer_casebook.course.feedback import in_words
from customer_casebook.course.records import Letter
from customer_casebook.domain.facts import Facts
from customer_casebook.domain.verdict import decide
from customer_casebook.simulators.simulator import Simulator
from customer_casebook.widgets.controls import Choice, Outcome, Values
from customer_casebook.widgets.diagram import (
    DOTS,
    MONEY,
    SERVICE,
    SUPPLY,
    arrow,
    box,
    line,
    svg,
    text,
)

_PUBLIC = "cyclist-drizzle-alert"  # the case of somebody who comes without a unit in between
_NOBODY = "nobody"
_MANAGERS = {
    _NOBODY: "nobody yet",
    "sales": "Sales, as before",
    "brm": "business relationship manager",
    "named": "somebody named in the strategy",
}
_LISTENERS = {_NOBODY: "nobody yet", "sales": "Sales", "desk": "the service desk"}
_STRATEGIES = {"silent": "says nothing of them", "speaks": "says how we deal with them"}
_ROUTES = {"through": "through Sales", "direct": "directly"}
CHOICES = [
    Choice("way", "The alert reaches the public", _ROUTES, "through"),
    Choice("owner", "Who owns the relationship", _MANAGERS, "sales"),
    Choice("manager", "Who manages it", _MANAGERS, "sales"),
    Choice("complaints", "Who hears complaints", _LISTENERS, "sales"),
    Choice("strategy", "The service strategy", _STRATEGIES, "silent"),
]
_RIGHT = {4: "all", 2: "half", 0: "none"}


class Answer(NamedTuple):
    """What becomes of a letter."""

    letter: Letter
    fate: str
    answered: bool  # whether somebody could answer it


def going_direct() -> Simulator:
    """The chain from provider to public with a unit in between and without: who answers the public's letters.

    v3 has an organization that meets external customers directly settle in its service strategy
    how it deals with them, and who owns and who manages the relationship.
    """
    text, facts = simulators()["going_direct"], case(_PUBLIC).facts
    moved = {choice.name: choice.start for choice in CHOICES} | {"way": "direct"}
    right = _RIGHT[sum(answer(letter, moved).answered for letter in text.letters)]
    return Simulator(
        text, [], CHOICES, lambda v: letters_outcome(text.letters, facts, v), right, {}
    )


def answer(letter: Letter, values: Values) -> Answer:
    """What becomes of a letter under these choices."""
    choice = values[letter.reads]
    if choice == "named" and values["strategy"] == "silent":
        choice = "unwritten"
    with_way = f"{choice}/{values['way']}"
    fate = with_way if with_way in letter.fates else choice
    return Answer(letter, letter.fates[fate], fate in letter.answered)


def letters_outcome(letters: Sequence[Letter], public: Facts, values: Values) -> Outcome:
    """What becomes of the letters of the ``public``, and what the rules say of it."""
    answers = [answer(letter, values) for letter in letters]
    well = sum(each.answered for each in answers)
    headline = f"{well} of {len(answers)} letters reach somebody who can answer."
    fates = [(each.letter.asks, f"{'✓' if each.answered else '✗'} {each.fate}") for each in answers]
    columns = ("Who is served", "Kind of customer", "Looked after by")
    return Outcome(
        svg(f"{describe_chain(values['way'])} {headline}", 331, 209, _shapes(values, answers)),
        headline,
        [
            Table("Letters from the public", ("Letter", "What becomes of it"), fates),
            Table("What the rules say", columns, _relationships(public, values["way"])),
        ],
    )


def describe_chain(way: str) -> str:
    """The chain from provider to public in a sentence."""
    if way == "direct":
        return "Group IT delivers the alert to the public itself; Sales has no part in it."
    return "Group IT delivers the alert to Sales, and Sales delivers it to the public."


def _relationships(public: Facts, way: str) -> list[tuple[str, ...]]:
    """Who is whose customer, and who looks after them, as the rules have it."""
    pairs = {"The public, by Group IT": public}
    if way == "through":
        unit = Facts(
            party_is="unit",
            organization="same",
            consumes="yes",
            inside_provider="no",
            supplies="no",
        )
        pairs = {"Sales, by Group IT": unit, "The public, by Sales": public.but(direct_online="no")}
    lenses = ("customer", "owner")
    return [
        (pair, *(in_words(lens, decide(facts, lens).answer) for lens in lenses))
        for pair, facts in pairs.items()
    ]


def _shapes(values: Values, answers: Sequence[Answer]) -> list[str]:
    """The chain, and below the public its letters, each with who gets it."""
    shapes = [box((3, 7, 73, 50), "Group IT"), box((255, 7, 73, 50), "the public")]
    direct = values["way"] == "direct"
    if direct:
        shapes.append(arrow((79, 252), 37, "the alert, online", SERVICE))
    else:
        shapes.append(box((129, 7, 73, 50), "Sales"))
        shapes += [arrow(way, 37, "alert", SERVICE) for way in ((79, 126), (205, 252))]
    shapes.append(line("M291 57V192"))
    options = {choice.name: choice.options for choice in CHOICES}
    for place, (letter, _, answered) in enumerate(answers):
        y = 88 + 34.8 * place
        who = options[letter.reads][values[letter.reads]]
        if letter.reads == "strategy":
            who = "the service strategy" if direct else "Sales' own terms"
        mark, colour, dash = ("✓", MONEY, "") if answered else ("✗", SUPPLY, DOTS)
        shapes.append(arrow((291, 159), y, letter.about.lower(), colour, dash))
        shapes.append(text((152, y), f"{mark} {who}", (148, 32), rise=0.5, anchor="end"))
    return shapes
