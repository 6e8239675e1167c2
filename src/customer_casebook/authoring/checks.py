"""Everything that can be wrong with the values of a file, in words.

A check yields places, what is wrong there, and what to write. Where values meet it looks at what is
there, for a file may be broken elsewhere.
"""

import calendar
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import MISSING
from difflib import get_close_matches
from math import isfinite
from typing import Any, Literal, get_args

from customer_casebook.authoring.reader import Place
from customer_casebook.authoring.schema import FILES, KINDS, Node
from customer_casebook.course import records
from customer_casebook.declarations import FactNames, Reference
from customer_casebook.domain import facts
from customer_casebook.domain.facts import (
    UNKNOWN,
    normalize_value,
    short_repr,
    similar_words,
    what_to_write,
)
from customer_casebook.domain.rules import GENERAL, LENSES, TAGS
from customer_casebook.domain.verdict import (
    UNDETERMINED,
    decide,
    decisive_facts,
    decisive_flip,
    settled_answers,
)

Lists = Mapping[str, Mapping[str, Any]]  # what a file may name; without a list nobody can tell
Lines = Callable[[Place], int]  # the line of a place in the file
Problems = Iterator[tuple[Place, str]]
MAX_CHOICES = 9  # a digit chooses one of them
MAX_CLUE_WORDS, MAX_CLUE_SENTENCES = 45, 3  # of another telling, as of our own evidence
Shown = dict[str, tuple[Place, str]]  # where a fact is shown first, and its value


def find_problems(nodes: Sequence[Node], lines: Lines, lists: Lists) -> Problems:
    """What is wrong with a file, but for facts that cannot be so.

    Args:
        nodes: Its values; the whole of it comes first.
        lines: The line of a place.
        lists: What it may name, by kind and id.
    """
    wrong = [node for node in nodes if not (_fits(node) and _has_known_keys(node))]
    misspelt = {place for node in wrong for place in _misspelt(node)}
    for node in wrong:
        if node.value is not MISSING or node.place not in misspelt:
            yield from find_mismatches(node)
    for node in nodes:
        if not isinstance(node.value, str) or node.declared.mark or _SIGN.search(node.value):
            yield from _meetings(node, lines, lists)


def _misspelt(node: Node) -> Iterator[Place]:
    """The places of what is not missing, for its key is there in another spelling."""
    if node.declared.fields and isinstance(node.value, dict):
        keys = node.declared.keys
        for key in node.value.keys() - {*keys}:
            yield from ((*node.place, meant) for meant in similar_words(key, keys))


def _meetings(node: Node, lines: Lines, lists: Lists) -> Problems:
    """What shows only when a value meets others."""
    place, value, declared = node
    mark = declared.mark
    if isinstance(mark, Reference) and mark.kind in lists and isinstance(value, str):
        own, none = lists.get(f"own {mark.kind}", ()), filter(None, [mark.none])
        if value not in lists[mark.kind]:
            yield from _among([*lists[mark.kind], *none], place, value, own, mark.kind)
    if declared.shape is str and isinstance(value, str):
        yield from _shown_as_typed(place, value)
    elif isinstance(value, list) and len(value) > 1:
        yield from _twins([((*place, at), entry) for at, entry in enumerate(value)], lines)
        for key in ("id", "text") if any(isinstance(it, dict) for it in value) else ():
            words = [((*place, at, key), _get(it, key, str)) for at, it in enumerate(value)]
            yield from _twins(words, lines)
    elif isinstance(mark, FactNames) and isinstance(value, dict):
        yield from _fact_faults(mark.values, place, value)
    for check in _CHECKS.get(declared.shape, ()) if isinstance(value, dict) else ():
        for inside, message in check(value, lambda step: lines((*place, *step)), lists):
            yield (*place, *inside), message


def find_clashes(kind: str, tree: Any, lists: Lists) -> Problems:
    """Facts of a case, or of a file of facts, that cannot be so and can be decided all the same."""
    if kind == "facts" and isinstance(tree, dict):
        yield from _together({name: ((name,), normalize_value(tree[name])) for name in tree})
    elif kind == "case":
        yield from _clashes(tree, lambda _: 1, lists)


# Single values.


