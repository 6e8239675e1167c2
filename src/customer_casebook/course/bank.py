"""The question bank as items: concepts, evidence to find, sentences to spot, parties to sort, terms to match.

Only a concept question has its right options written down. Every other key is computed: by the
rules from the facts, or from the glossary.
"""

from collections.abc import Iterable, Mapping, Sequence
from string import ascii_uppercase

from customer_casebook.course.casebook import Casebook, capital, full_stop, join, join_about, quote
from customer_casebook.course.feedback import in_editions
from customer_casebook.course.items import (
    CaseItem,
    Group,
    Item,
    evidence_blocks,
    evidence_id,
    evidence_ids,
    question_of,
    reordered,
    story,
    text_ids,
    told_twice,
)
from customer_casebook.course.records import (
    TWIN,
    Case,
    ConceptQuestion,
    Evidence,
    LensQuestion,
    ListQuestion,
    MatchQuestion,
    Misconception,
    Question,
    SortQuestion,
    SpotQuestion,
)
from customer_casebook.course.styles import STYLES
from customer_casebook.document import (
    Block,
    BulletList,
    Details,
    Heading,
    Markdown,
    Paragraph,
    RunInHeading,
)
from customer_casebook.domain.rules import GENERAL, LENSES
from customer_casebook.domain.verdict import decisive_facts


class ConceptItem(Item):
    """A question about the subject itself. Every option has an explanation of its own."""

    def __init__(self, book: Casebook, record: ConceptQuestion) -> None:
        self.book, self.record = book, record
        self.id = book.prefix + record.id
        self.editions = record.editions
        self.topic = capital(in_editions(self.editions))
        if GENERAL in self.editions:
            self.topic = "What this course adds to ITIL"
        self.prompt = record.prompt
        self.many = self.explains_every_option = record.kind == "choose_all"
        self.by_id = dict(
            zip(text_ids([o.text for o in record.options]), record.options, strict=True)
        )
        self.places = {k: str(place) for place, k in enumerate(self.by_id)}
        self.options = {k: option.text for k, option in self.by_id.items()}
        self.right = frozenset(k for k, option in self.by_id.items() if option.right)

    @property
    def answer(self) -> str:
        return " ".join(full_stop(option.text) for option in self.record.options if option.right)

    @property
    def explanation(self) -> list[Block]:
        right = [o for o in self.record.options if o.right]
        if len(right) == 1 and not self.many:
            why: list[Block] = [Paragraph(right[0].because, editions=self.editions)]
            if self.record.id.startswith("word/"):
                others = [o.because for o in self.record.options if not o.right]
                why.append(BulletList(others, self.editions))
            return why
        return [RunInHeading(full_stop(o.text), o.because, self.editions) for o in right]

    def reply(self, option: str) -> tuple[Sequence[Block], Sequence[Block]]:
        short, more = super().reply(option)
        return short[:2], more  # the other wrong options were not chosen

    def why_not(self, option: str) -> str:
        return self.by_id[option].because

    def misconception(self, choice: Iterable[str]) -> Misconception | None:
        names = [self.by_id[option].misconception for option in choice if option in self.by_id]
        return next((each for each in self.book.misconceptions if each.id in names), None)

    def reorder(self, seed: object) -> None:
        by_place = reordered({place: k for k, place in self.places.items()}, seed)
        self.options = {k: self.options[k] for k in by_place.values()}


