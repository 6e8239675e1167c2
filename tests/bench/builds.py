"""The builds that are compared: this one, as an installed wheel has it, and a checkout of an earlier one."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from zipfile import ZipFile

from tests.bench.result import Result, against_before, in_turn
from tests.test_notebooks import ROOT

LESSON = "07_marketing_and_the_client_firm.ipynb"


@dataclass(frozen=True)
class Build:
    """A package and its notebooks."""

    source: Path  # the folder that Python imports the package from
    notebooks: Path

    def run(self, *arguments: str) -> str:
        """Run Python with this build; what it prints."""
        environment = os.environ | {"PYTHONPATH": str(self.source)}
        command = [sys.executable, *arguments]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        return done.stdout

    @contextmanager
    def for_kernels(self) -> Iterator[None]:
        """What starts meanwhile imports this build."""
        before = os.environ.get("PYTHONPATH", "")
        os.environ["PYTHONPATH"] = str(self.source)
        try:
            yield
        finally:
            os.environ["PYTHONPATH"] = before


def this_build(folder: Path) -> Build:
    """This build, unpacked from its wheel: the content is one JSON file there."""
    wheels = folder / "wheels"
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps"]
    command += ["--no-build-isolation", "-w", str(wheels), str(ROOT)]
    subprocess.run(command, check=True)
    (wheel,) = wheels.glob("*.whl")
    with ZipFile(wheel) as packed:
        packed.extractall(folder / "installed")
    return Build(folder / "installed", ROOT / "notebooks")


def earlier_build(checkout: Path) -> Build:
    return Build(checkout / "src", checkout / "notebooks")


def compared(
    name: str, unit: str, aim: float, builds: Sequence[Build], measure: Callable[[Build], float]
) -> Result:
    """A measure of this build, against the same of the earlier one where there is one."""
    turns = in_turn(9, 1, *(partial(measure, build) for build in builds))
    ours, *before = map(median, turns)
    return against_before(name, ours, unit, aim, before)
