"""The packages of Python in the browser: each one's file, hash and needs, until nothing is missing.

Nothing is resolved in the browser: it reads a lock, and every version is checked here against what asks for it.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from email.message import Message
from email.parser import Parser
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, distribution, version
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from customer_casebook.authoring.folder import course_json
from customer_casebook.course.casebook import BUILT_CONTENT, PACKAGE
from customer_casebook.site import LiveError

OURS = "customer-casebook"
# What the kernel installs at its start unless it is loaded already, and what is asked for after that.
PRELOADED = ["micropip", "piplite", "ipykernel", "comm", "pyodide-kernel", "jedi", "ipython", OURS]
# The widgets' scripts are a part of the page. IPython completes names without jedi, and imports it at each start. There
# is no terminal: compiled.py.
_NEEDLESS = {"jedi", "jupyterlab-widgets", "prompt-toolkit", "widgetsnbextension"}
_SOURCE_ONLY = {"markupsafe"}  # no wheel for every platform; without a compiler it builds one
# What a kernel in the browser has no use for.
_LEFT_OUT = {"content", "labextension", "notebooks", "site", "__pycache__"}


class Packages:
    """The packages of the course, each with what it needs, until nothing is missing.

    Pyodide's own lock chooses the versions of what it has; the environment that this runs in, of the rest.

    Args:
        lock: Pyodide's own.
        kernel: the folder with the wheels of JupyterLite's kernel.
        place: the folder for all wheels.
        cdn: from where the browser takes what Pyodide's lock has; empty where it is in the folder too.
    """

    def __init__(self, lock: Mapping[str, Any], kernel: Path, place: Path, cdn: str = "") -> None:
        self.official = {_canonical(entry["name"]): entry for entry in lock["packages"].values()}
        self.kernel, self.place, self.cdn = kernel, place, cdn
        python = lock["info"]["python"]
        self.python = ".".join(python.split(".")[:2])
        self.environment = {
            "python_version": self.python, "python_full_version": python, "sys_platform": "emscripten",
            "platform_system": "Emscripten", "os_name": "posix", "platform_machine": "wasm32", "extra": "",
        }  # fmt: skip

    def closed(self) -> dict[str, Any]:
        """The lock's entries by name."""
        entries: dict[str, Any] = {}
        made = [_own_wheel(self.place), _empty_wheel(self.place, "jedi")]
        made += [Path(shutil.copy(path, self.place)) for path in self.kernel.glob("*.whl")]
        for wheel in made:
            name, entry = self._entry(wheel)
            if name in PRELOADED:
                entries[name] = entry
            else:
                wheel.unlink()
        asked = {*PRELOADED, *(["matplotlib"] if self.cdn else [])}  # course mode asks for charts
        while missing := sorted(asked - entries.keys()):
            entries |= dict(self._find(missing))
            asked |= {name for entry in entries.values() for name in entry["depends"]}
        self._check(entries)
        return entries

    def _find(self, names: Iterable[str]) -> Iterable[tuple[str, Any]]:
        fetched = []
        for name in names:
            entry = self.official.get(name)
            if entry and self.cdn:
                depends = sorted(_canonical(each) for each in entry["depends"])
                yield (
                    name,
                    {**entry, "depends": depends, "file_name": f"{self.cdn}/{entry['file_name']}"},
                )
            else:
                fetched.append(f"{name}=={entry['version'] if entry else _installed(name)}")
        pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "-q"]
        target = ["--python-version", self.python, "--implementation", "py", "--platform", "any"]
        built = [each for each in fetched if each.partition("==")[0] in _SOURCE_ONLY]
        wheels = [each for each in fetched if each not in built]
        if wheels:
            only = ["--only-binary", ":all:", "--abi", "none"]
            run([*pip, "download", "--no-deps", *only, *target, "-d", ".", *wheels], self.place)
        if built:
            source = ["--no-binary", ",".join(_SOURCE_ONLY)]
            run([*pip, "wheel", "--no-deps", *source, "-w", ".", *built], self.place, CC="false")
        for each in fetched:
            name, _, wanted = each.partition("==")
            found = [
                path
                for path in self.place.glob("*.whl")
                if _canonical(path.name.split("-")[0]) == name
            ]
            if len(found) != 1 or not found[0].name.endswith("none-any.whl"):
                raise LiveError(f"there is no wheel of {each} for every platform")
            _, entry = self._entry(found[0])
            if entry["version"] != wanted:
                raise LiveError(f"{each} was asked for, and {entry['version']} came")
            yield name, entry

    def _entry(self, wheel: Path) -> tuple[str, dict[str, Any]]:
        """The entry of a wheel, and its name."""
        from packaging.requirements import Requirement

        about, tops = _read_wheel(wheel)
        lines = map(Requirement, about.get_all("Requires-Dist", []))
        needed = [
            each for each in lines if not each.marker or each.marker.evaluate(self.environment)
        ]
        name = _canonical(about["Name"])
        return name, {
            "name": name, "version": about["Version"], "file_name": wheel.name, "install_dir": "site",
            "sha256": sha256(wheel.read_bytes()).hexdigest(), "package_type": "package", "imports": tops,
            "depends": sorted({_canonical(each.name) for each in needed} - _NEEDLESS), "unvendored_tests": False,
            "needs": {_canonical(each.name): str(each.specifier) for each in needed},
        }  # fmt: skip

    def _check(self, entries: Mapping[str, Any]) -> None:
        """Whether each version is one that what asks for it can do with."""
        from packaging.specifiers import SpecifierSet

        for entry in entries.values():
            for name, wanted in entry.pop("needs", {}).items():
                if name in entries and name not in _NEEDLESS:
                    found = entries[name]["version"]
                    if not SpecifierSet(wanted).contains(found, prereleases=True):
                        raise LiveError(
                            f"{entry['name']} needs {name}{wanted}, and {found} is here"
                        )


