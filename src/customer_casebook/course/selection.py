"""Which questions come next: in practice, in an exam, and in which order.

No order has blocks: interleaved questions are learnt better (Brunmair & Richter 2019).
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, cycle
from secrets import token_hex
from typing import Any

from customer_casebook.course.bank import item_of, telling_ids
from customer_casebook.course.casebook import Casebook
from customer_casebook.course.items import (
    lens_question,
    original_id,
    question_of,
    stable_shuffle_key,
)
from customer_casebook.course.records import (
    TWIN,
    ConceptQuestion,
    LensQuestion,
    MatchQuestion,
    Question,
    SortQuestion,
    SpotQuestion,
)
from customer_casebook.course.styles import STYLES, glossary_questions, in_style
from customer_casebook.domain.facts import require_number
from customer_casebook.domain.rules import GENERAL, LENSES
from customer_casebook.domain.verdict import agrees, has_words, settled_answers

MAX_PRACTICE_QUESTIONS = 1000
_REPEATS = 16  # the lateness of a question that asks the same as another
MAX_IN_A_ROW = 4  # questions of one answer, kind or objective; more are a block
# Of an exam, at least, for each of a style: a story takes long to read, and NOT is rare in an exam.
QUESTIONS_PER_STYLE = {"story": 5, "word": 5, "list": 5, "not": 20}
MAX_STORIES, MAX_QUESTIONS_PER_STORY = 10, 3


def practice_questions(
    book: Casebook,
    objectives: Sequence[str],
    n: int,
    seed: object,
    times_answered: Mapping[str, int] | None = None,
    edition: str | None = None,
) -> list[str]:
    """The ids of ``n`` items on these objectives, or of all there are; no item twice, the kinds mixed.

    None of them tells the answer to another one.

    Args:
        book: The casebook with the bank.
        objectives: Their ids; every one that exists where there are none.
        n: How many at most.
        seed: Decides between items that are equally good.
        times_answered: Item id to number of answers; items answered less often come first, and of
            each the telling that was. Without it no twin is asked: a seed keeps its practice.
        edition: Ask only what holds in this edition, its terms too; in none where nobody has
            chosen one.

    Raises:
        InputError: ``n`` is no such number.
    """
    require_number("n", n, MAX_PRACTICE_QUESTIONS)
    wanted = objectives or sorted(book.objectives, key=lambda k: stable_shuffle_key(seed, k))
    times = Counter[str]()
    for item_id, count in (times_answered or {}).items():
        times[original_id(item_id)] += count
    words = glossary_questions(book, edition) if edition and times_answered is not None else []
    asked = [*book.questions.values(), *words]
    left = [record for record in asked if {*wanted} & {*record.objectives}]
    left = [record for record in left if holds_in(book, record, edition)]
    left.sort(key=lambda r: (times[book.prefix + r.id], stable_shuffle_key(seed, r.id)))
    chosen: list[Question] = []
    piles = {k: [record for record in left if k in record.objectives] for k in wanted}
    alike: dict[str, list[Question]] = {}  # what is about the same may tell the answer
    for record in left:
        for about, *_ in _subjects(record):
            alike.setdefault(about, []).append(record)
    turns, run, out = cycle(wanted), _Run(), set[str]()
    while len(out) < len(left) and len(chosen) < n:
        objective = next(turns)
        if pile := [record for record in piles[objective] if record.id not in out]:
            # Another kind than the last one, and of those a question that is about this above all.
            last, least = (chosen[-1].kind if chosen else ""), times[book.prefix + pile[0].id]
            pile = [record for record in pile if times[book.prefix + record.id] == least]
            chosen.append(min(pile, key=lambda r: (r.kind == last, r.objectives[0] != objective)))
            run.add(chosen[-1])
            near = [each for about, *_ in _subjects(chosen[-1]) for each in alike[about]]
            out |= {each.id for each in near if run.gives_away(each)}
    item_ids = [book.prefix + record.id for record in chosen]
    if times_answered is not None:
        # Who has seen one telling of a case finds in another what differs.
        alone = [len(run.subjects[_subjects(record)[0][0]]) == 1 for record in chosen]
        tellings = (
            telling_ids(book, k) if is_alone else [k]
            for k, is_alone in zip(item_ids, alone, strict=True)
        )
        item_ids = [min(ids, key=lambda k: times_answered.get(k, 0)) for ids in tellings]
    return interleaved(book, item_ids)


def another_like(
    book: Casebook, item_id: str, seen: Sequence[str] = (), edition: str | None = None
) -> str | None:
    """The id of an item of the same kind: another telling, or what asks the same of something else.

    Of a case that is the same lens of another case, first of one with the same objective; of all else
    a question on the same objective, first of the same kind.

    Args:
        book: The casebook.
        item_id: What was answered; it does not come again.
        seen: The ids of what is or was on the page, the latest last; these come only where there is
            nothing else.
        edition: Ask only what holds in this edition.
    """
    if not (record := question_of(book, item_id)):
        return None
    tellings = telling_ids(book, original_id(item_id))
    at = tellings.index(item_id) if item_id in tellings else 0
    ids = [*tellings[at + 1 :], *tellings[:at], *_alike(book, record, edition)]
    order = {asked: place for place, k in enumerate(seen) for asked in _asked(book, k)}
    for k in sorted(ids, key=lambda k: max(order.get(asked, -1) for asked in _asked(book, k))):
        other = question_of(book, k)
        is_other = other and _asked(book, k) != _asked(book, item_id) and item_of(book, k)
        if other and is_other and holds_in(book, other, edition):
            return k
    return None


def _asked(book: Casebook, item_id: str) -> list[tuple[str, ...]]:
    """What an item asks, and what it tells: whoever finds evidence or sorts parties knows an answer on each."""
    match question_of(book, item_id):
        case LensQuestion() as record:
            kinds = dict.fromkeys((record.kind, "case"))
            return [(kind, record.case, record.lens) for kind in kinds]
        case SortQuestion() as record:
            return [(item_id,), *(("case", case_id, record.lens) for case_id in record.cases)]
    return [(item_id,)]


def _form(record: Question) -> tuple[object, ...]:
    """How a question asks."""
    return record.kind, _style(record)[0], getattr(record, "editions", ())


def _alike(book: Casebook, record: Question, edition: str | None) -> list[str]:
    """The ids of what asks most like a question about something else, the likest first."""
    case = book.find_case(record.case) if isinstance(record, LensQuestion) else None
    wanted = {*(record.objectives or (case.objectives if case else ()))}
    unlike: dict[str, Any]
    if case and isinstance(record, LensQuestion) and record.kind == "case":
        others = [each for each in book.cases.values() if each.id != case.id.partition(TWIN)[0]]
        unlike = {f"{k.id}/{record.lens}": wanted.isdisjoint(k.objectives) for k in others}
    else:
        records = [*book.questions.values(), *glossary_questions(book, edition)]
        unlike = {
            k.id: [one != other for one, other in zip(_form(record), _form(k), strict=True)]
            for k in records
            if wanted & {*k.objectives} and k.id != original_id(record.id)
        }
    ids = sorted(unlike, key=lambda k: (unlike[k], stable_shuffle_key(record.id, k)))
    return [book.prefix + k for k in ids]


def exam_questions(
    book: Casebook,
    n: int,
    seed: int | None,
    times_asked: Mapping[str, int] | None = None,
    edition: str | None = None,
    lately: Iterable[str] = (),
) -> list[str]:
    """The ids of the items of an exam, over the objectives by weight.

    Args:
        book: The casebook with the bank.
        n: How many, from 1 to as many as there are.
        seed: The same exam for everybody; None for one that nobody else has.
        times_asked: Item id to number of exams that asked it; read without a seed only. Of each
            objective the items asked least often come first.
        edition: Ask only what holds in this edition.
        lately: The ids of items answered a short while ago, read without a seed only. What they give
            away comes last.

    Raises:
        InputError: There are no exams of ``n`` questions.
    """
    pool = exam_pool(book, edition)
    require_number("n", n, len(pool))
    times = Counter(times_asked if seed is None else None)
    key = token_hex() if seed is None else seed
    shuffled = sorted(pool, key=lambda record: stable_shuffle_key(key, record.id))
    fresh = sorted(shuffled, key=lambda record: times[book.prefix + record.id])
    left = {k: [entry for entry in fresh if entry.objectives[0] == k] for k in book.objectives}
    shares = Counter[str]()
    chosen, run, before = dict[str, Question](), _Run(), _Run()
    for record in (question_of(book, item_id) for item_id in (lately if seed is None else ())):
        if record:
            before.add(record)
    was_asked = times.total() > 0

    def lateness(record: Question) -> int:
        # Rather a story of the bank than the same question again, and that rather than a twin.
        again = 8 if before.gives_away(record) else 2 * min(1, times[book.prefix + record.id])
        return run.lateness(record) + again + (was_asked and _style(record)[0] == "twin")

    def weight(objective: str) -> float:
        return (1 + book.objectives[objective].core) / (shares[objective] + 1)

    for _ in range(n):
        # Whole shares by d'Hondt: the objective that is furthest behind its weight is next, as long as it
        # has something that does not ask the same as another question.
        behind = sorted(filter(left.get, left), key=weight, reverse=True)
        nexts = (min(left[k], key=lateness) for k in behind)
        new = (each for each in nexts if run.lateness(each) < _REPEATS)
        entry = next(new, None) or min(left[behind[0]], key=lateness)
        shares[entry.objectives[0]] += 1
        left[entry.objectives[0]].remove(entry)
        chosen[entry.id] = entry
        run.add(entry)
    return interleaved(book, [book.prefix + entry.id for entry in shuffled if entry.id in chosen])


class _Run:
    """The questions of one run so far: what they are about, and in which styles they ask."""

    def __init__(self) -> None:
        self.subjects: dict[str, list[tuple[str, str]]] = {}  # of what, to telling and lens
        self.styles = Counter[str]()
        self.length = 0

    def add(self, record: Question) -> None:
        self.styles[self._counts_as(record)] += 1
        self.length += 1
        for about, telling, lens in _subjects(record):
            self.subjects.setdefault(about, []).append((telling, lens))

    def gives_away(self, record: Question) -> bool:
        """Whether one of the questions and this one tell each other's answer."""
        return any(
            telling != other or lens == other_lens or "" in (lens, other_lens)
            for about, telling, lens in _subjects(record)
            for other, other_lens in self.subjects.get(about, ())
        )

    def lateness(self, record: Question) -> int:
        """How long a question waits for others: its style is there enough, or another one gives it away."""
        if self.gives_away(record):
            return _REPEATS
        style = self._counts_as(record)
        enough = QUESTIONS_PER_STYLE.get(style, 0) * (1 + self.styles[style]) > self.length + 1
        if self._questions_on(record) >= MAX_QUESTIONS_PER_STORY:
            return 1
        if style != "story":
            return int(enough)
        return 4 if self.styles[style] >= MAX_STORIES else 2 * int(enough)

    def _counts_as(self, record: Question) -> str:
        if not isinstance(record, LensQuestion):
            return _style(record)[0]
        return "" if self._questions_on(record) else "story"  # which is read once

    def _questions_on(self, record: Question) -> int:
        """How many questions there are on the story of this one."""
        if not isinstance(record, LensQuestion):
            return 0
        told = self.subjects.get(record.case.partition(TWIN)[0], ())
        return sum(telling == record.case for telling, _ in told)


