"""The builds that are compared: this one, as an installed wheel has it, and a checkout of an earlier one."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from pathlib import Path
from statistics import median
from zipfile import ZipFile

import nbformat
from nbformat import NotebookNode

from tests.bench.result import THIS, Result, against_before, in_turn, with_kernel
from tests.test_notebooks import ROOT

_LESSON = "07_marketing_and_the_client_firm.ipynb"
_FIRST = "9deebdb"  # what there was on 2026-11-28


@dataclass(frozen=True)
class Build:
    """A package and its notebooks, and the name of the kernel that imports it."""

    kernel: str
    source: Path  # the folder that Python imports the package from
    notebooks: Path

    def run(self, *arguments: str) -> str:
        """Run Python with this build; what it prints."""
        environment = os.environ | {"PYTHONPATH": str(self.source)}
        command = [sys.executable, *arguments]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        return done.stdout

    def install_kernel(self, jupyter: Path) -> None:
        """Make the kernel known to whatever looks into the folder ``jupyter``."""
        argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        env = {"PYTHONPATH": str(self.source)}
        spec = {"argv": argv, "env": env, "display_name": self.kernel, "language": "python"}
        (folder := jupyter / "kernels" / self.kernel).mkdir(parents=True)
        (folder / "kernel.json").write_text(json.dumps(spec), "utf-8")

    def lesson(self) -> NotebookNode:
        """The lesson that is measured."""
        return with_kernel(nbformat.read(self.notebooks / _LESSON, as_version=4), self.kernel)


def make_wheel(source: Path, folder: Path) -> Path:
    """The wheel of a checkout, in a folder of its own."""
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps"]
    subprocess.run([*command, "--no-build-isolation", "-w", str(folder), str(source)], check=True)
    (wheel,) = folder.glob("*.whl")
    return wheel


def installed(folder: Path) -> Path:
    """This build, unpacked from its wheel: the content is one JSON file there."""
    with ZipFile(make_wheel(ROOT, folder / "wheels")) as packed:
        packed.extractall(folder / "installed")
    return folder / "installed"


def check_out_first(folder: Path) -> Path:
    """A checkout of the build of 2026-11-28, of which some aims are a part; its history has to be here."""
    git = str(shutil.which("git"))
    command = [git, "archive", "--format=zip", _FIRST]
    archive = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    if archive.returncode:
        sys.exit("Nothing was measured: the history of this folder lacks the build of 2026-11-28.")
    with ZipFile(BytesIO(archive.stdout)) as packed:
        packed.extractall(folder / "first")
    return folder / "first"


def make_builds(folder: Path, before: Path | None) -> list[Build]:
    """This build, and the earlier one where there is a checkout of it; their kernels can be started."""
    builds = [Build(THIS, installed(folder), ROOT / "notebooks")]
    if before:
        builds.append(Build("before", before.absolute() / "src", before / "notebooks"))
    os.environ["JUPYTER_PATH"] = str(folder / "jupyter")
    for build in builds:
        build.install_kernel(folder / "jupyter")
    return builds


def compared(
    name: str, unit: str, aim: float, builds: Sequence[Build], measure: Callable[[Build], float]
) -> Result:
    """A measure of this build, against the same of the earlier one where there is one."""
    turns = in_turn(9, 1, *(partial(measure, build) for build in builds))
    ours, *before = map(median, turns)
    return against_before(name, ours, unit, aim, before)
