"""The notebooks are executable documentation: run, saved in one form, and compared strictly."""

from __future__ import annotations

import ast
import asyncio
import copy
import json
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import nbformat
import pytest
from ipywidgets import HTML, Button, IntSlider, Output, VBox, Widget
from jupyter_server.services.contents.filemanager import AsyncFileContentsManager
from nbformat import NotebookNode
from nbformat.sign import MemorySignatureStore, NotebookNotary
from nbformat.v4 import new_code_cell, new_notebook, new_output
from tools import lessons, notebooks
from tools.notebooks import normalise

from customer_casebook import jupyter
from customer_casebook.jupyter import SAVED_VIEW, WIDGET_STATE, WIDGET_VIEW, drop_widgets
from tests.samples import lesson

ROOT = Path(__file__).parents[1]
COURSE = sorted((ROOT / "notebooks").glob("*.ipynb"))
LESSONS = COURSE[
    :-3
]  # after them: practice, which asks by choice, a page to look things up, an own case
ACTIVITIES = {
    "compare",
    "exam",
    "expectation_gap",
    "find_evidence",
    "going_direct",
    "ledger",
    "my_case",
    "own_the_relationship",
    "practice",
    "prepare_for",
    "preview",
    "progress",
    "review",
    "service_levels",
    "sort_parties",
    "study",
    "term",
    "twins",
    "what_if",
}
MAX_WORDS_BEFORE_A_QUESTION = 150
each_notebook = pytest.mark.parametrize("path", COURSE, ids=lambda path: path.stem)


def read(path: Path) -> NotebookNode:
    notebook: NotebookNode = nbformat.read(path, as_version=4)
    return notebook


def faults(notebook: NotebookNode) -> Iterator[str]:
    """What nbval does not see: a cell whose saved output is missing, or no use to a reader."""
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        last = (ast.parse(cell.source).body or [None])[-1]
        shows = isinstance(last, ast.Expr)
        if cell.execution_count is None:
            yield f"{cell.id}: has not been run"
        if shows and not cell.outputs:
            yield f"{cell.id}: its output is not saved"
        if any(WIDGET_VIEW in output.get("data", {}) for output in cell.outputs):
            yield f"{cell.id}: a widget is saved that will be dead on reopening"
        if shows and _calls_an_activity(last):
            data = cell.outputs[-1].get("data", {}) if cell.outputs else {}
            if not data.keys() >= {"text/plain", "text/html"}:
                yield f"{cell.id}: the activity has no transcript"


def _calls_an_activity(node: ast.AST) -> bool:
    return any(
        isinstance(call, ast.Call) and ast.unparse(call.func).split(".")[-1] in ACTIVITIES
        for call in ast.walk(node)
    )


def nbval(folder: Path) -> dict[str, list[bool]]:
    """Strict nbval on a folder's notebooks, one after the other: which code cells passed."""
    report = folder / "report.xml"
    command = [sys.executable, "-m", "pytest", "--nbval", "--nbval-current-env"]
    command += [f"--nbval-sanitize-with={ROOT / 'tests' / 'nbval_sanitize.cfg'}"]
    command += [f"--config-file={ROOT / 'pyproject.toml'}", f"--rootdir={folder}"]
    command += ["-p", "no:cacheprovider", f"--junit-xml={report}", str(folder)]
    journal = os.environ | {"CUSTOMER_CASEBOOK_DATA": str(folder / "journal")}
    run = subprocess.run(command, env=journal, capture_output=True, text=True, check=False)
    assert run.returncode in {0, 1}, run.stdout + run.stderr
    print(run.stdout)  # noqa: T201  (pytest shows it where a test fails)
    results: dict[str, list[bool]] = {}
    for case in ET.parse(report).iter("testcase"):  # noqa: S314  (pytest wrote it)
        name = case.attrib["classname"].removesuffix(".ipynb")
        results.setdefault(name, []).append(len(case) == 0)
    return results


