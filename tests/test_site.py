"""The site as files: every lesson is a page that is whole, small, and true of where it is read."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import product
from pathlib import Path
from typing import Any

import nbformat
import pytest

from customer_casebook import start
from customer_casebook.__main__ import FAULTY, FINE, main
from customer_casebook.authoring.folder import TEMPLATE
from customer_casebook.authoring.shared import open_casebook
from customer_casebook.course.bank import item_of
from customer_casebook.course.casebook import course
from customer_casebook.course.items import Item
from customer_casebook.course.journal import Attempt, journal
from customer_casebook.domain.facts import InputError
from customer_casebook.site import pages
from customer_casebook.site.pages import INDEX, WORKER, betrayals, site
from customer_casebook.widgets import practice
from tests.new_casebook import edit, new_casebook
from tests.own_casebook import write_zip

MAX_LESSON_BYTES = 250_000  # with script and style
LIVE_ONLY = f"{start.LAST}.html"  # tells how its activities work in JupyterLab
OF_JUPYTER = re.compile(r"Run All|run all|Shift\+|Ctrl\+|Kernel|notebook|\bcells?\b")

FILES = site(start.lessons())
LESSONS = {f"{Path(name).stem}.html": path for name, path in start.lessons().items()}


class Page(HTMLParser):
    """What is asked of a page's markup."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.specs: list[dict[str, Any]] = []
        self.words = ""
        self._inside = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._inside = tag

    def handle_endtag(self, tag: str) -> None:
        if tag == self._inside == "script":
            self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside == "script":
            self.specs.append(json.loads(data))
        else:
            self.words += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


PAGES = {name: Page(text) for name, text in FILES.items() if name.endswith(".html")}


def sources(path: Path) -> Iterator[tuple[str, str]]:
    for cell in json.loads(path.read_text("utf-8"))["cells"]:
        yield cell["cell_type"], "".join(cell["source"])


def test_each_lesson_is_a_page_and_each_page_is_found() -> None:
    assert PAGES.keys() == {*LESSONS, INDEX}
    assert [link["href"] for link in PAGES[INDEX].all("a")][1:] == [*LESSONS]
    for before, after in zip([*LESSONS][:-1], [*LESSONS][1:], strict=True):
        assert {"href": after, "class": "next"} in PAGES[before].all("a")
        assert before in [link["href"] for link in PAGES[after].all("a")]


@pytest.mark.parametrize("name", LESSONS)
def test_each_card_of_a_lesson_can_be_answered_and_its_transcript_is_there(name: str) -> None:
    asks = re.compile(
        r"(study|compare|practice|find_evidence|sort_parties|own_the_relationship)\([^)]"
    )
    calls = [code for kind, code in sources(LESSONS[name]) if kind == "code" and asks.match(code)]
    page = PAGES[name]
    assert len(page.specs) == len(page.all("casebook-card")) == len(calls)
    assert len({str(spec["card"]) for spec in page.specs}) == len(calls)
    plain = "".join(re.findall("<casebook-card>.*?</casebook-card>", FILES[name], re.DOTALL))
    folds = plain.count("<summary>Answer</summary>")
    assert folds == sum(len(spec["spec"]["questions"]) for spec in page.specs)


@pytest.mark.parametrize("name", LESSONS)
def test_a_lesson_is_small(name: str) -> None:
    assets = [FILES[each] for each in FILES if each.startswith("casebook-")]
    assert len(assets) == 2
    assert sum(len(text.encode()) for text in [FILES[name], *assets]) <= MAX_LESSON_BYTES


@pytest.mark.parametrize("name", PAGES)
def test_a_page_keeps_its_own_policy_and_asks_no_other_host(name: str) -> None:
    page = PAGES[name]
    policy = next(meta["content"] for meta in page.all("meta") if "http-equiv" in meta)
    assert policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert {each.get("type") for each in page.all("script") if "src" not in each} <= {
        "application/json"
    }
    assert not page.all("style")
    for tag, attributes in page.tags:
        assert not [each for each in attributes if each == "style" or each.startswith("on")], tag
        for link in {"href", "src"} & attributes.keys():
            target = attributes[link] or ""
            assert target in FILES or target in {"#page", "data:,"}, target
    insides = re.sub(r"xmlns=\\?\"http://www.w3.org/2000/svg\\?\"", "", FILES[name])
    assert "http://" not in insides
    assert ".ipynb" not in insides


