"""What a user's type checker sees of the names that a notebook imports."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from mypy import api

import customer_casebook

ROOT = Path(__file__).parents[1]
PACKAGE = Path(customer_casebook.__file__).parent
SCRIPT = '''
"""A notebook's cells, as a user might write them."""
from customer_casebook import Facts, __version__, casebook, decide, study, what_if

facts = Facts.read({"party_is": "unit", "organization": "same"})
reveal_type(__version__)
reveal_type(decide(facts, "customer").answer)
reveal_type(decide({"party_is": "unit"}, "customer", edition="v3"))
reveal_type(decide(facts))
reveal_type(study("hr-pay-run"))
reveal_type(study("hr-pay-run", ["customer", "money"]))
reveal_type(what_if("hr-pay-run"))
book = casebook("my-cases")
reveal_type(book.study("my-till", ["customer"]))
'''
TYPES = {
    "__version__": "str",
    'decide(facts, "customer").answer': "str | tuple[str, ...]",
    'decide({"party_is": "unit"}, "customer", edition="v3")': "Verdict",
    "decide(facts)": "Verdicts",
    'study("hr-pay-run")': "Card",
    'study("hr-pay-run", ["customer", "money"])': "Card",
    'what_if("hr-pay-run")': "WhatIf",
    'book.study("my-till", ["customer"])': "Card",
}
WRONG_CALLS = {
    "study(7)": "arg-type",
    "study()": "call-arg",
    'study("hr-pay-run", colour="red")': "call-arg",
    "decide(1, 'customer')": "call-overload",
    'decide({"party_is": "unit"}, "customer").anser': "attr-defined",
    "what_if(None)": "arg-type",
    "casebook(3)": "arg-type",
    'casebook("my-cases").stduy("my-till")': "attr-defined",
    'casebook("my-cases").study(7)': "arg-type",
    "customer_casebook.stduy": "attr-defined",
}


def check(source: str, folder: Path) -> list[str]:
    """What a strict mypy says of a user's script, a line each, without the file's name."""
    script = folder / "script.py"
    script.write_text(source, "utf-8")
    config = folder / "mypy.ini"
    cache = ROOT / ".mypy_cache" / "user"  # that of `make lint` has other settings
    config.write_text(f"[mypy]\nstrict = true\ncache_dir = {cache}\n", "utf-8")
    output, errors, _ = api.run(
        [f"--config-file={config}", "--no-error-summary", "--hide-error-context", str(script)]
    )
    assert not errors
    return [line.partition("script.py:")[2] for line in output.splitlines()]


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """One run over the script and, below it, every wrong call on a line of its own."""
    calls = "\n".join(WRONG_CALLS)
    return check(f"{SCRIPT}\nimport customer_casebook\n{calls}\n", tmp_path_factory.mktemp("typed"))


def test_a_user_sees_the_types(said: list[str]) -> None:
    notes = [line for line in said if "Revealed type" in line]
    revealed = [re.sub(r"[\w.]*\.(?=\w)", "", re.findall('"(.*)"', note)[0]) for note in notes]
    assert dict(zip(TYPES, revealed, strict=True)) == TYPES


def test_a_wrong_call_is_an_error(said: list[str]) -> None:
    first = f"{SCRIPT}\nimport customer_casebook\n".count("\n") + 1
    errors = [line for line in said if "error:" in line]
    expected = [
        (str(number), code) for number, code in enumerate(WRONG_CALLS.values(), start=first)
    ]
    assert [(line.partition(":")[0], line.rpartition("[")[2][:-1]) for line in errors] == expected


def test_the_stub_names_what_is_loaded() -> None:
    stub = ast.parse((PACKAGE / "__init__.pyi").read_text("utf-8"))
    names = {
        alias.name for node in stub.body if isinstance(node, ast.ImportFrom) for alias in node.names
    }
    assert names == {*vars(customer_casebook)["__all__"]} == {*dir(customer_casebook)}
    for name in names:
        assert getattr(customer_casebook, name) is not None
    with pytest.raises(AttributeError, match="stduy"):
        customer_casebook.stduy  # type: ignore[attr-defined]  # noqa: B018