class ListItem(ConceptItem):
    """Which two of four statements are right: they stand in a list, and each option is a pair of them."""

    def __init__(self, book: Casebook, record: ListQuestion) -> None:
        super().__init__(book, record)
        (a, b), (c, d) = sorted(self.right), sorted(self.options.keys() - self.right)
        # Each statement stands in two of the pairs, so counting tells nothing.
        self.pairs = {f"{one}+{two}": (one, two) for one, two in ((a, b), (c, d), (a, c), (b, d))}
        self.right, self.places = frozenset([f"{a}+{b}"]), {}
        self._show(self.by_id)

    def _show(self, order: Iterable[str]) -> None:
        self.letters = dict(zip(order, ascii_uppercase, strict=False))  # digits choose a pair
        self.intro = [Paragraph(f"{n}. {self.by_id[k].text}") for k, n in self.letters.items()]
        labels = {
            pair: " and ".join(sorted(map(self.letters.__getitem__, parts)))
            for pair, parts in self.pairs.items()
        }
        self.options = dict(sorted(labels.items(), key=lambda each: each[1]))

    def reorder(self, seed: object) -> None:
        self._show(reordered(dict.fromkeys(self.by_id, ""), seed))

    @property
    def explanation(self) -> list[Block]:
        """Each statement by its letter, for they stand above it."""
        blocks = list[Block]()
        for k, letter in self.letters.items():
            told = f"{letter} is {'right' if self.by_id[k].right else 'not right'}."
            blocks.append(RunInHeading(told, self.by_id[k].because, self.editions))
        return blocks

    def reply(self, option: str) -> tuple[Sequence[Block], Sequence[Block]]:  # noqa: ARG002
        return self.explanation, self.more

    def wording(self, option: str) -> str:
        return " ".join(full_stop(self.by_id[k].text) for k in self.pairs[option])

    def why_not(self, option: str) -> str:
        parts = [self.by_id[k] for k in self.pairs[option]]
        return " ".join(f"{quote(full_stop(part.text))} {part.because}" for part in parts)

    def misconception(self, choice: Iterable[str]) -> Misconception | None:
        return super().misconception(k for pair in choice for k in self.pairs.get(pair, ()))


class FindItem(Item):
    """Mark the piece of evidence on which an answer turns."""

    piece = "piece of evidence"  # what the prompt calls an option

    def __init__(self, book: Casebook, case: Case, record: LensQuestion | SpotQuestion) -> None:
        self.question, self.lens = CaseItem(book, case, record.lens), record.lens
        self.evidence = {evidence_id(case, clue): clue for clue in case.evidence}
        self.id = book.prefix + record.id
        self.topic = self.question.topic
        flip = self.question.decisive_flip
        # The other answer is named: several pieces may make the answer something else.
        other = book.answer_label(record.lens, flip.answer) if flip else ""
        self.prompt = (
            f"{self.question.prompt} The answer is {quote(self.question.answer)}. Which {self.piece} "
            f"would have to be different to make it {quote(other)}?"
        )
        self.options = {key: self.label(clue) for key, clue in self.evidence.items()}
        # One piece, where the question can be asked at all.
        decisive = decisive_facts(case.facts, self.question.verdict)
        self.right = frozenset(evidence_ids(case, {*decisive}))
        self.intro = [Heading(case.title), Markdown(case.story)] if case.story else []
        self.takeaway = case.takeaway

    @property
    def decisive_evidence(self) -> tuple[str, ...]:
        return self.question.decisive_evidence

    def instead(self, edition: str | None) -> str:
        return self.question.instead(edition)

    def label(self, clue: Evidence) -> str:
        """A piece of evidence as an option."""
        return f"{clue.source}: {' '.join(clue.text.split())}"

    @property
    def explanation(self) -> Sequence[Block]:
        return self.question.turn

    @property
    def more(self) -> Sequence[Block]:
        return [*self.question.reasons, *self.question.grounds]

    @property
    def answer(self) -> str:
        return join(self.short_label(option) for option in self.options if option in self.right)

    def short_label(self, option: str) -> str:
        return self.evidence[option].source

    def why_not(self, option: str) -> str:
        facts = self.evidence[option].shows
        if not facts:
            return "It shows none of the facts that decide here."
        party = self.question.book.fill("{party}", self.question.case)
        told = (self.question.statement(*fact) for fact in facts.items())
        statements = join_about(party, told)
        if option in self.right:
            return f"It shows that {statements}."
        if self.question.deciding_facts.keys() & facts:
            needed = f"The answer needs that too, but it depends on another {self.piece}."
            return f"It shows that {statements}. {needed}"
        return f"It shows that {statements}. The answer does not depend on that."


