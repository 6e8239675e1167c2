"""The result of a case of one's own: a page for a colleague, and how it differs from another case."""

import re
from collections.abc import Callable, Iterator
from html import escape

from customer_casebook.course.casebook import Casebook, join, quote
from customer_casebook.course.feedback import answer_in_words, verdict_blocks
from customer_casebook.course.journal import count_of
from customer_casebook.course.records import Case
from customer_casebook.document import (
    Block,
    BulletList,
    Details,
    Drawing,
    Heading,
    Paragraph,
    RunInHeading,
    Table,
    to_html,
)
from customer_casebook.domain.facts import UNKNOWN, VOCABULARY, Facts
from customer_casebook.domain.rules import EDITIONS, LENSES
from customer_casebook.domain.verdict import Verdict, decide, has_words, settled_answers, silence
from customer_casebook.own.case import OwnCase, answer_label
from customer_casebook.widgets.diagram import Picture

_STYLE = """body { font: 16px/1.5 system-ui, sans-serif; max-width: 50em; margin: 2em auto; padding: 0 1em; }
table { border-collapse: collapse; width: 100%; margin: 1em 0; }
caption { font-weight: 600; text-align: left; }
th, td { border-top: 1px solid #999; padding: 4px 10px 4px 0; text-align: left; vertical-align: top; }
svg { display: block; max-width: 34em; }
* { overflow-wrap: anywhere; }
@media print { h4, tr { break-inside: avoid; break-after: auto; } h4 { break-after: avoid; } }"""
State = Callable[[str, str], str]  # a fact and its value as a sentence
_PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def case_page(own: OwnCase) -> list[Block]:
    """Facts, verdicts, reasons, what is presumed, what is missing, and what one fact would change."""
    book, inquiry = own.book, own.inquiry
    picture = Picture(book, own.case)
    verdicts, reasons = [], []
    for lens in inquiry.lenses:
        label, verdict = book.lens_texts[lens].label, inquiry.verdicts[lens]
        _, *blocks = verdict_blocks(verdict, book)
        verdicts.append((label, *_said_by_edition(own, lens)))
        if lens in inquiry.spoken:
            reasons.append(Details(f"{label}: {answer_in_words(verdict, book)}", blocks))
    return [
        Heading(own.title),
        Drawing(picture.html(inquiry.facts), picture.describe(inquiry.facts)),
        Table("What is known", ("Question", "Answer"), [*_known(own)]),
        Table("What follows", ("", "Verdict", "By edition"), verdicts),
        *(RunInHeading("Presumed, as nobody has said it:", each) for _, each in presumptions(own)),
        *_open_questions(own),
        Paragraph("Why, and what one other fact would change:"),
        *reasons,
    ]


def verdict_in_words(own: OwnCase, verdict: Verdict) -> str:
    """A verdict in a few words; the same ones wherever its edition has no rule."""
    if has_words(verdict.edition, verdict.lens):
        return answer_in_words(verdict, own.book, brief=True)
    return silence(verdict.edition)


def _said_by_edition(own: OwnCase, lens: str) -> tuple[str, str]:
    """The verdict, and what single editions say otherwise."""
    here = verdict_in_words(own, own.inquiry.verdicts[lens])
    others: dict[str, list[str]] = {}  # what else is said, by which editions
    for edition in EDITIONS:
        words = verdict_in_words(own, decide(own.inquiry.facts, lens, edition=edition))
        if words != here:
            others.setdefault("" if words == silence(edition) else words, []).append(edition)
    said = [
        f"ITIL {join(editions)}: {words}" if words else silence(*editions)
        for words, editions in others.items()
    ]
    return here, ". ".join(said) or "The same in each"


def _known(own: OwnCase) -> Iterator[tuple[str, str]]:
    known = own.inquiry.facts.known()
    for name, ask in own.book.asks.items():
        if name in known:
            is_said = own.inquiry.answers.get(name) == known[name]
            follows = "" if is_said else " (follows from the other answers)"
            yield own.sentence(ask.question), f"{answer_label(own, name, known[name])}{follows}"
        elif name in own.inquiry.answers:
            yield own.sentence(ask.question), "Not known"


def presumptions(own: OwnCase) -> list[tuple[str, str]]:
    """What was not asked, and is taken to be so: the facts, and what they say."""
    return [(k, own.statement(k, value)) for k, value in own.inquiry.presumed.items()]


def _open_questions(own: OwnCase) -> list[Block]:
    """What is missing, whom to ask for it, and what it would settle."""
    book = own.book
    rows = []
    for name, lenses in own.inquiry.missing.items():
        labels = ", ".join(book.lens_texts[lens].label for lens in lenses)
        ask = book.asks[name]
        rows.append((own.sentence(ask.question), own.sentence(ask.whom), labels))
    return [Table("What is missing", ("Question", "Who knows", "It decides"), rows)] if rows else []


