"""Python by itself: imports, memory, strict nbval, and verdicts."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from statistics import median
from time import perf_counter

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from customer_casebook import Facts, decide
from customer_casebook.facts import VOCABULARY
from tests.bench.result import Result, in_turn, notebook_of
from tests.test_notebooks import ROOT, nbval, read

LESSON = ROOT / "notebooks" / "07_marketing_and_the_client_firm.ipynb"

_IMPORT = """\
import sys, time
start = time.perf_counter()
import ipywidgets
between = time.perf_counter()
import customer_casebook
from customer_casebook import case, compare, decide, study, what_if
end = time.perf_counter()
print(1000 * (end - between), 1000 * (between - start), "matplotlib.pyplot" in sys.modules)"""
_MEMORY = "import psutil\nprint(psutil.Process().memory_info().rss / 2**20)"
_FLIP = """\
from customer_casebook.view.what_if import WhatIf
for each in [*Out.values()]:
    if isinstance(each, WhatIf):
        each.switches["charge"].value = "none\""""


def imports() -> list[Result]:
    """What a lesson's first cell takes, in processes of their own."""

    def fresh() -> list[str]:
        command = [sys.executable, "-c", _IMPORT]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()

    (told,) = in_turn(15, 2, fresh)
    ours, widgets = (median(float(each[column]) for each in told) for column in (0, 1))
    pyplot = sum(each[2] == "True" for each in told)
    return [
        Result("import customer_casebook after ipywidgets", ours, "ms", None, 60),
        Result("the same, against the import of ipywidgets", ours, "ms", widgets),
        Result("pyplot imported by it", pyplot, "times", None, 0),
    ]


def memory(folder: Path) -> list[Result]:
    """A kernel after the lesson against one with ipywidgets and pyplot imported."""

    def after(notebook: NotebookNode) -> float:
        client = NotebookClient(notebook, kernel_name="python3", timeout=120)
        client.execute(cwd=str(folder), stderr=subprocess.DEVNULL)
        return float(notebook.cells[-1].outputs[0].text)

    def bare() -> float:
        return after(notebook_of("import ipywidgets\nimport matplotlib.pyplot", _MEMORY))

    def lesson() -> float:
        notebook = read(LESSON)
        notebook.cells += [new_code_cell(_FLIP), new_code_cell(_MEMORY)]
        return after(notebook)

    ours, theirs = in_turn(3, 0, lesson, bare)
    return [Result("kernel after the whole lesson", median(ours), "MiB", median(theirs), 1.15)]


def strictness(folder: Path) -> list[Result]:
    """Strict nbval of the course against that of a notebook that does nothing."""
    course = shutil.copytree(ROOT / "notebooks", folder / "course")
    (empty := folder / "empty").mkdir()
    nbformat.write(notebook_of("pass"), empty / "empty.ipynb")

    def judged(notebooks: Path) -> float:
        start = perf_counter()
        with redirect_stdout(StringIO()) as said:
            passed = nbval(notebooks)
        time = perf_counter() - start
        assert all(all(cells) for cells in passed.values()), said.getvalue()
        return time

    ours, theirs = in_turn(3, 0, lambda: judged(course), lambda: judged(empty))
    return [Result("strict nbval of the course", median(ours), "s", median(theirs))]


def decisions() -> list[Result]:
    """Verdicts where every fact is known, and where none is."""
    known = Facts(**{name: next(iter(fact.says)) for name, fact in VOCABULARY.items()})

    def microseconds(decision: Callable[[], object]) -> float:
        def one() -> float:
            start = perf_counter()
            decision()
            return 1e6 * (perf_counter() - start)

        (times,) = in_turn(500, 20, one)
        return float(median(times))

    return [
        Result(
            "decide, all lenses, known facts", microseconds(lambda: decide(known)), "us", None, 200
        ),
        Result(
            "decide, one lens, known facts", microseconds(lambda: decide(known, "customer")), "us"
        ),
        Result("decide, all lenses, nothing known", microseconds(lambda: decide(Facts())), "us"),
    ]
