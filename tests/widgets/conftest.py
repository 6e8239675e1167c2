"""Every test here has a journal of its own."""

from tests.own_journal import attempts

__all__ = ["attempts"]
