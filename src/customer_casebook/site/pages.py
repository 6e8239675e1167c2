"""The pages of the site, as files by name.

Nothing of a lesson is run. A cell that calls one of `_CARDS` with plain values becomes the card of that call, with its
transcript below it for where scripts are off. Any other cell shows what its notebook was saved with.
"""

import ast
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from hashlib import sha256
from html import escape
from itertools import chain, combinations
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

from markdown_it import MarkdownIt

from customer_casebook.course import exam
from customer_casebook.course.casebook import Casebook
from customer_casebook.course.items import CaseItem, Item
from customer_casebook.document import Paragraph, to_html
from customer_casebook.domain.facts import InputError
from customer_casebook.widgets import activity, practice, study, what_if
from customer_casebook.widgets.card import Card
from customer_casebook.widgets.diagram import Row, draw_rows

INDEX, WORKER, LIVE = "index.html", "worker.js", "live"

_OWN_FOLDER = Path(__file__).parent
_FRONT_END = _OWN_FOLDER.parent / "widgets" / "front"
_SCRIPTS = ("parts", "outbox", "card")  # of those there, what a card needs
_CARDS = {
    "study": study.study,
    "compare": study.compare,
    "twins": study.twins,
    "practice": practice.practice,
    "find_evidence": practice.find_evidence,
    "sort_parties": practice.sort_parties,
    "own_the_relationship": practice.own_the_relationship,
    "term": practice.term,
}
_READ_ONLY = "This activity needs Python, so here you can only read it. "
_START = "<code>customer-casebook start</code>"
_INSTALL = f"To do it yourself, install the course and start it: {_START}."
_PYTHON_ONLY = ("exam", "progress", "review")
_INSTALL_OWN = "To do it yourself, install Customer Casebook, and open this casebook with it."
_ABOUT_OWN = "Read a case, choose an answer, and say how sure you are. You see at once what is right, and why."
_ABOUT = f"Learn to tell customers and services apart, one short case at a time. {_ABOUT_OWN}"
_OPEN = "Open this lesson with Python"
_OPEN_ALL = "Open the whole course with Python, in this browser"
# What lessons say of JupyterLab, and what is true here.
_INSTEAD = {
    "If this page does not start by itself, choose *Run*, then *Run All Cells*.": "",
    "To begin, choose *Run*, then *Run All Cells*.": "",
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
    " Your answers are saved on the computer that runs this notebook.": (
        " Your answers are kept in this browser."
    ),
    " Questions that you missed, or were not sure of, come back for review, first after a day and then"
    " after longer times.": "",
    "If this page is still open from another day, choose *Kernel*, then *Restart Kernel and Run All"
    " Cells*. Then it knows what comes back today. Where a window asks, choose *Restart*.": (
        "All of this needs Python, so here you can only read about it."
    ),
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
    items: list[str]  # id and content of each question, once

    @property
    def link(self) -> str:
        return quote(self.file)


def site(
    notebooks: Mapping[str, Path],
    *,
    live: bool = False,
    book: Casebook | None = None,
    title: str = "Customer Casebook",
) -> dict[str, str]:
    """All files of the site by name: the pages of these notebooks, their first page, style and scripts.

    Args:
        notebooks: By file name.
        live: Whether the whole course is there too, as `live.live` builds it.
        book: The casebook that they play, where it is not the course.
        title: Of the first page.

    Raises:
        InputError: A notebook cannot be read, or asks for what its book does not have.
    """
    scripts = [*(_FRONT_END / f"{name}.js" for name in _SCRIPTS), _OWN_FOLDER / "page.js"]
    styles = (_FRONT_END / "style.css", _OWN_FOLDER / "page.css")
    assets = {
        "js": "(() => {\n" + "".join(path.read_text("utf-8") for path in scripts) + "})();\n",
        "css": "".join(path.read_text("utf-8") for path in styles),
    }
    names = {kind: f"casebook-{_hash_of(text)}.{kind}" for kind, text in assets.items()}
    files = {names[kind]: text for kind, text in assets.items()}
    names["book"] = book.name if book else ""
    if INDEX.removesuffix(".html") + ".ipynb" in notebooks:
        raise InputError("index.ipynb would be the first page; give it another name")
    with exam.for_everybody():
        lessons = [_sound_lesson(name, path, book, live=live) for name, path in notebooks.items()]
    about = _ABOUT_OWN if book else _ABOUT
    files[INDEX] = _page(title, _index(lessons, title, about, live=live), "", names)
    for before, lesson, after in zip([None, *lessons], lessons, [*lessons[1:], None], strict=False):
        its_title = f"{lesson.title} · {title}"
        files[lesson.file] = _page(its_title, lesson.body, _ways(before, after), names)
    listed = json.dumps(["./", *sorted(files)])
    worker = (_OWN_FOLDER / WORKER).read_text("utf-8")
    version = _hash_of(worker + "".join(files[name] for name in sorted(files)))
    return files | {WORKER: f'const VERSION = "{version}";\nconst FILES = {listed};\n{worker}'}


def _hash_of(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:12]


def _live_link(name: str, words: str) -> str:
    return f'<a class="button" href="{LIVE}/notebooks/index.html?path={name}">{words}</a>'


def _sound_lesson(name: str, path: Path, book: Casebook | None, *, live: bool) -> _Lesson:
    """The page of a notebook that somebody may have shared."""
    try:
        lesson = _lesson(name, path, book, live=live)
        lesson.body.encode()
    except (LookupError, RecursionError, TypeError, ValueError) as error:
        advice = "cannot be a page; open it in JupyterLab, run all its cells, and save it"
        raise InputError(f"{name}: {error if isinstance(error, InputError) else advice}") from error
    return lesson


def _lesson(name: str, path: Path, book: Casebook | None, *, live: bool) -> _Lesson:
    """The page of a notebook."""
    parts, items = list[str](), list[str]()
    install = _INSTALL_OWN if book else _INSTALL
    needs_python = _READ_ONLY + (_live_link(name, _OPEN) if live else install)
    cells = json.loads(path.read_text("utf-8"))["cells"]
    for number, cell in enumerate(cells):
        source = "".join(cell["source"])
        if cell["cell_type"] != "code":
            parts += (
                [_prose(source, with_markup=not book)] if cell["cell_type"] == "markdown" else []
            )
            continue
        match _activity(source, book):
            case Card() | practice.OwnerMap() as shown:
                parts.append(_card(f"{name}/{cell.get('id', number)}", shown))
                items += [f"{item.id} {item.fingerprint}" for item in _card_in(shown).questions]
            case activity.Panel() as panel:
                parts.append(f'<div class="ccb"><div class="ccb-text">{panel.text}</div></div>')
            case activity.Activity() as shown if book:
                html = f'<p class="live">{needs_python}</p>{_wide(to_html(shown.transcript))}'
                parts.append(f'<div class="ccb saved">{html}</div>')
            case _:
                saved = _as_text(cell) if book else _as_saved(cell, needs_python)
                parts += [f'<div class="ccb saved">{html}</div>' for html in saved if html]
    first = "".join(cells[0]["source"]) if cells else ""
    minutes = re.search(r"about (\d+) minutes", first)
    heading = re.match("# (.+)", first)
    stem, about = Path(name).stem, f"{minutes[1]} minutes" if minutes else ""
    title = heading[1] if heading else stem.replace("_", " ")
    return _Lesson(f"{stem}.html", title, about, "\n".join(parts), [*dict.fromkeys(items)])


def _prose(markdown: str, *, with_markup: bool) -> str:
    """A cell of Markdown, with what holds here in place of what holds in JupyterLab."""
    for words, instead in _INSTEAD.items():
        markdown = re.sub(r"\s+".join(map(re.escape, re.split(r"\s+", words))), instead, markdown)
    html: str = _markdown(with_markup).render(markdown).replace('.ipynb">', '.html">')
    return f'<div class="prose">{_wide(html)}</div>'


def _wide(html: str) -> str:
    """The same with tables that scroll where there is no room for them. `Markup` would escape what is put in."""
    scrolls = '<div class="ccb-wide" tabindex="0" role="group" aria-label="Table"><table>'
    return str(html).replace("<table>", scrolls).replace("</table>", "</table></div>")


@cache
def _markdown(with_markup: bool) -> MarkdownIt:
    """A lesson of ours may hold markup; what somebody has shared is text."""
    return MarkdownIt("commonmark", {"html": with_markup}).enable("table")


def _activity(code: str, book: Casebook | None) -> object:
    """What a cell shows if it calls one of `_CARDS`; of a casebook of one's own, as ``book.study(...)``."""
    known: Mapping[str, Any] = _CARDS
    match _last_statement(code):
        case [ast.Expr(ast.Call(ast.Name(name), places, named))] if not book:
            more: dict[str, Any] = {}
        case [ast.Expr(ast.Call(ast.Attribute(ast.Name(), name), places, named))] if book:
            known, more = _CARDS | {"what_if": what_if.what_if}, {"book": book}
        case _:
            return None
    if name in _PYTHON_ONLY and book:
        return activity.Activity()  # whose transcript would tell of whoever writes the site
    if name not in known:
        return None
    try:
        values = [ast.literal_eval(place) for place in places]
        more |= {str(each.arg): ast.literal_eval(each.value) for each in named}
    except ValueError:  # it is no plain value, so nothing is run
        return None
    return known[name](*values, **more)


def _last_statement(code: str) -> list[ast.stmt]:
    """The last statement of a cell; none where it is a magic word, and the like."""
    try:
        return ast.parse(code).body[-1:]
    except (SyntaxError, ValueError):
        return []


def _as_saved(cell: Mapping[str, Any], needs_python: str) -> Iterable[str]:
    """What a cell was saved with, and how to have it live."""
    start = Paragraph(activity.START).html()
    for output in cell["outputs"]:
        html = "".join(output.get("data", {}).get("text/html", ""))
        html = _wide(html.removeprefix(activity.PRINT_UNFOLDED))
        yield html.replace(start, f'<p class="live">{needs_python}</p>')


def _as_text(cell: Mapping[str, Any]) -> Iterable[str]:
    """What a cell was saved with, in words alone: somebody else's markup may lead to another host."""
    for output in cell["outputs"]:
        if text := "".join(output.get("data", {}).get("text/plain", "")):
            yield f"<pre>{escape(text)}</pre>"


def _card_in(shown: Card | practice.OwnerMap) -> Card:
    return shown if isinstance(shown, Card) else shown.card


def _card(place: str, shown: Card | practice.OwnerMap) -> str:
    """A card: what the script needs, and its transcript, which stays where the script does not run."""
    card, owned = _card_in(shown), getattr(shown, "items", ())
    keys = [{"ids": sorted(it.options), "misconceptions": betrayals(it)} for it in card.questions]
    rows = [[draw_rows([row]) for row in _owner_rows(item)] for item in owned]
    # Where a question or an order changes, it is another card: a place means something else.
    asked = [(each["item"], each["content"], each["order"]) for each in card.spec["questions"]]
    name = _hash_of(json.dumps([place, asked]))
    told = {"card": name, "spec": card.spec, "keys": keys, "rows": rows}
    as_json = json.dumps(told, ensure_ascii=False)
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
        links.insert(0, f'<a href="{before.link}">← {escape(before.title)}</a>')
    if after:
        links.append(f'<a class="next" href="{after.link}">{escape(after.title)} →</a>')
    return f"<ul>{''.join(f'<li>{link}</li>' for link in links)}</ul>"


def _index(lessons: Sequence[_Lesson], title: str, about: str, *, live: bool) -> str:
    """The list of lessons, each with what was answered."""
    first = Path(lessons[0].file).with_suffix(".ipynb").name
    whole = f'<p class="live">{_live_link(first, _OPEN_ALL)}</p>' if live else ""
    entries, numbers = [], [re.match(r"\d+", lesson.file) for lesson in lessons]
    kind = "ol" if all(numbers) else "ul"
    for lesson, number in zip(lessons, numbers, strict=True):
        length = f"{len(lesson.items)} questions" if lesson.items else "to read here"
        asked = escape(json.dumps(lesson.items))
        count = f'<casebook-count data-items="{asked}"><span class="plain">{length}</span></casebook-count>'
        link = f'<a href="{lesson.link}">{escape(lesson.title)}</a>'
        told = " · ".join(filter(None, (lesson.minutes, count)))
        value = f' value="{int(number[0])}"' if number and kind == "ol" else ""
        entries.append(f"<li{value}>{link} <small>{told}</small></li>")
    return (
        f'<div class="prose"><h1>{escape(title)}</h1>\n<p>{about}</p>\n'
        f'{whole}</div>\n<{kind} class="lessons">{"".join(entries)}</{kind}>'
    )


def _page(title: str, body: str, ways: str, names: Mapping[str, str]) -> str:
    """A whole page."""
    navs = [f'<nav aria-label="{where}">{ways}</nav>' for where in ("Lessons", "Next lesson")]
    top, below = navs if ways else ("", "")
    of_book = f' data-book="{names["book"]}"' if names["book"] else ""
    return f"""<!doctype html>
<html lang="en"{of_book}>
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