def tampered(notebook: NotebookNode, *kinds: str) -> NotebookNode:
    """A copy in which every saved output of these kinds says something else."""
    notebook = copy.deepcopy(notebook)
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            if "text" in output and output.name in kinds:
                output.text += "?"
            for kind in output.get("data", {}).keys() & {*kinds}:
                output.data[kind] += "?"
    return notebook


def stripped(notebook: NotebookNode) -> NotebookNode:
    """A copy without outputs and execution counts, as some tools save notebooks."""
    notebook = copy.deepcopy(notebook)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.update(execution_count=None, outputs=[])
    return notebook


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> NotebookNode:
    """The sample lesson, as `make notebooks` saves it."""
    path = tmp_path_factory.mktemp("sample") / "lesson.ipynb"
    nbformat.write(lesson(), path)
    assert notebooks.main([str(path)]) == 0
    return read(path)


@pytest.fixture(scope="module")
def judged(ran: NotebookNode, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[bool]]:
    """What nbval says of the sample lesson and of copies of it, in one go."""
    copies = {
        "intact": ran,
        "stripped": stripped(ran),
        "stdout": tampered(ran, "stdout"),
        "plain": tampered(ran, "text/plain"),
        "html": tampered(ran, "text/html"),
        "svg": tampered(ran, "image/svg+xml"),
    }
    folder = tmp_path_factory.mktemp("nbval")
    for name, notebook in copies.items():
        nbformat.write(notebook, folder / f"{name}.ipynb")
    return nbval(folder)


def test_the_course_has_notebooks() -> None:
    assert COURSE


def test_the_page_that_runs_the_course_by_itself_knows_it_as_it_is() -> None:
    known = lessons.LESSONS.read_text("utf-8")
    assert known == lessons.course(), "run `python -m tools.lessons`"
    assert [each["name"] for each in json.loads(known)] == [path.name for path in COURSE]
    timed = [each["name"] for each in json.loads(known) if each["minutes"]]
    assert timed == [path.name for path in LESSONS[1:]]


@each_notebook
def test_every_code_cell_is_locked_but_a_marked_one_to_play_with(path: Path) -> None:
    for cell in read(path).cells:
        plays = "play" in cell.metadata.get("tags", ())
        assert cell.metadata.deletable is False
        assert cell.metadata.get("editable", True) is plays, cell.source


def test_there_is_a_place_to_play() -> None:
    [cell] = (cell for cell in read(COURSE[0]).cells if "play" in cell.metadata.get("tags", ()))
    assert cell.source.startswith("decide(")


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_the_first_question_comes_soon(path: Path) -> None:
    cells = read(path).cells
    first = next(at for at, cell in enumerate(cells) if _shows_an_activity(cell))
    prose = " ".join(cell.source for cell in cells[:first] if cell.cell_type == "markdown")
    assert len(re.findall(r"[\w']+", prose)) <= MAX_WORDS_BEFORE_A_QUESTION


def _shows_an_activity(cell: NotebookNode) -> bool:
    return cell.cell_type == "code" and _calls_an_activity(ast.parse(cell.source))


@each_notebook
def test_no_lesson_loops_or_prints(path: Path) -> None:
    code = [ast.parse(cell.source) for cell in read(path).cells if cell.cell_type == "code"]
    names = {
        ast.unparse(node.func)
        for tree in code
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
    }
    assert "print" not in names
    assert not [node for tree in code for node in ast.walk(tree) if isinstance(node, ast.For)]


@each_notebook
def test_every_cell_of_the_course_was_run_and_shows_its_output(path: Path) -> None:
    assert list(faults(read(path))) == []


@each_notebook
def test_the_course_is_saved_in_the_one_form(path: Path) -> None:
    notebook = read(path)
    assert normalise(notebook) == notebook


def test_running_the_course_again_changes_no_file(tmp_path: Path) -> None:
    for path in COURSE:
        (tmp_path / path.name).write_bytes(path.read_bytes())
    assert notebooks.main([str(tmp_path / path.name) for path in COURSE]) == 0
    for path in COURSE:
        assert (tmp_path / path.name).read_text("utf-8") == path.read_text("utf-8"), (
            f"{path.name} is not what it shows: run `make notebooks`"
        )


