"""The site as files: every lesson is a page that is whole, small, and true of where it is read."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from customer_casebook import start
from customer_casebook.__main__ import FAULTY, FINE, main
from customer_casebook.course.bank import item_of
from customer_casebook.course.casebook import course
from customer_casebook.course.items import Item
from customer_casebook.site import pages
from customer_casebook.site.pages import INDEX, WORKER, betrayals, site

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


@pytest.mark.parametrize("name", PAGES.keys() - {LIVE_ONLY})
def test_a_page_does_not_speak_of_jupyter(name: str) -> None:
    assert not OF_JUPYTER.findall(PAGES[name].words)


@pytest.mark.parametrize("words", pages._INSTEAD)
def test_what_is_said_in_another_way_stands_in_a_lesson(words: str) -> None:
    told = " ".join(text for path in LESSONS.values() for _, text in sources(path))
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


def test_the_command_overwrites_no_other_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / INDEX).write_text("mine")
    assert main(["site", str(tmp_path)]) == FAULTY
    assert "holds other files; name a new folder" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == [INDEX]
    assert main(["site", str(tmp_path / INDEX)]) == FAULTY
    assert str(tmp_path / INDEX) in capsys.readouterr().err
