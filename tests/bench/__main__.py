"""What the course asks of learners' time and memory, measured: `make bench`.

``python -m tests.bench charts`` measures one group only, and leaves the report as it is.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.browser import GROUPS, in_browser
from tests.bench.kernel import decisions, imports, journals, memory, strictness
from tests.bench.result import HEAD, LINE, Result
from tests.test_notebooks import ROOT

REPORT = ROOT / "build" / "bench.json"


def main(wanted: list[str]) -> None:
    """Measure everything, write the report, and print it as a table; or measure what is wanted."""
    in_kernel: dict[str, Callable[[Path], list[Result]]] = {
        "imports": lambda _: imports(),
        "memory": memory,
        "strictness": strictness,
        "decisions": lambda _: decisions(),
        "journals": journals,
    }
    if unknown := {*wanted} - {*GROUPS, *in_kernel}:
        sys.exit(f"There is no {', '.join(unknown)}; write {', '.join((*GROUPS, *in_kernel))}.")
    with TemporaryDirectory() as home:
        folder = Path(home)
        os.environ["CUSTOMER_CASEBOOK_DATA"] = str(folder / "journal")
        os.environ["IPYTHONDIR"] = str(folder / "ipython")
        # A learner's second start, not the first: modules are compiled, wherever this runs.
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        groups = [each for each in GROUPS if not wanted or each in wanted]
        results = in_browser(folder, groups) if groups else []
        for name, measure in in_kernel.items():
            results += measure(folder) if not wanted or name in wanted else []
    if not wanted:
        REPORT.parent.mkdir(exist_ok=True)
        rows = [result.as_json() for result in results]
        REPORT.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")
    print(LINE.format(*HEAD).rstrip())
    print(*results, sep="\n")


if __name__ == "__main__":
    main(sys.argv[1:])
