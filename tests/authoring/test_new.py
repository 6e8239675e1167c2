"""`customer-casebook new` writes a casebook that plays at once, and that editors know."""

from __future__ import annotations

import json
import re
from itertools import chain
from pathlib import Path

import nbformat
import pytest
import yaml
from jsonschema import Draft202012Validator
from tools.notebooks import run

from customer_casebook.__main__ import FAULTY, FINE, main
from customer_casebook.authoring import reader
from customer_casebook.authoring.folder import read_casebook, read_folder
from customer_casebook.authoring.schema import KINDS
from customer_casebook.course.bank import item_of
from customer_casebook.course.casebook import course
from customer_casebook.course.items import Item
from tests.new_casebook import edit

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def folder(tmp_path: Path, capsys: Captured) -> Path:
    folder = tmp_path / "lantern light"
    assert main(["new", str(folder)]) == FINE
    capsys.readouterr()
    return folder


def test_it_says_in_four_lines_what_to_do_next(tmp_path: Path, capsys: Captured) -> None:
    folder = tmp_path / "lantern"
    assert main(["new", str(folder)]) == FINE
    out, err = capsys.readouterr()
    assert err == ""
    see, write, play, check = out.splitlines()
    assert see.endswith(f"customer-casebook preview {folder}")
    assert str(folder / "cases") in write
    assert str(folder / "play.ipynb") in play
    assert check.endswith(f"customer-casebook check --watch {folder}")


def test_a_name_with_a_space_is_one_word_of_the_commands(tmp_path: Path, capsys: Captured) -> None:
    folder = tmp_path / "lantern light"
    assert main(["new", str(folder)]) == FINE
    assert f'preview "{folder}"\n' in capsys.readouterr().out


def test_nothing_is_wrong_with_it_and_it_takes_no_name_of_the_course(
    folder: Path, capsys: Captured
) -> None:
    assert main(["check", str(folder)]) == FINE
    assert capsys.readouterr().out == "4 files are fine\n"
    reading = read_folder(folder)
    assert (reading.faults, reading.notes) == ([], [])
    assert not {*read_casebook(folder).cases} & {*course().cases}


def test_it_has_two_organizations_and_a_question_of_each_kind(folder: Path) -> None:
    book = read_casebook(folder)
    world = yaml.safe_load((folder / "world.yaml").read_text("utf-8"))
    roots = {book.world.root(party["id"]).id for party in world["parties"]}
    assert roots == {"lantern-library", "pomfrey-puppets"}
    assert {question.kind for question in book.questions.values()} == {*KINDS}
    for name in book.questions:
        item = item_of(book, book.prefix + name)
        assert isinstance(item, Item)
        assert item.right < {*item.options}


def test_a_comment_explains_each_key_of_a_case(folder: Path) -> None:
    text = (folder / "cases" / "reading-room-seats.yaml").read_text("utf-8")
    lines = text.splitlines()
    for key in ("id", "provider", "objectives", "story", "evidence", "open"):
        [place] = [n for n, line in enumerate(lines) if line.startswith(f"{key}:")]
        assert "#" in lines[place] or lines[place - 1].startswith("# "), key


def test_every_file_names_a_schema_that_lies_beside_it_and_admits_it(folder: Path) -> None:
    files = [*folder.rglob("*.yaml")]
    assert len(files) == 4
    for path in files:
        text = path.read_text("utf-8")
        line = re.match(r"# yaml-language-server: \$schema=(\S+)\n", text)
        assert line, path.name
        schema = json.loads((path.parent / line[1]).read_text("utf-8"))
        Draft202012Validator(schema).validate(yaml.safe_load(text))


def test_its_notebook_plays_all_of_it(folder: Path) -> None:
    played = run(folder / "play.ipynb")
    outputs = [*chain.from_iterable(cell.get("outputs", ()) for cell in played.cells)]
    assert {output.output_type for output in outputs} == {"execute_result"}
    assert len(outputs) == 5
    text = "".join(output.data["text/plain"] for output in outputs)
    for name in read_casebook(folder).cases.values():
        assert name.title in text


