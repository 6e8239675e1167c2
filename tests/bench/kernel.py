"""Python by itself: imports, memory, strict nbval, verdicts, and the journal."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
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
from customer_casebook.course.bank import item_of
from customer_casebook.course.casebook import course
from customer_casebook.course.journal import Attempt, Journal, event_as_row
from customer_casebook.domain.facts import VOCABULARY
from customer_casebook.domain.rules import LENSES
from customer_casebook.widgets import card, progress
from customer_casebook.widgets.practice import practice
from tests.bench.builds import Build, compared
from tests.bench.quizzes import CARD, JUPYTERQUIZ, STOCK
from tests.bench.result import THIS, Result, in_turn, notebook_of
from tests.test_notebooks import ROOT, nbval

_CASE = ROOT / "src" / "customer_casebook" / "content" / "cases" / "marketing-campaign-hub.yaml"
ATTEMPTS = 100_000

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
_STUDY = """\
import time
from customer_casebook import study
start = time.perf_counter()
study("marketing-campaign-hub")
print(1000 * (time.perf_counter() - start))"""
_SUM_UP = """\
import sys, time
from datetime import UTC, datetime
from pathlib import Path
try:
    from customer_casebook.course.casebook import course
    from customer_casebook.course.journal import Journal
    read_journal = lambda folder: Journal(folder).read()
    from customer_casebook.course.progress import summarize
    sum_up = lambda attempts: summarize(course(), attempts, datetime.now(UTC))
except ImportError:
    from customer_casebook.journal import read as read_journal
    from customer_casebook.mastery import summary
    sum_up = lambda attempts: summary(attempts, datetime.now(UTC))
for _ in range(2):  # the second time, all content is read
    start = time.perf_counter()
    history = read_journal(Path(sys.argv[1]))
    assert sum_up(history.attempts).answered == len(history.attempts) == int(sys.argv[2])
    end = time.perf_counter()
