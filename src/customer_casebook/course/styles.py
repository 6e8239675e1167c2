"""The other styles of an ITIL exam, made from what is there: a missing word, two of four, and what is NOT so.

What is made is a record like one that an author writes, so whatever asks, judges and explains takes it.
Its key comes from the glossary, or from the key of the question that it is made from.
"""

import re
from collections.abc import Iterable
from hashlib import sha256
from itertools import combinations

from customer_casebook.course.casebook import Casebook, course, quote
from customer_casebook.course.records import TWIN, ConceptQuestion, ListQuestion, Option, Term
from customer_casebook.domain.rules import GENERAL, TAGS, Tag

STYLES = ("list", "not")  # in which a question with several right options is asked, too
_TWO = "Two of these four answers are right. Which two?"
_NOT = "Three of these four answers are right. Which one is NOT right?"
_OTHER_TERMS = 3  # beside the one that is asked
_NUMBERS = {3: "three", 4: "four", 5: "five"}
_CARRIED_OVER = re.compile(r"\b(ITIL|v3|Version)\b")  # a definition that names an edition


def missing_word(book: Casebook, name: str, tag: str) -> ConceptQuestion | None:
    """The definition of a term in an edition, with the term to be found among its neighbours.

    None where the edition has no such entry of its own or too few neighbours of it, where a word of
    the term stands in its definition, and where the course only lends its glossary.
    """
    is_lent = book.name and book.glossary is course().glossary
    term = None if is_lent else book.glossary.get(name)
    edition = next((each for each in TAGS if each == tag), None)
    if not (term and edition and term.objectives and edition in term.definitions):
        return None
    meaning = _meaning(term, edition)
    neighbours = [
        Option(other.term, because, misconception="none")
        for other in map(book.glossary.get, term.unlike)
        if other and (because := _because(other, edition))
    ]
    is_told = _CARRIED_OVER.search(meaning) or _gives_away(term.term, meaning)
    if is_told or len(neighbours) < _OTHER_TERMS:
        return None
    because = f"The question says what {quote(term.term)} means. {term.note or ''}".strip()
    options = [Option(term.term, because, right=True), *neighbours[:_OTHER_TERMS]]
    return ConceptQuestion(
        kind="choose",
        id=f"word/{name}/{edition}",
        objectives=term.objectives,
        prompt=f"Which term is missing? In {_home(edition)}, [?] means: {quote(meaning)}",
        editions=(edition,),
        options=tuple(_mixed(options)),
    )


def listed_words(book: Casebook, name: str, tag: str) -> ConceptQuestion | None:
    """A term and three of its neighbours with their meanings, of which two have changed places.

    None where that cannot be asked of each of them, and of any two that one can tell apart.
    """
    if not (own := missing_word(book, name, tag)):
        return None
    [edition] = own.editions
    unlike = book.glossary[name].unlike
    asked = {k: book.glossary[k] for k in unlike if missing_word(book, k, edition)}
    changed = [
        (one, other)
        for (k, one), (other_k, other) in combinations(asked.items(), 2)
        if k in other.unlike and other_k in one.unlike
    ]
    if not changed or len(asked) < _OTHER_TERMS:
        return None
    one, other = changed[0]
    term, third = book.glossary[name], next(k for k in asked.values() if k not in changed[0])
    pairs = [(term, term), (third, third), (one, other), (other, one)]
    return ListQuestion(
        kind="choose",
        id=f"list/{name}/{edition}",
        objectives=own.objectives,
        prompt=f"Which terms have the right definition in {_home(edition)}? {_TWO}",
        editions=own.editions,
        options=tuple(_mixed(_defined(term, said, edition) for term, said in pairs)),
    )


WORD_STYLES = {"word": missing_word, "list": listed_words}


def glossary_questions(book: Casebook, edition: str | None = None) -> list[ConceptQuestion]:
    """What can be asked of the terms of an edition and of none; of all editions, where none is named."""
    asked = (
        make(book, name, tag)
        for make in WORD_STYLES.values()
        for name, term in book.glossary.items()
        for tag in term.definitions
        if edition in (None, tag) or tag == GENERAL
    )
    known = {(each.prompt, frozenset(each.options)): each for each in asked if each}
    return [*known.values()]  # two terms may be listed with each other, and with the same two


def _home(edition: Tag) -> str:
    return "this course" if edition == GENERAL else f"ITIL {edition}"


def _meaning(term: Term, edition: Tag) -> str:
    return " ".join(term.definitions[edition].split())


def _because(term: Term, edition: Tag) -> str:
    """What a term means in an edition, or in all of them; empty where it has no entry."""
    tags: tuple[Tag, ...] = (edition, GENERAL)
    said = next((_meaning(term, tag) for tag in tags if tag in term.definitions), "")
    # Else it would be taken for what only the edition says that it names.
    home = f"In {_home(edition)}, " if _CARRIED_OVER.search(said) else ""
    return f"{home}{quote(term.term)} means: {quote(said)}" if said else ""


def _defined(term: Term, said: Term, edition: Tag) -> Option:
    """A term with a definition, which may be that of another one."""
    text = f"{term.term}: {_meaning(said, edition)}"
    is_right = said is term
    because = f"This definition is that of {quote(said.term)}."
    return Option(text, because, right=is_right, misconception=None if is_right else "none")


def _gives_away(term: str, meaning: str) -> bool:
    """Whether a word of the term, or another form of one, stands in the definition."""
    words = [word for word in re.findall("[a-z]+", term.lower()) if len(word) > 2]
    stems = tuple(word[: min(5, max(3, len(word) - 3))] for word in words)
    return any(word.startswith(stems) for word in re.findall("[a-z]+", meaning.lower()))


def in_style(record: ConceptQuestion, style: str) -> ConceptQuestion | None:
    """A question with several right options, asked in another style.

    A *list* asks for the two of four options that are right; what is *not* so is one of four.

    Returns:
        The question; None where it has too few options for that, or its prompt counts them.
    """
    counted = re.search(rf"\b{_NUMBERS.get(len(record.options))}\b", record.prompt.lower())
    if record.kind != "choose_all" or counted:
        return None
    right = _mixed(option for option in record.options if option.right)
    wrong = _mixed(option for option in record.options if not option.right)
    wrong.sort(key=lambda option: option.misconception == "none")  # what somebody believes, first
    n_right, n_wrong = {"list": (2, 2), "not": (3, 1)}[style]
    if len(right) < n_right or len(wrong) < n_wrong:
        return None
    options = _mixed([*right[:n_right], *wrong[:n_wrong]])
    make: type[ConceptQuestion] = ListQuestion
    if style == "not":
        make, options = ConceptQuestion, [_negated(option) for option in options]
    return make(
        kind="choose",
        id=f"{record.id}{TWIN}{style}",
        objectives=record.objectives,
        prompt=f"{record.prompt} {_TWO if style == 'list' else _NOT}",
        editions=record.editions,
        options=tuple(options),
    )


def _negated(option: Option) -> Option:
    """An option where the wrong one is wanted. Who rejects what is right is not known to believe anything."""
    said = "This one is right." if option.right else f"{quote(option.text)} is not right."
    return Option(
        option.text,
        f"{said} {option.because}",
        right=not option.right,
        misconception="none" if option.right else None,
    )


def _mixed(options: Iterable[Option]) -> list[Option]:
    """The options in an order in which no place gives anything away."""
    return sorted(options, key=lambda option: sha256(option.text.encode()).digest())
