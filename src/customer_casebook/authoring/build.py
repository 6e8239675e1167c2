"""Builds the course into one JSON file, which a wheel carries so that a learner's kernel reads no YAML."""

import json

from customer_casebook.authoring.folder import course_content


def course_json() -> str:
    """All content of the course as one JSON object, keyed as `CONTENT_SHAPES` is.

    Raises:
        ValueError, UnreadableError: A file of the course cannot be read.
    """
    return json.dumps(course_content(), ensure_ascii=False, separators=(",", ":"))
