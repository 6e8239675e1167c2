"""How hard our texts are to read, per kind of text: `make lint` holds a limit for each.

Measured are the Flesch-Kincaid grade (the school year in which one reads a text with ease), the
longest sentence, and the words above B2 of the Common European Framework. Turns of phrase that stop
a reader whose third language is English are faults. Stories are measured, and not held.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from math import ceil
from pathlib import Path
from typing import Any, NamedTuple

import nbformat
import yaml
from cefrpy import CEFRAnalyzer
from markdown_it import MarkdownIt
from nbformat import NotebookNode

from customer_casebook.domain.rules import LENSES

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "customer_casebook"

# Which kind a text of a content file is, by the end of the path to it; and the grade it may have.
KINDS = {
    "rules": (r"means", 8.0),  # and those of rules.py
    "questions": (r"question|prompt", 5.3),
    "options": (r"lenses/.*/label|options/\w+/text", 4.8),
    "feedback": (r"because|claim|corrective|takeaway|open/\w+", 5.5),
    "instructions": (
        r"play|assumes/\d+|can|simulators/\w+/about|hint|whom|asks/\w+/answers/\w+",
        5.8,
    ),  # and the front end
    "glossary": (r"definitions/\w+|note", 8.0),
    "lessons": (None, 5.3),  # the notebooks
    "evidence": (r"evidence/.*/text", 4.8),
    "stories": (r"story|sentences/\d+/text|asks|fates/.*", None),
}
MAX_SENTENCE_WORDS = {"evidence": 22}
MAX_OTHER_SENTENCE_WORDS = 30
MAX_HARD_SHARE = 0.02
C1 = 4.5  # on the scale of the list, where B2 is 4 and C1 is 5
WORST_COUNT = 10
# A sentence in a script; not a docstring, which has three quotes.
SAID = re.compile(r'(?<![\w"`])["`]([A-Z][^"`\n]* [^"`\n]*[.?])["`](?!["`])')
SLOW_WORDS_A_MINUTE = 100
SECONDS_A_QUESTION = 20

# The grade of a sentence does not show these: inverted order, bookish words, and figures of speech.
AVOIDED = re.compile(
    r"""told\ otherwise | \b(?:flips?|lens(?:es)?|rightly)\b
    | all\ that\ hold\b | \b(?:come|became|become)s?\ of\b | all\ the\ same
    | \b(?:rung|anew|thereby|hence|lest|oneself|so-and-so)s?\b | \b(?:hang|turn)s?\ on\b
    | \b(?:one|own|the|same|other|two)\ houses?\b | ,\ for\ (?:it|he|she|they|the|there|no|a|we)\b
    | (?<!there\ )\b(?:is|are|was|were|makes?)\ no\ (?!longer|more|other|one|difference)\w+
    | \bmakes?\ nobody\b | \b(?:nor|neither)\ (?:do|does|is|are|has|have|can|may)\b""",
    re.VERBOSE | re.IGNORECASE,
)


class Text(NamedTuple):
    """Something that a learner reads, and where it stands."""

    kind: str
    place: str
    text: str

    @property
    def words(self) -> list[str]:
        return re.findall(r"[^\W\d_]+(?:['\N{RIGHT SINGLE QUOTATION MARK}][a-z]+)?", self.text)

    def sentences(self) -> Iterator[Text]:
        """A paragraph, a list entry and a cell of a table end a sentence, too."""
        markdown = re.sub(r"</?(?:details|summary)[^>]*>", "\n\n", self.text)
        for token in MarkdownIt().enable("table").parse(markdown):
            parts = [" " if c.type == "softbreak" else c.content for c in token.children or ()]
            paragraph = re.sub(r"\$?\{\w+\}", "it", "".join(parts))
            for sentence in re.split(r"(?<=[.?!])[)”\"]*\s+(?=\W*[A-Z])", paragraph):
                if re.search(r"[^\W\d_]{2}", sentence):
                    yield self._replace(text=sentence)


def texts() -> Iterator[Text]:
    """Every text of the package that a learner reads."""
    for rule in (rule for lens in LENSES.values() for rule in lens.rules):
        words = f"{rule.title} {rule.explanation} {rule.note}"
        yield Text("rules", f"rules.py: {rule.id}", words)
    for path in sorted((PACKAGE / "content").rglob("*.yaml")):
        for place, text in leaves(yaml.safe_load(path.read_text("utf-8"))):
            for kind, (end, _) in KINDS.items():
                if end and re.search(rf"/(?:{end})$", place):
                    yield Text(kind, f"{path.name}: {place}", text)
    rooms = ("widgets/**/*.*", "simulators/*.py", "own/*.py")
    for path in sorted(path for room in rooms for path in PACKAGE.glob(room)):
        if path.suffix in {".py", ".js"}:
            for text in re.findall(SAID, path.read_text("utf-8")):
                yield Text("instructions", path.name, text)


def leaves(value: Any, place: str = "") -> Iterator[tuple[str, str]]:
    """The texts of a YAML file, each with the path to it."""
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, dict):
        for key, entry in value.items():
            yield from leaves(entry, f"{place}/{key}")
    elif isinstance(value, list):
        for number, entry in enumerate(value):
            name = entry.get("id", number) if isinstance(entry, dict) else number
            yield from leaves(entry, f"{place}/{name}")


def lesson_texts() -> Iterator[Text]:
    """The prose of the lessons. What stands before the goals of a lesson is a story."""
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type == "markdown":
                story, goals, rest = cell.source.partition("**After this lesson**")
                yield Text("stories" if goals else "lessons", f"{path.name}: {cell.id}", story)
                yield Text("lessons", f"{path.name}: {cell.id}", goals + rest)


@cache
def syllables(word: str) -> int:
    """About how many syllables a word has: as many as groups of vowels, without a silent e."""
    spoken = re.sub(r"(?<![aeioul])e$|(?<=[^aeioutdsxzcg])e[ds]$", "", word.lower())
    return max(1, len(re.findall(r"[aeiouy]+", spoken)))


def grade(sentences: Iterable[Text]) -> float:
    """The Flesch-Kincaid grade."""
    counts = [[syllables(word) for word in sentence.words] for sentence in sentences]
    words = sum(map(len, counts))
    return 0.39 * words / len(counts) + 11.8 * sum(map(sum, counts)) / words - 15.59


def hard_words(sentences: Iterable[Text]) -> list[str]:
    """The words above B2. Names are left out."""
    level = CEFRAnalyzer().get_average_word_level_float
    words = [word for sentence in sentences for word in sentence.words if word.islower()]
    return [word for word in words if (level(word) or 0) >= C1]


def minutes(lesson: NotebookNode) -> int:
    """How long a slow reader needs for what a lesson shows; folded answers and tables do not count."""
    folds = r"^( *)\((?:Answer|The case file|Both case files|What is assumed|.* by |Every).*:\)\n"
    shown, questions = [], 0
    for cell in lesson.cells:
        shown.append(cell.source if cell.cell_type == "markdown" else "")
        for output in cell.get("outputs", ()):
            text = output.get("text") or output.data.get("text/plain", "")
            questions += text.count("(Answer:)")
            shown.append(re.sub(rf"{folds}(?:\1 +.*\n|\n)*", "", f"{text}\n", flags=re.MULTILINE))
    words = sum(len(text.split()) for text in shown)
    return ceil(words / SLOW_WORDS_A_MINUTE + questions * SECONDS_A_QUESTION / 60)


def faults(sentences: list[Text], limit: float) -> Iterator[str]:
    """What is over a limit, and what is to be avoided; the hardest sentences first."""
    hardest = sorted(sentences, key=lambda sentence: grade([sentence]), reverse=True)
    if (reached := grade(sentences)) > limit:
        yield f"grade {reached:.1f} is over {limit}; the hardest sentences:"
        yield from (f"{each.place}: {each.text}" for each in hardest[:WORST_COUNT])
    hard = hard_words(sentences)
    if len(hard) > MAX_HARD_SHARE * sum(len(each.words) for each in sentences):
        yield f"too many words above B2: {', '.join(dict.fromkeys(hard))}"
    for each in hardest:
        if len(each.words) > MAX_SENTENCE_WORDS.get(each.kind, MAX_OTHER_SENTENCE_WORDS):
            yield f"{each.place}: {len(each.words)} words in a sentence: {each.text}"
        if phrase := AVOIDED.search(each.text):
            yield f"{each.place}: “{phrase[0]}” in: {each.text}"


def main() -> int:
    """Print the figures of each kind, and what is wrong."""
    found: list[str] = []
    every = [sentence for text in (*texts(), *lesson_texts()) for sentence in text.sentences()]
    for kind, (_, limit) in KINDS.items():
        sentences = [sentence for sentence in every if sentence.kind == kind]
        words = sum(len(sentence.words) for sentence in sentences)
        share = 100 * len(hard_words(sentences)) / words
        print(
            f"{kind:12} grade {grade(sentences):.1f} of {limit or 'any'}, {share:.1f} % above B2, "
            f"{words / len(sentences):.1f} words a sentence, {words} words"
        )
        if limit:
            found += [f"{kind}: {fault}" for fault in faults(sentences, limit)]
    print(*found, sep="\n", file=sys.stderr)
    return min(len(found), 1)


if __name__ == "__main__":
    sys.exit(main())