def find_mismatches(node: Node) -> Problems:
    """How a value differs from its declaration; pydantic says the same of the whole file."""
    place, value, declared = node
    if message := _mismatch(node):
        yield place, message
    elif declared.shape is records.QuestionRecord:  # which stands for an unknown kind
        kind = value.get("kind")
        wrong = f"there is no {short_repr(kind)}" if kind else "is missing"
        yield (*place, "kind"), f"{wrong}; {what_to_write(str(kind or ''), tuple(KINDS))}"
    elif declared.fields:
        for key in value.keys() - {*declared.keys}:
            yield (*place, key), f"there is no such key; {what_to_write(key, declared.keys)}"
    else:
        for key in value if declared.words else ():
            yield from _among(declared.words, (*place, key), key)


def _has_known_keys(node: Node) -> bool:
    """Whether a mapping has only keys that are declared."""
    declared = node.declared
    if declared.sort is not Mapping or declared.shape is records.QuestionRecord:
        return declared.sort is not Mapping
    known = declared.keys if declared.fields else declared.words
    return not known or node.value.keys() <= {*known}


# What a file has for each sort of declaration, and its name in a message.
_SORTS: Mapping[Any, tuple[type, str]] = {
    Any: (object, ""),
    Literal: (str, ""),
    Mapping: (dict, "mapping"),
    bool: (bool, "yes or no"),
    float: (str, "number"),
    str: (str, "text"),
    tuple: (list, "list"),
}


def _mismatch(node: Node) -> str:
    """Why a value is not what is declared, apart from what is in it; empty where it is."""
    _, value, declared = node
    if _fits(node):
        return ""
    sort, keys = declared.sort, declared.keys
    noun = _SORTS[sort][1]
    what = declared.limits.get("description", "text")
    advice = f"write its keys: {', '.join(keys)}" if keys else f"write {what}"
    if value is MISSING:
        return f"is missing; {advice}"
    if value in (None, [], {}) or not str(value).strip():
        return f"is empty; {advice}"
    if sort is Literal:
        words = get_args(declared.shape)
        return f"there is no {short_repr(value)}; {what_to_write(str(value), words)}"
    if sort is str and isinstance(value, str):
        near = "-".join(re.findall("[a-z0-9]+", value[:80].lower())) or "my-case-2"
        return f"{short_repr(value)} is no id; write letters and digits such as {near}"
    if isinstance(value, bool):
        value = normalize_value(value)
        if sort in (str, float):
            return f"a bare {value} is no {noun}; {'put it in quotes' if sort is str else advice}"
    return f"{short_repr(value)} is no {noun}; {advice}"


def _fits(node: Node) -> bool:
    """Whether a value is of the right type, and one of those declared."""
    value: Any = node.value
    declared = node.declared
    sort = declared.sort
    if not isinstance(value, _SORTS[sort][0]):
        return False
    if sort is str:
        return bool(declared.pattern.search(value))
    if sort is float:
        with suppress(ValueError):
            return isfinite(float(str(value)))
        return False
    if sort is Literal:
        return value in get_args(declared.shape)
    return value is not MISSING and (bool(value) or not declared.limits.get("min_length"))


def _fact_faults(values: str, place: Place, shown: Mapping[str, Any]) -> Problems:
    """Names that are no facts, and values that are none of a fact."""
    for name, value in shown.items():
        is_several = values == "several" and value and isinstance(value, list)
        for one in value if is_several else [UNKNOWN if values == "text" else value]:
            if message := facts.find_fault(name, "" if one is None else normalize_value(one)):
                yield (*place, name), message


def _twins(words: Iterable[tuple[Place, Any]], lines: Lines) -> Problems:
    """Texts that come twice, so that nobody can tell one from the other."""
    first: dict[str, Place] = {}
    for place, word in words:
        plain = " ".join(word.casefold().split()).rstrip(".") if isinstance(word, str) else ""
        if plain and (before := first.setdefault(plain, place)) != place:
            yield place, f"{short_repr(word)} is taken by line {lines(before)}; write another"


# What no text may hold, and what only the Markdown of a story may: evidence can be an option, too.
_MARKUP = r"</?[a-z][^<>]*>|<!--|&#?\w+;|`[^`]+`|!?\[[^][]*\]\([^()]*\)|^#+ .*"
_MARKDOWN = r"|(?<!\w)(\*\*?|__?)(?! )[^*_]+(?<! )\1(?!\w)|^[-*+] .*"
_SIGN = re.compile(r"[<&`[#*_]|^[-+] ", re.MULTILINE)  # each of them has one of these


