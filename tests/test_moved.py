"""A project folder that is renamed or copied goes on with its own environment and its own code."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.test_project import ROOT, run

CODE = "import customer_casebook as it; print(it.__file__)"
PROJECT = (
    "Makefile",
    "pyproject.toml",
    "constraints.txt",
    "hatch_build.py",
    "README.md",
    "src",
    "tools",
    "deploy",
)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with its environment, as make sets it up; what we depend on is borrowed."""
    folder = tmp_path / "course"
    folder.mkdir()
    for name in PROJECT:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, folder / name)
    for licence in ROOT.glob("LICENSE*"):
        shutil.copy(licence, folder)
    with (folder / "pyproject.toml").open("a") as settings:
        settings.write('[tool.hatch.build]\ndev-mode-dirs = ["src"]\n')  # needs no other package
    venv = folder / ".venv"
    run(sys.executable, "-m", "venv", "--without-pip", venv)
    (site,) = venv.glob("lib/python*/site-packages")
    (site / "borrowed.pth").write_text(str(Path(yaml.__file__).parents[1]))
    pip = (
        sys.executable,
        "-m",
        "pip",
        "--disable-pip-version-check",
        "--python",
        venv / "bin/python",
    )
    flags = ("--no-deps", "--no-index", "--no-build-isolation", "--ignore-installed")
    run(*pip, "install", *flags, "-e", folder)
    (venv / "lab.stamp").touch()
    return folder


def start(
    folder: Path, *flags: str, verb: str = ".venv/lab.stamp"
) -> subprocess.CompletedProcess[str]:
    """What `make lab` does before it starts JupyterLab; with that verb, JupyterLab says its version."""
    command = ["make", "--no-print-directory", verb, "LAB_FLAGS=--version", *flags]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def code(folder: Path) -> Path:
    """Where the environment of a folder finds the course, in a lesson and in the command."""
    environment = folder / ".venv" / "bin"
    command = environment / "customer-casebook"
    run(command, "--version")
    assert f"{environment}/python" in command.read_text("utf-8")
    return Path(run(environment / "python", "-I", "-c", CODE).strip())


def test_a_folder_is_renamed(project: Path) -> None:
    mended = "This folder was moved or copied. Its environment is mended.\n"
    assert start(project).stderr == ""
    for name in ("moved", "moved-2", "my course, 2nd « copy »", "course"):
        project = project.rename(project.parent / name)
        assert start(project).stderr == mended
        assert code(project).is_relative_to(project / "src")
        assert start(project).stderr == ""
    assert start(project.rename(project.parent / "last"), verb="lab").stderr == mended


def test_a_copy_runs_its_own_code_and_the_first_folder_still_runs_its_own(project: Path) -> None:
    copy = project.parent / "copy"
    shutil.copytree(project, copy, symlinks=True)
    assert start(copy).returncode == 0
    assert code(copy).is_relative_to(copy / "src")
    assert code(project).is_relative_to(project / "src")


def test_an_environment_elsewhere_that_runs_another_folder_s_code_is_left_and_named(
    project: Path,
) -> None:
    copy = project.parent / "copy"
    shutil.copytree(project, copy, ignore=shutil.ignore_patterns(".venv"))
    done = start(copy, f"VENV={project}/.venv", verb="lab")
    assert done.returncode == 2
    assert f"The environment in {project}/.venv runs the course in {project}, not" in done.stderr
    assert code(project).is_relative_to(project / "src")


def test_an_environment_without_its_python_says_how_to_make_another(project: Path) -> None:
    (project / ".venv" / "bin" / "python").unlink()
    done = start(project)
    assert done.returncode == 2
    assert "its Python is gone. Run make clean, and start again." in done.stderr
