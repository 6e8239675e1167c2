"""Python by itself: imports, memory, strict nbval, verdicts, and the journal."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from statistics import median
from time import perf_counter
from types import SimpleNamespace
from unittest.mock import patch
from uuid import uuid4

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from customer_casebook import Facts, decide
from customer_casebook.course.casebook import bank, cases
from customer_casebook.course.journal import (
    Attempt,
    Journal,
    event_as_row,
    fingerprint,
)
from customer_casebook.course.progress import asked, summary
from customer_casebook.domain.facts import VOCABULARY
from customer_casebook.domain.rules import LENSES
from customer_casebook.widgets import card, progress
from customer_casebook.widgets.practice import practice
from tests.bench.quizzes import CARD, JUPYTERQUIZ, STOCK
from tests.bench.result import Result, in_turn, notebook_of
from tests.test_notebooks import ROOT, nbval
from tests.test_notebooks import read as read_notebook

LESSON = ROOT / "notebooks" / "07_marketing_and_the_client_firm.ipynb"

_IMPORT = """\
import sys, time
start = time.perf_counter()
import ipywidgets
between = time.perf_counter()
import customer_casebook
from customer_casebook import case
from customer_casebook import compare
from customer_casebook import decide
from customer_casebook import study
from customer_casebook import what_if
end = time.perf_counter()
print(1000 * (end - between), 1000 * (between - start), "matplotlib.pyplot" in sys.modules)"""
_MEMORY = "import psutil\nprint(psutil.Process().memory_info().rss / 2**20)"
_FLIP = """\
from customer_casebook.widgets.what_if import WhatIf
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
    """A kernel after the lesson against one with ipywidgets and pyplot; after one card, against other quizzes."""

    def after(notebook: NotebookNode) -> float:
        client = NotebookClient(notebook, kernel_name="python3", timeout=120)
        client.execute(cwd=str(folder), stderr=subprocess.DEVNULL)
        return float(notebook.cells[-1].outputs[0].text)

    def cell(code: str) -> Callable[[], float]:
        return lambda: after(notebook_of(code, _MEMORY))

    def lesson() -> float:
        notebook = read_notebook(LESSON)
        notebook.cells += [new_code_cell(_FLIP), new_code_cell(_MEMORY)]
        return after(notebook)

    bare = cell("import ipywidgets\nimport matplotlib.pyplot")
    measured = in_turn(3, 0, lesson, bare, *map(cell, (CARD, STOCK, JUPYTERQUIZ)))
    whole, least, card, stock, quiz = map(median, measured)
    return [
        Result("kernel after the whole lesson", whole, "MiB", least, 1.15),
        Result("kernel after one card, against a stock quiz", card, "MiB", stock),
        Result("kernel after one card, against jupyterquiz", card, "MiB", quiz),
    ]


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


def journals(folder: Path) -> list[Result]:
    """A journal read and summed up, and what recording an answer takes."""
    now, rng = datetime.now(UTC), random.Random(5)  # noqa: S311  (no secret)
    names = [*bank(), *(f"{case}/{lens}" for case in cases() for lens in LENSES)]
    contents = {name: fingerprint(item) for name in names if (item := asked(name))}

    def answered(minutes: int) -> Attempt:
        name, at = (
            rng.choice(names),
            (now - timedelta(minutes=minutes)).isoformat(timespec="microseconds"),
        )
        right, sure = rng.random() < 0.7, rng.random() < 0.6
        wrong = None if right else "payer-is-the-customer"
        return Attempt(name, ("internal",), sure, right, wrong, 9000, contents[name], at=at)

    (many := folder / "many").mkdir()
    with (many / "shard.jsonl").open("w", encoding="utf-8") as shard:
        for minutes in range(100_000, 0, -1):
            print(json.dumps(event_as_row(answered(minutes)), separators=(",", ":")), file=shard)
    latest = Journal(many).read().attempts[-10_000:]

    def all_of_it() -> float:
        start = perf_counter()
        reading = Journal(many).read()  # which is not thrown away while the clock runs
        told = summary(reading.attempts, now)
        time = perf_counter() - start
        assert told.answered == 100_000
        return time

    def a_tenth() -> float:
        start = perf_counter()
        summary(latest, now)
        return perf_counter() - start

    every, tenth = in_turn(7, 1, all_of_it, a_tenth)
    return [
        Result("journal: 100,000 attempts read and summed up", median(every), "s", None, 0.5),
        Result("10,000 attempts summed up", median(tenth), "s", None, 0.1),
        _redrawn(folder, latest),
        _recording(folder),
    ]


def _redrawn(folder: Path, attempts: Sequence[Attempt]) -> Result:
    """What one waits for at "Look again": the journal read, summed up and drawn."""
    (some := folder / "some").mkdir()
    lines = [json.dumps(event_as_row(each), separators=(",", ":")) + "\n" for each in attempts]
    (some / "shard.jsonl").write_text("".join(lines), encoding="utf-8")
    with patch.object(progress, "journal", lambda: Journal(some)):
        overview = progress.Overview()

        def again() -> float:
            start = perf_counter()
            overview.again.click()
            return perf_counter() - start

        (times,) = in_turn(7, 1, again)
    assert overview.progress.answered == len(attempts)
    return Result("progress() redrawn at 10,000 attempts", median(times), "s", None, 0.3)


def _recording(folder: Path) -> Result:
    """What the journal adds to the kernel's handling of an answer, which is what "Saved." waits for."""
    shown, kept = practice(n=1), Journal(folder / "recorded")
    answer = {"choice": sorted(shown.questions[0].right), "sure": True, "ms": 900}

    def handled(record: Callable[[Attempt], bool]) -> float:
        with patch.object(card, "journal", lambda: SimpleNamespace(record=record, notice="")):
            start = perf_counter()
            shown.given = {"0": answer | {"press": uuid4().hex}}
            return 1000 * (perf_counter() - start)

    ours, bare = in_turn(200, 20, lambda: handled(kept.record), lambda: handled(lambda _: True))
    assert {each["state"] for each in shown.saved.values()} == {"saved"}
    return Result("recording an answer, added", median(ours) - median(bare), "ms", None, 3)
