"""A learner's folder: it gets the lessons, and loses nothing of what the learner did there."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import nbformat
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from customer_casebook import start, study
from customer_casebook.__main__ import FAULTY, FINE, main
from customer_casebook.authoring.folder import read_casebook
from customer_casebook.course.journal import DATA_FOLDER_VARIABLE, Attempt, journal
from customer_casebook.domain.rules import LENSES
from tests.new_casebook import edit, new_casebook
from tests.own_casebook import write_package, write_zip

LESSON = "01_who_is_the_customer.ipynb"
YOURS = "01_who_is_the_customer (your copy).ipynb"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder that has the lessons, under a path with blanks."""
    folder = tmp_path / "my lessons" / "here"
    assert start.bring(folder) == []
    return folder


@pytest.fixture
def own_journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv(DATA_FOLDER_VARIABLE, str(tmp_path / "journal"))
    journal.cache_clear()
    yield journal()
    journal.cache_clear()


def rewrite(path: Path, **changes: Any) -> None:
    """Change the first code cell of a notebook."""
    notebook = nbformat.read(path, as_version=4)
    cell = next(cell for cell in notebook.cells if cell.cell_type == "code")
    cell.update(changes)
    nbformat.write(notebook, path)


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_new_folder_gets_every_lesson(folder: Path) -> None:
    assert {path.name for path in folder.glob("*.ipynb")} == start.lessons().keys()
    assert "00_start_here.ipynb" in start.lessons()
    assert f"{start.LAST}.ipynb" in start.lessons()


def test_starting_again_changes_nothing(folder: Path) -> None:
    before = files(folder)
    assert start.bring(folder) == []
    assert files(folder) == before


def test_outputs_and_a_place_to_play_are_no_change(folder: Path) -> None:
    rewrite(folder / LESSON, outputs=[nbformat.v4.new_output("stream", text="mine")])
    first = folder / "00_start_here.ipynb"
    notebook = nbformat.read(first, as_version=4)
    [place] = (cell for cell in notebook.cells if "play" in cell.metadata.get("tags", ()))
    place.source = "1 + 1"
    nbformat.write(notebook, first)
    before = files(folder)
    assert start.bring(folder) == []
    assert files(folder) == before


def test_a_changed_lesson_is_kept_beside_the_course_s(folder: Path) -> None:
    rewrite(folder / LESSON, source="my = 'own work'")
    changed, lesson = (folder / LESSON).read_bytes(), start.lessons()[LESSON].read_bytes()
    assert start.bring(folder) == [f"{LESSON} was changed here: your copy is now {YOURS}"]
    assert (folder / YOURS).read_bytes() == changed
    assert (folder / LESSON).read_bytes() == lesson
    rewrite(folder / LESSON, source="other = 'work'")
    [news] = start.bring(folder)
    assert news.endswith("(your copy 2).ipynb")
    assert (folder / YOURS).read_bytes() == changed


