"""Notebooks as executable documentation: run them in order, and save only what a reader needs.

``python -m tools.notebooks notebooks/*.ipynb`` runs notebooks afresh and saves them in one fixed
form, so that running them again changes nothing.
"""

from __future__ import annotations

import copy
import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode

from customer_casebook.jupyter import SAVED_VIEW, drop_widgets

_METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
_VOLATILE = {"collapsed", "execution", "scrolled", "trusted"}  # what front ends add to a cell


def normalise(notebook: NotebookNode) -> NotebookNode:
    """The same notebook without what differs from one machine or run to the next."""
    notebook = copy.deepcopy(notebook)
    drop_widgets(notebook)
    notebook.metadata = nbformat.from_dict(_METADATA)
    for cell in notebook.cells:
        for key in _VOLATILE & cell.metadata.keys():
            del cell.metadata[key]
        for output in cell.get("outputs", ()):
            output.get("metadata", {}).pop(SAVED_VIEW, None)
    return notebook


def lock(notebook: NotebookNode) -> None:
    """Keep a key pressed by mistake from deleting or changing a cell, in place.

    A cell with the tag ``play`` may be changed. The property inspector of JupyterLab unlocks any other.
    """
    for cell in notebook.cells:
        cell.metadata["deletable"] = False
        if "play" not in cell.metadata.get("tags", ()):
            cell.metadata["editable"] = False


def run(path: Path) -> NotebookNode:
    """The notebook at ``path``, run in a fresh kernel, normalised and locked.

    The kernel has a journal of its own: no learner's answers get into the outputs, nor ours into
    a learner's journal.
    """
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook,
        kernel_name="python3",
        timeout=120,
        record_timing=False,
        store_widget_state=False,
        coalesce_streams=True,
        extra_arguments=["--log-level=ERROR"],
        resources={"metadata": {"path": str(path.parent)}},
    )
    with TemporaryDirectory() as home:
        client.execute(env=os.environ | {"CUSTOMER_CASEBOOK_DATA": home, "IPYTHONDIR": home})
    notebook = normalise(notebook)
    lock(notebook)
    return notebook


def main(paths: list[str]) -> int:
    """Run and save each notebook; stop at the first cell that fails, and leave its file alone."""
    for name in paths:
        try:
            notebook = run(Path(name))
        except CellExecutionError as error:
            print(f"{name}: a cell stopped, so the notebook is left as it was.", file=sys.stderr)
            print(error, file=sys.stderr)
            return 1
        nbformat.write(notebook, name)
        print(f"{name}: {len(notebook.cells)} cells")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
