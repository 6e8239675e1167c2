"""The pages of the site, as files by name.

Nothing of a lesson is run. A cell that calls one of `_CARDS` with plain values becomes the card of that call, with its
transcript below it for where scripts are off. Any other cell shows what its notebook was saved with.
"""

import ast
import json
import re
from collections.abc import Iterable, Mapping
from functools import cache
from hashlib import sha256
from html import escape
from itertools import chain, combinations
from pathlib import Path
from typing import Any, NamedTuple

from markdown_it import MarkdownIt

from customer_casebook.course.items import CaseItem, Item
from customer_casebook.document import Paragraph, to_html
from customer_casebook.widgets import activity, practice, study
from customer_casebook.widgets.card import Card
from customer_casebook.widgets.diagram import Row, draw_rows

INDEX, WORKER = "index.html", "worker.js"

_OWN_FOLDER = Path(__file__).parent
_FRONT_END = _OWN_FOLDER.parent / "widgets" / "front"
_SCRIPTS = ("parts", "outbox", "card")  # of those there, what a card needs
_CARDS = {
    "study": study.study,
    "compare": study.compare,
    "practice": practice.practice,
    "find_evidence": practice.find_evidence,
    "sort_parties": practice.sort_parties,
    "own_the_relationship": practice.own_the_relationship,
    "term": practice.term,
}
_LIVE = (
    "This activity needs Python, so here you can only read it. To do it yourself, install the course and start it: "
    "<code>customer-casebook start</code>."
)
# What lessons say of JupyterLab, and what is true here.
_INSTEAD = {
    "If this page does not start by itself, choose *Run*, then *Run All Cells*.": "",
    " Then scroll back up to here.": "",
    "**Here is a place to play.** This line of code takes all the letters away. Press `Shift+Enter` in"
    ' it: the answer stays the same. Then write `consumes="yes"` in the place of'
    ' `gives_feedback="no"`.': "Take all the letters away, and the answer stays the same:",
    "**Each page starts by itself** when you open it. If one does not, choose *Run*, then *Run All"
    " Cells*, in the menu at the top. If nothing happens, choose *Kernel*, then *Restart Kernel and Run"
    " All Cells*. You do not have to read or change the code.": (
        "**Stop whenever you like.** The first page lists the lessons, and what you have answered."
    ),
    " To run the cells without a mouse, press `Ctrl+Shift+C`. A list of commands opens: type *run all"
    " cells*. The arrow keys move from cell to cell.": "",
    " Your answers are saved in your own folder, where this notebook runs.": (
        " Your answers are kept in this browser."
    ),
    " Questions that you missed, or were not sure of, come back for review, first after a day and then"
    " after longer times.": "",
    "Choose *Kernel*, then *Restart Kernel and Run All Cells*, each time you come back. Where a window"
    " asks, choose *Restart*.": "All of this needs Python, so here you can only read about it.",
}
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "worker-src 'self'; base-uri 'none'; form-action 'none'"
)


class _Lesson(NamedTuple):
    """A lesson as a page."""

    file: str
    title: str
    minutes: str
    body: str
    items: list[str]  # id and content of each question


def site(notebooks: Mapping[str, Path]) -> dict[str, str]:
    """All files of the site by name: the pages of these notebooks, their first page, style and scripts."""
    scripts = [*(_FRONT_END / f"{name}.js" for name in _SCRIPTS), _OWN_FOLDER / "page.js"]
    assets = {
        "js": "(() => {\n" + "".join(path.read_text("utf-8") for path in scripts) + "})();\n",
        "css": "".join(
            path.read_text("utf-8") for path in (_FRONT_END / "style.css", _OWN_FOLDER / "page.css")
        ),
    }
    names = {kind: f"casebook-{_hash_of(text)}.{kind}" for kind, text in assets.items()}
    files = {names[kind]: text for kind, text in assets.items()}
    lessons = [_lesson(name, path) for name, path in notebooks.items()]
    files[INDEX] = _page("Customer Casebook", _index(lessons), "", names)
    for before, lesson, after in zip([None, *lessons], lessons, [*lessons[1:], None], strict=False):
        title = f"{lesson.title} · Customer Casebook"
        files[lesson.file] = _page(title, lesson.body, _ways(before, after), names)
    listed = json.dumps(["./", *sorted(files)])
    worker = (_OWN_FOLDER / WORKER).read_text("utf-8")
    version = _hash_of(worker + "".join(files[name] for name in sorted(files)))
    return files | {WORKER: f'const VERSION = "{version}";\nconst FILES = {listed};\n{worker}'}


def _hash_of(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:12]


def _lesson(name: str, path: Path) -> _Lesson:
    """The page of a notebook."""
    parts, items = list[str](), list[str]()
    cells = json.loads(path.read_text("utf-8"))["cells"]
    for cell in cells:
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            parts.append(_prose(source))
            continue
        match _activity(source):
            case Card() | practice.OwnerMap() as shown:
                parts.append(_card(f"{name}/{cell['id']}", shown))
                items += [f"{item.id} {item.fingerprint}" for item in _card_in(shown).questions]
            case activity.Panel() as panel:
                parts.append(f'<div class="ccb"><div class="ccb-text">{panel.text}</div></div>')
            case _:
                parts += [f'<div class="ccb saved">{html}</div>' for html in _as_saved(cell)]
    first = "".join(cells[0]["source"])
    minutes = re.search(r"about (\d+) minutes", first)
    title = first.splitlines()[0].removeprefix("# ")
    about = f"{minutes[1]} minutes" if minutes else ""
    return _Lesson(f"{Path(name).stem}.html", title, about, "\n".join(parts), items)