def test_strict_nbval_passes_on_the_course_and_fails_on_any_changed_output(tmp_path: Path) -> None:
    changed = COURSE[::3]  # of each kind of output it is shown below
    for path in COURSE:
        nbformat.write(read(path), tmp_path / path.name)
    for path in changed:
        notebook = tampered(read(path), "stdout", "text/plain", "text/html", "image/svg+xml")
        nbformat.write(notebook, tmp_path / f"changed_{path.name}")
    results = nbval(tmp_path)
    for path in COURSE:
        code = [cell for cell in read(path).cells if cell.cell_type == "code"]
        assert results[path.stem] == [True for _ in code]
        if path in changed:
            assert results[f"changed_{path.stem}"] == [not cell.outputs for cell in code]


def test_nbval_accepts_an_activity_saved_without_its_widget(judged: dict[str, list[bool]]) -> None:
    assert judged["intact"] == [True, True, True]


@pytest.mark.parametrize(
    ("changed", "passes"),
    [
        ("stdout", [True, True, False]),
        ("plain", [True, False, False]),
        ("html", [True, False, True]),
        ("svg", [True, False, True]),
    ],
)
def test_nbval_sees_each_kind_of_changed_output(
    judged: dict[str, list[bool]], changed: str, passes: list[bool]
) -> None:
    assert judged[changed] == passes


def test_a_stripped_notebook_passes_nbval_but_not_our_own_check(
    judged: dict[str, list[bool]], ran: NotebookNode
) -> None:
    assert all(judged["stripped"])
    assert list(faults(ran)) == []
    assert list(faults(stripped(ran))) == [
        "define: has not been run",
        "activity: has not been run",
        "activity: its output is not saved",
        "activity: the activity has no transcript",
        "values: has not been run",
        "values: its output is not saved",
    ]


def test_an_activity_saved_as_a_bare_widget_is_a_fault() -> None:
    output = new_output("execute_result", {WIDGET_VIEW: {}, "text/plain": "VBox(...)"})
    cell = new_code_cell("study(1)", id="bare", execution_count=1, outputs=[output])
    assert list(faults(NotebookNode(cells=[cell]))) == [
        "bare: a widget is saved that will be dead on reopening",
        "bare: the activity has no transcript",
    ]


def test_a_widget_is_dropped_only_where_a_transcript_stands_beside_it() -> None:
    outputs: list[dict[str, Any]] = [
        {"data": {WIDGET_VIEW: {"model_id": "ours"}, "text/html": "<p>"}},
        {"data": {WIDGET_VIEW: {}, "text/plain": "Button()"}, "metadata": {}},
        {"name": "stdout", "text": "no data"},
        {"data": {"text/html": "<p>"}, "metadata": {SAVED_VIEW: {"model_id": "saved before"}}},
    ]
    notebook = {"metadata": {"widgets": {}}, "cells": [{"outputs": outputs}, {"source": "text"}]}
    drop_widgets(notebook)
    assert [[*output.get("data", {})] for output in outputs] == [
        ["text/html"],
        [WIDGET_VIEW, "text/plain"],
        [],
        ["text/html"],
    ]
    assert [output.get("metadata") for output in outputs] == [
        {SAVED_VIEW: {"model_id": "ours"}},
        {},
        None,
        {SAVED_VIEW: {"model_id": "saved before"}},
    ]
    assert notebook["metadata"] == {}


def test_a_server_saves_tidily_and_does_what_its_owner_has_set_besides(tmp_path: Path) -> None:
    heard: list[str] = []

    def own_hook(path: str, **_: object) -> None:
        heard.append(path)

    # Signatures in a file would stay open after the test, and lie in the home of whoever runs it.
    in_memory = {"store_factory": MemorySignatureStore, "data_dir": str(tmp_path / "home")}
    manager: Any = AsyncFileContentsManager(root_dir=str(tmp_path))
    manager.notary = NotebookNotary(**in_memory)
    manager.pre_save_hook = own_hook
    for point in jupyter._jupyter_server_extension_points():
        server = import_module(point["module"])
        server._load_jupyter_server_extension(NotebookNode(contents_manager=manager))
    data = {WIDGET_VIEW: {"model_id": "ours"}, "text/html": "<p>"}
    cell = new_code_cell("1", id="cell", outputs=[new_output("display_data", data)])
    model = {"type": "notebook", "content": new_notebook(cells=[cell])}
    asyncio.run(manager.save(model, "lesson.ipynb"))
    assert heard == ["lesson.ipynb"]
    notebook = read(tmp_path / "lesson.ipynb")
    nbformat.validate(notebook)
    [output] = notebook.cells[0].outputs
    assert output.data == {"text/html": "<p>"}
    assert output.metadata == {SAVED_VIEW: {"model_id": "ours"}}


