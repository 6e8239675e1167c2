"""What every test stands on: a journal of its own, and property tests without a clock."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import hypothesis
import pytest

from customer_casebook.course.journal import journal

# Shared machines have slow moments: how long one example takes is the benchmark's question. CI
# tries the same examples every time, so that a red build is about the change it tests.
hypothesis.settings.register_profile(
    "casebook", deadline=None, derandomize=os.environ.get("CI") == "true"
)
hypothesis.settings.load_profile("casebook")


@pytest.fixture(autouse=True, scope="session")
def _own_journal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test writes into the journal of whoever runs it, nor reads from it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CUSTOMER_CASEBOOK_DATA", str(tmp_path_factory.mktemp("journal")))
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        patch.setenv("IPYTHONDIR", str(tmp_path_factory.mktemp("ipython")))
        yield


@pytest.fixture
def prepare_for() -> Iterator[Callable[[str], object]]:
    """Chooses the exam that the learner of this test prepares for."""
    yield journal().choose_goal
    journal().choose_goal("")