class TwinsItem(Item):
    """Find the piece of evidence in which two versions of a case differ, so that a lens answers otherwise."""

    prompt = (
        "This case has two versions. Which piece of evidence says something else in the second one?"
    )

    def __init__(self, book: Casebook, record: LensQuestion) -> None:
        self.id = book.prefix + record.id
        self.first = CaseItem(book, book.case(record.case.partition(TWIN)[0]), record.lens)
        self.second = _twin_item(book, self.first, record.case)
        self.topic = self.first.topic
        pairs = zip(self.first.case.evidence, self.second.case.evidence, strict=True)
        self.pairs = {clue.id: (clue, other) for clue, other in pairs}
        self.options = {k: clue.source for k, (clue, _) in self.pairs.items()}
        self.right = frozenset(k for k, (one, two) in self.pairs.items() if one.text != two.text)
        self.intro = told_twice(self.first.case, self.second.case)

    @property
    def decisive_evidence(self) -> tuple[str, ...]:
        cases = (self.first.case, self.second.case)
        return tuple(f"{case.id}/{k}" for case in cases for k in self.options if k in self.right)

    @property
    def explanation(self) -> list[Block]:
        return [
            RunInHeading("What it shows:", self._shown(k)) for k in self.options if k in self.right
        ]

    def why_not(self, option: str) -> str:
        return self._shown(option) if option in self.right else "It says the same in both versions."

    def _shown(self, option: str) -> str:
        """What a piece of evidence shows in the one version and in the other, where that differs."""
        one, two = (clue.shows for clue in self.pairs[option])
        first, second = self._news(one, two), self._news(two, one)
        return f"In the first version, {first}. In the second one, {second}."

    def _news(self, shown: Mapping[str, str], other: Mapping[str, str]) -> str:
        facts = [fact for fact in shown.items() if fact not in other.items()]
        if not facts:
            return "nothing shows that"
        return join(self.first.statement(*fact) for fact in facts)


def _twin_item(book: Casebook, first: CaseItem, case_id: str) -> CaseItem:
    """A lens of the twin of that id; of a case, of its first twin with another answer, or of itself."""
    if TWIN in case_id:
        return CaseItem(book, book.case(case_id), first.lens)
    twins = (CaseItem(book, twin, first.lens) for twin in first.case.twins.values())
    return next((twin for twin in twins if twin.right != first.right), first)


class SpotItem(FindItem):
    """Spot the sentence on which an answer turns; the options themselves tell the story."""

    piece = "sentence"

    def __init__(self, book: Casebook, record: SpotQuestion) -> None:
        names = text_ids([sentence.text for sentence in record.sentences])
        evidence = tuple(
            Evidence(name, "", sentence.text, sentence.shows)
            for name, sentence in zip(names, record.sentences, strict=True)
        )
        self.places = {f"{record.id}/{k}": f"{record.id}/{n}" for n, k in enumerate(names, 1)}
        relation = (record.provider, record.service, record.party)
        super().__init__(book, Case(record.id, "", *relation, "", evidence, ""), record)

    def label(self, clue: Evidence) -> str:
        return " ".join(clue.text.split())

    def short_label(self, option: str) -> str:
        return self.options[option].removesuffix(".")


# It says no more than every case does, so nobody can answer without the evidence.
_PREMISE = "{provider} provides {service}; this is about {party}."


