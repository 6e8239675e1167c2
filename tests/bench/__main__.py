"""What the course asks of learners' time and memory, measured: `make bench`."""

from __future__ import annotations

import json
import os
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.browser import in_browser
from tests.bench.kernel import decisions, imports, journals, memory, strictness
from tests.bench.result import HEAD, LINE
from tests.test_notebooks import ROOT

REPORT = ROOT / "build" / "bench.json"


def main() -> None:
    """Measure everything, write the report, and print it as a table."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["CUSTOMER_CASEBOOK_DATA"] = str(folder / "journal")
        os.environ["IPYTHONDIR"] = str(folder / "ipython")
        # A learner's second start, not the first: modules are compiled, wherever this runs.
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        results = [*in_browser(folder), *imports(), *memory(folder)]
        results += [*strictness(folder), *decisions(), *journals(folder)]
    REPORT.parent.mkdir(exist_ok=True)
    rows = [result.as_json() for result in results]
    REPORT.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")
    print(LINE.format(*HEAD).rstrip())
    print(*results, sep="\n")


if __name__ == "__main__":
    main()