def _shown_as_typed(place: Place, text: str) -> Problems:
    """Markup in a text that is shown as it is."""
    pattern = _MARKUP if place == ("story",) else _MARKUP + _MARKDOWN
    if markup := re.search(pattern, text, re.IGNORECASE | re.MULTILINE):
        yield place, f"{short_repr(markup[0])} would be shown as it is typed; write plain words"


# Stories and what they show.


def _shown(story: Any) -> Iterator[tuple[Place, str, str]]:
    """The facts that the parts of a story show, with their places and values."""
    for key in ("evidence", "sentences"):
        for number, part in enumerate(_get(story, key, list)):
            for name, value in _get(part, "shows", dict).items():
                known = "" if value is None else normalize_value(value)
                yield (key, number, "shows", name), name, known


def _first_shown(story: Any) -> Shown:
    """Where each known fact of a story is shown first."""
    first: Shown = {}
    for place, name, value in _shown(story):
        if value != UNKNOWN:
            first.setdefault(name, (place, value))
    return first


def _story(story: Any, lines: Lines, _: Lists) -> Problems:
    """Each fact is shown once, unless it is unknown or open."""
    yield from _countable("evidence", _get(story, "evidence", list))
    first = _first_shown(story)
    for place, name, value in _shown(story):
        before, known = first.get(name, (place, value))
        line = lines(before)
        if value == UNKNOWN:
            yield place, "is unknown, so nothing shows it; leave it out"
        elif value != known:
            yield place, f"is {value} here, and {known} in line {line}; keep the one that is true"
        elif place != before:
            yield place, f"is shown in line {line} already; show each fact once"
    for name in first.keys() & _get(story, "open", dict).keys():
        yield ("open", name), f"is not open: line {lines(first[name][0])} shows it; leave it out"


def _tellings(case: Any, lines: Lines, _: Lists) -> Problems:
    """Each other telling is short, says something else, and makes another case of it."""
    for number, clue in enumerate(clues := _get(case, "evidence", list)):
        others = _first_shown({"evidence": [it for it in clues if it is not clue]})
        for place, telling in enumerate(_get(clue, "otherwise", list)):
            where: Place = ("evidence", number, "otherwise", place)
            for inside, message in _telling(case, clue, telling, others, lines):
                yield (*where, *inside), message


def _telling(case: Any, clue: Any, telling: Any, others: Shown, lines: Lines) -> Problems:
    text, shows = _get(telling, "text", str), ("shows",)
    words, sentences = len(text.split()), len(re.findall(r"[.?!]+[\"”]?(?=\s|$)", text))
    if words > MAX_CLUE_WORDS or sentences > MAX_CLUE_SENTENCES:
        most = f"{MAX_CLUE_SENTENCES} sentences with {MAX_CLUE_WORDS} words at most"
        yield ("text",), f"has {sentences} sentences with {words} words; write {most}"
    for name in _strangers(text, " ".join(_texts(case))):
        yield ("text",), f"names {name}, whom nothing in the case introduces; say who it is"
    if text.split() == _get(clue, "text", str).split():
        yield ("text",), "is what the evidence itself says; write what it would say otherwise"
    own = _get(telling, "shows", dict)
    first = {name: (("shows", name), normalize_value(own[name])) for name in own if own[name] != ""}
    for name, (place, value) in first.items():
        if value == UNKNOWN:
            yield place, "is unknown, so nothing shows it; leave it out"
        elif name in others:
            yield place, f"is shown in line {lines(others[name][0])} already; show each fact once"
    before = {k: v for k, (_, v) in _first_shown({"evidence": [clue]}).items()}
    now = {name: value for name, (_, value) in first.items()}
    rest = {name: value for name, (_, value) in others.items()}
    if any(facts.find_fault(*fact) for fact in (*before.items(), *now.items(), *rest.items())):
        return
    if now == before:
        yield shows, "is what the evidence itself shows; show another value of a fact"
        return
    clashes = [*_together({**others, **first})]
    yield from ((place, message) for place, message in clashes if place[0] == "shows")
    one, other = (facts.Facts.read(rest | shown) for shown in (before, now))
    if not clashes and all(settled_answers(one, k) == settled_answers(other, k) for k in LENSES):
        yield shows, "changes no verdict of the case; change a fact that decides"


