"""A clock that a test sets: it stands still until the test lets time pass, or makes it jump."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from customer_casebook.course.journal import Clock

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)


class HandClock(Clock):
    """One computer's clock: ``wait`` is time that passes, ``jump`` is a hand that moves it."""

    zone = UTC

    def __init__(self, moment: datetime = MONDAY, *, wrong: timedelta = timedelta(0)) -> None:
        self.right, self.wrong = moment, wrong

    def steady(self) -> float:
        return self.right.timestamp()

    def now(self) -> datetime:
        return (self.right + self.wrong).astimezone(self.zone)

    def wait(self, **time: float) -> None:
        self.right += timedelta(**time)

    def jump(self, **time: float) -> None:
        self.wrong += timedelta(**time)