def _subjects(record: Question) -> list[tuple[str, str, str]]:
    """What a question is about: the case, its telling and the lens, or what it asks and how.

    Without a lens it is about all of them: what asks for evidence names an answer, and with it others.
    """
    if isinstance(record, SortQuestion):
        return [(case_id.partition(TWIN)[0], case_id, record.lens) for case_id in record.cases]
    if isinstance(record, LensQuestion):
        lens = record.lens if record.kind == "case" else ""
        return [(record.case.partition(TWIN)[0], record.case, lens)]
    return [(_style(record)[1], record.id, "")]


def _style(record: Question) -> tuple[str, str]:
    """In which style a question asks, and about which case, question or term."""
    case = record.case if isinstance(record, LensQuestion) else ""
    if case:
        return "twin" if TWIN in case else "case", case.partition(TWIN)[0]
    name, _, style = record.id.partition(TWIN)
    if style:
        return style, name
    kind, _, word = name.partition("/")
    return (kind, word.partition("/")[0]) if word else ("", name)


def holds_in(book: Casebook, record: Question, edition: str | None) -> bool:
    """Whether the answer to a question is that of an edition; of any, where none is named."""
    if edition is None:
        return True
    match record:
        case ConceptQuestion():
            return bool({edition, GENERAL} & {*record.editions})
        case MatchQuestion():
            return record.edition in (edition, GENERAL)
        case SpotQuestion():
            told = [record.facts]
        case SortQuestion():
            told = [book.case(case_id).facts for case_id in record.cases]
        case LensQuestion():
            told = [book.case(record.case).facts]
    return has_words(edition, record.lens) and all(
        agrees(edition, facts, record.lens) for facts in told
    )


