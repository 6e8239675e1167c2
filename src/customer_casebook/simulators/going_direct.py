"""Going direct: the public with a unit in between, and without; and who answers its letters."""

from collections.abc import Collection, Sequence
from functools import partial

from customer_casebook.course.casebook import course
from customer_casebook.course.exam import chosen_edition
from customer_casebook.course.feedback import by_edition
from customer_casebook.document import Block, Table
from customer_casebook.domain.facts import Facts
from customer_casebook.domain.verdict import agrees, decide
from customer_casebook.figures import Letter
from customer_casebook.simulators.simulator import Simulator
from customer_casebook.widgets import diagram
from customer_casebook.widgets.controls import Choice, Outcome, Values
from customer_casebook.widgets.diagram import DOTS, MONEY, SERVICE, SUPPLY

_PUBLIC = "cyclist-drizzle-alert"  # the case of somebody who comes without a unit in between
_MANAGERS = {
    "nobody": "nobody yet",
    "sales": "Sales, as before",
    "brm": "business relationship manager",
    "named": "somebody named in the strategy",
}
_COLUMNS = {"customer": "Kind of customer", "owner": "Looked after by"}  # what a lens says
_LISTENERS = {"nobody": "nobody yet", "sales": "Sales", "desk": "the service desk"}
_STRATEGIES = {"silent": "says nothing of them", "speaks": "says how we deal with them"}
_ROUTES = {"through": "through Sales", "direct": "directly"}
CHOICES = [
    Choice("way", "The alert reaches the public", _ROUTES, "through"),
    Choice("owner", "Who owns the relationship", _MANAGERS, "sales"),
    Choice("manager", "Who manages it", _MANAGERS, "sales"),
    Choice("complaints", "Who hears complaints", _LISTENERS, "sales"),
    Choice("strategy", "The service strategy", _STRATEGIES, "silent"),
]
CHAINS = {
    "through": "Group IT delivers the alert to Sales, and Sales delivers it to the public.",
    "direct": "Group IT delivers the alert to the public itself; Sales does not take part.",
}
_RIGHT = {4: "all", 2: "half", 0: "none"}


def going_direct() -> Simulator:
    """The chain from provider to public with a unit in between and without: who answers the public's letters.

    v3 has an organization that meets external customers directly settle in its service strategy
    how it deals with them, and who owns and who manages the relationship.
    """
    text, facts = course().simulators["going_direct"], course().case(_PUBLIC).facts
    moved = {choice.name: choice.start for choice in CHOICES} | {"way": "direct"}
    right = _RIGHT[sum(answer(letter, moved)[1] for letter in text.letters)]
    outcome = partial(letters_outcome, text.letters, facts)
    return Simulator(text, [], CHOICES, outcome, right, {})


def answer(letter: Letter, values: Values) -> tuple[str, bool]:
    """What becomes of a letter under these choices, and whether somebody could answer it."""
    choice = values[letter.reads]
    if choice == "named" and values["strategy"] == "silent":
        choice = "unwritten"
    with_way = f"{choice}/{values['way']}"
    fate = with_way if with_way in letter.fates else choice
    return letter.fates[fate], fate in letter.answered


def letters_outcome(
    letters: Sequence[Letter], public: Facts, values: Values, _before: Values
) -> Outcome:
    """What becomes of the letters of the ``public``, and what the rules say of it."""
    answers = [answer(letter, values) for letter in letters]
    well = sum(answered for _, answered in answers)
    headline = f"{well} of {len(answers)} letters reach somebody who can answer."
    fates = [
        (letter.asks, f"{'✓' if answered else '✗'} {fate}")
        for letter, (fate, answered) in zip(letters, answers, strict=True)
    ]
    return Outcome(
        diagram.svg(CHAINS[values["way"]], 331, 209, _shapes(values, letters, answers)),
        headline,
        [
            Table("Letters from the public", ("Letter", "What happens to it"), fates),
            *_relationships(public, values["way"]),
        ],
    )


def _relationships(public: Facts, way: str) -> list[Block]:
    """Who is whose customer, and who looks after them, as the rules have it; in a fold, what only others call so."""
    pairs = {"The public, by Group IT": public}
    if way == "through":
        unit = Facts(party_is="unit", organization="same", consumes="yes")
        unit = unit.with_changes(inside_provider="no", supplies="no")
        through = public.with_changes(direct_online="no")
        pairs = {"Sales, by Group IT": unit, "The public, by Sales": through}

    def table(lenses: Collection[str]) -> Table:
        rows = [
            (pair, *(course().answer_label(lens, decide(facts, lens).answer) for lens in lenses))
            for pair, facts in pairs.items()
        ]
        columns = ("Who is served", *(_COLUMNS[lens] for lens in lenses))
        return Table("What the rules say", columns, rows)

    edition = chosen_edition()
    own = [
        lens
        for lens in _COLUMNS
        if edition is None or all(agrees(edition, facts, lens) for facts in pairs.values())
    ]
    aside = [table(_COLUMNS)] if len(own) < len(_COLUMNS) else []
    return by_edition(edition, [table(own)] if own else [], aside=aside)


def _shapes(
    values: Values, letters: Sequence[Letter], answers: Sequence[tuple[str, bool]]
) -> list[str]:
    """The chain, and below the public its letters, each with who gets it."""
    shapes = [diagram.box((3, 7, 73, 50), "Group IT"), diagram.box((255, 7, 73, 50), "the public")]
    direct = values["way"] == "direct"
    if direct:
        shapes.append(diagram.arrow((79, 252), 37, "the alert, online", SERVICE))
    else:
        shapes.append(diagram.box((129, 7, 73, 50), "Sales"))
        shapes += [diagram.arrow(way, 37, "alert", SERVICE) for way in ((79, 126), (205, 252))]
    shapes.append(diagram.line("M291 57V192"))
    options = {choice.name: choice.options for choice in CHOICES}
    for place, (letter, (_, answered)) in enumerate(zip(letters, answers, strict=True)):
        y = 88 + 34.8 * place
        who = options[letter.reads][values[letter.reads]]
        if letter.reads == "strategy":
            who = "the service strategy" if direct else "Sales' own terms"
        mark, colour, dash = ("✓", MONEY, "") if answered else ("✗", SUPPLY, DOTS)
        shapes.append(diagram.arrow((291, 159), y, letter.about.lower(), colour, dash))
        shapes.append(diagram.text((152, y), f"{mark} {who}", (148, 32), rise=0.5, anchor="end"))
    return shapes
