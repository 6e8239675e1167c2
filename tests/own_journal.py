"""A journal of its own for every test of a view: a fixture that conftest files import."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from customer_casebook.course.journal import DATA_FOLDER_VARIABLE, Attempt, journal


class AttemptsInJournal(Sequence[Attempt]):
    """The attempts in this kernel's journal, read anew at each look, in the order of time."""

    def __getitem__(self, index: Any) -> Any:
        return journal().read().attempts[index]

    def __len__(self) -> int:
        return len(journal().read().attempts)

    def __eq__(self, other: object) -> bool:
        return journal().read().attempts == other

    __hash__ = None  # type: ignore[assignment]


@pytest.fixture(autouse=True)
def attempts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sequence[Attempt]]:
    """The attempts in a journal of the test's own."""
    monkeypatch.setenv(DATA_FOLDER_VARIABLE, str(tmp_path))
    journal.cache_clear()
    yield AttemptsInJournal()
    journal.cache_clear()