def test_the_state_that_a_view_of_somebody_else_needs_stays() -> None:
    """A real tree: a box with a slider, and an Output that shows a button."""
    slider, button, ours = IntSlider(), Button(), HTML()
    shown = [{"output_type": "display_data", "metadata": {}, "data": button._repr_mimebundle_()}]
    box = VBox([slider, Output(outputs=shown)])
    state = Widget.get_manager_state(widgets=None)
    views = [
        {"data": {WIDGET_VIEW: {"model_id": box.model_id}}},
        {"data": {WIDGET_VIEW: {"model_id": ours.model_id}, "text/html": "<p>"}},
        {"data": {WIDGET_VIEW: {"model_id": "gone"}}},
    ]
    metadata: dict[str, Any] = {"widgets": {WIDGET_STATE: state}}
    notebook = {"metadata": metadata, "cells": [{"outputs": views}]}
    drop_widgets(notebook)
    kept = metadata["widgets"][WIDGET_STATE]
    assert {**kept, "state": state["state"]} == state
    names = {slider.model_id, slider.layout.model_id, slider.style.model_id, button.model_id}
    assert kept["state"].keys() >= {box.model_id, box.layout.model_id, *names}
    assert kept["state"].items() < state["state"].items()
    assert not kept["state"].keys() & {ours.model_id, ours.layout.model_id, ours.style.model_id}
    drop_widgets(notebook)
    assert metadata["widgets"] == {WIDGET_STATE: kept}


def test_normalising_drops_what_differs_between_machines_and_keeps_the_rest() -> None:
    messy = lesson()
    messy.metadata = NotebookNode(language_info={"name": "python", "version": "3.11.0"}, widgets={})
    messy.cells[1].metadata = NotebookNode(execution={"iopub.execute_input": "now"}, tags=["kept"])
    view = {WIDGET_VIEW: {"model_id": "ours"}, "text/html": "<p>"}
    messy.cells[1].outputs = [new_output("display_data", view, metadata={"kept": {}})]
    tidy = normalise(messy)
    assert tidy.metadata == lesson().metadata
    assert tidy.cells[1].metadata == {"tags": ["kept"]}
    assert tidy.cells[1].outputs[0].data == {"text/html": "<p>"}
    assert tidy.cells[1].outputs[0].metadata == {"kept": {}}
    assert [cell.id for cell in tidy.cells] == [cell.id for cell in messy.cells]
    assert normalise(tidy) == tidy


def test_running_again_gives_the_same_bytes(ran: NotebookNode, tmp_path: Path) -> None:
    path = tmp_path / "lesson.ipynb"
    nbformat.write(ran, path)
    before = path.read_bytes()
    assert notebooks.main([str(path)]) == 0
    assert path.read_bytes() == before


def test_a_failing_cell_stops_the_run_with_its_error_and_leaves_the_file_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = lesson()
    broken.cells.append(new_code_cell("1 / 0", id="broken"))
    path, later = tmp_path / "broken.ipynb", tmp_path / "later.ipynb"
    for each in (path, later):
        nbformat.write(broken, each)
    before = path.read_bytes()
    assert notebooks.main([str(path), str(later)]) == 1
    said = capsys.readouterr().err
    assert f"{path}: a cell stopped" in said
    assert "1 / 0" in said
    assert "ZeroDivisionError" in said
    assert str(later) not in said
    assert path.read_bytes() == before
