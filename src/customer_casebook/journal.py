"""The learner's attempts on disk: JSON lines, one shard per kernel, appended to and never rewritten.

Shards need no lock, which home directories on a network would not keep. No name, no account,
nothing leaves the machine.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from uuid import uuid4

VERSION = 1
FOLDER = "CUSTOMER_CASEBOOK_DATA"  # environment variable that moves the journal


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


@dataclass(frozen=True, slots=True)
class Attempt:
    """One answer a learner gave. ``ms`` is the time from question to answer in milliseconds, ``at`` is UTC."""

    item: str
    choice: tuple[str, ...]
    sure: bool
    right: bool
    misconception: str | None
    ms: int
    event: str = field(default_factory=lambda: uuid4().hex)
    at: str = field(default_factory=_now)

    def line(self) -> bytes:
        return json.dumps({"v": VERSION, **asdict(self)}).encode() + b"\n"


class Journal:
    """Attempts, kept in ``folder``; those that cannot be written wait in memory and are written when they can be."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.attempts: list[Attempt] = []
        self._waiting: list[Attempt] = []
        self._shard: int | None = None

    def record(self, attempt: Attempt) -> bool:
        """Keep an attempt. True once it, and all before it, are safely on disk. Never raises for a disk that fails."""
        self.attempts.append(attempt)
        self._waiting.append(attempt)
        try:
            while self._waiting:
                self._append(self._waiting[0].line())
                del self._waiting[0]
        except OSError:
            return False
        return True

    def _append(self, line: bytes) -> None:
        if self._shard is None:
            self.folder.mkdir(parents=True, exist_ok=True)
            path = self.folder / f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{uuid4().hex}.jsonl"
            self._shard = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL, 0o600)
        if os.write(self._shard, line) != len(line):
            # A torn line: what follows starts on a line of its own, in a new shard.
            torn, self._shard = self._shard, None
            os.close(torn)
            raise OSError("the disk took only a part of the line")
        os.fsync(self._shard)


@cache
def journal() -> Journal:
    """This kernel's journal, in the folder that ``CUSTOMER_CASEBOOK_DATA`` names or the user's data directory."""
    if given := os.environ.get(FOLDER):
        return Journal(Path(given))
    from platformdirs import user_data_path

    return Journal(user_data_path("customer-casebook", appauthor=False) / "journal")
