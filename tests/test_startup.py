"""A cell that is run before the first one says what to do, and no other notebook hears of it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

import customer_casebook
from tests.test_project import ROOT

STARTUP = ROOT / "deploy" / "startup.py"
Run = Callable[..., str]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a cell in an IPython that has just started; what it shows."""

    def run(cell: str, *, plain: bool = False) -> str:
        # A history keeps a database open for longer than the test.
        config = Config(HistoryManager={"enabled": False})
        shell: Any = InteractiveShell(colors="nocolor", config=config)  # type: ignore[no-untyped-call]
        if not plain:
            names = {*shell.user_ns}
            shell.safe_execfile(str(STARTUP), shell.user_ns, raise_exceptions=True)
            assert names == {*shell.user_ns}
        capsys.readouterr()
        assert not shell.run_cell(cell).success
        return capsys.readouterr().out

    return run


CALLED = [
    *(f"{name}()" for name in dir(customer_casebook)),
    'decide(case("hr-pay-run").facts, "customer")',
    'book = casebook(\n    "mine",\n)',
]


@pytest.mark.parametrize("cell", CALLED)
def test_a_call_of_ours_before_the_first_cell_says_what_to_do(run: Run, cell: str) -> None:
    name = cell.removeprefix("book = ").partition("(")[0]
    assert run(cell) == (
        f"{name} is not here yet. In a lesson the first cell brings it: choose Run, then Run All"
        f" Cells. In a cell of your own, write above it: from customer_casebook import {name}\n"
    )


OTHERS = [
    "stdy()",
    "progress",
    "progress.update(1)",
    "def train():\n    progress(1)\ntrain()",
    "raise NameError('term(1)')",
    "def local():\n    case(1)\n    case = 2\nlocal()",
    "1 / 0",
    "import nothing_of_this_name",
]


@pytest.mark.parametrize("cell", OTHERS)
def test_every_other_error_looks_as_before(run: Run, cell: str) -> None:
    assert run(cell) == run(cell, plain=True)


def test_where_the_package_is_gone_errors_look_as_before(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "customer_casebook", None)
    assert run("study()") == run("study()", plain=True)


def test_a_start_imports_nothing_of_ours() -> None:
    code = (
        "import sys; from IPython.core.interactiveshell import InteractiveShell as Shell;"
        f"shell = Shell(); names = {{*sys.modules}}; shell.safe_execfile({str(STARTUP)!r}, shell.user_ns);"
        "print({*sys.modules} - names)"
    )
    command = [sys.executable, "-c", code]
    assert subprocess.check_output(command, text=True) == "set()\n"