print(end - start)"""
_MEMORY = "import psutil\nprint(psutil.Process().memory_info().rss / 2**20)"
_SWITCH = """\
from customer_casebook.widgets.what_if import WhatIf
for shown in [*Out.values()]:
    if isinstance(shown, WhatIf):
        shown.values = {**shown.values, "charge": "none"}"""


def starts(folder: Path, builds: list[Build]) -> list[Result]:
    """What a lesson's first cells take, in processes of their own, and an author's `check` of one case."""

    own_case = folder / "my-case.yaml"
    own_case.write_text(_CASE.read_text("utf-8").replace(_CASE.stem, own_case.stem, 1), "utf-8")

    def milliseconds(build: Build) -> float:
        start = perf_counter()
        build.run("-m", "customer_casebook", "check", str(own_case))
        return 1000 * (perf_counter() - start)

    (rows,) = in_turn(15, 2, lambda: builds[0].run("-c", _IMPORT).split())
    ours, widgets = (median(float(row[column]) for row in rows) for column in (0, 1))
    pyplot = sum(row[2] == "True" for row in rows)
    return [
        Result("import customer_casebook after ipywidgets", ours, "ms", None, 60),
        Result("the same, against the import of ipywidgets", ours, "ms", widgets),
        Result("pyplot imported by it", pyplot, "times", None, 0),
        compared("first study()", "ms", 0.4, builds, lambda it: float(it.run("-c", _STUDY))),
        compared("check of one case", "ms", 0.5, builds, milliseconds),
    ]


def memory(folder: Path, builds: list[Build]) -> list[Result]:
    """A kernel after the lesson against one with ipywidgets and pyplot; after one card, against other quizzes."""

    def after(notebook: NotebookNode) -> float:
        client = NotebookClient(notebook, timeout=120)
        client.execute(cwd=str(folder), stderr=subprocess.DEVNULL)
        return float(notebook.cells[-1].outputs[0].text)

    def cell(code: str, kernel: str = THIS) -> Callable[[], float]:
        return lambda: after(notebook_of(code, _MEMORY, kernel=kernel))

    def lesson() -> float:
        notebook = builds[0].lesson()
        notebook.cells += [new_code_cell(_SWITCH), new_code_cell(_MEMORY)]
        return after(notebook)

    bare = cell("import ipywidgets\nimport matplotlib.pyplot")
    cards = [cell(CARD, build.kernel) for build in builds]
    measured = in_turn(3, 0, lesson, bare, cell(STOCK), cell(JUPYTERQUIZ), *cards)
    whole, least, stock, quiz, ours, *before = map(median, measured)
    name = "kernel after one card, against"
    return [
        Result("kernel after the whole lesson", whole, "MiB", least, 1.15),
        Result(f"{name} a stock quiz", ours, "MiB", stock, 1.08),
        Result(f"{name} jupyterquiz", ours, "MiB", quiz),
        *(Result(f"{name} before", ours, "MiB", other) for other in before),
    ]


def strictness(folder: Path, _: list[Build]) -> list[Result]:
    """Strict nbval of the course against that of a notebook that does nothing."""
    lessons = shutil.copytree(ROOT / "notebooks", folder / "course")
    (empty := folder / "empty").mkdir()
    nbformat.write(notebook_of("pass"), empty / "empty.ipynb")

    def judged(notebooks: Path) -> float:
        start = perf_counter()
        with redirect_stdout(StringIO()) as said:
            passed = nbval(notebooks)
        time = perf_counter() - start
        assert all(all(cells) for cells in passed.values()), said.getvalue()
        return time

    ours, theirs = in_turn(3, 0, lambda: judged(lessons), lambda: judged(empty))
    return [Result("strict nbval of the course", median(ours), "s", median(theirs))]


def decisions(_: Path, __: list[Build]) -> list[Result]:
    """Verdicts where every fact is known, and where none is."""
    known = Facts(**{name: next(iter(fact.says)) for name, fact in VOCABULARY.items()})

    def microseconds(decision: Callable[[], object]) -> float:
        def one() -> float:
            start = perf_counter()
            decision()
            return 1e6 * (perf_counter() - start)

        (times,) = in_turn(500, 20, one)
        return float(median(times))

    every, one = (
        microseconds(lambda: decide(known)),
        microseconds(lambda: decide(known, "customer")),
    )
    return [
        Result("decide, all lenses, known facts", every, "us", None, 200),
        Result("decide, one lens, known facts", one, "us"),
        Result("decide, all lenses, nothing known", microseconds(lambda: decide(Facts())), "us"),
    ]


def journals(folder: Path, builds: list[Build]) -> list[Result]:
    """A journal read and summed up, and what recording an answer takes."""
    book, now, rng = course(), datetime.now(UTC), random.Random(5)  # noqa: S311  (no secret)
    names = [*book.questions, *(f"{case}/{lens}" for case in book.cases for lens in LENSES)]
    contents = {name: item.fingerprint for name in names if (item := item_of(book, name))}

    def answered(minutes: int) -> Attempt:
        name = rng.choice(names)
        at = (now - timedelta(minutes=minutes)).isoformat(timespec="microseconds")
        right, sure = rng.random() < 0.7, rng.random() < 0.6
        wrong = None if right else "payer-is-the-customer"
        return Attempt(name, ("internal",), sure, right, wrong, 9000, contents[name], at=at)

    rows = [event_as_row(answered(minutes)) for minutes in range(ATTEMPTS, 0, -1)]
    lines = [json.dumps(row, separators=(",", ":")) + "\n" for row in rows]
    for name, some in (("many", lines), ("some", lines[-10_000:])):
        (folder / name).mkdir()
        (folder / name / "shard.jsonl").write_text("".join(some), encoding="utf-8")
    summing = "-c", _SUM_UP, str(folder / "many"), str(ATTEMPTS)
    title = f"journal: {ATTEMPTS:,} attempts read and summed up"
    return [
        compared(title, "s", 0.5, builds, lambda build: float(build.run(*summing))),
        _redrawn(Journal(folder / "some")),
        _recording(Journal(folder / "recorded")),
    ]


def _redrawn(journal: Journal) -> Result:
    """What one waits for at "Look again": the journal read, summed up and drawn."""
    with patch.object(progress, "journal", lambda: journal):
        overview = progress.progress()

        def again() -> float:
            start = perf_counter()
            overview._press("again")
            return perf_counter() - start

        (times,) = in_turn(7, 1, again)
    assert overview.progress.answered == 10_000
    return Result("progress() redrawn at 10,000 attempts", median(times), "s", None, 0.3)


def _recording(journal: Journal) -> Result:
    """What the journal adds to the kernel's handling of an answer, which is what "Saved." waits for."""
    shown = practice(n=1)
    (question,) = shown.questions
    answer = {"choice": card.places_of(question, question.right), "sure": True, "ms": 900}

    def handled(record: Callable[[Attempt], bool]) -> float:
        with patch.object(card, "journal", lambda: SimpleNamespace(record=record, notice="")):
            start = perf_counter()
            shown.answers = {"0": answer | {"press": uuid4().hex}}
            return 1000 * (perf_counter() - start)

    ours, bare = in_turn(200, 20, lambda: handled(journal.record), lambda: handled(lambda _: True))
    assert {each["state"] for each in shown.acknowledged.values()} == {"saved"}
    return Result("recording an answer, added", median(ours) - median(bare), "ms", None, 3)


Group = Callable[[Path, list[Build]], Sequence[Result]]
GROUPS: dict[str, Group] = {
    "starts": starts,
    "memory": memory,
    "strictness": strictness,
    "decisions": decisions,
    "journals": journals,
}
