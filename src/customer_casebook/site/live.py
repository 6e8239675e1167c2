"""The whole course in the browser: JupyterLite with the lessons, and with Python and its packages beside them."""

import json
import shutil
import sys
import tarfile
from collections.abc import Mapping
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from customer_casebook.course.casebook import PACKAGE
from customer_casebook.site import LiveError
from customer_casebook.site.packages import OURS, PRELOADED, Packages, run
from customer_casebook.site.pages import LIVE

LOCK = "pyodide-lock.json"
_KERNEL = "@jupyterlite/pyodide-kernel-extension"
_EXTENSIONS = (_KERNEL, "@jupyter-widgets/jupyterlab-manager", "anywidget", OURS)
_CORE = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip")
_FOLDER = Path(__file__).parent
_COMPILE = """
const [, folder, packages, code] = process.argv;
const { loadPyodide } = await import(`${folder}/pyodide.mjs`);
const pyodide = await loadPyodide({ indexURL: `${folder}/`, packages: JSON.parse(packages) });
pyodide.mountNodeFS("/site", folder);
pyodide.runPython(code);
"""


def live(
    out: Path, notebooks: Mapping[str, Path], pyodide: Path | None, *, published: bool
) -> None:
    """Build the course below a folder, in the place of an older one. It asks no host but its own.

    Args:
        out: the folder of the pages.
        notebooks: the lessons by file name.
        pyodide: Pyodide as npm packs it, a folder or a .tgz; npm is asked for it where there is none.
        published: Pyodide and its packages, with those for charts, come from its public host.

    Raises:
        LiveError: Something is missing or of a wrong version.
    """
    if not (find_spec("jupyterlite_core") and find_spec("jupyterlite_pyodide_kernel")):
        raise LiveError(f'it needs more: pip install "{OURS}[site]"')
    from jupyterlite_pyodide_kernel.constants import PYODIDE_CDN_URL

    with TemporaryDirectory() as folder:
        work = Path(folder).resolve()
        core = _core(pyodide, work)
        lock = json.loads((core / LOCK).read_text("utf-8"))
        place = work / "static" / ("lock" if published else "pyodide")
        place.mkdir(parents=True)
        wheels = _extension(_KERNEL) / "static" / "pypi"
        cdn = PYODIDE_CDN_URL if published else ""
        lock["packages"] = Packages(lock, wheels, place, cdn).closed()
        (place / LOCK).write_text(json.dumps(lock), "utf-8")
        if not published:
            for name in _CORE:
                shutil.copy(core / name, place)
            _compile(place)
        version = _write_lock(place, lock)
        (work / "files").mkdir()
        for name, path in notebooks.items():
            shutil.copy(path, work / "files" / name)
        address = f"./static/{place.name}/{LOCK}?{version}"
        _configure(work, {"packages": PRELOADED, "lockFileURL": address})
        run([sys.executable, "-m", "jupyterlite_core", "build"], work, JUPYTER_NO_CONFIG="1")
        if published:  # what is called pyodide is copied without asking
            shutil.copytree(place, work / "_output" / "static" / "lock")
        shutil.rmtree(out / LIVE, ignore_errors=True)
        shutil.copytree(work / "_output", out / LIVE)


def _core(pyodide: Path | None, work: Path) -> Path:
    """The folder with Pyodide's own files, of the version that the kernel is made for."""
    from jupyterlite_pyodide_kernel.constants import PYODIDE_VERSION

    if not pyodide:
        if not (npm := shutil.which("npm")):
            raise LiveError("there is no npm to fetch Pyodide; name its file: --pyodide FILE.tgz")
        run([npm, "pack", "--silent", f"pyodide@{PYODIDE_VERSION}"], work)
        pyodide = work / f"pyodide-{PYODIDE_VERSION}.tgz"
    needed = (*_CORE, LOCK, "package.json")
    if pyodide.is_file():
        (unpacked := work / "npm").mkdir()
        with tarfile.open(pyodide) as packed:
            for member in packed:
                folder, _, name = member.name.partition("/")
                if folder == "package" and name in needed and (file := packed.extractfile(member)):
                    (unpacked / name).write_bytes(file.read())
        pyodide = unpacked
    missing = [name for name in needed if not (pyodide / name).is_file()]
    if missing:
        raise LiveError(f"{pyodide}: no npm package of Pyodide, for {missing[0]} is missing")
    if (
        found := json.loads((pyodide / "package.json").read_text("utf-8"))["version"]
    ) != PYODIDE_VERSION:
        raise LiveError(f"Pyodide {found} is here, and the kernel is made for {PYODIDE_VERSION}")
    return pyodide


def _compile(place: Path) -> None:
    """Let Pyodide compile what it would else compile at each start; this needs Node.js, as npm does."""
    if not (node := shutil.which("node")):
        raise LiveError("there is no Node.js to compile the packages with; install it")
    told = [place.as_posix(), json.dumps(PRELOADED), (_FOLDER / "compiled.py").read_text("utf-8")]
    run([node, "--input-type=module", "-e", _COMPILE, *told], place)


def _write_lock(place: Path, lock: Mapping[str, Any]) -> str:
    """Write the lock, and tell its version. No browser may take an older file for a newer one of the same name."""
    for name, entry in lock["packages"].items():
        if (wheel := place / entry["file_name"]).is_file():
            entry["sha256"] = sha256(wheel.read_bytes()).hexdigest()
            if name == OURS:
                build = f"0{entry['sha256'][:12]}"  # a number to begin with, as in any wheel's name
                entry["file_name"] = wheel.name.replace("-py3-", f"-{build}-py3-")
                wheel.rename(place / entry["file_name"])
    (place / LOCK).write_text(json.dumps(lock), "utf-8")
    return sha256((place / LOCK).read_bytes()).hexdigest()[:12]


def _configure(work: Path, options: Mapping[str, Any]) -> None:
    """Write what JupyterLite reads: before it builds, and in the browser."""
    kernel = {"disablePyPIFallback": True, "loadPyodideOptions": options}
    page = {
        "appName": "Customer Casebook",
        "litePluginSettings": {f"{_KERNEL}:kernel": kernel},
    }
    build = {
        "apps": ["notebooks", "tree", "lab"],
        "contents": ["files"],
        "federated_extensions": [str(_extension(name)) for name in _EXTENSIONS],
        "ignore_sys_prefix": True,
        "no_sourcemaps": True,
        "no_unused_shared_packages": True,
    }
    for name, content in (
        ("jupyter-lite.json", {"jupyter-lite-schema-version": 0, "jupyter-config-data": page}),
        ("jupyter_lite_config.json", {"LiteBuildConfig": build}),
    ):
        (work / name).write_text(json.dumps(content), "utf-8")


def _extension(name: str) -> Path:
    """The folder of an extension of JupyterLab; ours is that of a checkout, if there is one."""
    from jupyter_core.paths import jupyter_path

    places = [Path(each, name) for each in jupyter_path("labextensions")]
    if name == OURS:
        places.insert(0, PACKAGE / "labextension")
    if place := next((each for each in places if (each / "package.json").is_file()), None):
        return place
    raise LiveError(f"the extension {name} of JupyterLab is not installed here")
