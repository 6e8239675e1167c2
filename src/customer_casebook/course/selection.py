"""Which questions come next: in practice, in an exam, and in which order.

No order has blocks: interleaved questions are learnt better (Brunmair & Richter 2019).
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from itertools import cycle
from secrets import token_hex

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
from customer_casebook.domain.facts import require_number
from customer_casebook.domain.rules import GENERAL, LENSES
from customer_casebook.domain.verdict import agrees, settled_answers

MAX_PRACTICE_QUESTIONS = 1000
MAX_IN_A_ROW = 4  # questions of one answer, kind or objective; more are a block
QUESTIONS_PER_TWIN = 4  # of an exam, at least: the story of a twin takes long to read


def practice_questions(
    book: Casebook,
    objectives: Sequence[str],
    n: int,
    seed: object,
    times_answered: Mapping[str, int] | None = None,
    edition: str | None = None,
) -> list[str]:
    """The ids of ``n`` items on these objectives, or of all there are; no item twice, the kinds mixed.

    Args:
        book: The casebook with the bank.
        objectives: Their ids; every one that exists where there are none.
        n: How many at most.
        seed: Decides between items that are equally good.
        times_answered: Item id to number of answers; items answered less often come first, and of
            each the telling that was. Without it no twin is asked: a seed keeps its practice.
        edition: Ask only what holds in this edition; in none where nobody has chosen one.

    Raises:
        InputError: ``n`` is no such number.
    """
    require_number("n", n, MAX_PRACTICE_QUESTIONS)
    wanted = objectives or sorted(book.objectives, key=lambda k: stable_shuffle_key(seed, k))
    times = Counter[str]()
    for item_id, count in (times_answered or {}).items():
        times[original_id(item_id)] += count
    left = [record for record in book.questions.values() if {*wanted} & {*record.objectives}]
    left = [record for record in left if holds_in(book, record, edition)]
    left.sort(key=lambda r: (times[book.prefix + r.id], stable_shuffle_key(seed, r.id)))
    chosen: list[Question] = []
    turns = cycle(wanted)
    while left and len(chosen) < n:
        objective = next(turns)
        if pile := [record for record in left if objective in record.objectives]:
            # Another kind than the last one, and of those a question that is about this above all.
            last, least = (chosen[-1].kind if chosen else ""), times[book.prefix + pile[0].id]
            pile = [record for record in pile if times[book.prefix + record.id] == least]
            chosen.append(min(pile, key=lambda r: (r.kind == last, r.objectives[0] != objective)))
            left.remove(chosen[-1])
    item_ids = [book.prefix + record.id for record in chosen]
    if times_answered is not None:
        tellings = (telling_ids(book, item_id) for item_id in item_ids)
        item_ids = [min(ids, key=lambda k: times_answered.get(k, 0)) for ids in tellings]
    return interleaved(book, item_ids)


def exam_questions(
    book: Casebook,
    n: int,
    seed: int | None,
    times_asked: Mapping[str, int] | None = None,
    edition: str | None = None,
) -> list[str]:
    """The ids of the items of an exam, over the objectives by weight.

    Args:
        book: The casebook with the bank.
        n: How many, from 1 to as many as there are.
        seed: The same exam for everybody; None for one that nobody else has.
        times_asked: Item id to number of exams that asked it; read without a seed only. Of each
            objective the items asked least often come first.
        edition: Ask only what holds in this edition.

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
    chosen = dict[str, Question]()
    for _ in range(n):
        # Whole shares by d'Hondt: the objective that is furthest behind its weight is next.
        open_ = [objective for objective in book.objectives.values() if left[objective.id]]
        behind = max(open_, key=lambda objective: (1 + objective.core) / (shares[objective.id] + 1))
        shares[behind.id] += 1
        cases = [record.case for record in chosen.values() if isinstance(record, LensQuestion)]
        entry = min(left[behind.id], key=partial(_is_late, cases, len(chosen)))
        left[behind.id].remove(entry)
        chosen[entry.id] = entry
    return interleaved(book, [book.prefix + entry.id for entry in shuffled if entry.id in chosen])


def _is_late(cases: Sequence[str], n: int, record: Question) -> bool:
    """Whether a twin waits for what else there is, as it tells an asked case again, or there are enough twins.

    Args:
        cases: Those that are asked so far.
        n: How many questions are asked so far.
        record: The question that may be next.
    """
    if not isinstance(record, LensQuestion) or TWIN not in record.case:
        return False
    twins = sum(TWIN in case for case in cases)
    stories = {case.partition(TWIN)[0] for case in cases}
    return record.case.partition(TWIN)[0] in stories or QUESTIONS_PER_TWIN * (twins + 1) > n + 1


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
    return all(agrees(edition, facts, record.lens) for facts in told)


def exam_pool(book: Casebook, edition: str | None = None) -> list[Question]:
    """What an exam may ask: no sort, which takes several stories, and nothing that a lesson has asked.

    Of a twin it may ask what has another answer than in the case and in the twins before. Where an
    edition is named, it asks only what holds in that.
    """
    records = book.questions.values()
    pool: list[Question] = [
        record for record in records if record.kind != "sort" and not record.in_lesson
    ]
    for case in book.cases.values():
        known = {(lens, settled_answers(case.facts, lens)) for lens in LENSES if case.twin_ids}
        for twin in map(case.twin, case.twin_ids if case.objectives else ()):
            answers = {lens: settled_answers(twin.facts, lens) for lens in LENSES}
            pool += [lens_question(twin, k) for k, v in answers.items() if (k, v) not in known]
            known |= answers.items()
    return [record for record in pool if holds_in(book, record, edition)]


def interleaved(book: Casebook, item_ids: Iterable[str]) -> list[str]:
    """The same items, each once, as far as possible in the same order, but without blocks.

    No more than `MAX_IN_A_ROW` of one answer, kind or objective follow each other, as long as the
    rest allows it. An id that the book does not have is left out.
    """
    traits = {item_id: _traits(book, item_id) for item_id in item_ids}
    left = [item_id for item_id, known in traits.items() if known]
    remaining = Counter(trait for item_id in left for trait in traits[item_id])
    order: list[str] = []
    while left:
        row = [traits[item_id] for item_id in order[-MAX_IN_A_ROW:]]
        shared = frozenset.intersection(*row) if len(row) == MAX_IN_A_ROW else frozenset()
        full = {trait for trait in shared if remaining[trait] < len(left)}
        # A trait of so many items that the others can no longer separate them has to come now.
        urgent = {k for k, n in remaining.items() if n > MAX_IN_A_ROW * (len(left) - n)}
        allowed = [place for place, item_id in enumerate(left) if full.isdisjoint(traits[item_id])]
        best = (place for place in allowed if urgent <= traits[left[place]])
        order.append(left.pop(next(best, allowed[0] if allowed else 0)))
        remaining.subtract(traits[order[-1]])
    return order


def _traits(book: Casebook, item_id: str) -> frozenset[tuple[str, str]]:
    """What makes an item like its neighbours; nothing for an id that the book does not have."""
    record, item = question_of(book, item_id), item_of(book, item_id)
    if not (record and item):
        return frozenset()
    objective = [("objective", name) for name in record.objectives[:1]]
    return frozenset([("answer", item.answer), ("kind", record.kind), *objective])