def test_its_notebook_speaks_to_learners(folder: Path) -> None:
    cells = nbformat.read(folder / "play.ipynb", as_version=4).cells
    prose = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    for word in ("your own", "file", "yaml", "lens", "every question"):
        assert word not in prose.lower()


def test_a_case_that_no_notebook_plays_is_said(folder: Path, capsys: Captured) -> None:
    path = folder / "cases" / "reading-room-seats.yaml"
    text = path.read_text("utf-8").replace("id: reading-room-seats ", "id: atlas ")
    path.with_stem("atlas").write_text(text, "utf-8")
    assert main(["check", str(folder)]) == FINE
    [advice, fine] = capsys.readouterr().out.splitlines()
    assert advice.startswith(f"{path.with_stem('atlas')}:")
    assert advice.endswith(
        'in no notebook, so no learner meets it; write book.study("atlas") in a cell of one'
    )
    assert fine == "5 files are fine"
    play = folder / "play.ipynb"
    edit(play, 'book.compare(\\"reading-room-seats\\"', "book.compare('atlas~door-plan.1'")
    assert read_folder(folder).notes == []
    play.write_text("{", "utf-8")  # one that plays no case by its name asks them in other ways
    assert read_folder(folder).notes == []


def test_a_case_that_a_practice_may_ask_about_is_played(folder: Path) -> None:
    path = folder / "cases" / "reading-room-seats.yaml"
    text = path.read_text("utf-8").replace("id: reading-room-seats ", "id: atlas ")
    path.with_stem("atlas").write_text(text, "utf-8")
    edit(folder / "questions.yaml", "[reading-room-seats, puppet-seats]", "[atlas, puppet-seats]")
    assert read_folder(folder).notes == []
    edit(folder / "play.ipynb", "book.practice(n=8, seed=1)", "book")
    [advice] = read_folder(folder).notes
    assert "no learner meets it" in str(advice)
    (folder / "play.ipynb").write_text("book.practice(n=8)", "utf-8")  # it may ask others in a loop
    assert read_folder(folder).notes == []


def test_its_notebooks_are_saved_without_outputs(folder: Path) -> None:
    for path in folder.glob("*.ipynb"):
        notebook = nbformat.read(path, as_version=4)
        nbformat.validate(notebook)
        assert not any(cell.get("outputs") for cell in notebook.cells)


@pytest.mark.parametrize("what", ["file", ".hidden", "folder"])
def test_a_folder_that_holds_something_is_left_alone(
    tmp_path: Path, capsys: Captured, what: str
) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / what).mkdir() if what == "folder" else (mine / what).write_text("mine", "utf-8")
    assert main(["new", str(mine)]) == FAULTY
    assert capsys.readouterr().err == f"{mine}: holds other files; name a new folder\n"
    assert [path.name for path in mine.iterdir()] == [what]


def test_where_nothing_can_be_written_it_says_why(tmp_path: Path, capsys: Captured) -> None:
    (tmp_path / "file").write_text("mine", "utf-8")
    for name, why in (("file", "File exists"), ("file/inside", "Not a directory")):
        assert main(["new", str(tmp_path / name)]) == FAULTY
        assert capsys.readouterr().err.endswith(f": {why}\n")
    assert main(["new", str(tmp_path / "Дела")]) == FAULTY
    assert "has no name for its answers" in capsys.readouterr().err
    assert not (tmp_path / "Дела").exists()


def test_a_folder_reads_each_of_its_files_once(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder of 1,000 cases is checked in a part of the time that its files take one by one."""
    case = (folder / "cases" / "puppet-seats.yaml").read_text("utf-8")
    for number in range(40):
        path = folder / "cases" / f"seats-{number}.yaml"
        path.write_text(case.replace("id: puppet-seats", f"id: seats-{number}"), "utf-8")
    files: list[Path] = []

    def read(source: Path) -> reader.Document:
        files.append(source)
        return read_as_ever(source)

    read_as_ever = reader.read
    read_folder(folder)  # from now on the course's lists are known
    monkeypatch.setattr(reader, "read", read)
    assert read_folder(folder).faults == []
    assert sorted(files) == sorted(folder.rglob("*.yaml"))