@pytest.mark.parametrize("name", sorted(PAGES.keys() - {LIVE_ONLY}))
def test_a_page_does_not_speak_of_jupyter(name: str) -> None:
    assert not OF_JUPYTER.findall(PAGES[name].words)


@pytest.mark.parametrize("words", pages._INSTEAD)
def test_what_is_said_in_another_way_stands_in_a_lesson(words: str) -> None:
    notebooks = [*LESSONS.values(), TEMPLATE / "play.ipynb"]
    told = " ".join(text for path in notebooks for _, text in sources(path))
    assert " ".join(words.split()) in " ".join(told.split())


def test_what_needs_python_says_so_once_and_is_not_told_to_run() -> None:
    what_if = PAGES["04_promises_between_colleagues.html"].words
    assert what_if.count("customer-casebook start") == 2  # what if, and service levels
    assert "transcript" not in what_if
    assert "Missed targets" in what_if


def choices_of(item: Item) -> Iterator[frozenset[str]]:
    """Every choice that a card allows."""
    options = [*item.options]
    if item.groups:
        for rows in product(*(group.options for group in item.groups)):
            yield frozenset(rows)
    elif item.many:
        for bits in range(1, 2 ** len(options)):
            yield frozenset(option for place, option in enumerate(options) if bits >> place & 1)
    else:
        yield from (frozenset([option]) for option in options)


def test_a_page_knows_the_misconception_of_every_choice() -> None:
    asked = {
        q["item"]: q for page in PAGES.values() for s in page.specs for q in s["spec"]["questions"]
    }
    betrayed = 0
    for name, question in asked.items():
        item = item_of(course(), name)
        assert item, name
        ids, known = sorted(item.options), betrayals(item)
        rows = [option for group in item.groups for option in group.options]
        for choice in choices_of(item):
            places = sorted(map(ids.index, choice))
            if item.groups:  # in the order of the rows
                places = [ids.index(option) for option in rows if option in choice]
            keys = [",".join(map(str, places))] if item.many else [*map(str, places)]
            wrong = item.misconception(choice)
            betrayed += bool(wrong)
            found = next((known[key] for key in keys if key in known), None)
            assert found == (wrong.id if wrong else None), (name, choice, question["prompt"])
    assert betrayed > 20


def test_the_worker_keeps_every_file_and_another_site_has_another_version(
    tmp_path: Path,
) -> None:
    kept = re.search(r"const FILES = (\[.*\]);", FILES[WORKER])
    assert kept
    assert {*json.loads(kept[1])} == {"./", *FILES} - {WORKER}
    assert site(start.lessons()) == FILES
    name = next(iter(start.lessons()))
    other = tmp_path / name
    other.write_text(
        start.lessons()[name].read_text("utf-8").replace("green ink", "red ink"), "utf-8"
    )
    changed = site({**start.lessons(), name: other})
    different = {each for each in FILES if changed.get(each) != FILES[each]}
    assert different == {f"{other.stem}.html", WORKER}


def test_the_command_writes_a_site_and_renews_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "a site"
    assert main(["site", str(out)]) == FINE
    assert {path.name: path.read_text("utf-8") for path in out.iterdir()} == FILES
    (out / "casebook-0.js").touch()  # of an older version
    (out / INDEX).write_text("older")
    (out / "CNAME").touch()  # not ours
    assert main(["site", str(out)]) == FINE
    assert {path.name for path in out.iterdir()} == {*FILES, "CNAME"}
    assert (out / INDEX).read_text("utf-8") == FILES[INDEX]
    assert str(out) in capsys.readouterr().out


def test_a_site_is_for_everybody_whatever_its_builder_prepares_for() -> None:
    lesson = {"02.ipynb": start.lessons()["02_who_pays_and_who_writes.ipynb"]}  # with terms
    before = site(lesson)
    journal().choose_goal("5")
    try:
        assert site(lesson) == before
        assert "In other editions" in practice.term("sponsor").text
        assert "<details open><summary>In ITIL v3</summary>" in before["02.html"]
    finally:
        journal().choose_goal("")


def test_the_command_overwrites_no_other_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / INDEX).write_text("mine")
    assert main(["site", str(tmp_path)]) == FAULTY
    assert "holds other files; name a new folder" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == [INDEX]
    assert main(["site", str(tmp_path / INDEX)]) == FAULTY
    assert str(tmp_path / INDEX) in capsys.readouterr().err


