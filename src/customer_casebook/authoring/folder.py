"""Reads a folder of content."""

from __future__ import annotations

from typing import Any

from customer_casebook.authoring import reader
from customer_casebook.course.casebook import CONTENT, Casebook, make_casebook


def read_course() -> Casebook:
    """The packaged casebook from its YAML."""
    content: dict[str, Any] = {}
    for path in sorted(CONTENT.glob("*.yaml")):
        content |= reader.read(path).value
    content["cases"] = [
        reader.read(path).value for path in sorted((CONTENT / "cases").glob("*.yaml"))
    ]
    content["questions"] = [
        question
        for objective in content["objectives"]
        for question in reader.read(CONTENT / "questions" / f"{objective['id']}.yaml").value[
            "questions"
        ]
    ]
    return make_casebook("", content)