def exam_pool(book: Casebook, edition: str | None = None) -> list[Question]:
    """What an exam may ask: no sort, which takes several stories, and nothing that a lesson has asked.

    Where several options are right it asks for two of four, or for what is NOT so, as an exam does. Of
    a twin it may ask what has another answer than in the case and in the twins before. Where an edition
    is named, it asks only what holds in that.
    """
    pool: list[Question] = [*glossary_questions(book, edition)]
    for record in book.questions.values():
        forms = [in_style(record, k) for k in STYLES if isinstance(record, ConceptQuestion)]
        if record.kind != "sort" and not record.in_lesson:
            pool += [form for form in forms if form] or [record]
    for case in book.cases.values():
        known = {(lens, settled_answers(case.facts, lens)) for lens in LENSES if case.twins}
        for twin in case.twins.values() if case.objectives else ():
            answers = {lens: settled_answers(twin.facts, lens) for lens in LENSES}
            pool += [lens_question(twin, k) for k, v in answers.items() if (k, v) not in known]
            known |= answers.items()
    return [record for record in pool if holds_in(book, record, edition)]


def interleaved(book: Casebook, item_ids: Iterable[str]) -> list[str]:
    """The same items, each once, as far as possible in the same order, but without blocks.

    No more than `MAX_IN_A_ROW` of one answer, kind or objective follow each other, as long as the
    rest allows it. Questions on one story stand beside each other, so that it is read once. An id that
    the book does not have is left out.
    """
    traits = {item_id: _traits(book, item_id) for item_id in item_ids}
    stories: dict[str, list[str]] = {}
    for item_id in (item_id for item_id, known in traits.items() if known):
        stories.setdefault(_telling_of(book, item_id), []).append(item_id)
    left = [*stories.values()]
    remaining = Counter(trait for story in left for k in story for trait in traits[k])
    common = {story[0]: frozenset.intersection(*(traits[k] for k in story)) for story in left}
    alike = Counter(trait for story in left for trait in common[story[0]])  # the stories of each
    order: list[str] = []

    def fits(story: Sequence[str]) -> bool:
        row = [traits[k] for k in (*order[-MAX_IN_A_ROW:], *story)]
        blocks = (row[at : at + MAX_IN_A_ROW + 1] for at in range(len(row) - MAX_IN_A_ROW))
        shared = {trait for block in blocks for trait in frozenset.intersection(*block)}
        return all(remaining[trait] == n_left for trait in shared)

    while left:
        n_left = sum(map(len, left))
        # A trait of so many items that the others can no longer separate them has to come now.
        urgent = {k for k, n in remaining.items() if n > MAX_IN_A_ROW * (len(left) - alike[k])}
        best = (story for story in left if urgent <= traits[story[0]])
        story = next(filter(fits, chain(best, left)), left[0])
        left.remove(story)
        order += story
        remaining.subtract(trait for k in story for trait in traits[k])
        alike.subtract(common[story[0]])
    return order


def _telling_of(book: Casebook, item_id: str) -> str:
    """The telling of a case that a question tells; of all else the id alone."""
    record = question_of(book, item_id)
    if isinstance(record, LensQuestion) and record.kind == "case":
        return record.case
    return item_id


def _traits(book: Casebook, item_id: str) -> frozenset[tuple[str, str]]:
    """What makes an item like its neighbours; nothing for an id that the book does not have."""
    record, item = question_of(book, item_id), item_of(book, item_id)
    if not (record and item):
        return frozenset()
    objective = [("objective", name) for name in record.objectives[:1]]
    return frozenset([("answer", item.answer), ("kind", record.kind), *objective])
