"""A casebook of one's own, of 1,000 cases and 5,000 questions: what its author and its learners wait for."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from statistics import median
from typing import Any

from customer_casebook.authoring import reader
from customer_casebook.course.casebook import CONTENT
from tests.bench.builds import Build
from tests.bench.result import Result, in_turn

CASES, QUESTIONS, QUESTIONS_PER_FILE = 1_000, 5_000, 200

_OPEN = """\
import sys, time
from customer_casebook import casebook
start = time.process_time()
book = casebook(sys.argv[1])
print(time.process_time() - start)"""
_CHECK = """\
import sys, time
from customer_casebook.__main__ import main
start = time.process_time()
assert main(["check", sys.argv[1]]) == 0
print(time.process_time() - start)"""
_PLAY = """\
import sys, time
from statistics import median
from customer_casebook import casebook, cases, study
book = casebook(sys.argv[1])
def milliseconds(call):
    start = time.process_time()
    call()
    return 1000 * (time.process_time() - start)
names = [*cases()][:20]
pairs = [
    (milliseconds(lambda: book.study(f"{name}-3")), milliseconds(lambda: study(name))) for name in names
]
print(*map(median, zip(*pairs[3:])), median(milliseconds(lambda: book.practice(n=8)) for _ in range(9)))"""


def write_large(folder: Path) -> Path:
    """Each case and each question of the course, again and again under other ids."""
    for name in ("cases", "questions"):
        (folder / name).mkdir(parents=True)
    cases = {path.stem: path.read_text("utf-8") for path in sorted(CONTENT.glob("cases/*.yaml"))}
    rounds = range(-(-CASES // len(cases)))
    ids = [(turn, name) for turn in rounds for name in cases][:CASES]
    for turn, name in ids:
        text = cases[name].replace(f"id: {name}\n", f"id: {name}-{turn}\n", 1)
        (folder / "cases" / f"{name}-{turn}.yaml").write_text(text, "utf-8")
    bank = [
        question
        for path in sorted(CONTENT.glob("questions/*.yaml"))
        for question in reader.read(path).value["questions"]
    ]
    asked = [_renamed(bank[at % len(bank)], at, len(rounds) - 1) for at in range(QUESTIONS)]
    for start in range(0, QUESTIONS, QUESTIONS_PER_FILE):
        some = {"questions": asked[start : start + QUESTIONS_PER_FILE]}
        path = folder / "questions" / f"bank-{start}.yaml"
        path.write_text(json.dumps(some, indent=1, ensure_ascii=False), "utf-8")
    return folder


def _renamed(question: dict[str, Any], at: int, rounds: int) -> dict[str, Any]:
    """A question under another id, about the cases of one round."""
    new = {**question, "id": f"{question['id']}-{at}"}
    if "case" in new:
        new["case"] = f"{new['case']}-{at % rounds}"
    if "cases" in new:
        new["cases"] = [f"{name}-{at % rounds}" for name in new["cases"]]
    return new


def casebooks(folder: Path, builds: list[Build]) -> list[Result]:
    """The first and the second opening, ``check``, a study and a practice, in seconds of the processor."""
    large, build, cache = write_large(folder / "large"), builds[0], folder / "cache"
    os.environ["XDG_CACHE_HOME"] = str(cache)

    def first() -> float:
        shutil.rmtree(cache, ignore_errors=True)
        return float(build.run("-c", _OPEN, str(large)))

    def second() -> float:
        return float(build.run("-c", _OPEN, str(large)))

    def check() -> float:
        return float(build.run("-c", _CHECK, str(large)).split()[-1])

    opening, again, checking = map(median, in_turn(3, 1, first, second, check))
    ours, theirs, practice = map(float, build.run("-c", _PLAY, str(large)).split())
    name = f"a casebook of {CASES:,} cases"
    return [
        Result(f"{name}, first opening", opening, "s", None, 1),
        Result(f"{name}, second opening", again, "s", None, 1),
        Result(f"{name}, check", checking, "s", None, 10),
        Result("study in it, against the course", ours, "ms", theirs, 1.1),
        Result("practice of 8 in it", practice, "ms", None, 100),
    ]


GROUPS = {"casebooks": casebooks}
