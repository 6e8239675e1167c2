"""Hostile text in the content or in the journal stays text: in every activity and its transcript."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from html.parser import HTMLParser
from typing import Any

import pytest
from ipywidgets import HTML, Widget

import customer_casebook as course
from customer_casebook.course import casebook as library
from customer_casebook.course.casebook import bank
from customer_casebook.course.items import item
from customer_casebook.course.journal import Attempt, ExamEvent, journal
from customer_casebook.document import prose
from customer_casebook.widgets.practice import deck

HOSTILE = (
    "<script>window.hit = 1</script><img src=x onerror='window.hit = 1'>"
    '"><svg onload=window.hit=1><iframe srcdoc="<script>top.hit = 1</script>"></iframe>'
    "<style>@import 'x'</style><a href='javascript:window.hit = 1'>a</a></title></details>"
    " [x](javascript:window.hit=1) ![x](http://elsewhere.example/x.png) <http://elsewhere.example>"
    " `code` $\\frac$ $_^$ &lt;script&gt; &#60;script&#62; \x07\x1b[31m\u202e\u200f\u2066\ufeff"
)
PLAIN = (
    "h3 h4 p strong em ul ol li blockquote table caption thead tbody tr th td details summary pre"
)
DRAWN = "svg g path text tspan defs use clippath rect pattern"
ATTRIBUTES = {"class", "data-evidence", "scope"}

# Not for a learner to read: ids, words with a meaning, and facts.
WORDS = {
    "id", "kind", "part_of", "provider", "service", "party", "case", "cases", "lens", "row", "choice",
    "omits", "reads", "shows", "when", "objectives", "editions", "edition", "terms", "see", "answered",
    "unit",
}  # fmt: skip


class Markup(HTMLParser):
    """What a browser would make of some HTML: its elements, and the attributes outside pictures."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        if tag not in DRAWN.split():
            self.attributes |= {name for name, _ in attrs}
        assert not [name for name, _ in attrs if name.startswith("on")]
        assert not [value for _, value in attrs if (value or "").strip().startswith("javascript:")]


def poisoned(value: Any) -> Any:
    """Content of which every text that a learner reads ends in hostile text."""
    if isinstance(value, str):
        return f"{value} {HOSTILE}"
    if isinstance(value, Mapping):
        return {key: poisoned(each) for key, each in value.items()}
    if isinstance(value, tuple):
        return tuple(map(poisoned, value))
    if is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            text = getattr(value, field.name)
            listed = isinstance(text, tuple) and any(map(is_dataclass, text))
            if field.name not in WORDS or listed:
                object.__setattr__(value, field.name, poisoned(text))
    return value


def _forget() -> None:
    for each in vars(library).values():
        if hasattr(each, "cache_clear"):
            each.cache_clear()


@pytest.fixture(scope="module", autouse=True)
def _hostile() -> Iterator[None]:
    loaded = library._models
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(library, "_models", lambda *given: [*map(poisoned, loaded(*given))])
        _forget()
        yield
    _forget()


def kinds() -> Widget:
    return deck([item(each) for each in {each.kind: each for each in bank().values()}.values()], "")


def examined() -> Widget:
    """An exam that is over, with every question explained."""
    sitting = course.exam(seed=1, n=20)
    sitting._start()
    assert sitting.sitting
    sitting._finish(sitting.sitting)
    return sitting


ACTIVITIES: Mapping[str, Callable[[], Any]] = {
    "study": lambda: course.study("marketing-campaign-hub"),
    "compare": lambda: course.compare("marketing-campaign-hub", "ferries-ticket-shop"),
    "what_if": lambda: course.what_if("marketing-campaign-hub"),
    "every kind": kinds,
    "find_evidence": lambda: course.find_evidence("marketing-campaign-hub"),
    "sort_parties": lambda: course.sort_parties(["marketing-campaign-hub", "miller-flood-bell"]),
    "owners": lambda: course.own_the_relationship(["marketing-campaign-hub"]),
    "term": lambda: course.term("sponsor", "internal-customer"),
    "expectation_gap": course.expectation_gap,
    "service_levels": course.service_levels,
    "ledger": course.ledger,
    "going_direct": course.going_direct,
    "progress": course.progress,
    "review": course.review,
    "exam": examined,
}


def markup(value: Any, name: str = "") -> Iterator[str]:
    """Everything that the front end puts into the page as HTML."""
    if isinstance(value, Mapping):
        for key, each in value.items():
            yield from markup(each, str(key))
    elif isinstance(value, list | tuple):
        for each in value:
            yield from markup(each, name)
    elif isinstance(value, Widget):
        if isinstance(value, HTML):
            yield value.value
        for key in ("spec", "questions", "intro", "children"):
            if value.has_trait(key):
                yield from markup(getattr(value, key), key)
    elif name in ("html", "intro", "closing", "on", "off", "tail", "prompt") and value:
        yield value


@pytest.mark.filterwarnings("ignore:Glyph")  # there is none for a bell
@pytest.mark.parametrize("name", ACTIVITIES)
def test_hostile_content_stays_text(name: str) -> None:
    journal().record(Attempt(HOSTILE, (HOSTILE,), True, False, HOSTILE, 1))
    journal().record(ExamEvent(HOSTILE, "start", {"items": [HOSTILE], "minutes": 5, "seed": None}))
    shown = ACTIVITIES[name]()
    transcript = shown._repr_mimebundle_()[0]["text/html"]
    for html in (transcript, *markup(shown)):
        found = Markup(html)
        assert found.tags <= {*PLAIN.split(), *DRAWN.split()}
        assert found.attributes <= ATTRIBUTES
    if name not in ("progress", "review"):
        assert "&lt;script&gt;window.hit" in transcript or name == "exam"
        assert any("&lt;script&gt;window.hit" in html for html in markup(shown))


@pytest.mark.parametrize(
    "markdown",
    [
        HOSTILE,
        "[x](javascript:alert(1))",
        "![x](http://elsewhere.example/x.png)",
        "<b onclick=alert(1)>x</b>",
        "[x]: javascript:alert(1)\n\n[x]",
        "<javascript:alert(1)>",
        "```\n<script>\n```",
        "&#x3c;script&#x3e;",
        "***" * 5000,
        "w" * 100_000,
        "> " * 500 + "deep",
        "- " * 500 + "deep",
    ],
)  # fmt: skip
def test_of_markdown_only_emphasis_and_lists_get_through(markdown: str) -> None:
    found = Markup(prose(markdown))
    assert found.tags <= {"p", "em", "strong", "ul", "ol", "li"}
    assert found.attributes == set()


def test_the_markup_is_looked_at() -> None:
    assert Markup("<p><script>1</script>").tags == {"p", "script"}
    with pytest.raises(AssertionError):
        Markup("<p onclick=x>")
    with pytest.raises(AssertionError):
        Markup("<a href=' javascript:x'>")
