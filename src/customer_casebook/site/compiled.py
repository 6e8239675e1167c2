"""Run by Pyodide while the site is built: compiles what Python in the browser would else compile at each start.

That is each module that a lesson imports, in the wheels of a folder and in Python's own library. All others stay as
they are, for a source is the smaller download.
"""

import importlib.util
import marshal
import sys
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

_HEAD = (
    importlib.util.MAGIC_NUMBER + b"\1\0\0\0" + bytes(8)
)  # told by a hash, which nobody compares


def compile_imported(place: Path) -> None:
    """Compile the modules that are imported here, in place."""
    for path in [*place.glob("*.whl"), place / "python_stdlib.zip"]:
        new = path.with_suffix(".new")
        with ZipFile(path) as packed, ZipFile(new, "w", compresslevel=9) as out:
            for name in packed.namelist():
                stem, _, ending = name.rpartition(".")
                module = stem.removesuffix("/__init__").replace("/", ".")
                data = packed.read(name)
                if ending == "py" and module in sys.modules:
                    code = compile(data, name, "exec", dont_inherit=True)
                    out.writestr(_undated(f"{stem}.pyc"), _HEAD + marshal.dumps(code))
                elif "/tests/" not in name:
                    out.writestr(_undated(name), data)
        new.replace(path)


def _undated(name: str) -> ZipInfo:
    """The head of a file without a time, so that the same packages are the same bytes: browsers keep them."""
    head = ZipInfo(name)
    head.compress_type = ZIP_DEFLATED
    return head


if sys.platform == "emscripten":
    for needed in ("piplite.piplite", "pyodide_kernel", "customer_casebook"):
        import_module(needed)
    course = sys.modules["customer_casebook"]
    for each in course.__all__:
        with suppress(ImportError):  # of what only an author needs
            getattr(course, each)
    compile_imported(Path("/site"))
