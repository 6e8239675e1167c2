"""A casebook in a zip, or of an installed package, is the same as in its folder; a hostile zip does no harm."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable
from pathlib import Path
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZipFile, ZipInfo

import pytest

from customer_casebook.__main__ import FAULTY, FINE, main
from customer_casebook.authoring import shared
from customer_casebook.authoring.folder import (
    ContentError,
    names_not_for_windows,
    read_casebook,
    read_folder,
)
from customer_casebook.authoring.shared import find_origin, open_casebook
from customer_casebook.playable import casebook
from tests.new_casebook import edit, new_casebook
from tests.own_casebook import NAME, write_folder, write_package, write_zip

CASE = "cases/puppet-seats.yaml"


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("platformdirs.user_cache_path", lambda _: tmp_path / "cache")
    monkeypatch.setattr("customer_casebook.playable._FOLDERS", {})
    return tmp_path / "cache"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return new_casebook(tmp_path)


def packed(file: Path, members: Iterable[tuple[str | ZipInfo, bytes]]) -> Path:
    with ZipFile(file, "w") as out:
        for name, data in members:
            out.writestr(name, data)
    return file


def fault_of(file: Path) -> str:
    """What is said of a zip, in one sentence of one line."""
    with pytest.raises(ContentError) as caught:
        open_casebook(file)
    [fault] = caught.value.faults
    assert "\n" not in str(fault)
    return str(fault).removeprefix(f"{file.parent}/")


@pytest.mark.parametrize("root", ["lantern", ""])
def test_a_zip_is_the_same_casebook_as_its_folder(folder: Path, tmp_path: Path, root: str) -> None:
    file = write_zip(folder, tmp_path / "lantern.zip", root)
    book, expected = open_casebook(file).book, read_casebook(folder)
    for name in ("name", "world", "cases", "questions", "objectives"):
        assert getattr(book, name) == getattr(expected, name)
    assert book.prefix == "lantern:"
    assert casebook(file).study("puppet-seats").transcript


def test_a_zip_keeps_the_name_of_its_folder_whatever_it_is_called(
    folder: Path, tmp_path: Path
) -> None:
    file = write_zip(folder, tmp_path / "lantern (1).ZIP", "lantern")
    assert open_casebook(str(file)).book.name == "lantern"


@pytest.mark.parametrize(("root", "inside"), [("lantern", "lantern/"), ("", "")])
def test_faults_are_named_as_in_the_zip(
    folder: Path, tmp_path: Path, root: str, inside: str, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(folder / CASE, "service: seat-finder", "service: seat-findr")
    file = write_zip(folder, tmp_path / "lantern.zip", root)
    assert main(["check", str(file)]) == FAULTY
    out, err = capsys.readouterr()
    assert out.startswith(f"{file}/{inside}{CASE}:5: service: there is no 'seat-findr'")
    assert (out.count("\n"), err) == (1, "")
    with pytest.warns(UserWarning, match="is left out until it is mended") as caught:
        book = casebook(file).book
    assert f"{file}/{inside}{CASE}:5" in str(caught[0].message)
    assert book.faults["puppet-seats"].startswith(f"{file}/{inside}{CASE}:5")


def test_check_and_decide_take_a_zip(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write_zip(folder, tmp_path / "lantern.zip")
    assert main(["check", str(file)]) == FINE
    assert capsys.readouterr().out == "4 files are fine\n"
    assert main(["decide", "--json", str(file)]) == FINE
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    names = ("puppet-seats", "reading-room-seats")
    assert [line["file"] for line in lines] == [f"{file}/cases/{name}.yaml" for name in names]


def test_a_new_zip_takes_the_place_of_the_older_one(
    folder: Path, tmp_path: Path, cache: Path
) -> None:
    for before, now in ("Forty chairs", "Fifty chairs"), ("Fifty chairs", "Sixty chairs"):
        edit(folder / CASE, f"title: {before}", f"title: {now}")
        book = open_casebook(write_zip(folder, tmp_path / "lantern.zip")).book
        assert book.cases["puppet-seats"].title == f"{now} for one dragon"
    assert len([*cache.glob("zips/*/*")]) == 1


def test_a_zip_is_unpacked_once(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write_zip(folder, tmp_path / "lantern.zip")
    origin = find_origin(file)
    monkeypatch.setattr(shared, "_unpack", None)
    assert find_origin(file) == origin


def test_only_the_files_of_a_casebook_are_unpacked(
    folder: Path, tmp_path: Path, cache: Path
) -> None:
    file = write_zip(folder, tmp_path / "lantern.zip", "lantern")
    others = ["../evil.yaml", "/evil.yaml", "lantern/../../evil.yaml", "lantern/cases/../evil.yaml"]
    others += [
        "C:\\evil.yaml",
        "__MACOSX/lantern/._world.yaml",
        "lantern/run.py",
        "evil/play.ipynb",
    ]
    with ZipFile(file, "a") as out:
        for name in others:
            out.writestr(name, b"id: evil")
    open_casebook(file)
    known = {
        str(path.relative_to(folder)) for path in folder.rglob("*.*") if path.suffix != ".json"
    }
    unpacked = [path for path in cache.glob("zips/**/*") if path.is_file()]
    assert {"/".join(path.parts[path.parts.index("lantern") + 1 :]) for path in unpacked} == known
    assert not [*tmp_path.rglob("evil*")]


def test_a_link_in_a_zip_is_a_text(folder: Path, tmp_path: Path) -> None:
    (folder / CASE).unlink()
    file = write_zip(folder, tmp_path / "lantern.zip")
    link = ZipInfo(CASE)
    link.external_attr = 0o120777 << 16
    with ZipFile(file, "a") as out:
        out.writestr(link, b"/etc/passwd")
    origin = find_origin(file)
    assert origin
    assert not (origin.folder / CASE).is_symlink()
    assert CASE in "".join(map(str, open_casebook(file).faults))


HOSTILE = {
    "no zip": ([], "is broken, or has a password"),
    "empty": ([("read.me", b"")], "holds no casebook; it needs cases in"),
    "two": ([("a/world.yaml", b""), ("b/cases/x.yaml", b"")], "holds several casebooks, a, b;"),
    "signs": ([("cases/a:b.yaml", b"id: a")], "has a name of signs"),
    "device": ([("cases/con.yaml", b"id: con")], "cases/con.yaml: has a name that Windows keeps"),
    "device around": ([("nul/cases/x.yaml", b"")], "nul/cases/x.yaml: has a name that Windows"),
    "capitals": (
        [("cases/a.yaml", b"id: a"), ("cases/A.yaml", b"id: a")],
        "cases/A.yaml: is the same name as cases/a.yaml where capitals do not count",
    ),
    "unseen": ([("cases/\u202ex.yaml", b"id: a")], "has a name of signs"),
    "big notebook": (
        [("world.yaml", b""), ("p.ipynb", b" " * (1 << 24) + b" ")],
        "16 MiB that fit",
    ),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_what_is_wrong_with_a_zip_is_said_in_one_sentence(what: str, tmp_path: Path) -> None:
    members, words = HOSTILE[what]
    file = packed(tmp_path / "x.zip", members)
    if what == "no zip":
        file.write_bytes(b"PK nothing")
    assert words in fault_of(file)


def test_a_zip_that_unpacks_to_a_mountain_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cache: Path
) -> None:
    monkeypatch.setattr(shared, "MAX_ZIP_BYTES", 1 << 20)
    file = tmp_path / "x.zip"
    with ZipFile(file, "w", ZIP_DEFLATED) as out:
        for number in range(5):
            out.writestr(f"cases/x-{number}.yaml", b"\0" * (1 << 24))
    assert "1 MiB that fit" in fault_of(file)
    assert not [path for path in cache.rglob("*") if path.is_file()]
    monkeypatch.setattr(shared, "MAX_ZIP_FILES", 4)
    assert "more than 4 files" in fault_of(file)
    file.write_bytes(bytes((1 << 20) + 1))
    assert "is longer than 1 MiB" in fault_of(file)


def test_a_zip_of_a_million_folders_is_refused_before_its_directory_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = packed(tmp_path / "x.zip", [("cases/x.yaml", b"id: x"), ("a/", b""), ("b/", b"")])
    monkeypatch.setattr(shared, "MAX_ZIP_ENTRIES", 2)
    monkeypatch.setattr(shared, "ZipFile", None)
    assert "holds more than 2 files and folders; make a zip of the casebook alone" in fault_of(file)


@pytest.mark.parametrize(
    "name", ["cases/aux.yaml", "cases/com1.old.yaml", "questions/Nul.yaml", "lpt9.ipynb"]
)
def test_a_name_that_windows_keeps_is_a_fault_of_a_folder(folder: Path, name: str) -> None:
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_text("x: y", "utf-8")
    said = [str(fault) for fault in read_folder(folder).faults]
    assert f"{folder / name}: has a name that Windows keeps for a device; rename it" in said


def test_two_names_that_are_one_on_windows_are_a_fault_of_the_second() -> None:
    [(name, said)] = names_not_for_windows(["Play.ipynb", "cases/play.ipynb", "play.ipynb"])
    assert name == "play.ipynb"
    assert said.startswith("is the same name as Play.ipynb where capitals do not count")


def test_a_name_that_only_begins_like_a_device_is_fine(folder: Path) -> None:
    for name in ("console.ipynb", "com10.ipynb", "my-nul.ipynb"):
        (folder / name).write_bytes((folder / "play.ipynb").read_bytes())
    assert not read_folder(folder).faults


def test_one_mountain_in_a_zip_is_a_file_that_is_too_long(folder: Path, tmp_path: Path) -> None:
    file = write_zip(folder, tmp_path / "lantern.zip")
    with ZipFile(file, "a", ZIP_DEFLATED) as out:
        out.writestr("cases/mountain.yaml", b"\0" * (100 << 20))
    [fault] = open_casebook(file).faults
    assert str(fault).startswith(f"{file}/cases/mountain.yaml:1: is longer than 256 KiB")


def test_an_odd_packing_and_a_password_are_refused(folder: Path, tmp_path: Path) -> None:
    file = write_zip(folder, tmp_path / "lantern.zip")
    data = bytearray(file.read_bytes())
    with ZipFile(file, "a", ZIP_BZIP2) as out:
        out.writestr("cases/odd.yaml", b"id: odd")
    assert "make an ordinary zip" in fault_of(file)
    for start, flags in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        at = data.find(start)
        while at >= 0:
            data[at + flags] |= 1  # as if it were encrypted
            at = data.find(start, at + 1)
    file.write_bytes(data)
    assert "has a password" in fault_of(file)


@pytest.mark.parametrize(
    ("name", "root", "named"),
    [
        ("Дело.zip", "", "Дело.zip: "),
        ("x.zip", "Дело", "x.zip/Дело: "),
        ("x.zip", "..", "x.zip/..: "),
    ],
)
def test_a_zip_without_a_name_is_refused(
    folder: Path, tmp_path: Path, name: str, root: str, named: str
) -> None:
    said = fault_of(write_zip(folder, tmp_path / name, root))
    assert said.startswith(f"{named}has no name for its answers; rename it with letters")


def test_a_zip_is_the_same_casebook_through_a_link_to_it(folder: Path, tmp_path: Path) -> None:
    file, link = write_zip(folder, tmp_path / "lantern.zip"), tmp_path / "link.zip"
    link.symlink_to(file)
    assert [open_casebook(each).book.name for each in (link, file)] == ["lantern", "lantern"]


def test_a_zip_with_backslashes_is_read(folder: Path, tmp_path: Path) -> None:
    paths = (path for path in folder.rglob("*.*") if path.is_file())
    members = [(str(path.relative_to(folder.parent)), path.read_bytes()) for path in paths]
    file = packed(tmp_path / "x.zip", [(name.replace("/", "\\"), data) for name, data in members])
    book = open_casebook(file).book
    assert (book.name, [*book.cases]) == ("lantern", [*read_casebook(folder).cases])


@pytest.mark.parametrize("start", ["/", "//", "lantern//", "lantern/../"])
def test_no_name_in_a_zip_leads_out_of_the_folder(folder: Path, tmp_path: Path, start: str) -> None:
    file = write_zip(folder, tmp_path / "x.zip", "lantern")
    with ZipFile(file, "a") as out:
        out.writestr(f"{start}glossary.yaml", b"terms: []")
    with ZipFile(file) as archive:
        members = shared._members(archive, "x.zip")[1]
    assert {name.rpartition("/")[0] for name in members} == {"", "cases"}
    assert "glossary.yaml" not in {name.rpartition("/")[2] for name in members}


def test_hidden_files_belong_to_no_casebook(folder: Path, tmp_path: Path) -> None:
    for name in (".#puppet-seats.yaml", "._puppet-seats.yaml"):  # as Emacs and macOS write them
        (folder / "cases" / name).write_bytes(b"\0")
    (folder / "._play.ipynb").write_bytes(b"\0")
    assert not read_folder(folder).faults
    assert not open_casebook(write_zip(folder, tmp_path / "lantern.zip")).faults


def test_no_name_in_a_zip_steers_a_terminal(folder: Path, tmp_path: Path) -> None:
    odd = "a\x1b[31m\nb"
    edit(folder / CASE, "service: seat-finder", "service: seat-findr")
    [fault] = open_casebook(write_zip(folder, tmp_path / "x.zip", odd)).faults
    assert str(fault).isprintable()
    several = packed(tmp_path / "y.zip", [(f"{odd}/world.yaml", b""), ("b/world.yaml", b"")])
    assert fault_of(several).isprintable()


def test_what_is_unpacked_is_what_was_read_though_the_zip_changes(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write_zip(folder, tmp_path / "lantern.zip")
    edit(folder / CASE, "title: Forty", "title: Fifty")
    newer, members = write_zip(folder, tmp_path / "newer.zip"), shared._members
    with monkeypatch.context() as patch:
        patch.setattr(shared, "_members", lambda *it: (newer.replace(file), members(*it))[1])
        title = open_casebook(file).book.cases["puppet-seats"].title
    assert title.startswith("Forty")
    assert open_casebook(file).book.cases["puppet-seats"].title.startswith("Fifty")


def test_where_nothing_can_be_unpacked_it_says_so(
    folder: Path, tmp_path: Path, cache: Path
) -> None:
    cache.write_text("a file", "utf-8")
    words = fault_of(write_zip(folder, tmp_path / "lantern.zip"))
    assert "cannot be unpacked: " in words
    assert "unpack it yourself" in words


def test_two_hundred_damaged_zips_are_named_and_none_has_a_traceback(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sound, chance = write_zip(folder, tmp_path / "sound.zip").read_bytes(), random.Random(22)  # noqa: S311
    file = tmp_path / "lantern.zip"
    refused = 0
    for _ in range(200):
        data = bytearray(sound)
        for _ in range(chance.choice((1, 3, 40))):
            data[chance.randrange(len(data))] = chance.randrange(256)
        if chance.random() < 0.3:
            del data[chance.randrange(len(data)) :]
        file.write_bytes(data)
        status = main(["check", str(file)])
        out, err = capsys.readouterr()
        assert err == ""
        assert status in (FINE, FAULTY)
        if status == FAULTY:
            refused += 1
            assert all(line.startswith(str(file)) for line in out.splitlines()), out
    assert refused > 100


def test_an_installed_casebook_is_opened_by_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "site").mkdir()
    folder = write_package(tmp_path / "site", NAME)
    monkeypatch.syspath_prepend(tmp_path / "site")
    monkeypatch.chdir(tmp_path)
    assert casebook(NAME).book.prefix == f"{NAME}:"
    assert main(["check", NAME]) == FINE
    edit(folder / "world.yaml", '"kind": "unit"', '"kind": "unitt"')
    capsys.readouterr()
    assert main(["check", NAME]) == FAULTY
    assert capsys.readouterr().out.startswith(f"{folder}/world.yaml:")
    own = write_folder(tmp_path)  # a folder of that name comes first
    found = find_origin(NAME)
    assert found
    assert found.source == own


def test_an_installed_casebook_that_is_gone_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "site").mkdir()
    write_package(tmp_path / "site", NAME).rename(tmp_path / "elsewhere")
    monkeypatch.syspath_prepend(tmp_path / "site")
    with pytest.raises(ContentError, match="install it again"):
        find_origin(NAME)


@pytest.mark.parametrize("name", ["no-such", "\0", "x" * 5000, "missing.zip"])
def test_what_is_nowhere_is_no_casebook(name: str) -> None:
    assert find_origin(name) is None