def _prose(markdown: str) -> str:
    """A cell of Markdown, with what holds here in place of what holds in JupyterLab."""
    for words, instead in _INSTEAD.items():
        markdown = re.sub(r"\s+".join(map(re.escape, re.split(r"\s+", words))), instead, markdown)
    html: str = _markdown().render(markdown).replace('.ipynb">', '.html">')
    return f'<div class="prose">{_wide(html)}</div>'


def _wide(html: str) -> str:
    """The same with tables that scroll where there is no room for them."""
    scrolls = '<div class="ccb-wide" tabindex="0" role="group" aria-label="Table"><table>'
    return html.replace("<table>", scrolls).replace("</table>", "</table></div>")


@cache
def _markdown() -> MarkdownIt:
    return MarkdownIt("commonmark").enable("table")  # a lesson is ours, and may hold markup


def _activity(code: str) -> object:
    """What a cell shows if it calls one of `_CARDS`."""
    match ast.parse(code).body[-1]:
        case ast.Expr(ast.Call(ast.Name(name), places, named)) if name in _CARDS:
            call: Any = _CARDS[name]
            values = {str(each.arg): ast.literal_eval(each.value) for each in named}
            return call(*map(ast.literal_eval, places), **values)
    return None


def _as_saved(cell: Mapping[str, Any]) -> Iterable[str]:
    """What a cell was saved with, and how to have it live."""
    start = Paragraph(activity.START).html()
    for output in cell["outputs"]:
        html = "".join(output["data"]["text/html"]).removeprefix(activity.PRINT_UNFOLDED)
        yield _wide(html).replace(start, f'<p class="live">{_LIVE}</p>')


def _card_in(shown: Card | practice.OwnerMap) -> Card:
    return shown if isinstance(shown, Card) else shown.card


def _card(place: str, shown: Card | practice.OwnerMap) -> str:
    """A card: what the script needs, and its transcript, which stays where the script does not run."""
    card, owned = _card_in(shown), getattr(shown, "items", ())
    keys = [
        {"ids": sorted(item.options), "misconceptions": betrayals(item)} for item in card.questions
    ]
    rows = [[draw_rows([row]) for row in _owner_rows(item)] for item in owned]
    # Where a question or an order changes, it is another card: a place means something else.
    asked = [(each["item"], each["content"], each["order"]) for each in card.spec["questions"]]
    name = _hash_of(json.dumps([place, asked]))
    as_json = json.dumps(
        {"card": name, "spec": card.spec, "keys": keys, "rows": rows}, ensure_ascii=False
    )
    # A page ends a script at its end tag, and reads a comment in another way.
    as_json = as_json.replace("</", "<\\/").replace("<!", "\\u003c!")
    return (
        f'<script type="application/json">{as_json}</script>\n'
        f'<casebook-card><div class="ccb plain">{to_html(shown.transcript)}</div></casebook-card>'
    )


def _owner_rows(item: CaseItem) -> list[Row]:
    """A relationship on the map before an answer, after the right one and after a wrong one."""
    return [practice.owner_row(item, choice) for choice in (None, item.right, frozenset[str]())]


def betrayals(item: Item) -> dict[str, str]:
    """The misconception of each option or, where several may be chosen, of each choice, by places in sorted order.

    Where rows are filled, the first row that betrays one counts.
    """
    places = range(len(item.options))
    sizes = [n + 1 for n in places] if item.many else [1]
    choices = chain.from_iterable(combinations(places, n) for n in sizes)
    ids = sorted(item.options)
    found = {
        choice: item.misconception(frozenset(ids[place] for place in choice)) for choice in choices
    }
    return {",".join(map(str, choice)): wrong.id for choice, wrong in found.items() if wrong}


def _ways(before: _Lesson | None, after: _Lesson | None) -> str:
    """Links to the lessons before and after, and to the first page between them."""
    links = [f'<a href="{INDEX}">All lessons</a>']
    if before:
        links.insert(0, f'<a href="{before.file}">← {escape(before.title)}</a>')
    if after:
        links.append(f'<a class="next" href="{after.file}">{escape(after.title)} →</a>')
    return f"<ul>{''.join(f'<li>{link}</li>' for link in links)}</ul>"


def _index(lessons: Iterable[_Lesson]) -> str:
    """The list of lessons, each with what was answered."""
    entries = []
    for lesson in lessons:
        about = f"{len(lesson.items)} questions" if lesson.items else "to read here"
        asked = escape(json.dumps(lesson.items))
        count = f'<casebook-count data-items="{asked}"><span class="plain">{about}</span></casebook-count>'
        link = f'<a href="{lesson.file}">{escape(lesson.title)}</a>'
        entries.append(
            f"<li>{link} <small>{' · '.join(filter(None, (lesson.minutes, count)))}</small></li>"
        )
    return (
        '<div class="prose"><h1>Customer Casebook</h1>\n'
        "<p>Learn to tell customers and services apart, one short case at a time. Read a case,"
        " choose an answer, and say how sure you are. You see at once what is right, and why.</p>\n"
        f'<ol start="0" class="lessons">{"".join(entries)}</ol></div>'
    )


def _page(title: str, body: str, ways: str, names: Mapping[str, str]) -> str:
    """A whole page."""
    top, below = (
        f'<nav aria-label="{where}">{ways}</nav>' if ways else ""
        for where in ("Lessons", "Next lesson")
    )
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{escape(title)}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="{names["css"]}">
<script src="{names["js"]}"></script>
</head>
<body>
<a class="skip" href="#page">Skip to the text</a>
<header>{top}</header>
<main id="page" tabindex="-1">
{body}
</main>
<footer>{below}
<casebook-answers></casebook-answers></footer>
</body>
</html>
"""