def test_where_the_whole_course_is_there_a_lesson_leads_to_its_own_notebook() -> None:
    files = site(start.lessons(), live=True)
    assert files.keys() == FILES.keys()
    for name, path in LESSONS.items():
        needs = FILES[name].count("customer-casebook start</code>")
        links = [
            link["href"] for link in Page(files[name]).all("a") if link.get("class") == "button"
        ]
        assert links == [f"live/notebooks/index.html?path={path.name}"] * needs
        assert "customer-casebook start" not in files[name]
    [whole] = [
        link["href"] for link in Page(files[INDEX]).all("a") if link.get("class") == "button"
    ]
    assert whole == f"live/notebooks/index.html?path={next(iter(start.lessons()))}"
    assert "button" not in FILES[INDEX]


def test_the_form_for_a_case_of_ones_own_is_a_text_that_leads_to_the_live_one() -> None:
    name = "20_your_own_case"
    words = PAGES[f"{name}.html"].words
    assert "Does the party get the service from the provider?" in words
    assert "customer-casebook start" in words
    live = site({f"{name}.ipynb": start.lessons()[f"{name}.ipynb"]}, live=True)[f"{name}.html"]
    assert f'href="live/notebooks/index.html?path={name}.ipynb"' in live


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The casebook that `new` writes, as a zip; its notebook also says what only Python can do."""
    monkeypatch.setattr("platformdirs.user_cache_path", lambda _: tmp_path / "cache")
    folder = new_casebook(tmp_path)
    notebook = nbformat.read(folder / "play.ipynb", as_version=4)
    more = ["book.exam()", "book.progress()", 'book.term("sponsor")', "%magic", "book.study(x)", ""]
    notebook.cells += [nbformat.v4.new_code_cell(code) for code in more]
    notebook.cells.append(nbformat.v4.new_markdown_cell("<b>bold</b> and [next](play.ipynb)"))
    nbformat.write(notebook, folder / "play.ipynb")
    return write_zip(folder, tmp_path / "x.zip", "lantern")


def test_a_casebook_of_ones_own_has_pages_of_its_own(
    own: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "site"
    assert main(["site", str(out), "--casebook", str(own)]) == FINE
    files = {path.name: path.read_text("utf-8") for path in out.iterdir()}
    assets = {name for name in FILES if name.startswith("casebook-")}
    assert files.keys() == {INDEX, WORKER, "play.html", *assets}
    index, play = Page(files[INDEX]), Page(files["play.html"])
    assert "<h1>Lantern</h1>" in files[INDEX]
    assert "<title>The seat finder · Lantern</title>" in files["play.html"]
    assert "Customer Casebook" not in index.words
    assert not index.all("ol")  # its notebooks have no numbers
    assert [link["href"] for link in index.all("a")][1:] == ["play.html"]
    assert {html["data-book"] for page in (index, play) for html in page.all("html")} == {"lantern"}
    asked = [each["item"] for card in play.specs for each in card["spec"]["questions"]]
    assert len(play.specs) == len(play.all("casebook-card")) == 4  # study, twins, compare, practice
    assert all(name.startswith("lantern:") for name in asked)
    assert play.words.count("needs Python, so here you can only read it") == 3
    assert "customer-casebook start" not in play.words
    assert "authorizes the budget" in play.words  # the term
    assert not OF_JUPYTER.findall(play.words)
    assert "<div" not in play.words  # markup that is shown as text
    assert "<b>bold</b>" in play.words  # a text, for who knows whose it is
    assert {"href": "play.html"} in play.all("a")
    assert main(["site", str(out), "--casebook", str(own), "--title", "Soup & Co"]) == FINE
    assert "<h1>Soup &amp; Co</h1>" in (out / INDEX).read_text("utf-8")
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("names", "numbers"), [(["01_a", "03_b"], ["1", "3"]), (["00_a", "x"], [None, None])]
)
def test_lessons_have_the_numbers_that_all_of_their_notebooks_have(
    tmp_path: Path, names: list[str], numbers: list[str | None]
) -> None:
    for name in names:
        nbformat.write(nbformat.v4.new_notebook(), tmp_path / f"{name}.ipynb")
    written = site({f"{name}.ipynb": tmp_path / f"{name}.ipynb" for name in names})
    index = Page(written[INDEX])
    assert len(index.all("ol")) == all(numbers)
    assert [entry.get("value") for entry in index.all("li")] == numbers


def test_the_course_has_no_name_in_its_pages() -> None:
    assert not any("data-book" in html for page in PAGES.values() for html in page.all("html"))


def test_no_page_tells_what_its_builder_has_answered(own: Path) -> None:
    book, _, origin = open_casebook(own)
    notebooks = {"play.ipynb": origin.folder / "play.ipynb"}
    before = site(notebooks, book=book)
    told: dict[str, Any] = {"choice": (), "sure": True, "misconception": None, "ms": 1}
    journal().record(Attempt(item="lantern:reading-room-seats/role", right=False, **told))
    assert site(notebooks, book=book) == before


def test_pages_that_cannot_be_written_are_said_in_one_sentence(
    own: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "site"
    folder = tmp_path / "lantern"
    (folder / "play.ipynb").rename(folder / "index.ipynb")
    index = write_zip(folder, tmp_path / "index.zip", "lantern")
    (folder / "index.ipynb").unlink()
    none = write_zip(folder, tmp_path / "none.zip", "lantern")
    edit(folder / "world.yaml", "kind: unit", "kind: unitt")
    for words, why in (
        (["--casebook", "no-such"], "is no casebook"),
        (["--casebook", str(index)], "give it another name"),
        (["--casebook", str(none)], "holds no notebook"),
        (["--casebook", str(folder)], "has 2 faults; customer-casebook check"),
        (["--casebook", str(own), "--live"], "--live is for the course"),
        (["--title", "x"], "add --casebook"),
    ):
        assert main(["site", str(out), *words]) == FAULTY
        said = capsys.readouterr()
        assert why in said.err
        assert (said.err.count("\n"), said.out) == (1, "")
    assert not out.exists()


def page_of(own: Path, folder: Path, code: str, *outputs: nbformat.NotebookNode) -> str:
    """The page of a notebook with one cell, which plays a casebook of one's own."""
    file = folder / "play.ipynb"
    cells = [nbformat.v4.new_code_cell(code, outputs=[*outputs])]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), file)
    return site({file.name: file}, book=open_casebook(own).book)["play.html"]


