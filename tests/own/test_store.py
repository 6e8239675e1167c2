"""Cases on disk: whole or not at all, two kernels at once lose nothing, and a broken file blocks no other."""

from __future__ import annotations

import json
import os
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from customer_casebook.course.journal import DATA_FOLDER_VARIABLE, journal
from customer_casebook.own import store
from customer_casebook.own.case import OwnCase
from customer_casebook.own.store import FOLDER, kept, save
from tests.own.test_case import OWN
from tests.own_journal import attempts

__all__ = ["attempts"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / FOLDER


def test_a_case_comes_back_as_it_was_saved(folder: Path) -> None:
    assert kept() == store.Shelf({}, {}, ())
    inquiry = replace(OWN.inquiry, lenses=("money",), edition="4")
    own = replace(OWN, inquiry=inquiry, number="several")
    name = save(own)
    assert kept().cases == {name: own}
    assert [path.name for path in folder.iterdir()] == [name]
    assert [*kept().cases[name].inquiry.answers] == [*own.inquiry.answers]  # in their order


def test_a_change_takes_the_place_of_what_was_saved_and_comes_first() -> None:
    first = save(OWN)
    other = save(OwnCase(party="Sales"))
    changed = replace(OWN, party="HR")
    again = save(changed, first)
    assert [*kept().cases.items()] == [(again, changed), (other, OwnCase(party="Sales"))]


def test_cases_with_the_same_names_are_told_apart_by_when_they_were_saved(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [save(OWN), save(replace(OWN, inquiry=OWN.inquiry.answer("uses", "yes"))), save(OWN)]
    for name, hour in zip(names, (9, 10, 10), strict=True):
        data = json.loads((folder / name).read_bytes()) | {
            "saved": f"2026-11-30T{hour:02}:05:00+00:00"
        }
        (folder / name).write_text(json.dumps(data))
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    labels = kept().labels
    assert labels[names[0]] == f"{OWN.title} (saved 2026-11-30 09:05)"
    assert {labels[names[1]], labels[names[2]]} == {
        f"{OWN.title} (saved 2026-11-30 10:05)",
        f"{OWN.title} (saved 2026-11-30 10:05), number 2",
    }


def test_a_case_of_an_older_version_has_a_party_as_its_name_sounds(folder: Path) -> None:
    name = save(OWN)
    older = json.loads((folder / name).read_bytes())
    del older["number"]
    (folder / name).write_text(json.dumps(older))
    assert kept().cases == {name: OWN}


def test_two_kernels_that_change_one_case_lose_neither_change() -> None:
    first = save(OWN)
    save(replace(OWN, party="One"), first)
    save(replace(OWN, party="Two"), first)
    assert sorted(own.party for own in kept().cases.values()) == ["One", "Two"]


def test_many_who_save_at_once_lose_nothing_and_nobody_reads_half_a_case() -> None:
    names = [f"Unit {number}" for number in range(40)]
    with ThreadPoolExecutor(8) as pool:
        saved = [pool.submit(save, replace(OWN, party=name)) for name in names]
        while not all(each.done() for each in saved):
            assert kept().faults == ()
    assert sorted(own.party for own in kept().cases.values()) == sorted(names)


BROKEN: dict[str, Any] = {
    "no JSON": b"{",
    "binary": os.urandom(100),
    "a list": [],
    "empty": b"",
    "a number for a name": {"party": 3},
    "no such fact": {"answers": {"colour": "blue"}},
    "no such value": {"answers": {"uses": "perhaps"}},
    "no such lens": {"lenses": ["luck"]},
    "no lens": {"lenses": []},
    "no such edition": {"edition": "6"},
    "no such number": {"number": "many"},
    "no such moment": {"saved": "yesterday"},
    "the first year": {"saved": "0001-01-01T00:00:00+14:00"},
    "a list for answers": {"answers": ["uses"]},
    "deep": b"[" * 100_000,
    "large": b" " * (store.MAX_CASE_BYTES + 1),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_file_is_named_and_blocks_no_other(folder: Path, what: str) -> None:
    name = save(OWN)
    good, found = json.loads((folder / name).read_bytes()), BROKEN[what]
    if isinstance(found, bytes):
        data = found
    else:
        data = json.dumps(good | found if isinstance(found, dict) else found).encode()
    (folder / "broken.json").write_bytes(data)
    shelf = kept()
    assert shelf.cases == {name: OWN}
    assert shelf.faults == ("The file broken.json is left alone: it is not a case of yours.",)
    assert (folder / "broken.json").read_bytes() == data


def test_a_folder_and_a_link_to_nowhere_block_no_other(folder: Path) -> None:
    name = save(OWN)
    (folder / "folder.json").mkdir()
    (folder / "gone.json").symlink_to(folder / "nowhere")
    assert {*kept().cases} == {name}
    assert len(kept().faults) == 2


def test_a_case_of_a_newer_version_is_left_alone(folder: Path) -> None:
    name = save(OWN)
    newer = json.loads((folder / name).read_bytes()) | {"v": 99}
    (folder / name).write_text(json.dumps(newer))
    (fault,) = kept().faults
    assert "a newer Customer Casebook has written it" in fault


def test_what_was_kept_stays_where_a_change_cannot_be_saved(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = save(OWN)

    def full(_file: Path, _target: Path) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", full)
        with pytest.raises(OSError, match="No space"):
            save(replace(OWN, party="HR"), name)
    assert kept().cases == {name: OWN}
    assert len([*folder.iterdir()]) == 1  # nothing half written stays
    monkeypatch.setattr(Path, "read_bytes", lambda _: b"")  # a browser's drive that is full
    with pytest.raises(OSError, match="only a part"):
        save(OWN, name)


def test_where_no_folder_can_be_written_it_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv(DATA_FOLDER_VARIABLE, str(tmp_path / "file" / "below"))
    journal.cache_clear()
    assert kept() == store.Shelf({}, {}, ())
    with pytest.raises(OSError):  # noqa: PT011  (each system words it in its own way)
        save(OWN)
