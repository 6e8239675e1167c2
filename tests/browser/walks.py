"""Every activity in one notebook, and the way of a learner through each, in whatever Jupyter shows it.

A way goes by what is on the page alone. It stops at each state worth a look, and says which.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from nbformat.v4 import new_code_cell, new_notebook
from playwright.sync_api import Locator, expect
from tools.notebooks import normalise

from tests.browser.lab import Lab

Way = Callable[[Locator], Iterator[str]]

_START = """\
import os, tempfile
os.environ["CUSTOMER_CASEBOOK_DATA"] = tempfile.mkdtemp()
from customer_casebook import *
from customer_casebook.course.bank import item_of
from customer_casebook.course.casebook import course
from customer_casebook.course.journal import Attempt, journal
from customer_casebook.widgets.practice import deck
kinds = {record.kind: item_of(course(), name) for name, record in course().questions.items()}
for place, asked in enumerate(kinds.values()):
    told = {"sure": True, "right": place > 1, "misconception": None, "ms": 1}
    chosen = tuple(sorted(asked.right))
    told |= {"at": "2020-02-02T02:02:02.000000+00:00", "content": asked.fingerprint}
    journal().record(Attempt(item=asked.id, choice=chosen, **told))"""


def _ask(node: Locator, chosen: Mapping[int, set[str]], place: int) -> set[str]:
    """Choose what is to be chosen, or the first of each group, and be sure; what would have been right."""
    for group in node.locator(".ccb-panel fieldset:not(:has(fieldset))").all():
        inputs = group.locator("input").all()
        wanted = chosen.get(place) or {inputs[0].get_attribute("value") or ""}
        for each in inputs:
            if each.get_attribute("value") in wanted:
                each.dispatch_event("click")
    node.get_by_role("button", name="I am sure").click()
    expect(node.locator(".ccb-saved")).to_have_text("Saved.")
    values = node.locator(":is([data-mark=hit], [data-mark=missed]) input").evaluate_all(
        "all => all.map(e => e.value)"
    )
    return set(values)


def _deck(node: Locator) -> Iterator[str]:
    """A card, answered by what comes first."""
    yield from _through(node, {})
    node.get_by_role("button", name="Start again").click()


def _twice(node: Locator) -> Iterator[str]:
    """A card, answered by what comes first, and once more by what is right."""
    for fold in node.locator(".ccb-intro summary").all():
        fold.click()
    right: dict[int, set[str]] = {}
    yield from _through(node, right)
    node.get_by_role("button", name="Start again").click()
    yield from _through(node, right)
    score = f"{len(right)} of {len(right)} right." if len(right) > 1 else "and right."
    expect(node.locator(".ccb-score")).to_contain_text(score)
    node.get_by_role("button", name="Start again").click()


def _through(node: Locator, right: dict[int, set[str]]) -> Iterator[str]:
    """Through all questions to the end, where ``right`` holds what would have been right in each."""
    way_on = node.locator(".ccb-next")
    again = node.get_by_role("button", name="Start again")
    place = 0
    while not again.is_visible():
        yield f"question {place + 1}"
        right[place] = _ask(node, right, place)
        yield f"question {place + 1} answered"
        way_on.click()
        place += 1
    yield "closed"


def _what_if(node: Locator) -> Iterator[str]:
    yield "as told"
    roof = node.get_by_role("group", name="Wider organization")
    roof.get_by_role("radio", name="different").click()
    expect(node).to_contain_text("Solved")
    yield "solved"
    roof.get_by_role("radio", name="not known").click()
    node.get_by_role("button", name="Give me a hint").click()
    expect(node).to_contain_text("A hint")
    node.get_by_text("The story", exact=True).click()
    yield "undetermined, with a hint"
    node.get_by_role("button", name="As the story tells it").click()


def _simulator(node: Locator) -> Iterator[str]:
    yield "predict"
    _ask(node, {}, 0)
    yield "predicted"
    node.locator(".ccb-next").click()
    for fold in node.locator("summary").all():
        fold.click()
    yield "played"
    outcome = node.locator(".ccb-outcome")
    before = outcome.inner_text()
    control = node.get_by_role("slider").first
    if control.count():
        control.press("ArrowRight")
    else:
        node.get_by_role("radio", name="directly").click()
    expect(outcome).not_to_have_text(before, use_inner_text=True)
    yield "moved"


def _term(node: Locator) -> Iterator[str]:
    yield "closed"
    for fold in node.locator("summary").all():
        fold.click()
    yield "open"


def _progress(node: Locator) -> Iterator[str]:
    for fold in node.locator("summary").all():
        fold.click()
    yield "begun"
    node.get_by_role("button", name="Review now").click()
    expect(node.locator(".ccb-prompt")).to_be_visible()
    yield "at it"


def _exam(node: Locator) -> Iterator[str]:
    yield "ready"
    node.get_by_role("button", name="Start the clock").click()
    for place in range(3):
        expect(node.locator(".ccb-where")).to_contain_text(f"Question {place + 1}")
        yield f"question {place + 1}"
        if place < 2:
            node.locator("input").first.dispatch_event("click")
            node.get_by_role("button", name="Flag it").click()
            node.get_by_role("button", name="Next").click()
    node.get_by_role("button", name="Hand in").click()
    yield "hand in?"
    node.get_by_role("button", name="Yes, hand in").click()
    expect(node).to_contain_text("65% are needed")
    for fold in node.locator(".ccb-review summary").all():
        fold.click()
    node.get_by_role("button", name="Practise these now").click()
    expect(node.locator(".ccb-deck :focus")).to_be_visible()
    yield "done"


def _my_case(node: Locator) -> Iterator[str]:
    yield "blank"
    node.get_by_role("button", name="Human Resources and the payroll").click()
    node.get_by_role("button", name="Begin").click()
    way_on, where = node.get_by_role("button", name="Next"), node.locator(".ccb-where:visible")
    expect(way_on).to_be_visible()
    yield "asked"
    while way_on.is_visible():
        before = where.inner_text()
        node.locator("[data-fact]:not(.ccb-unseen) input").first.click()
        way_on.click()
        expect(where.filter(has_text=before)).to_have_count(0)
    node.get_by_role("button", name="Compare with the nearest").click()
    expect(node.get_by_role("heading", name="Beside:")).to_be_visible()
    for fold in node.locator("summary").all():
        fold.click()
    yield "at its end"
    node.get_by_role("button", name="A new case").click()


ACTIVITIES: Mapping[str, tuple[str, Way]] = {
    "study": ('study("marketing-campaign-hub", ["customer", "role"])', _twice),
    "undetermined": ('study("tussock-till-system", ["customer"])', _twice),
    "compare": ('compare("marketing-campaign-hub", "ferries-ticket-shop", ["owner"])', _twice),
    "twins": ('twins("marketing-campaign-hub")', _twice),
    "what_if": ('what_if("marketing-campaign-hub", [("customer", "external")])', _what_if),
    "every kind": ('deck([*kinds.values()], "Every kind")', _deck),
    "find_evidence": ('find_evidence("marketing-campaign-hub")', _deck),
    "owners": (
        'own_the_relationship(["marketing-campaign-hub", "cyclist-drizzle-alert"])',
        _deck,
    ),
    "term": ('term("sponsor", "internal-customer")', _term),
    "expectation_gap": ("expectation_gap()", _simulator),
    "service_levels": ("service_levels()", _simulator),
    "ledger": ("ledger()", _simulator),
    "going_direct": ("going_direct()", _simulator),
    "progress": ("progress()", _progress),
    "review": ("review()", _deck),
    "exam": ("exam(seed=5, n=3, minutes=5)", _exam),
    "my_case": ("my_case()", _my_case),
}
PLACES = {name: place for place, name in enumerate(ACTIVITIES, 1)}


def every_activity(lab: Lab, first: str = "", names: Iterable[str] = ACTIVITIES) -> str:
    """The notebook with all of them, or those named, one a cell, after ``first`` if given; in the lab's folder."""
    calls = [ACTIVITIES[name][0] for name in names]
    sources = [*filter(None, [first]), _START, *calls]
    cells = [new_code_cell(source, id=f"cell-{place}") for place, source in enumerate(sources)]
    return lab.write(f"every-{len(sources)}.ipynb", normalise(new_notebook(cells=cells)))
