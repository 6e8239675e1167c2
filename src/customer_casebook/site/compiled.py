"""Run by Pyodide while the site is built: compiles what Python in the browser would else compile at each start.

That is each module that a lesson imports, in the wheels of a folder and in Python's own library. All others stay as
they are, for a source is the smaller download. What no page can use is left out.
"""

import importlib.util
import marshal
import sys
from collections.abc import Container
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from types import ModuleType
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

_HEAD = (
    importlib.util.MAGIC_NUMBER + b"\1\0\0\0" + bytes(8)
)  # told by a hash, which nobody compares
# Tests, and scripts that the page has.
_NOT_PYTHON = ("/tests/", "/labextension/", "/nbextension/", ".data/")
# IPython imports its terminal at each start, and with it a package as large as IPython. A page has none.
_TERMINAL = "IPython.terminal.embed"
_NO_TERMINAL = b"def embed(**_):\n    raise NotImplementedError('There is no terminal here.')\n"


def compile_imported(place: Path, at_start: Container[str]) -> None:
    """Compile the modules that are imported at the start, in place, and leave out what no page can use."""
    for path in [*place.glob("*.whl"), place / "python_stdlib.zip"]:
        new = path.with_suffix(".new")
        with ZipFile(path) as packed, ZipFile(new, "w", compresslevel=9) as out:
            for name in packed.namelist():
                stem, _, ending = name.rpartition(".")
                module = stem.removesuffix("/__init__").replace("/", ".")
                data = _NO_TERMINAL if module == _TERMINAL else packed.read(name)
                if ending == "py" and module in at_start:
                    code = compile(data, name, "exec", dont_inherit=True)
                    out.writestr(_undated(f"{stem}.pyc"), _HEAD + marshal.dumps(code))
                elif not any(each in name for each in _NOT_PYTHON) and (
                    "/lexers/" not in name or module in sys.modules
                ):
                    out.writestr(_undated(name), data)
        new.replace(path)


def _undated(name: str) -> ZipInfo:
    """The head of a file without a time, so that the same packages are the same bytes: browsers keep them."""
    head = ZipInfo(name)
    head.compress_type = ZIP_DEFLATED
    return head


if sys.platform == "emscripten":
    sys.modules[_TERMINAL] = ModuleType(_TERMINAL)
    sys.modules[_TERMINAL].embed = None  # type: ignore[attr-defined]
    for needed in ("piplite.piplite", "pyodide_kernel", "customer_casebook", "markdown_it"):
        import_module(needed)
    course = sys.modules["customer_casebook"]
    for each in course.__all__:
        with suppress(ImportError):  # of what only an author needs
            getattr(course, each)
    at_start = {*sys.modules}
    import_module("ipython_pygments_lexers")  # the languages that IPython colors
    compile_imported(Path("/site"), at_start)
