"""Plain English where one learns: what is measured, and what is said where a text is too hard."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output
from tools.readability import KINDS, Text, faults, grade, lesson_texts, minutes, syllables, texts

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
OTHERS = ("00", "18", "19", "20")  # the start, practice, a page to look things up, an own case
LESSONS = [path for path in sorted(NOTEBOOKS.glob("*.ipynb")) if path.stem[:2] not in OTHERS]
MAX_MINUTES_OFF = 3


def sentences(markdown: str) -> list[Text]:
    return [*Text("lessons", "here", markdown).sentences()]


def said(markdown: str) -> str:
    return "\n".join(faults(sentences(markdown), limit=6))


def test_a_sentence_has_the_grade_of_flesch_and_kincaid() -> None:
    assert grade(sentences("The cat sat on the mat.")) == pytest.approx(0.39 * 6 + 11.8 - 15.59)


@pytest.mark.parametrize(
    ("word", "count"),
    [("made", 1), ("asked", 1), ("wanted", 2), ("service", 2), ("table", 2), ("customer", 3)],
)
def test_syllables_are_spoken_ones(word: str, count: int) -> None:
    assert syllables(word) == count


def test_evidence_has_shorter_sentences_than_other_texts() -> None:
    sentence = f"It is{' a cat and' * 7} a dog."
    found = {
        kind: [*faults([*Text(kind, "here", sentence).sentences()], 20)]
        for kind in ("evidence", "rules")
    }
    assert found == {"evidence": [f"here: 25 words in a sentence: {sentence}"], "rules": []}


def test_a_paragraph_an_entry_and_a_cell_end_a_sentence() -> None:
    markdown = (
        "One is here. Two is (a *long*\none).\n\n- three\n- four\n\n| five | six |\n|---|---|\n"
    )
    assert [sentence.text for sentence in sentences(markdown)] == [
        *("One is here.", "Two is (a long one).", "three", "four", "five", "six")
    ]


def test_plain_sentences_have_no_fault() -> None:
    assert said("A user works with the service. The customer says what is needed.") == ""


@pytest.mark.parametrize(
    ("markdown", "fault"),
    [
        ("Organizational considerations necessitate reconsideration.", "here: Organizational"),
        (f"It is{' a cat and' * 10} a dog.", "here: 34 words in a sentence"),
        ("It is no customer, and that is all.", "here: “is no customer” in"),
        ("The answer hangs on one fact.", "here: “hangs on” in"),
        ("They belong to one house.", "here: “one house” in"),
        ("Rightly left: the flip side.", "here: “Rightly” in"),
        ("The clerks obfuscate it.", "above B2: obfuscate"),
    ],
)
def test_what_is_hard_is_named_with_its_place(markdown: str, fault: str) -> None:
    assert fault in said(markdown)


def test_texts_of_each_kind_are_found() -> None:
    assert {text.kind for text in (*texts(), *lesson_texts())} == KINDS.keys()


def activity(transcript: str) -> NotebookNode:
    output = new_output("execute_result", {"text/plain": transcript})
    return NotebookNode(cells=[new_markdown_cell("Word " * 200), new_code_cell(outputs=[output])])


def test_a_slow_reader_takes_a_minute_for_100_words_and_20_seconds_for_a_question() -> None:
    answer = "(Answer:)\n    A fold.\n\n    It is long.\n"
    assert minutes(activity("word " * 100)) == 3
    assert minutes(activity(("word " * 50 + "\n" + answer) * 6)) == 7
    assert minutes(activity("word " * 100 + "\n" + answer * 3)) == 4


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_a_lesson_says_how_long_it_takes(path: Path) -> None:
    needed = minutes(nbformat.read(path, as_version=4))
    [stated] = re.findall(
        r"\*\*After this lesson\*\* \(about (\d+) minutes", path.read_text("utf-8")
    )
    assert abs(int(stated) - needed) <= MAX_MINUTES_OFF


def test_the_first_page_says_how_long_lessons_take() -> None:
    needed = sorted(minutes(nbformat.read(path, as_version=4)) for path in LESSONS)
    page = (NOTEBOOKS / "00_start_here.ipynb").read_text("utf-8")
    [(least, most)] = re.findall(r"takes (\d+) to (\d+) minutes", page)
    assert abs(int(least) - needed[0]) <= MAX_MINUTES_OFF
    assert abs(int(most) - needed[-1]) <= MAX_MINUTES_OFF
