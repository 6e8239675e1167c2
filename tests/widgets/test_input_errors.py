"""What cannot be used is refused in a sentence, and a learner sees that sentence and nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

import customer_casebook as ccb
from customer_casebook.course.exam import MAX_EXAM_MINUTES
from customer_casebook.course.selection import exam_pool
from customer_casebook.domain.facts import InputError
from customer_casebook.domain.rules import LENSES
from tests.course.books import BOOK

HUB, FERRIES = "marketing-campaign-hub", "ferries-ticket-shop"
CASES = f'["{HUB}", "{FERRIES}"]'
BANK = 1000  # as many as are there are asked
POOL = len(exam_pool(BOOK))
LENS_NAMES = ", ".join(LENSES)

# What is called, and the beginning of the sentence that refuses it.
REFUSED = {
    "term()": f"there is no term to show; name some of {', '.join(BOOK.glossary)}",
    f'study("{HUB}", [])': f"there is no lens to ask; name some of {LENS_NAMES}",
    f'compare("{HUB}", "{FERRIES}", ())': f"there is no lens to ask; name some of {LENS_NAMES}",
    f'study("{HUB}", "costumer")': "there is no lens 'costumer'; write customer, role, ",
    f'study("{HUB}", [7])': "there is no lens 7; write customer, role, ",
    f'compare("{HUB}", "{FERRIES}", "c")': "there is no lens 'c'; write customer, role, ",
    f'what_if("{HUB}", lenses="x")': "there is no lens 'x'; write customer, role, ",
    f'what_if("{HUB}", "customer")': "'customer' is no challenge; write a list of pairs such as (",
    f'what_if("{HUB}", ("customer", "external"))': "'customer' is no challenge; write a list of ",
    f'what_if("{HUB}", [("customer",)])': "('customer',) is no challenge; write a list of pairs ",
    f'sort_parties({CASES}, "x")': "there is no lens 'x'; write customer, role, ",
    f'sort_parties({CASES}, ["customer"])': "there is no lens ['customer']; write customer, ",
    'practice(n="3")': f"n is '3'; write a whole number from 1 to {BANK}",
    "practice(n=0)": f"n is 0; write a whole number from 1 to {BANK}",
    'exam(minutes="60")': f"minutes is '60'; write a whole number from 1 to {MAX_EXAM_MINUTES}",
    "exam(n=0)": f"n is 0; write a whole number from 1 to {POOL}",
    "review(n=0)": "n is 0; write a whole number from 1 to 1000",
    'exam(seed="x")': "seed is 'x'; write a whole number, or leave it out",
    f'study("{HUB}", None)': "there is no lens None; write customer, role, ",
    f'what_if("{HUB}", lenses=[])': f"there is no lens to ask; name some of {LENS_NAMES}",
    f'study(["{HUB}"])': f"there is no case ['{HUB}']; ",
    'find_evidence(["hub"])': "there is no case ['hub']; ",
    "sort_parties(7)": "there is no case 7; ",
    "own_the_relationship(None)": "there is no case None; ",
    'study("hub")': "there is no case 'hub'; ",
    'service_levels("both")': "there is no customer 'both'; write internal or external",
}


def evaluate(call: str) -> Any:
    return eval(call, {name: getattr(ccb, name) for name in dir(ccb)})  # noqa: S307  (ours)


@pytest.mark.parametrize(("call", "sentence"), REFUSED.items())
def test_what_cannot_be_used_is_refused_with_what_to_write(call: str, sentence: str) -> None:
    with pytest.raises(InputError, match=f"^{re.escape(sentence)}"):
        evaluate(call)


def test_in_a_kernel_the_sentence_is_shown_without_a_traceback() -> None:
    cells = ["from customer_casebook import *", *REFUSED]
    notebook = new_notebook(cells=[new_code_cell(source) for source in cells])
    NotebookClient(notebook, kernel_name="python3", allow_errors=True, timeout=120).execute()
    _, *shown = notebook.cells
    for cell, sentence in zip(shown, REFUSED.values(), strict=True):
        [output] = cell.outputs
        assert output.output_type == "error"
        assert output.ename == "InputError"
        [line] = output.traceback  # what a front end shows of an error
        assert line.startswith(sentence), cell.source
        assert "\n" not in line
        assert "Traceback" not in str(nbformat.from_dict(output))


# One lens may be named by itself.

ONE_LENS: dict[str, Callable[[Any], Any]] = {
    "study": lambda lens: ccb.study(HUB, lens),
    "compare": lambda lens: ccb.compare(HUB, FERRIES, lens),
    "sort": lambda lens: ccb.sort_parties([HUB, FERRIES], lens),
    "what_if": lambda lens: ccb.what_if(HUB, [], lens),
}


@pytest.mark.parametrize("name", ["study", "compare", "what_if"])
@pytest.mark.parametrize("lens", ["customer", "owner"])
def test_the_name_of_a_lens_is_a_list_of_one(name: str, lens: str) -> None:
    bare, listed = (ONE_LENS[name](lenses)._repr_mimebundle_()[0] for lenses in (lens, [lens]))
    assert bare["text/html"] == listed["text/html"]
    assert BOOK.lens_texts[lens].label in bare["text/plain"]


def test_a_sort_takes_the_name_of_a_lens() -> None:
    [item] = ONE_LENS["sort"]("owner").questions
    assert item.id == f"sort/owner/{HUB}+{FERRIES}"


def test_what_if_shows_the_one_lens_that_is_named() -> None:
    activity = ONE_LENS["what_if"]("money")
    assert re.findall(r'<th scope="row">(.*?)</th>', activity.view["blocks"]) == ["Money"]