def _texts(case: Any) -> Iterator[str]:
    """What a case says in words, but for its other tellings."""
    yield from (_get(case, "title", str), _get(case, "story", str))
    for clue in _get(case, "evidence", list):
        yield from (_get(clue, "source", str), _get(clue, "text", str))


NO_NAMES = {"I", "IT", *calendar.day_name, *calendar.month_name}
NAME = r"[A-Z][\w'-]*(?: (?:(?:and|&|of|the) )?[A-Z][\w'-]*)*"


def _strangers(text: str, known: str) -> Iterator[str]:
    """The names inside the sentences of a text that another one does not have, and this does not explain."""
    text, known_words = " ".join(text.split()), {*re.findall(r"[A-Z][\w-]*", known)}
    for match in re.finditer(rf"(?<=[a-z,;] ){NAME}", text):
        words = {*re.findall(r"[A-Z][\w-]*", match[0])} - NO_NAMES
        is_explained = re.match(r", (?:an?|the|her|his|who|which) ", text[match.end() :])
        if words - known_words and not is_explained:
            yield match[0]


def _clashes(story: Any, _: Lines, lists: Lists) -> Problems:
    """Facts that cannot be true together, or not in this world."""
    shown, parties = _first_shown(story), lists.get("parties", {})
    yield from _together(shown)
    party, provider = _get(story, "party", str), _get(story, "provider", str)
    line, other_line = line_of(party, parties), line_of(provider, parties)
    if not (line and other_line):
        return
    kind = str(parties[party].get("kind"))
    is_same, is_inside = line[-1] == other_line[-1], provider in line
    together = f"{party} and {provider} belong to {line[-1]}"
    apart = [f"{it[0]} belongs to {it[-1] if it[1:] else 'nothing'}" for it in (line, other_line)]
    part = "a part" if is_inside else "no part"
    so = {  # what the world says, and in words
        "party_is": (kind, f"{party} is of the kind {kind}"),
        "organization": ("same", together) if is_same else ("different", ", and ".join(apart)),
        "inside_provider": ("yes" if is_inside else "no", f"{party} is {part} of {provider}"),
    }
    for name, (in_world, words) in so.items():
        place, value = shown.get(name, ((), UNKNOWN))
        if value in facts.VOCABULARY[name].says and _KINDS_IN_WORLD.get(value, value) != in_world:
            yield place, f"is {value}, but in the world {words}; change one of them"


_KINDS_IN_WORLD = dict.fromkeys(("private_person", "employee", "member"), "person")


def _together(shown: Shown) -> Problems:
    """Facts that cannot be true together."""
    for impossible, why in facts.CONTRADICTIONS:
        if all(name in shown and shown[name][1] == impossible[name] for name in impossible):
            (name, value), (other, its_value) = impossible.items()
            message = f"{value} cannot go with {other}: {its_value}, for {why}; change one of them"
            yield shown[name][0], message


def line_of(party: str, parties: Mapping[str, Any]) -> list[str]:
    """A party and what it belongs to, the outermost last; empty if that goes round in a circle."""
    line: list[str] = []
    while party in parties:
        if party in line:
            return []
        line.append(party)
        party = _get(parties[party], "part_of", str)
    return line


def _circles(world: Any, _: Lines, lists: Lists) -> Problems:
    for number, party in enumerate(_get(world, "parties", list)):
        name = _get(party, "id", str)
        if name and "parties" in lists and not line_of(name, lists["parties"]):
            message = "goes round in a circle; leave out part_of at the outermost"
            yield ("parties", number, "part_of"), message


# Questions.


def _options(question: Any, _: Lines, __: Lists) -> Problems:
    options = _get(question, "options", list)
    right = sum(isinstance(option, dict) and option.get("right") is True for option in options)
    if question["kind"] == "choose" and right != 1:
        yield ("options",), f"has {right} right options; a choose question has exactly one"
    elif not right:
        yield ("options",), "has no right option; write right: yes where it is"
    elif len(options) < 3:
        yield ("options",), "has fewer than three options; write three to five"
    elif question["kind"] == "choose_all" and right in (1, len(options)):
        some = "one right option" if right == 1 else "no wrong option"
        yield ("options",), f"has {some}; of choose_all several are right, and one at least is not"
    yield from _countable("options", options)
    for number, option in enumerate(options):
        place, is_right = ("options", number, "misconception"), _get(option, "right", bool)
        belief = option.get("misconception") if isinstance(option, dict) else None
        if is_right and belief is not None:
            yield place, "stands at a right option, which shows none; leave it out"
        elif not is_right and belief is None and _get(option, "text", str):
            yield place, "is missing; write the id of what whoever chooses it believes, or none"


