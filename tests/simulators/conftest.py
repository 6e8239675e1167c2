"""Every test of a simulator has a journal of its own."""

from tests.own_journal import attempts as attempts
