"""A small casebook of one's own: two cases of a school, its world, and questions of every kind."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from zipfile import ZipFile

NAME = "school"
OFFICE, CHOIR = "office-lunch", "choir-lunch"


def _clue(name: str, **shows: str) -> dict[str, Any]:
    return {"id": name, "source": f"Note {name}", "text": f"The {name} says so.", "shows": shows}


def _case(name: str, party: str, title: str, *evidence: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": name,
        "title": title,
        "provider": "kitchen",
        "service": "soup",
        "party": party,
        "story": f"On Monday there is soup for {party}.\n\nOn Tuesday there is none.",
        "evidence": list(evidence),
        "takeaway": f"Soup tells who {party} is.",
    }


CONTENT: dict[str, list[dict[str, Any]]] = {
    "parties": [
        {"id": "school", "name": "the school", "kind": "organization", "about": "It teaches."},
        {
            "id": "kitchen",
            "name": "the kitchen",
            "kind": "unit",
            "about": "It cooks.",
            "part_of": "school",
        },
        {
            "id": "office",
            "name": "the office",
            "kind": "unit",
            "about": "It writes.",
            "part_of": "school",
        },
        {"id": "choir", "name": "the choir", "kind": "organization", "about": "It sings."},
    ],
    "services": [{"id": "soup", "name": "the soup", "about": "It is hot."}],
    "cases": [
        _case(
            CHOIR,
            "choir",
            "A soup for forty voices",
            _clue("statute", organization="different"),
            _clue("kind", party_is="organization", inside_provider="no", supplies="no"),
            _clue("bowl", consumes="yes", uses="yes"),
            _clue("letter", sets_requirements="yes"),
            _clue("bill", charge="paid"),
            _clue("contract", binding_contract="yes"),
        ),
        _case(
            OFFICE,
            "office",
            "A soup between two letters",
            _clue("chart", organization="same"),
            _clue("kind", party_is="unit", inside_provider="no", supplies="no"),
            _clue("bowl", consumes="yes", uses="yes"),
            _clue("letter", sets_requirements="yes"),
            _clue("bill", charge="notional"),
            _clue("door", direct_online="no"),
        ),
    ],
    "questions": [
        {
            "id": "who-eats",
            "kind": "case",
            "objectives": ["internal-works-here"],
            "case": OFFICE,
            "lens": "customer",
        },
        {
            "id": "one-line",
            "kind": "find",
            "objectives": ["internal-works-here"],
            "case": OFFICE,
            "lens": "customer",
        },
        {
            "id": "two-tables",
            "kind": "sort",
            "objectives": ["external-works-elsewhere"],
            "cases": [CHOIR, OFFICE],
            "lens": "customer",
        },
        {
            "id": "three-words",
            "kind": "match",
            "objectives": ["external-works-elsewhere"],
            "terms": ["customer", "user", "sponsor"],
        },
        {
            "id": "who-orders",
            "kind": "choose",
            "objectives": ["external-works-elsewhere"],
            "prompt": "Who orders the soup?",
            "editions": ["4", "5"],
            "options": [
                {"text": "The choir", "because": "It says what it wants.", "right": True},
                {"text": "The spoon", "because": "It wants nothing.", "misconception": "none"},
                {"text": "The bell", "because": "It rings.", "misconception": "none"},
            ],
        },
    ],
}


def write_folder(home: Path) -> Path:
    """The casebook as a folder of files; JSON is YAML, too."""
    folder = home / NAME
    (folder / "cases").mkdir(parents=True)
    world = {key: CONTENT[key] for key in ("parties", "services")}
    files = {"world.yaml": world, "questions.yaml": {"questions": CONTENT["questions"]}}
    files |= {f"cases/{case['id']}.yaml": case for case in CONTENT["cases"]}
    for name, content in files.items():
        (folder / name).write_text(json.dumps(content, indent=2), encoding="utf-8")
    return folder


def write_package(around: Path, name: str) -> Path:
    """The casebook as an installed package: its folder, and what pip writes beside it."""
    folder = write_folder(around / "home")
    folder = folder.rename(around / name)
    (folder / "__init__.py").touch()
    about = around / f"{name}-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n", "utf-8")
    entry = f"[customer_casebook.casebooks]\n{name} = {name}\n"
    (about / "entry_points.txt").write_text(entry, "utf-8")
    return folder


def write_zip(folder: Path, file: Path, root: str = "") -> Path:
    """A zip of a folder's files, in a folder of the zip where ``root`` names one."""
    with ZipFile(file, "w") as packed:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                packed.write(path, f"{root}/{path.relative_to(folder)}".lstrip("/"))
    return file