def _countable(key: str, listed: list[Any]) -> Problems:
    """As many as there are keys to choose with."""
    if len(listed) > MAX_CHOICES:
        message = f"has {len(listed)} entries, but only the keys 1 to {MAX_CHOICES} choose"
        yield (key,), f"{message}; leave some out"


def _defined_terms(question: Any, lines: Lines, lists: Lists) -> Problems:
    edition, definitions = question.get("edition", "4"), dict[str, tuple[Place, Any]]()
    yield from _countable("terms", _get(question, "terms", list))
    for number, name in enumerate(_get(question, "terms", list)):
        term = lists.get("terms", {}).get(name) if isinstance(name, str) else None
        if term and edition in TAGS and edition not in _get(term, "definitions", dict):
            place = edition if edition == GENERAL else f"ITIL {edition}"
            message = f"{name} has no definition in {place}; write one, or another term"
            yield ("terms", number), message
        elif term:
            text = _get(term, "definitions", dict).get(edition)
            definitions.setdefault(name, (("terms", number), text))
    yield from _twins(definitions.values(), lines)


def _sort(question: Any, _: Lines, __: Lists) -> Problems:
    lens = LENSES.get(_get(question, "lens", str))
    if lens and lens.many:
        message = f"{lens.name} may have several answers for one party; sort by another lens"
        yield ("lens",), message


def _spot(question: Any, _: Lines, __: Lists) -> Problems:
    """One sentence, and one only, has to decide the answer."""
    count = len(_get(question, "sentences", list))
    if count and not 4 <= count <= MAX_CHOICES:
        yield ("sentences",), f"has {count} sentences; write five to eight"
    first, lens = _first_shown(question), _get(question, "lens", str)
    shown = {name: value for name, (_, value) in first.items()}
    if lens not in LENSES or any(facts.find_fault(*fact) for fact in shown.items()):
        return
    known = facts.Facts.read(shown)
    if known.contradiction:
        return
    verdict = decide(known, lens)
    flip = decisive_flip(known, verdict)
    sentences = {name: place[:2] for name, (place, _) in first.items()}
    if verdict.missing:
        missing = " and ".join(verdict.missing)
        yield ("lens",), f"is left open by {missing}; show it in a sentence, or ask another lens"
    elif not flip or flip.fact not in sentences:
        message = "turns on no sentence; show the fact that it turns on, or ask another lens"
        yield ("lens",), message
    else:
        for fact in decisive_facts(known, verdict):
            if sentences.get(fact, sentences[flip.fact]) != sentences[flip.fact]:
                both = f"{flip.fact} and on {fact}"
                message = f"turns on {both} alike; show both in one sentence, or ask another lens"
                yield ("lens",), message


# Words.


def _scope(record: Any, _: Lines, __: Lists) -> Problems:
    if {GENERAL} < {str(tag) for tag in _get(record, "editions", list)}:
        yield ("editions",), "name general beside an edition; write general alone, or the editions"


def _corrective(record: Any, _: Lines, __: Lists) -> Problems:
    yield from _gaps(("corrective",), _get(record, "corrective", str))


def _answers(sign: Any, _: Lines, __: Lists) -> Problems:
    if ("choice" in sign) == ("omits" in sign):
        yield (), "needs one of choice and omits; write the wrong answer it betrays"
    if lens := LENSES.get(str(sign.get("lens"))):
        yield from _among((*lens.answers, UNDETERMINED), ("choice",), sign.get("choice"))
        yield from _among(lens.answers, ("omits",), sign.get("omits"))
        if "omits" in sign and not lens.many:
            yield ("omits",), f"{lens.name} has one answer only; write choice instead"


