"""Two hundred broken casebooks: each fault is named by file and line, and what is fine still plays.

A mutation breaks one thing of a sound casebook; which, a seed decides. So each run breaks the same.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from customer_casebook.__main__ import FAULTY, main
from customer_casebook.authoring.folder import FolderReading, read_folder, write_new
from customer_casebook.course.bank import item_of
from customer_casebook.playable import casebook

SEEDS = range(17)
GOOD = "of-the-course"  # a case that names the course's world alone, and which nothing here breaks
HOME = "cases/puppet-seats.yaml"

Mutation = Callable[[Path, random.Random], str]  # breaks a casebook, and names the file to blame


def load(path: Path) -> Any:
    return yaml.safe_load(path.read_text("utf-8"))


def store(path: Path, tree: Any) -> str:
    path.write_text(json.dumps(tree, indent=1), "utf-8")
    return path.name


def places(tree: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where the values of a tree are, apart from the whole of it."""
    pairs = tree.items() if isinstance(tree, dict) else enumerate(tree)
    for key, value in pairs:
        yield (*place, key)
        if isinstance(value, dict | list):
            yield from places(value, (*place, key))


def another_type(folder: Path, chance: random.Random) -> str:
    path = folder / chance.choice((HOME, "world.yaml", "questions.yaml"))
    tree = load(path)
    *way, last = chance.choice([*places(tree)])
    inside = tree
    for step in way:
        inside = inside[step]
    wrong: list[Any] = [7, None, {"a": {"b": []}}, [[["x"]]], {"": ""}]
    inside[last] = chance.choice([it for it in wrong if type(it) is not type(inside[last])])
    return store(path, tree)


def key_gone(folder: Path, chance: random.Random) -> str:
    path = folder / HOME
    tree = load(path)
    del tree[
        chance.choice(["title", "provider", "service", "party", "story", "evidence", "takeaway"])
    ]
    return store(path, tree)


def missing_world(folder: Path, _: random.Random) -> str:
    (folder / "world.yaml").unlink()
    return "puppet-seats.yaml"


def circular_parties(folder: Path, chance: random.Random) -> str:
    tree = load(folder / "world.yaml")
    parties = tree["parties"]
    ring = chance.sample(parties, chance.randint(1, len(parties)))
    for one, other in zip(ring, [*ring[1:], ring[0]], strict=True):
        one["part_of"] = other["id"]
    return store(folder / "world.yaml", tree)


def two_ids(folder: Path, chance: random.Random) -> str:
    path = folder / chance.choice(("world.yaml", "questions.yaml"))
    tree = load(path)
    listed = tree[chance.choice([*tree])]
    listed.append(dict(chance.choice(listed)))
    return store(path, tree)


def same_id_elsewhere(folder: Path, chance: random.Random) -> str:
    (folder / "questions").mkdir()
    questions = load(folder / "questions.yaml")["questions"]
    return store(folder / "questions" / "more.yaml", {"questions": [chance.choice(questions)]})


def binary(folder: Path, chance: random.Random) -> str:
    path = folder / chance.choice((HOME, "world.yaml", "questions.yaml"))
    path.write_bytes(chance.randbytes(chance.randint(1, 4000)) + b"\0")
    return path.name


