"""The packaged casebook is handed out by id, once for a process."""

from __future__ import annotations

import subprocess
import sys

import pytest

from customer_casebook.course.casebook import case, cases, course
from customer_casebook.domain.rules import LENSES


def test_the_packaged_course_is_sound_and_kept() -> None:
    assert course() is course()
    assert list(cases()) == sorted(cases())
    for name, one in cases().items():
        assert case(name) is one is course().cases[name]
        assert one.party in course().world.parties
    assert course().misconceptions
    assert list(course().lens_texts) == list(LENSES)


def test_a_world_knows_the_outermost_organization_of_a_party() -> None:
    world = course().world
    assert world.root("payroll-team") is world.root("marrowby-group")
    assert world.root("marrowby-group").id == "marrowby-group"


def test_who_asks_for_an_unknown_case_is_told_the_nearest() -> None:
    name = next(iter(cases()))
    with pytest.raises(ValueError, match=f"there is no case '{name}x'; did you mean '{name}'?"):
        case(f"{name}x")


def test_importing_the_course_loads_no_yaml() -> None:
    code = "import sys, customer_casebook.course.casebook; sys.exit('yaml' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
