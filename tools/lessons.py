"""``python -m tools.lessons`` writes down for JupyterLab what the notebooks of the course are.

A notebook runs by itself where its code is what is written there (``course_mode.js``). The file is
committed, for an installation from a checkout builds nothing; a test compares it with the notebooks.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import nbformat

ROOT = Path(__file__).parents[1]
LESSONS = ROOT / "src" / "customer_casebook" / "labextension" / "static" / "lessons.json"


def course() -> str:
    """Name, title, minutes where it takes some, and code of each notebook of the course, in their order.

    ``play`` are the places in the code that the reader may change.
    """
    found = []
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        cells = nbformat.read(path, as_version=4).cells
        code = [cell for cell in cells if cell.cell_type == "code"]
        about = re.search(r"about (\d+) minutes", cells[0].source)
        found.append(
            {
                "name": path.name,
                "title": cells[0].source.splitlines()[0].removeprefix("# "),
                "minutes": int(about[1]) if about else None,
                "code": [cell.source for cell in code],
                "play": [
                    at for at, cell in enumerate(code) if "play" in cell.metadata.get("tags", ())
                ],
            }
        )
    return json.dumps(found, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    LESSONS.write_text(course(), "utf-8")