def cut_short(folder: Path, chance: random.Random) -> str:
    path = folder / chance.choice((HOME, "world.yaml", "questions.yaml"))
    data = path.read_bytes()
    path.write_bytes(data[: chance.randrange(len(data) // 2)] + b"\n  x: [")
    return path.name


def huge(folder: Path, chance: random.Random) -> str:
    path = folder / chance.choice((HOME, "world.yaml", "questions.yaml"))
    with path.open("r+b") as file:
        file.truncate(100 << 20)  # 100 MB, of which a disk keeps nothing
    return path.name


def link_to_itself(folder: Path, _: random.Random) -> str:
    path = folder / HOME
    path.unlink()
    path.symlink_to(path)
    return path.name


def link_to_the_folder(folder: Path, _: random.Random) -> str:
    (folder / "cases" / "loop.yaml").symlink_to(folder, target_is_directory=True)
    return "loop.yaml"


def unreadable(folder: Path, chance: random.Random) -> str:
    """A file that may be listed and not read: for the owner of a machine, too."""
    path = folder / chance.choice((HOME, "world.yaml", "questions.yaml"))
    path.unlink()
    path.mkdir()
    return path.name


MUTATIONS: list[Mutation] = [
    another_type,
    key_gone,
    missing_world,
    circular_parties,
    two_ids,
    same_id_elsewhere,
    binary,
    cut_short,
    huge,
    link_to_itself,
    link_to_the_folder,
    unreadable,
]


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The template, and a case beside it that stands on the course's world."""
    folder = tmp_path_factory.mktemp("sound") / "lantern"
    assert write_new(folder) == ""
    case = load(folder / HOME)
    case |= {"id": GOOD, "provider": "group-it", "service": "web-shop", "party": "squallcote"}
    store(folder / "cases" / f"{GOOD}.yaml", case)
    shutil.rmtree(folder / "schema")
    assert read_folder(folder).faults == []
    return folder


@pytest.fixture
def broken(
    sound: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[Mutation, int], tuple[Path, str]]:
    monkeypatch.setattr("platformdirs.user_cache_path", lambda _: tmp_path / "cache")

    def make(mutate: Mutation, seed: int) -> tuple[Path, str]:
        folder = tmp_path / f"{mutate.__name__}-{seed}" / "lantern"
        shutil.copytree(sound, folder)
        if seed % 3 == 2:  # nothing may be left that is fine
            (folder / "cases" / f"{GOOD}.yaml").unlink()
        return folder, mutate(folder, random.Random(f"{mutate.__name__} {seed}"))  # noqa: S311

    return make


def judge(file: str, reading: FolderReading) -> None:
    told = "\n".join(map(str, reading.faults))
    names = {Path(fault.file).name for fault in reading.faults}
    assert file in names, told
    for fault in reading.faults:
        assert fault.message
        path = Path(fault.file)
        length = (
            path.read_bytes().count(b"\n") + 1
            if path.is_file() and path.stat().st_size < 1e6
            else 1
        )
        assert fault.line <= length, str(fault)
        assert fault.line >= 1 or "cannot be read" in fault.message, str(fault)
    if any(Path(it.file).stem == GOOD for it in reading.readings):
        assert reading.book, told
        assert GOOD in reading.book.cases
    book = reading.book
    for name in book.questions if book else ():
        assert book
        assert item_of(book, book.prefix + name)


@pytest.mark.parametrize("mutate", MUTATIONS, ids=lambda mutate: mutate.__name__)
def test_what_is_broken_is_named_and_what_is_fine_still_plays(
    mutate: Mutation,
    broken: Callable[[Mutation, int], tuple[Path, str]],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("customer_casebook.playable._FOLDERS", {})
    for seed in SEEDS:
        folder, file = broken(mutate, seed)
        judge(file, read_folder(folder))
    assert main(["check", str(folder)]) == FAULTY  # the last of them, by the command
    out, err = capsys.readouterr()
    assert file in out
    assert "Traceback" not in out + err
    with pytest.warns(UserWarning, match="is left out until it is mended") as caught:
        played = casebook(folder)  # and in a notebook
    assert file in str(caught[0].message)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert played.study(GOOD).transcript


# What a zip cannot hold: links that go nowhere, and folders in place of files.
ZIPPED = [it for it in MUTATIONS if it not in (link_to_itself, link_to_the_folder, unreadable)]


@pytest.mark.parametrize("mutate", ZIPPED, ids=lambda mutate: mutate.__name__)
def test_what_is_broken_in_a_zip_is_named_and_what_is_fine_still_plays(
    mutate: Mutation,
    broken: Callable[[Mutation, int], tuple[Path, str]],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for seed in SEEDS[:2]:
        monkeypatch.setattr("customer_casebook.playable._FOLDERS", {})
        folder, file = broken(mutate, seed)
        packed = Path(shutil.make_archive(str(folder), "zip", folder.parent, folder.name))
        assert main(["check", str(packed)]) == FAULTY
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        lines = out.splitlines()
        assert any(line.startswith(f"{packed}/lantern/") and file in line for line in lines), out
        assert "cache" not in out
        with pytest.warns(UserWarning, match="is left out until it is mended"):
            played = casebook(packed)
        assert GOOD in played.book.cases


def test_there_are_two_hundred() -> None:
    assert len(MUTATIONS) * len(SEEDS) >= 200


def test_a_pipe_is_not_waited_for(sound: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(sound, tmp_path / "lantern")
    os.mkfifo(folder / "cases" / "pipe.yaml")
    reading = read_folder(folder)
    assert reading.book
    assert [Path(fault.file).name for fault in reading.faults] == ["pipe.yaml"]
