"""What is refused before the course is built for the browser, and the file that publishes it."""

from __future__ import annotations

import json
import re
import shlex
import sys
import tarfile
from pathlib import Path
from typing import Any

import pytest
import yaml
from jupyterlite_pyodide_kernel.constants import PYODIDE_VERSION

from customer_casebook.__main__ import FAULTY, _parser, main
from customer_casebook.site import LiveError, live, packages
from customer_casebook.site.live import LOCK
from customer_casebook.site.packages import Packages, run
from tests.test_project import EXTRAS, ROOT

WORKFLOW = yaml.safe_load((ROOT / ".github/workflows/publish.yml").read_text("utf-8"))
STEPS: list[dict[str, Any]] = WORKFLOW["jobs"]["publish"]["steps"]


def pyodide(folder: Path, version: str = PYODIDE_VERSION) -> Path:
    """A folder as npm packs one, without Pyodide."""
    folder.mkdir()
    for name in live._CORE:
        (folder / name).touch()
    (folder / LOCK).write_text('{"info": {"python": "3.14.2"}, "packages": {}}', "utf-8")
    (folder / "package.json").write_text(json.dumps({"version": version}), "utf-8")
    return folder


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize(
    ("version", "missing", "why"),
    [
        ("0.1.0", "package.json", "no npm package of Pyodide, for package.json is missing"),
        (PYODIDE_VERSION, "pyodide.asm.wasm", "for pyodide.asm.wasm is missing"),
        ("0.1.0", "", f"Pyodide 0.1.0 is here, and the kernel is made for {PYODIDE_VERSION}"),
    ],
)
def test_another_pyodide_is_refused_and_the_older_site_stays(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    version: str,
    missing: str,
    why: str,
    packed: bool,
) -> None:
    folder, site = pyodide(tmp_path / "npm", version), tmp_path / "site"
    if missing:
        (folder / missing).unlink()
    if packed:
        with tarfile.open(tmp_path / "npm.tgz", "w:gz") as file:
            file.add(folder, "package")
        folder = tmp_path / "npm.tgz"
    assert main(["site", str(site)]) == 0
    (site / "live").mkdir()
    (site / "live" / "older").touch()
    assert main(["site", str(site), "--live", "--pyodide", str(folder)]) == FAULTY
    assert why in capsys.readouterr().err
    assert (site / "live" / "older").exists()


def test_without_npm_one_can_name_what_it_would_fetch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert main(["site", str(tmp_path / "site"), "--live"]) == FAULTY
    assert "--pyodide FILE.tgz" in capsys.readouterr().err


def test_a_version_that_does_not_fit_is_refused(tmp_path: Path) -> None:
    info = json.loads((pyodide(tmp_path / "npm") / LOCK).read_text("utf-8"))
    found = Packages(info, tmp_path, tmp_path)
    name, ours = found._entry(packages._own_wheel(tmp_path))
    assert (name, ours["imports"]) == ("customer-casebook", ["customer_casebook"])
    assert {"anywidget", "ipywidgets", "platformdirs"} <= {*ours["depends"]}
    assert not {"matplotlib", "pydantic", "jupyterlab"} & {*ours["depends"]}
    with pytest.raises(LiveError, match=r"customer-casebook needs traitlets.*, and 4\.0 is here"):
        found._check({name: ours, "traitlets": {"name": "traitlets", "version": "4.0"}})


def test_what_a_program_says_in_another_encoding_is_no_error_of_its_own(tmp_path: Path) -> None:
    code = "import sys; sys.stdout.buffer.write(b'Error: \\xff\\x81'); sys.exit(1)"
    with pytest.raises(LiveError, match="failed: Error: "):
        run([sys.executable, "-c", code], tmp_path)


def test_what_publishes_on_a_tag_calls_what_there_is() -> None:
    assert WORKFLOW[True] == {"push": {"tags": ["v*"]}}  # YAML reads "on" as true
    commands = [shlex.split(step["run"]) for step in STEPS if "run" in step]
    extras = {
        extra for line in commands for each in line for extra in re.findall(r"\[(\w+)\]", each)
    }
    assert extras == {"site"} <= EXTRAS.keys()
    [site] = [line for line in commands if line[0] == "customer-casebook"]
    arguments = _parser().parse_args(site[1:])
    assert arguments.published
    [pages] = [step for step in STEPS if "upload-pages-artifact" in step.get("uses", "")]
    assert pages["with"]["path"] == str(arguments.folder)
    wheels = next(line for line in commands if "wheel" in line)
    folder = wheels[wheels.index("--wheel-dir") + 1]
    assert f"{folder}/*.whl" in next(line for line in commands if line[0] == "gh")
    assert (ROOT / "constraints.txt").exists()
