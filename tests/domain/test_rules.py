"""The rules as a page of the textbook: complete, without contradiction, honest about themselves."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from functools import cache
from inspect import getsource
from itertools import product
from types import ModuleType

import pytest

from customer_casebook.domain import facts, rules, verdict
from customer_casebook.domain.facts import VOCABULARY, Facts
from customer_casebook.domain.rules import EDITIONS, GENERAL, LENSES, Lens, Rule

RULES = [rule for lens in LENSES.values() for rule in lens.rules]
EACH_LENS = pytest.mark.parametrize("lens", LENSES.values(), ids=list(LENSES))
EACH_RULE = pytest.mark.parametrize("rule", RULES, ids=[rule.id for rule in RULES])


def complete_sets(names: tuple[str, ...]) -> Iterator[Facts]:
    for values in product(*(VOCABULARY[name].says for name in names)):
        yield Facts(**dict(zip(names, values, strict=True)))


@cache
def every_complete_set() -> tuple[Facts, ...]:
    return tuple(complete_sets(Facts._fields))


ANSWERS = {
    "customer": "internal external not_a_customer",
    "role": "customer user sponsor supplier internal_support other_stakeholder",
    "service": "internal external none",
    "service_type": "supporting internal_customer_facing external_customer_facing none",
    "money": "nothing_moves internal_transaction revenue",
    "agreement": "sla contract_with_sla ola underpinning_contract none",
    "penalties": "enforceable escalation_only none",
    "owner": "business_relationship_manager account_manager named_in_service_strategy service_desk"
    " supplier_manager nobody",
    "provider_type": "I II III none",
}


def test_every_answer_of_every_lens_has_a_rule() -> None:
    assert list(LENSES) == list(ANSWERS)
    for name, lens in LENSES.items():
        assert (lens.name, lens.many) == (name, name == "role")
        assert set(lens.answers) == {rule.answer for rule in lens.rules} == {*ANSWERS[name].split()}


@EACH_LENS
def test_a_complete_set_of_facts_is_decided_by_exactly_one_rule(lens: Lens) -> None:
    for known in complete_sets(lens.reads):
        holding = [rule.name for rule in lens.rules if rule.holds(known)]
        assert holding if lens.many else len(holding) == 1, (holding, known.known())


def test_an_other_stakeholder_has_no_other_role_and_a_supplier_is_not_inside_and_outside() -> None:
    for known in complete_sets(LENSES["role"].reads):
        roles = {rule.answer for rule in LENSES["role"].rules if rule.holds(known)}
        assert "other_stakeholder" not in roles or len(roles) == 1, (roles, known.known())
        assert not {"supplier", "internal_support"} <= roles, known.known()


@EACH_RULE
def test_a_rule_depends_on_exactly_the_facts_it_declares(rule: Rule) -> None:
    places = [Facts._fields.index(name) for name in rule.reads]
    assert len(set(places)) == len(places)
    seen: dict[tuple[str, ...], bool] = {}
    for known in every_complete_set():
        key, holds = tuple([known[place] for place in places]), rule.holds(known)
        assert seen.setdefault(key, holds) == holds, ("reads an undeclared fact", known.known())
    needless = {
        name
        for at, name in enumerate(rule.reads)
        if all(
            seen[(*key[:at], other, *key[at + 1 :])] == holds
            for key, holds in seen.items()
            for other in VOCABULARY[name].says
        )
    }
    assert not needless


@EACH_LENS
def test_a_lens_reads_what_its_rules_read_and_what_the_presumption_needs(lens: Lens) -> None:
    together = {name for rule in lens.rules for name in rule.reads}
    assert lens.reads == tuple(name for name in Facts._fields if name in together)
    if "sets_requirements" in lens.reads:
        assert {"party_is", "consumes"} <= set(lens.reads)


def test_some_facts_decide_one_question_only_and_feedback_none() -> None:
    def lenses(name: str) -> set[str]:
        return {lens.name for lens in LENSES.values() if name in lens.reads}

    assert not lenses("gives_feedback")
    assert lenses("charge") == {"money", "agreement"}  # what is free has no contract with an SLA
    assert lenses("serves_several_units") == {"provider_type"}
    assert lenses("binding_contract") == {"penalties", "agreement"}
    assert lenses("direct_online") == {"owner"}


@EACH_RULE
def test_a_rule_speaks_for_itself(rule: Rule) -> None:
    assert re.fullmatch(r"[A-Z].{,118}\.", rule.title)
    assert rule.explanation.endswith(".")
    assert 1 <= len(re.findall(r"[.!?](?=\s|$)", rule.explanation)) <= 4
    assert rule.editions
    ordered = tuple(each for each in EDITIONS if each in rule.editions)
    assert rule.editions in (ordered, (GENERAL,))
    assert [rule.title, rule.id] not in [[r.title, r.id] for r in RULES if r is not rule]


V3_ONLY = (
    r"underpinning contract|notional|customer.facing|supporting service|of type i+\b"
    r"|(?<!of )(internal|external) service\b|(service|provider) type (?!none)"
)
OLA = r"\bola\b|operational level agreement"


def words(rule: Rule) -> str:
    text = f"{rule.lens} {rule.answer} {rule.title} {rule.explanation}"
    return text.replace("_", " ").lower()


@EACH_RULE
def test_a_rule_in_v3_words_says_so(rule: Rule) -> None:
    if re.search(V3_ONLY, words(rule)) or (rule.lens == "service" and rule.answer != "none"):
        assert rule.editions == ("v3",)
    if rule.answer == "sponsor":
        assert rule.editions == ("4", "5")


def test_bookkeeping_and_law_are_general_and_no_edition_has_them_for_itself() -> None:
    general = {rule.id for rule in RULES if rule.editions == (GENERAL,)}
    assert general == {
        *(rule.id for rule in RULES if rule.lens in ("money", "penalties")),
        "agreement.has_terms_of_use_at_best",
    }
    assert {rule.scope for rule in RULES if rule.id in general} == {"in this course"}


def test_version_5_does_not_tell_customers_apart_as_internal_and_external() -> None:
    spoken = [rule for rule in RULES if "5" in rule.editions]
    assert not [r.id for r in spoken if re.search("(internal|external) customer", words(r))]


def test_version_5_is_not_told_of_olas() -> None:
    assert not [rule.id for rule in RULES if re.search(OLA, words(rule)) and "5" in rule.editions]


@pytest.mark.parametrize(
    ("module", "may_use"),
    [(facts, set()), (rules, {"facts"}), (verdict, {"facts", "rules"})],
    ids=["facts", "rules", "verdict"],
)
def test_the_core_needs_the_standard_library_only(module: ModuleType, may_use: set[str]) -> None:
    imported = set()
    for node in ast.walk(ast.parse(getsource(module))):
        if isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add("." * node.level + (node.module or ""))
    ours = {name for name in imported if name.startswith("customer_casebook")}
    assert ours == {f"customer_casebook.domain.{name}" for name in may_use}
    assert {name.split(".")[0] for name in imported - ours} <= sys.stdlib_module_names
