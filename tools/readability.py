"""How hard our texts are to read, per kind of text: `make lint` holds a limit for each.

Measured are the Flesch-Kincaid grade (the school year in which one reads a text with ease), the
longest sentence, and the words above B2 of the Common European Framework. Words and turns of phrase
that stop a reader whose third language is English are faults. Stories are measured and not held.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import nbformat
import yaml
from cefrpy import CEFRAnalyzer
from markdown_it import MarkdownIt

from customer_casebook.domain.rules import LENSES

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "customer_casebook"
STORIES = "stories"
MAX_GRADES = {
    "rules": 20.0,
    "questions": 20.0,
    "options": 20.0,
    "feedback": 20.0,
    "instructions": 20.0,
    "lessons": 20.0,
    "glossary": 20.0,
}
MAX_SENTENCE_WORDS = 99
MAX_HARD_SHARE = 0.02
WORST_COUNT = 10
C1 = 4.5  # on the scale of the list, where B2 is 4 and C1 is 5
_WORDS = CEFRAnalyzer()

# What domain.md calls plain words leaves these out, whatever the grade of a sentence.
AVOID = re.compile(
    r"""told\ otherwise | that\ hold\b | come[s]?\ of\b | became\ of
    | \b(?:rung|pocket|anew|thereby|hence|lest|oneself|wheel|slip)s?\b
    | \b(?:one|own|the|same|a|that|other|two)\ houses?\b
    | (?:is|are|be|makes?|was|were|and|but)\ no\ (?!longer|more|other|one|need)\w+
    | make[s]?\ (?:nobody|no\ )
    | [,;]\ for\ (?:it|he|she|they|the|there|no|a|we)\b
    | \b(?:hang|turn)s?\ on\b
    | all\ the\ same | so-and-so | (?:of|in)\ which\ one
    | (?:nor|neither)\ (?:do|does|is|are|has|have|can|may)\b""",
    re.VERBOSE | re.IGNORECASE,
)

# What a text of a content file is, by the end of the path to it.
PLACES = (
    ("lenses.yaml", r"question", "questions"),
    ("lenses.yaml", r"label", "options"),
    ("lenses.yaml", r"means", "rules"),
    ("misconceptions.yaml", r"claim|corrective", "feedback"),
    ("simulators.yaml", r"play|assumes/\d+", "instructions"),
    ("simulators.yaml", r"prompt", "questions"),
    ("simulators.yaml", r"options/\w+/text", "options"),
    ("simulators.yaml", r"because", "feedback"),
    ("simulators.yaml", r"about|asks|fates/.*", STORIES),
    ("figures.yaml", r"assumes/\d+", "instructions"),
    ("glossary.yaml", r"definitions/\w+|note", "glossary"),
    ("questions/*.yaml", r"prompt", "questions"),
    ("questions/*.yaml", r"options/\d+/text", "options"),
    ("questions/*.yaml", r"because", "feedback"),
    ("questions/*.yaml", r"sentences/\d+/text", STORIES),
    ("cases/*.yaml", r"open/\w+|takeaway", "feedback"),
    ("cases/*.yaml", r"story|evidence/.*/text", STORIES),
)


class Sentence(NamedTuple):
    """One sentence that a learner reads."""

    kind: str
    place: str
    text: str

    @property
    def words(self) -> list[str]:
        return re.findall(r"[^\W\d_]+(?:['’][a-z]+)?", self.text)


def sentences() -> Iterator[Sentence]:
    """Every sentence that a learner reads, with its kind and its place."""
    for rule in (rule for lens in LENSES.values() for rule in lens.rules):
        for text in (rule.title, rule.explanation, rule.note):
            yield from split("rules", f"rules.py: {rule.id}", text)
    for pattern, end, kind in PLACES:
        for path in sorted((PACKAGE / "content").glob(pattern)):
            for place, text in leaves(yaml.safe_load(path.read_text("utf-8"))):
                if re.search(rf"/(?:{end})$", place):
                    yield from split(kind, f"{path.name}: {place}", text)
    for path in sorted((PACKAGE / "widgets" / "front").glob("*.js")):
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            for text in re.findall(r'["`]([A-Z][^"`]* [^"`]*[.?:])["`]', line):
                yield from split("instructions", f"{path.name}: {number}", text)
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type == "markdown":
                story, goals, rest = cell.source.partition("**After this lesson**")
                place = f"{path.name}: {cell.id}"
                yield from split(STORIES if goals else "lessons", place, story)
                yield from split("lessons", place, goals + rest)


def leaves(value: Any, place: str = "") -> Iterator[tuple[str, str]]:
    """The texts of a YAML file, each with the path to it."""
    if isinstance(value, dict):
        for key, entry in value.items():
            yield from leaves(entry, f"{place}/{key}")
    elif isinstance(value, list):
        for number, entry in enumerate(value):
            name = entry.get("id", number) if isinstance(entry, dict) else number
            yield from leaves(entry, f"{place}/{name}")
    elif isinstance(value, str):
        yield place, value


def split(kind: str, place: str, markdown: str) -> Iterator[Sentence]:
    """The sentences of a text. A paragraph, a list entry and a table cell end one, too."""
    for token in MarkdownIt().parse(re.sub(r"</?(?:details|summary)>", "\n\n", markdown)):
        parts = [child.content or " " for child in token.children or ()]
        text = re.sub(r"\$?\{\w+\}", "it", "".join(parts))
        for sentence in re.split(r"(?<=[.?!])[)”\"]*\s+(?=\W*[A-Z])", text):
            if re.search(r"[^\W\d_]{2}", sentence):
                yield Sentence(kind, place, sentence)


@cache
def syllables(word: str) -> int:
    """About how many syllables a word has: as many as groups of vowels, without a silent e."""
    spoken = re.sub(r"(?<![aeioul])e$|(?<=[^aeioutdsxzcg])e[ds]$", "", word.lower())
    return max(1, len(re.findall(r"[aeiouy]+", spoken)))


@cache
def is_hard(word: str) -> bool:
    """Whether a word is above B2. Names are not in the list."""
    level = _WORDS.get_average_word_level_float(word)
    return level is not None and level >= C1


def grade(text: Iterable[Sentence]) -> float:
    """The Flesch-Kincaid grade."""
    counts = [[syllables(word) for word in sentence.words] for sentence in text]
    words = sum(map(len, counts))
    return 0.39 * words / len(counts) + 11.8 * sum(map(sum, counts)) / words - 15.59


def main() -> int:
    """Print the figures; name the worst sentences of each kind that is over a limit."""
    kinds: dict[str, list[Sentence]] = {}
    for sentence in sentences():
        kinds.setdefault(sentence.kind, []).append(sentence)
    status = 0
    for kind, text in kinds.items():
        length = max(len(sentence.words) for sentence in text)
        limit = MAX_GRADES.get(kind)
        words = sum(len(sentence.words) for sentence in text)
        print(
            f"{kind:12} grade {grade(text):4.1f} of {limit or '-':>4}; {words / len(text):4.1f} words a sentence, {length} in the longest; {words} words"
        )
        if limit and (grade(text) > limit or length > MAX_SENTENCE_WORDS):
            status = 1
            text.sort(key=lambda sentence: -grade([sentence]) * len(sentence.words))
            for sentence in text[:WORST_COUNT]:
                print(
                    f"  {grade([sentence]):4.1f} {sentence.place}: {sentence.text}", file=sys.stderr
                )
    return status


if __name__ == "__main__":
    sys.exit(main())