def test_a_case_that_is_not_there_is_named(own: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"play.ipynb: there is no case 'no-such'"):
        page_of(own, tmp_path, 'book.study("no-such")')


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff",
        b"{}",
        b"[]",
        b'{"cells": 5}',
        b'{"cells": [{"cell_type": "code"}]}',
        pytest.param(
            rb'{"cells": [{"cell_type": "markdown", "source": "\ud800"}]}', id="half a character"
        ),
        pytest.param(b"[" * 10**5, id="deep"),
    ],
)
def test_a_notebook_that_cannot_be_read_is_named(own: Path, tmp_path: Path, content: bytes) -> None:
    book, _, _ = open_casebook(own)
    file = tmp_path / "play.ipynb"
    file.write_bytes(content)
    with pytest.raises(InputError, match=r"play.ipynb: cannot be a page; open it in JupyterLab"):
        site({file.name: file}, book=book)


def test_an_older_notebook_and_one_with_raw_cells_are_pages(own: Path, tmp_path: Path) -> None:
    book, _, origin = open_casebook(own)
    notebook = json.loads((origin.folder / "play.ipynb").read_bytes())
    for cell in notebook["cells"]:
        cell.pop("id", None)  # which only newer ones have
    notebook["cells"].append({"cell_type": "raw", "metadata": {}, "source": 'book.study("x")'})
    file = tmp_path / "play.ipynb"
    file.write_text(json.dumps(notebook), "utf-8")
    assert site({file.name: file}, book=book)["play.html"].count("<casebook-card>") == 4


def test_what_a_shared_notebook_was_saved_with_leads_nowhere(own: Path, tmp_path: Path) -> None:
    data = {"text/html": '<img src="https://example.org/">', "text/plain": "Customer: <internal>"}
    output = nbformat.v4.new_output("display_data", data)
    page = page_of(own, tmp_path, "decide(facts)", output)
    assert "<pre>Customer: &lt;internal&gt;</pre>" in page
    assert "example.org" not in page


def test_a_call_that_no_activity_takes_is_named(own: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"play.ipynb: cannot be a page"):
        page_of(own, tmp_path, 'book.study("puppet-seats", wrong=1)')