def _all_lenses(file: Any, lines: Lines, _: Lists) -> Problems:
    lenses = _get(file, "lenses", dict)
    yield from _exactly(LENSES, ("lenses",), lenses)
    for name in LENSES.keys() & lenses.keys():
        place, answers = ("lenses", name), (*LENSES[name].answers, UNDETERMINED)
        texts = _get(lenses[name], "answers", dict)
        yield from _exactly(answers, (*place, "answers"), texts)
        labels = [((*place, "answers", k, "label"), _get(texts[k], "label", str)) for k in texts]
        yield from _twins(labels, lines)
        yield from _gaps((*place, "question"), _get(lenses[name], "question", str))


def _all_asks(file: Any, lines: Lines, _: Lists) -> Problems:
    asks, read = _get(file, "asks", dict), {name for lens in LENSES.values() for name in lens.reads}
    yield from _exactly(sorted(read), ("asks",), asks)
    for name in read & asks.keys():
        place = ("asks", name)
        for key in ("answers", "statements"):
            texts = _get(asks[name], key, dict)
            yield from _exactly(facts.VOCABULARY[name].says, (*place, key), texts)
            yield from _twins([((*place, key, k), texts[k]) for k in texts], lines)
            for value in texts:
                yield from _gaps((*place, key, value), _get(texts, value, str))
        for key in ("question", "hint", "whom"):
            yield from _gaps((*place, key), _get(asks[name], key, str))


def _gaps(place: Place, text: str) -> Problems:
    """The gaps of a text are for names."""
    for gap in re.findall(r"{[^{}]*}|[{}]", text):
        yield from _among(("{party}", "{provider}", "{service}"), place, gap)


def _exactly(words: Iterable[str], place: Place, mapping: Mapping[str, Any]) -> Problems:
    """The keys of a mapping have to be these; an empty one has its fault already."""
    for key in mapping:
        yield from _among(tuple(words), (*place, key), key)
    for key in words if mapping else ():
        if key not in mapping:
            yield (*place, key), "is missing; write it as the others are written"


_CHECKS: Mapping[Any, tuple[Callable[[Any, Lines, Lists], Problems], ...]] = {
    records.Case: (_story, _tellings, _circles),
    records.ConceptQuestion: (_options, _scope),
    records.MatchQuestion: (_defined_terms,),
    records.SortQuestion: (_sort,),
    records.SpotQuestion: (_story, _clashes, _spot),
    records.Misconception: (_corrective, _scope),
    records.Sign: (_answers,),
    FILES["lenses"]: (_all_lenses,),
    FILES["situations"]: (_all_asks,),
    FILES["world"]: (_circles,),
}


# What several of them need.


def _get(tree: Any, key: str, sort: type) -> Any:
    """The list, mapping or text under a key; an empty one where there is none."""
    value = tree.get(key) if isinstance(tree, dict) else None
    return value if isinstance(value, sort) else sort()


def _among(
    words: Collection[str],
    place: Place,
    word: object,
    own: Collection[str] = (),
    kind: str = "",
) -> Problems:
    """A text has to be one of these words; what is no text has its fault already.

    Of ``own`` words more is said: of the others only one that is similar. The ``kind`` of what they
    name says where more of them are, or can be.
    """
    if not isinstance(word, str) or word in words:
        return
    known = tuple(own or words)
    more = "; or add it to world.yaml" if kind in ("parties", "services") else ""
    if len(known) > len(facts.VOCABULARY):  # too many to list: the three nearest will do
        if kind in ("objectives", "misconceptions"):
            place_of_all = f"{kind}.yaml has" if own else "customer-casebook coverage lists"
            more = f"; {place_of_all} all {len(known)}"
        known = _nearest(word[:80], known[:1000])
    if own and not similar_words(word, known):
        known += tuple(similar_words(word, tuple(words)[:1000]))
    advice = f"; {what_to_write(word, known)}" if known else ", nor any other; leave it out"
    yield place, f"there is no {short_repr(word)}{advice}{more}"


def _nearest(word: str, known: tuple[str, ...]) -> tuple[str, ...]:
    """The three ids that have most words in common with another one, and of these most letters."""
    stems = {part[:4] for part in word.split("-")}
    near = get_close_matches(word, known, len(known), 0)
    near.sort(key=lambda each: -len(stems & {part[:4] for part in each.split("-")}))
    return tuple(near[:3])