class SortItem(Item):
    """Put several parties into the classes of one lens: each row brings the evidence that this takes."""

    def __init__(self, book: Casebook, record: SortQuestion) -> None:
        self.parts = {k: CaseItem(book, book.case(k), record.lens) for k in record.cases}
        self.id, self.lens = book.prefix + record.id, record.lens
        self.topic = book.lens_texts[record.lens].label
        self.prompt = record.prompt or "Choose the right answer for each party."
        relations = [book.relation(part.case) for part in self.parts.values()]
        self.names = {  # two cases may have the same parties and the same service
            k: f"{relation} ({part.case.title})" if relations.count(relation) > 1 else relation
            for (k, part), relation in zip(self.parts.items(), relations, strict=True)
        }
        self.groups = [self._row(k, part) for k, part in self.parts.items()]
        self.options = {
            f"{k}:{answer}": label
            for k, part in self.parts.items()
            for answer, label in part.options.items()
        }
        self.right = frozenset(f"{k}:{a}" for k, part in self.parts.items() for a in part.right)

    def _row(self, k: str, part: CaseItem) -> Group:
        case, lens = part.case, LENSES[part.lens]
        # What is as usual is read without it.
        reads = {*lens.reads} - (lens.presumes.keys() - part.deciding_facts.keys())
        premise = part.book.sentence(_PREMISE, case)
        if "(" in self.names[k]:
            premise += f" ({case.title})"
        telling = [clue for clue in case.evidence if reads & clue.shows.keys()]
        others = [clue for clue in case.evidence if clue not in telling]
        rest = Details("The story", [Markdown(case.story), *evidence_blocks(case, others)])
        options = tuple(f"{k}:{answer}" for answer in part.options)
        intro: list[Block] = [*evidence_blocks(case, telling), rest]
        return Group(premise, options, intro, part.explanation[:1])

    @property
    def decisive_evidence(self) -> tuple[str, ...]:
        return tuple(k for part in self.parts.values() for k in part.decisive_evidence)

    @property
    def supporting_evidence(self) -> tuple[str, ...]:
        return tuple(k for part in self.parts.values() for k in part.supporting_evidence)

    @property
    def open_evidence(self) -> tuple[str, ...]:
        return tuple(k for part in self.parts.values() for k in part.open_evidence)

    @property
    def answer(self) -> str:
        return "; ".join(f"{self.names[k]}: {part.answer}" for k, part in self.parts.items())

    explanation = ()  # row by row, in `more`

    @property
    def more(self) -> list[Block]:
        return [
            RunInHeading(
                f"{self.names[k]}: {part.answer}.", part.turning_sentence or part.verdict.why
            )
            for k, part in self.parts.items()
        ]

    def short_label(self, option: str) -> str:
        return self.names[option.partition(":")[0]]

    def why_not(self, option: str) -> str:
        case_id, _, answer = option.partition(":")
        return self.parts[case_id].why_not(answer)

    def scope(self, option: str) -> Sequence[str] | None:
        case_id, _, answer = option.partition(":")
        return self.parts[case_id].scope(answer)

    def misconception(self, choice: Iterable[str]) -> Misconception | None:
        chosen = [option.partition(":") for option in choice]
        betrayed = (
            part.misconception([answer for case_id, _, answer in chosen if case_id == k])
            for k, part in self.parts.items()
        )
        return next(filter(None, betrayed), None)


