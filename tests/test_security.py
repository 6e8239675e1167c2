"""Hostile text in the content or in the journal stays text: in every activity and its transcript."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from html.parser import HTMLParser
from typing import Any

import pytest
from ipywidgets import Widget

import customer_casebook as ccb
from customer_casebook.authoring import folder
from customer_casebook.course.bank import item_of
from customer_casebook.course.casebook import Casebook, course
from customer_casebook.course.journal import Attempt, ExamEvent, journal
from customer_casebook.document import Markdown
from customer_casebook.widgets.activity import PRINT_UNFOLDED
from customer_casebook.widgets.practice import deck

HOSTILE = (
    "<script>window.hit = 1</script><img src=x onerror='window.hit = 1'>"
    '"><svg onload=window.hit=1><iframe srcdoc="<script>top.hit = 1</script>"></iframe>'
    "<style>@import 'x'</style><a href='javascript:window.hit = 1'>a</a></title></details>"
    " [x](javascript:window.hit=1) ![x](http://elsewhere.example/x.png) <http://elsewhere.example>"
    " `code` $\\frac$ $_^$ &lt;script&gt; &#60;script&#62; \x07\x1b[31m\u202e\u200f\u2066\ufeff"
)
PLAIN = (
    "h3 h4 p strong em ul ol li blockquote table caption thead tbody tr th td details summary pre "
    "br div"
)
LINKS = "a"  # to lessons
DRAWN = "svg g path text tspan defs use clippath rect pattern"
ATTRIBUTES = {
    "align", "class", "data-evidence", "scope", "href", "role", "aria-label", "data-tone", "style",
}  # fmt: skip

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
        self.feed(str(html))  # adding to a Markup would escape

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        if tag not in DRAWN.split():
            self.attributes |= {name for name, _ in attrs}
        assert not [name for name, _ in attrs if name.startswith("on")]
        assert not [value for _, value in attrs if (value or "").strip().startswith("javascript:")]
        allowed = {"href": r"[\w%.-]+\.ipynb", "style": r"(width|left): \d+%"}
        for name, value in attrs if tag not in DRAWN.split() else ():
            assert re.fullmatch(allowed.get(name, ".*"), value or "", re.DOTALL)


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


read_course = folder.read_course


def hostile_course() -> Casebook:
    """The course with hostile text in it."""
    book = read_course()
    content = {each.name: poisoned(getattr(book, each.name)) for each in fields(book)}
    return replace(book, **{**content, "name": ""})


@pytest.fixture(scope="module", autouse=True)
def _hostile() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(folder, "read_course", hostile_course)
        course.cache_clear()
        yield
    course.cache_clear()


def kinds() -> Widget:
    of_each_kind = {record.kind: k for k, record in course().questions.items()}
    lists = (k for k in map("{}~list".format, course().questions) if item_of(course(), k))
    items = [item_of(course(), k) for k in (*of_each_kind.values(), next(lists))]
    return deck([item for item in items if item], "")


def examined() -> Widget:
    """An exam that is over, with every question explained."""
    activity = ccb.exam(seed=1, n=20)
    for what in ("start", "finish"):
        activity.paper._handle_custom_msg({"what": what, "exam": activity.paper.exam}, [])
    assert activity.paper.phase == "done"
    return activity


def own_case() -> Widget:
    """A case of one's own whose names are hostile, saved, at its end."""
    activity = ccb.my_case()
    names = dict.fromkeys(("provider", "service", "party"), HOSTILE)
    activity._act("begin", {"do": "begin", **names})
    while activity.step != "end":
        activity._act("answer", {"do": "answer", "fact": activity.step, "value": "unknown"})
    for do in ("save", "compare"):
        activity._act(do, {"do": do, "file": ""})
    assert "&lt;script&gt;" in activity.view["page"]
    return activity


ACTIVITIES: Mapping[str, Callable[[], Any]] = {
    "study": lambda: ccb.study("marketing-campaign-hub"),
    "compare": lambda: ccb.compare("marketing-campaign-hub", "ferries-ticket-shop"),
    "what_if": lambda: ccb.what_if("marketing-campaign-hub"),
    "every kind": kinds,
    "find_evidence": lambda: ccb.find_evidence("marketing-campaign-hub"),
    "practice": ccb.practice,
    "sort_parties": lambda: ccb.sort_parties(["marketing-campaign-hub", "miller-flood-bell"]),
    "owners": lambda: ccb.own_the_relationship(["marketing-campaign-hub"]),
    "term": lambda: ccb.term("sponsor", "internal-customer"),
    "expectation_gap": ccb.expectation_gap,
    "service_levels": ccb.service_levels,
    "ledger": ccb.ledger,
    "going_direct": ccb.going_direct,
    "progress": ccb.progress,
    "review": ccb.review,
    "exam": examined,
    "prepare_for": ccb.prepare_for,
    "my_case": own_case,
}


MARKUP = {
    "html", "intro", "closing", "right", "wrong", "chosen", "left", "tail", "prompt", "below",
    "picture", "blocks", "task", "text", "error", "list", "table", "page", "beside",
}  # fmt: skip


def markup(value: Any, name: str = "") -> Iterator[str]:
    """Everything that the front end puts into the page as HTML."""
    if isinstance(value, Mapping):
        for key, each in value.items():
            yield from markup(each, str(key))
    elif isinstance(value, list | tuple):
        for each in value:
            yield from markup(each, name)
    elif isinstance(value, Widget):
        for key in ("spec", "questions", "intro", "children", "text", "error", "view"):
            if value.has_trait(key):
                yield from markup(getattr(value, key), key)
    elif name in MARKUP and value:
        yield value


@pytest.mark.filterwarnings("ignore:Glyph")  # there is none for a bell
@pytest.mark.parametrize("name", ACTIVITIES)
def test_hostile_content_stays_text(name: str) -> None:
    journal().record(Attempt(HOSTILE, (HOSTILE,), True, False, HOSTILE, 1))
    journal().record(ExamEvent(HOSTILE, "start", {"items": [HOSTILE], "minutes": 5, "seed": None}))
    shown = ACTIVITIES[name]()
    transcript = shown._repr_mimebundle_()[0]["text/html"].removeprefix(PRINT_UNFOLDED)
    for html in (transcript, *markup(shown)):
        found = Markup(html)
        assert found.tags <= {*PLAIN.split(), *DRAWN.split(), LINKS}
        assert found.attributes <= ATTRIBUTES
    if name not in ("practice", "prepare_for", "progress", "review"):
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
    found = Markup(Markdown(markdown).html())
    assert found.tags <= {"p", "em", "strong", "ul", "ol", "li"}
    assert found.attributes == set()


def test_the_markup_is_looked_at() -> None:
    assert Markup("<p><script>1</script>").tags == {"p", "script"}
    with pytest.raises(AssertionError):
        Markup("<p onclick=x>")
    with pytest.raises(AssertionError):
        Markup("<a href=' javascript:x'>")
    with pytest.raises(AssertionError):
        Markup("<a href='http://elsewhere.example/x.ipynb'>")
