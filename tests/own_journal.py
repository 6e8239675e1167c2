"""A journal of its own for every test of a view: a fixture that conftest files import."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from customer_casebook.course.journal import FOLDER, Attempt, journal


@pytest.fixture(autouse=True)
def attempts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Attempt]]:
    """The attempts in a journal of the test's own."""
    monkeypatch.setenv(FOLDER, str(tmp_path))
    journal.cache_clear()
    yield journal().attempts
    journal.cache_clear()