def _installed(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        raise LiveError(f"{name} is needed, and is not installed here") from None


def _canonical(name: str) -> str:
    from packaging.utils import canonicalize_name

    return canonicalize_name(name)


def _read_wheel(wheel: Path) -> tuple[Message, list[str]]:
    """What a wheel says of itself, and the names that it can be imported by."""
    with ZipFile(wheel) as packed:
        names = packed.namelist()
        about = next(name for name in names if name.endswith(".dist-info/METADATA"))
        tops = {name.split("/")[0] for name in names if name.endswith(".py")}
        message = Parser().parsestr(packed.read(about).decode())
    return message, sorted(top.removesuffix(".py") for top in tops if ".d" not in top)


def _own_wheel(place: Path) -> Path:
    """What a kernel in the browser needs of this package, with the content as one file."""
    about = str(distribution(OURS).read_text("METADATA"))
    name = f"customer_casebook-{Parser().parsestr(about)['Version']}"
    wheel = place / f"{name}-py3-none-any.whl"
    with ZipFile(wheel, "w", ZIP_DEFLATED) as packed:
        for path in sorted(PACKAGE.rglob("*.*")):
            inside = path.relative_to(PACKAGE)
            if not _LEFT_OUT & {*inside.parts} and path != BUILT_CONTENT:
                packed.write(path, Path(PACKAGE.name, inside))
        built = BUILT_CONTENT.read_text("utf-8") if BUILT_CONTENT.exists() else course_json()
        packed.writestr(f"{PACKAGE.name}/{BUILT_CONTENT.name}", built)
        packed.writestr(f"{name}.dist-info/METADATA", about)
    return wheel


def _empty_wheel(place: Path, name: str) -> Path:
    """A wheel in the place of a package that is asked for, and not needed."""
    wheel = place / f"{name}-0-py3-none-any.whl"
    with ZipFile(wheel, "w") as packed:
        packed.writestr(
            f"{name}-0.dist-info/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 0\n"
        )
    return wheel


def run(command: list[str], folder: Path, **environment: str) -> None:
    """Run a command in a folder. Raises `LiveError` where it fails."""
    done = subprocess.run(  # noqa: S603
        command,
        cwd=folder,
        env=os.environ | environment,
        capture_output=True,
        errors="replace",
        check=False,
    )
    if done.returncode:
        told = [line[:300] for line in f"{done.stdout}\n{done.stderr}".splitlines() if line.strip()]
        why = next((line for line in reversed(told) if "rror" in line), told[-1] if told else "")
        raise LiveError(f"{Path(command[0]).name} failed: {why}")