def nearest(book: Casebook, facts: Facts) -> Case:
    """The case of a book that differs in the fewest of the known facts, and then of the verdicts."""

    def distance(case: Case) -> tuple[int, int, str]:
        lenses = [k for k in LENSES if settled_answers(facts, k) != settled_answers(case.facts, k)]
        return len(different(facts, case.facts)), len(lenses), case.id

    return min(book.cases.values(), key=distance)


def different(facts: Facts, other: Facts) -> list[str]:
    """The known facts that are otherwise, or not known, in another case."""
    return [name for name, value in facts.known().items() if getattr(other, name) != value]


def comparison(own: OwnCase, title: str, facts: Facts, state: State) -> list[Block]:
    """Which facts of another case differ, in sentences, and which verdicts differ because of them.

    Args:
        own: The case.
        title: What the other one is called.
        facts: The facts there.
        state: A fact of the other case, and its value, as a sentence.
    """
    here, book = own.inquiry.facts, own.book
    differ, half_known = [], []
    for name in book.asks:
        values = getattr(here, name), getattr(facts, name)
        if values[0] != values[1] and UNKNOWN in values:
            half_known.append(_label(name))
        elif values[0] != values[1]:
            there = state(name, values[1])
            words = f"Here: {own.statement(name, values[0])} There: {there}"
            differ.append(f"{VOCABULARY[name].label}. {words}")
    verdicts = [*_verdicts_that_differ(own, facts)]
    both = len(here.known().items() & facts.known().items())
    alike = f"{count_of(both, 'fact')} {'is' if both == 1 else 'are'} the same here and there."
    return [
        Heading(f"Beside: {title}", 4),
        Paragraph(alike if both else "No fact is the same here and there."),
        *_sentences("These facts differ:", differ, "No known fact differs."),
        *([Paragraph(f"Known on one side only: {', '.join(half_known)}.")] if half_known else []),
        *_sentences("So these verdicts differ:", verdicts, "All verdicts are the same."),
    ]


def _sentences(intro: str, sentences: list[str], nothing: str) -> list[Block]:
    return [Paragraph(intro), BulletList(sentences)] if sentences else [Paragraph(nothing)]


def _verdicts_that_differ(own: OwnCase, there: Facts) -> Iterator[str]:
    """Each verdict that is another one there, and the facts that make it so."""
    here, edition = own.inquiry.facts, own.inquiry.edition
    for lens in own.inquiry.spoken:
        before, after = (decide(facts, lens, edition=edition) for facts in (here, there))
        if {*before.answers} != {*after.answers}:
            read = [k for k in LENSES[lens].reads if getattr(here, k) != getattr(there, k)]
            alone = [k for k in read if _turns(here, k, getattr(there, k), lens, edition)]
            known = [_label(name) for name in alone or read]
            words = [quote(verdict_in_words(own, verdict)) for verdict in (before, after)]
            label = own.book.lens_texts[lens].label
            yield f"{label}: {words[0]} here, {words[1]} there. What makes it so: {join(known)}."


def _turns(facts: Facts, name: str, value: str, lens: str, edition: str | None) -> bool:
    """Whether one fact alone makes another verdict of a lens."""
    other = facts._replace(**{name: value})
    return settled_answers(other, lens, edition) != settled_answers(facts, lens, edition)


def _label(fact: str) -> str:
    return quote(VOCABULARY[fact].label)


# The page in other forms.


def report_as_html(own: OwnCase) -> str:
    """A page that asks nothing of any other, to be read or printed."""
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_PAGE_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(own.title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        f"{to_html(case_page(own)).replace('<details>', '<details open>')}\n</body>\n</html>\n"
    )


def report_as_markdown(own: OwnCase) -> str:
    """The page as Markdown; the picture is told in words."""
    return "\n\n".join(map(_as_markdown, case_page(own))) + "\n"


def _as_markdown(block: Block) -> str:
    match block:
        case Heading(words, level):
            return f"{'#' * (level - 2)} {_plain(words)}"
        case Details(summary, blocks):
            return "\n\n".join([f"## {_plain(summary)}", *map(_as_markdown, blocks)])
        case RunInHeading(point, words):
            return f"**{_plain(point)}** {_plain(words)}"
        case Table(caption, columns, rows):
            plain = [[_plain(cell) for cell in row] for row in (columns, *rows)]
            lines = [
                f"| {' | '.join(row)} |" for row in (plain[0], ["---"] * len(columns), *plain[1:])
            ]
            return f"**{_plain(caption)}**\n\n" + "\n".join(lines)
    return _plain(block.text())


def _plain(words: str) -> str:
    """Words in which nothing is markup: names are somebody's own text."""
    escaped = re.sub(r"([\\`*_{}\[\]<>()#+!|~&-])", r"\\\1", " ".join(words.split()))
    return re.sub(r"^(\d+)([.)])", r"\1\\\2", escaped)