def test_what_an_older_version_brought_is_renewed(
    folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    new = tmp_path / LESSON
    new.write_bytes((folder / LESSON).read_bytes())
    rewrite(new, source="new = 'better'")
    rewrite(folder / LESSON, outputs=[nbformat.v4.new_output("stream", text="mine")])
    monkeypatch.setattr(start, "lessons", lambda: {LESSON: new})
    assert start.bring(folder) == []
    assert (folder / LESSON).read_bytes() == new.read_bytes()
    assert not (folder / YOURS).exists()


def test_a_place_to_play_that_nobody_used_is_renewed_too(
    folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    name = "00_start_here.ipynb"
    brought = (folder / name).read_bytes()
    for source in "2 + 2", "3 + 3":
        notebook = nbformat.reads(brought.decode(), as_version=4)
        [place] = (cell for cell in notebook.cells if "play" in cell.metadata.get("tags", ()))
        place.source = source
        new = tmp_path / name
        nbformat.write(notebook, new)
        monkeypatch.setattr(start, "lessons", lambda: {name: tmp_path / name})
        assert start.bring(folder) == []
        assert (folder / name).read_bytes() == new.read_bytes()


def test_a_lesson_that_was_deleted_comes_back(folder: Path) -> None:
    (folder / LESSON).unlink()
    assert start.bring(folder) == [f"{LESSON} was missing and is here again"]
    assert (folder / LESSON).exists()


@given(
    st.binary()
    | st.recursive(st.none() | st.text(), st.lists).map(lambda v: json.dumps(v).encode())
)
@example(b'{"cells": 5}')
@example(b'{"cells": [{}]}')
@example(b'{"cells": [{"metadata": {"tags": 5}, "cell_type": [], "source": "x"}]}')
def test_whatever_lies_there_is_kept(content: bytes) -> None:
    with TemporaryDirectory() as folder:
        lesson = Path(folder, LESSON)
        lesson.write_bytes(content)
        start.bring(Path(folder))
        assert Path(folder, YOURS).read_bytes() == content
        assert lesson.read_bytes() == start.lessons()[LESSON].read_bytes()


@pytest.mark.parametrize("delivered", [b"", b"[]", b"\xff", b'{"a": 1}'])
def test_a_broken_list_of_what_was_brought_costs_nothing(folder: Path, delivered: bytes) -> None:
    (folder / start._DELIVERED).write_bytes(delivered)
    assert start.bring(folder) == []
    assert json.loads((folder / start._DELIVERED).read_bytes()).keys() == start.lessons().keys()


def test_a_folder_that_cannot_be(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").touch()
    assert main(["start", str(tmp_path / "file")]) == FAULTY
    said = capsys.readouterr()
    assert "cannot be put into" in said.err
    assert "name another folder" in said.err
    assert said.err.count("\n") == 1


def answer(own_journal: Any, item: str) -> None:
    told: dict[str, Any] = {"choice": (), "sure": True, "misconception": None, "ms": 1}
    own_journal.record(Attempt(item=item, right=False, **told))


def items_of(lesson: str) -> list[str]:
    """What the studies of a lesson ask, in their order, as they say it themselves."""
    cells = nbformat.read(start.lessons()[f"{lesson}.ipynb"], as_version=4).cells
    calls = [cell.source for cell in cells if cell.source.startswith("study(")]
    cards = [eval(call, {"study": study}) for call in calls]  # noqa: S307  (ours)
    return [item.id for card in cards for item in card.questions]


def test_the_next_lesson_is_the_first_whose_first_case_is_open(own_journal: Any) -> None:
    opened = []
    while (lesson := start.next_lesson()) != start.LAST:
        opened.append(lesson)
        for item in items_of(lesson):
            assert start.next_lesson() == lesson
            answer(own_journal, item)
    every = [name.removesuffix(".ipynb") for name in start.lessons()]
    assert [*opened, start.LAST] == every[
        :-2
    ]  # then come a page to look things up, and an own case


@pytest.mark.parametrize(("flags", "extra"), [([], "lab"), (["--notebook"], "notebook")])
def test_without_jupyter_it_says_what_to_install(
    flags: list[str],
    extra: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(start, "find_spec", lambda _: None)
    assert main(["start", *flags, str(tmp_path / "lessons")]) == FAULTY
    assert f'-m pip install "customer-casebook[{extra}]"' in capsys.readouterr().err
    assert (tmp_path / "lessons" / LESSON).exists()


def test_check_says_what_is_where_and_changes_nothing(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rewrite(folder / LESSON, source="my = 'own work'")
    before = files(folder)
    main(["start", "--check", str(folder)])
    said = capsys.readouterr().out
    assert files(folder) == before
    assert f"{len(start.lessons())} of {len(start.lessons())} lessons in {folder}" in said
    assert f"other than in the course: {LESSON}" in said
    assert "next lesson: " in said


def test_check_finds_an_empty_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["start", "--check", str(tmp_path / "none")]) == FAULTY
    assert (
        f"!!  no lessons in {tmp_path / 'none'} yet; start brings them" in capsys.readouterr().out
    )
    assert not (tmp_path / "none").exists()


def test_check_is_content_where_all_is_well(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["start", "--check", str(folder)]) == FINE, capsys.readouterr().out


@pytest.fixture
def shared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, own_journal: Any
) -> Callable[..., tuple[str, str]]:
    """Starts a casebook, and says what was printed and what is wrong; nothing of Jupyter is run."""
    monkeypatch.setattr("platformdirs.user_cache_path", lambda _: tmp_path / "cache")
    monkeypatch.setattr(Path, "home", lambda: tmp_path / "home")
    opened: list[Path] = []
    monkeypatch.setattr(start, "open_jupyter", lambda lesson, **_: opened.append(lesson))

    def run(*words: object) -> tuple[str, str]:
        out, err = StringIO(), StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            status = main(["start", *map(str, words)])
        assert (status == FINE) == (not err.getvalue())
        assert all(lesson.is_file() for lesson in opened)
        return out.getvalue(), err.getvalue()

    assert own_journal
    return run


def test_a_casebook_from_a_zip_is_put_beside_the_lessons_and_plays_there(
    shared: Any, tmp_path: Path
) -> None:
    file = write_zip(new_casebook(tmp_path), tmp_path / "x.zip", "lantern")
    out, _ = shared(file)
    folder = tmp_path / "home" / "customer-casebook" / "lantern"
    assert out == f"Opening {folder / 'play.ipynb'}\n"
    assert read_casebook(folder).prefix == "lantern:"
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*.*") if path.is_file()}
    cases = {"cases/puppet-seats.yaml", "cases/reading-room-seats.yaml"}
    content = {"play.ipynb", "questions.yaml", "world.yaml", start._DELIVERED}
    assert names == cases | content
    before = {path: path.read_bytes() for path in folder.rglob("*.*")}
    shared(file)
    assert {path: path.read_bytes() for path in folder.rglob("*.*")} == before


def test_of_a_newer_zip_nothing_is_lost_that_the_learner_changed(
    shared: Any, tmp_path: Path
) -> None:
    source, file, folder = (
        new_casebook(tmp_path),
        tmp_path / "x.zip",
        tmp_path / "there" / "lantern",
    )
    shared(write_zip(source, file, "lantern"), tmp_path / "there")
    rewrite(folder / "play.ipynb", source="my = 'own work'")
    edit(folder / "world.yaml", "Two people who run", "Three people who run")
    edit(source / "world.yaml", "Two people who run", "Four people who run")
    rewrite(source / "play.ipynb", source="new = 'better'")
    (source / "cases" / "puppet-seats.yaml").rename(source / "cases" / "dragon-seats.yaml")
    edit(source / "cases" / "dragon-seats.yaml", "id: puppet-seats", "id: dragon-seats")
    edit(source / "questions.yaml", "puppet-seats", "dragon-seats")
    out, _ = shared(write_zip(source, file, "lantern"), tmp_path / "there")
    assert "play.ipynb was changed here: your copy is now play (your copy).ipynb" in out
    copy = "your copies/world (your copy).yaml"
    assert f"world.yaml was changed here: your copy is now {copy}" in out
    assert "Three people" in (folder / copy).read_text("utf-8")
    assert "Four people" in (folder / "world.yaml").read_text("utf-8")
    assert "my = " in (folder / "play (your copy).ipynb").read_text("utf-8")
    assert [*read_casebook(folder).cases] == ["dragon-seats", "reading-room-seats"]


@pytest.mark.parametrize("is_installed", [True, False])
def test_the_folder_of_a_casebook_is_played_where_it_is(
    shared: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, is_installed: bool
) -> None:
    file = write_zip(new_casebook(tmp_path), tmp_path / "x.zip", "lantern")
    shared(file, tmp_path / "there")
    monkeypatch.chdir(tmp_path)
    edit(Path("there", "lantern", "world.yaml"), "Two people who run", "Three people")
    before = {path: path.is_dir() or path.read_bytes() for path in Path("there").rglob("*")}
    installed = {"lantern": tmp_path / "lantern"} if is_installed else {}
    monkeypatch.setattr(start, "installed_casebooks", lambda: installed)
    monkeypatch.chdir("there")
    for words in ["lantern"], ["lantern", "."], [tmp_path / "there" / "lantern"]:
        out, _ = shared(*words)
        assert out == f"Opening {tmp_path / 'there' / 'lantern' / 'play.ipynb'}\n"
    monkeypatch.chdir(tmp_path)
    now = {path: path.is_dir() or path.read_bytes() for path in Path("there").rglob("*")}
    assert now == before


def test_lessons_take_no_file_of_a_casebook_away(tmp_path: Path) -> None:
    source = new_casebook(tmp_path)
    start.bring(tmp_path / "there", {"world.yaml": source / "world.yaml"})
    start.bring(tmp_path / "there")
    assert (tmp_path / "there" / "world.yaml").exists()


def test_a_zip_that_is_not_there_is_no_folder_for_lessons(shared: Any, tmp_path: Path) -> None:
    _, err = shared(tmp_path / "lantern.zip")
    assert err.startswith(f"customer-casebook: there is no zip {tmp_path / 'lantern.zip'}, and no")
    assert not (tmp_path / "lantern.zip").exists()


def test_what_is_said_of_an_odd_name_can_be_typed(shared: Any, tmp_path: Path) -> None:
    source = new_casebook(tmp_path)
    edit(source / "cases" / "puppet-seats.yaml", "service: seat-finder", "service: seat-findr")
    out, _ = shared(write_zip(source, spaced := tmp_path / "x (1).zip", "lantern"))
    assert f'customer-casebook check "{spaced}" says more' in out
    (source / "play.ipynb").unlink()
    (source / "preview.ipynb").unlink()
    file = write_zip(source, tmp_path / "C:\\Users.zip", "lantern")
    _, err = shared(file)
    call = re.search(r"casebook\((.*)\) into one of your own", err)
    assert call
    assert json.loads(call[1]) == str(file)


def test_an_installed_casebook_is_started_by_its_name_and_listed(
    shared: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "site").mkdir()
    folder = write_package(tmp_path / "site", "school")
    monkeypatch.syspath_prepend(tmp_path / "site")
    monkeypatch.chdir(tmp_path)
    assert f"ok  casebook school: {folder}" in [*map(_as_line, start.report(tmp_path))]
    _, err = shared("school")
    assert err == (
        'customer-casebook: school holds no notebook; write casebook("school") into one of your own\n'
    )
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1")])
    nbformat.write(notebook, folder / "soup.ipynb")
    out, _ = shared("school")
    assert "home/customer-casebook/school/soup.ipynb" in out


def _as_line(line: tuple[bool, str]) -> str:
    return f"{'ok' if line[0] else '!!'}  {line[1]}"


def test_what_is_no_casebook_is_no_casebook(shared: Any, tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_bytes(b"nothing")
    for words, why in (
        (["no-such", tmp_path], "there is no zip no-such, and no casebook of this name"),
        ([tmp_path / "x.zip"], "is broken"),
    ):
        _, err = shared(*words)
        assert why in err
        assert err.count("\n") == 1


def test_what_is_faulty_is_left_out_and_said(shared: Any, tmp_path: Path) -> None:
    source = new_casebook(tmp_path)
    edit(source / "cases" / "puppet-seats.yaml", "service: seat-finder", "service: seat-findr")
    out, _ = shared(write_zip(source, tmp_path / "x.zip", "lantern"))
    assert f"{tmp_path / 'x.zip'} has 1 fault; customer-casebook check" in out


def test_the_next_lesson_of_a_casebook_is_the_first_whose_first_case_is_open(
    shared: Any, tmp_path: Path, own_journal: Any
) -> None:
    source = new_casebook(tmp_path)
    notebook = (source / "play.ipynb").read_text("utf-8")
    (source / "last.ipynb").write_text(
        notebook.replace("reading-room-seats", "puppet-seats"), "utf-8"
    )
    (source / "play.ipynb").rename(source / "first.ipynb")
    file = write_zip(source, tmp_path / "x.zip", "lantern")
    assert shared(file)[0].endswith("first.ipynb\n")
    book = read_casebook(source)
    for item in study("reading-room-seats", ["customer", "role", "agreement"], book=book).questions:
        assert shared(file)[0].endswith("first.ipynb\n")
        answer(own_journal, item.id)
    assert shared(file)[0].endswith("last.ipynb\n")


def test_a_lesson_that_was_left_in_the_middle_comes_before_one_that_was_skipped(
    own_journal: Any,
) -> None:
    first, *rest = items_of("03_internal_customers")
    answer(own_journal, first)
    assert start.next_lesson() == "03_internal_customers"
    answer(own_journal, items_of("05_external_customers")[0])
    assert start.next_lesson() == "05_external_customers"
    for item in rest:
        answer(own_journal, item)
    assert start.next_lesson() == "00_start_here"


@pytest.mark.parametrize(
    ("code", "asked"),
    [
        ('study("a", ["customer", "role"])', ["a/customer", "a/role"]),
        ("study('a', 'customer')", ["a/customer"]),
        ('book.study("a", ("customer",), book=book)', ["a/customer"]),
        ('study(\n    "a",\n    lenses=["role"],\n)', ["a/role"]),
        ('study("a", book=book)', [f"a/{lens}" for lens in LENSES]),
    ],
)
def test_a_study_may_name_its_lenses_in_every_way_that_it_takes(
    code: str, asked: list[str], tmp_path: Path, own_journal: Any
) -> None:
    for name, source in (("last", code), ("other", 'study("b")')):
        cells = [nbformat.v4.new_code_cell(source)]
        nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / f"{name}.ipynb")
    books = {path.name: path for path in sorted(tmp_path.glob("*.ipynb"))}
    for item in asked:
        assert start.next_lesson(books) == "last"
        answer(own_journal, item)
    assert start.next_lesson(books) == "other"
