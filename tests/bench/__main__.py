"""What the course asks of learners' time and memory, measured: `make bench`.

``python -m tests.bench charts`` measures one group only, and leaves the report as it is.
``--before FOLDER`` names a checkout of an earlier build, which takes turns with this one.
"""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench import browser, hub, kernel, live, own, start
from tests.bench.builds import make_builds
from tests.bench.result import HEAD, LINE
from tests.test_notebooks import ROOT

REPORT = ROOT / "build" / "bench.json"


def main() -> None:
    """Measure everything, write the report, and print it as a table; or measure what is wanted."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("--before", type=Path, help="a checkout of an earlier build")
    alone = {**kernel.GROUPS, **own.GROUPS, **start.GROUPS, **live.GROUPS, **hub.GROUPS}
    groups = {**browser.GROUPS, **alone}
    parser.add_argument("groups", nargs="*", help=", ".join(groups))
    arguments = parser.parse_args()
    if unknown := {*arguments.groups} - {*groups}:
        parser.error(f"there is no {', '.join(sorted(unknown))}; write {', '.join(groups)}")
    wanted = arguments.groups or {*groups} - {*hub.GROUPS}  # which takes six minutes and all memory
    with TemporaryDirectory() as home:
        folder = Path(home)
        os.environ["CUSTOMER_CASEBOOK_DATA"] = str(folder / "journal")
        os.environ["IPYTHONDIR"] = str(folder / "ipython")
        # A learner's second start, not the first: modules are compiled, wherever this runs.
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        builds = make_builds(folder, arguments.before)
        results = browser.measure(
            folder, builds, [name for name in browser.GROUPS if name in wanted]
        )
        for name, group in alone.items():
            results += group(folder, builds) if name in wanted else []
    if not arguments.groups:
        REPORT.parent.mkdir(exist_ok=True)
        rows = [result.as_json() for result in results]
        REPORT.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")
    print(LINE.format(*HEAD).rstrip())
    print(*results, sep="\n")


if __name__ == "__main__":
    main()