class MatchItem(Item):
    """Match terms and their definitions in one edition."""

    def __init__(self, book: Casebook, record: MatchQuestion) -> None:
        self.terms = {k: book.glossary[k] for k in record.terms}
        self.definitions = {k: term.definitions[record.edition] for k, term in self.terms.items()}
        self.id, self.editions = book.prefix + record.id, [record.edition]
        self.topic = f"Terms ({in_editions(self.editions)})"
        self.prompt = record.prompt or "Which definition belongs to which term?"
        self.right = frozenset(f"{k}:{k}" for k in self.terms)
        # The alphabet gives nothing away.
        self._show(sorted(self.definitions, key=self.definitions.__getitem__))

    def _show(self, order: Iterable[str]) -> None:
        letters = dict(zip(order, ascii_uppercase, strict=False))  # as the keys that choose
        lines = [f"{letter}. {self.definitions[k]}" for k, letter in letters.items()]
        self.intro = [BulletList(lines)]
        self.groups = [
            Group(
                term.term,
                tuple(f"{k}:{other}" for other in letters),
                rule=[RunInHeading(f"{letters[k]}.", " ".join(self._meaning(k)), self.editions)],
            )
            for k, term in self.terms.items()
        ]
        self.options = {f"{k}:{o}": letter for k in self.terms for o, letter in letters.items()}

    def reorder(self, seed: object) -> None:
        self._show(reordered(self.definitions, seed))

    @property
    def answer(self) -> str:
        pairs = self.definitions.items()
        return "; ".join(f"{self.terms[k].term}: {text.rstrip('.')}" for k, text in pairs)

    explanation = ()  # term by term, in `more`

    @property
    def more(self) -> list[Block]:
        return [
            RunInHeading(f"{t.term}:", " ".join(self._meaning(k))) for k, t in self.terms.items()
        ]

    def _meaning(self, k: str) -> list[str]:
        return [*filter(None, (self.definitions[k], self.terms[k].note))]

    def short_label(self, option: str) -> str:
        return self.terms[option.partition(":")[0]].term

    def wording(self, option: str) -> str:
        return f"{self.short_label(option)}: {self.definitions[option.partition(':')[2]]}"

    def why_not(self, option: str) -> str:
        k, _, other = option.partition(":")
        meaning = f"That is the meaning of {quote(self.terms[other].term)}."
        return self.definitions[k] if k == other else meaning


def make_item(book: Casebook, record: Question) -> Item:
    """A question, ready to be asked."""
    match record:
        case LensQuestion(kind="find"):
            return FindItem(book, book.case(record.case), record)
        case LensQuestion(kind="twins"):
            return TwinsItem(book, record)
        case LensQuestion():
            asked = book.case(record.case)
            return CaseItem(book, asked, record.lens, record.id, story(asked))
        case SpotQuestion():
            return SpotItem(book, record)
        case SortQuestion():
            return SortItem(book, record)
        case MatchQuestion():
            return MatchItem(book, record)
        case ListQuestion():
            return ListItem(book, record)
        case ConceptQuestion():
            return ConceptItem(book, record)


def item_of(book: Casebook, item_id: str) -> Item | None:
    """The item of that id, built once for a book; None where the book does not have it, or cannot ask it."""
    if item_id not in book.items and (record := question_of(book, item_id)):
        item = make_item(book, record)
        several = item.many or item.groups
        book.items[item_id] = item if (item.right if several else len(item.right) == 1) else None
    return book.items.get(item_id)


def telling_ids(book: Casebook, item_id: str) -> list[str]:
    """The ids that ask the same of every telling of a case, or in every style; as it is written first.

    Of what is about no single case there is one telling, and one style where one option is right.
    """
    record = question_of(book, item_id)
    if isinstance(record, ConceptQuestion):
        styles = [f"{item_id}{TWIN}{style}" for style in STYLES]
        return [item_id, *(k for k in styles if TWIN not in item_id and question_of(book, k))]
    if not isinstance(record, LensQuestion) or record.kind == "twins" or TWIN in record.case:
        return [item_id]
    twins, find = book.cases[record.case].twins, "find/" if record.kind == "find" else ""
    ids = [f"{book.prefix}{find}{twin}/{record.lens}" for twin in twins]
    if record.id in book.questions:
        ids = [f"{item_id}{twin.removeprefix(record.case)}" for twin in twins]
    return [item_id, *(k for k in ids if item_of(book, k))]


def next_telling(book: Casebook, item_id: str, last: str) -> str:
    """The telling that follows the last one, from the first to the last and round again."""
    ids = telling_ids(book, item_id)
    return ids[(ids.index(last) + 1) % len(ids)] if last in ids else item_id
