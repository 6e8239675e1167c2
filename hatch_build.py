"""The build hook: the wheel gets the lessons, and the content as one JSON file, built from the YAML.

A learner's kernel reads that file in a few milliseconds and needs no YAML parser. A checkout, which
an editable install points to, has no such file and reads the YAML itself.
"""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class ContentHook(BuildHookInterface[Any]):
    """Adds ``customer_casebook/content.json`` and ``customer_casebook/notebooks`` to a wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the file before the wheel is packed.

        Args:
            version: "standard", or "editable" for a link to the checkout.
            build_data: what hatchling packs; the file is added to it.
        """
        if version == "editable":
            return
        sys.path.insert(0, str(Path(self.root, "src")))
        try:
            from customer_casebook.authoring.folder import course_json
        finally:
            del sys.path[0]
        self._folder = TemporaryDirectory()
        path = Path(self._folder.name, "content.json")
        path.write_text(course_json(), "utf-8")
        build_data["force_include"][str(path)] = "customer_casebook/content.json"
        for path in Path(self.root, "notebooks").glob("*.ipynb"):
            build_data["force_include"][str(path)] = f"customer_casebook/notebooks/{path.name}"

    def finalize(self, version: str, *_: object) -> None:
        """Remove the file once the wheel is packed."""
        if version != "editable":
            self._folder.cleanup()
