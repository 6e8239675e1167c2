"""What every measure gives: lines of one report, from measures that take turns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook
from tools.notebooks import normalise

HEAD = ("", "value", "", "baseline", "ratio", "aim", "")
THIS = "this"  # the kernel that imports this build
LINE = "{:<50}{:>8} {:<7}{:>9}{:>9}{:>8}  {}"


class Result(NamedTuple):
    """A line of the report. ``aim`` bounds the ratio, or the value where there is no baseline."""

    name: str
    value: float
    unit: str
    baseline: float | None = None
    aim: float | None = None

    @property
    def ratio(self) -> float | None:
        return self.value / self.baseline if self.baseline else None

    def as_json(self) -> dict[str, Any]:
        row = {"name": self.name, "value": self.value, "unit": self.unit}
        return row | {"baseline": self.baseline, "ratio": self.ratio}

    def __str__(self) -> str:
        numbers = (self.value, self.baseline, self.ratio, self.aim)
        value, *others = ["" if each is None else f"{each:.3g}" for each in numbers]
        judged = self.value if self.ratio is None else self.ratio
        verdict = "" if self.aim is None else "met" if judged <= self.aim else "missed"
        return LINE.format(self.name, value, self.unit, *others, verdict).rstrip()


def against_before(
    name: str, ours: float, unit: str, aim: float, before: Sequence[float]
) -> Result:
    """A line against the earlier build where there is one; without it there is nothing to aim at."""
    if not before:
        return Result(name, ours, unit)
    return Result(f"{name}, against before", ours, unit, before[0], aim)


def p95(times: Sequence[float]) -> float:
    """The time that one in twenty exceeds."""
    return sorted(times)[round(0.95 * (len(times) - 1))]


def in_turn(count: int, warm_up: int, *measures: Callable[[], Any]) -> list[list[Any]]:
    """What each measure says ``count`` times, in turn with the others, once all have warmed up."""
    turns = [[measure() for measure in measures] for _ in range(warm_up + count)]
    return [list(told) for told in zip(*turns[warm_up:], strict=True)]


def notebook_of(*cells: str, kernel: str = THIS) -> NotebookNode:
    """A notebook of code cells that have not run."""
    notebook = normalise(new_notebook(cells=[new_code_cell(cell) for cell in cells]))
    return with_kernel(notebook, kernel)


def with_kernel(notebook: NotebookNode, kernel: str) -> NotebookNode:
    """The notebook, which now runs in that kernel."""
    notebook.metadata.kernelspec = {"name": kernel, "display_name": kernel, "language": "python"}
    return notebook
