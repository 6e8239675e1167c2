"""`decide` against a slow and simple reading of the design, and the forms a verdict takes."""

from __future__ import annotations

import json
from functools import cache
from itertools import product
from typing import Any

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from customer_casebook.domain.facts import (
    CONTRADICTIONS,
    UNKNOWN,
    VOCABULARY,
    FactError,
    Facts,
    InputError,
)
from customer_casebook.domain.rules import EDITIONS, GENERAL, LENSES, Rule
from customer_casebook.domain.verdict import (
    UNDETERMINED,
    decide,
    decisive_facts,
    decisive_flip,
    is_plausible,
)

any_lens = st.sampled_from(sorted(LENSES))
any_facts = st.builds(
    Facts, **{name: st.sampled_from([UNKNOWN, *fact.says]) for name, fact in VOCABULARY.items()}
)
often = settings(max_examples=250)


@cache
def holding(lens: str, known: Facts) -> tuple[Rule, ...]:
    return tuple(rule for rule in LENSES[lens].rules if rule.holds(known))


# What is presumed of a party that consumes, where the facts do not say.
USUAL = {"role": {"supplies": "no"}, "agreement": {"charge": "paid", "binding_contract": "no"}}


class Naive:
    """Every way the unknown facts a lens reads may turn out, and what its rules then say.

    ``without`` names a fact of which nothing is presumed.
    """

    def __init__(self, facts: Facts, lens: str, *, without: str = "") -> None:
        self.stated, self.presuming = facts, without != "sets_requirements"
        usual = USUAL.get(lens, {}) if facts.consumes == "yes" else {}
        if facts.party_is == "member" and "inside_provider" in LENSES[lens].reads:
            usual = {**usual, "inside_provider": "no"}
        self.usual = {
            name: value
            for name, value in usual.items()
            if name != without and getattr(facts, name) == UNKNOWN
        }
        facts = facts._replace(**self.usual)
        self.facts, self.lens = facts, lens
        self.unknown = [name for name in LENSES[lens].reads if getattr(facts, name) == UNKNOWN]
        self.worlds = [
            facts._replace(**dict(zip(self.unknown, values, strict=True)))
            for values in product(*(VOCABULARY[name].says for name in self.unknown))
        ]
        self.rules = {rule for world in self.worlds for rule in self.rules_in(world)}
        self.settled = set.intersection(*map(self.answers, self.worlds))
        self.possible = set.union(*map(self.answers, self.worlds))

    def rules_in(self, world: Facts) -> tuple[Rule, ...]:
        presumed = self.presuming and self.presumes(world)
        known = world._replace(sets_requirements="yes") if presumed else world
        read = {name: getattr(known, name) for name in LENSES[self.lens].reads}
        return holding(self.lens, Facts(**read))

    def answers(self, world: Facts) -> set[str]:
        return {rule.answer for rule in self.rules_in(world)}

    def presumes(self, world: Facts) -> bool:
        """Who consumes sets requirements, unless the facts say otherwise; an employee or a member may not."""
        speaks = world.party_is in ("unit", "organization", "private_person")
        return self.facts.sets_requirements == UNKNOWN and world.consumes == "yes" and speaks

    def missing(self) -> set[str]:
        """The unknown facts that make worlds differ which are otherwise alike."""
        return {
            name
            for name in self.unknown
            for world in self.worlds
            for value in VOCABULARY[name].says
            if self.answers(world._replace(**{name: value})) != self.answers(world)
        }

    def flips(self) -> dict[tuple[str, str, str], set[str]]:
        known = self.stated.known()
        if self.presumes(self.facts):
            known["sets_requirements"] = "yes"
        after = {
            (name, was, to): Naive(self.stated.with_changes(**{name: to}), self.lens).settled
            for name, was in known.items()
            for to in VOCABULARY[name].says
            if to != was and name in LENSES[self.lens].reads
        }
        return {change: settled for change, settled in after.items() if settled != self.settled}

    def resting(self, name: str) -> set[str]:
        """The answers that only the presumption about a fact settles."""
        return self.settled - Naive(self.stated, self.lens, without=name).settled

    def presumptions(self) -> dict[str, str]:
        """The facts on whose presumption a settled answer rests."""
        presumed = {"sets_requirements": "yes", **self.usual}
        return {name: value for name, value in presumed.items() if self.resting(name)}


def as_set(answer: str | tuple[str, ...]) -> set[str]:
    return set() if answer == UNDETERMINED else {answer} if isinstance(answer, str) else {*answer}


def agree(facts: Facts, lens: str) -> None:
    verdict, naive = decide(facts, lens), Naive(facts, lens)
    assert as_set(verdict.answer) == set(verdict.answers) == naive.settled
    assert list(verdict.possible) == [a for a in LENSES[lens].answers if a in naive.possible]
    assert sorted(verdict.missing) == sorted(naive.missing())
    flips = [((flip.fact, flip.old, flip.new), as_set(flip.answer)) for flip in verdict.flips]
    assert dict(flips) == naive.flips()
    assert len(flips) == len(dict(flips))
    deciding = [rule for rule in naive.rules if rule.answer in naive.settled]
    assert {reason.rule for reason in verdict.because} == set(deciding)
    for reason in verdict.because:
        assert reason.facts == {k: v for k, v in facts.known().items() if k in reason.rule.reads}


@pytest.mark.parametrize("lens", ["customer", "service", "money"])
def test_a_small_lens_agrees_with_brute_force_on_every_set_of_facts(lens: str) -> None:
    reads = LENSES[lens].reads
    for values in product(*([UNKNOWN, *VOCABULARY[name].says] for name in reads)):
        agree(Facts(**dict(zip(reads, values, strict=True))), lens)


@often
@given(any_facts, any_lens)
def test_any_lens_agrees_with_brute_force(facts: Facts, lens: str) -> None:
    agree(facts, lens)


@often
@given(any_facts, any_lens, st.data())
def test_learning_a_fact_settles_more_and_never_less(facts: Facts, lens: str, data: Any) -> None:
    before = decide(facts, lens)
    unknown = sorted(set(Facts._fields) - set(facts.known()))
    assume(unknown and not Naive(facts, lens).presumptions())
    name = data.draw(st.sampled_from(unknown))
    after = decide(
        facts.with_changes(**{name: data.draw(st.sampled_from([*VOCABULARY[name].says]))}), lens
    )
    assert set(before.answers) <= set(after.answers)
    if lens != "role" and before.answers:
        assert after.answer == before.answer


@often
@given(any_facts, st.sampled_from(["charge", "gives_feedback"]))
def test_neither_charge_nor_feedback_changes_who_is_a_customer(facts: Facts, name: str) -> None:
    said = {
        str(decide(facts.with_changes(**{name: to}), "customer")) for to in VOCABULARY[name].says
    }
    assert said == {str(decide(facts, "customer"))}


@often
@given(any_facts, any_lens)
@example(Facts("unit", "same", "yes", inside_provider="yes"), "agreement")
@example(Facts("unit", "same", supplies="yes", inside_provider="no"), "penalties")
def test_a_presumption_is_stated_exactly_when_the_answer_rests_on_it(
    facts: Facts, lens: str
) -> None:
    presumed = [fact for r in decide(facts, lens).because for fact in r.presumed.items()]
    assert dict(presumed) == Naive(facts, lens).presumptions()


@often
@given(any_facts)
def test_the_json_form_is_plain_and_stable(facts: Facts) -> None:
    for lens, verdict in decide(facts).items():
        form = verdict.as_json()
        assert json.dumps(form) == json.dumps(decide(facts.known(), lens).as_json())
        assert json.loads(json.dumps(form)) == form
        assert {"answer", "because", "missing", "flips"} <= set(form)
        answer = form["answer"] if isinstance(form["answer"], list) else [form["answer"]]
        assert answer == sorted(as_set(verdict.answer) or {UNDETERMINED})
        assert not isinstance(form["answer"], list) or lens == "role"


DEPARTMENT = {
    "party_is": "unit",
    "organization": "same",
    "consumes": True,
    "inside_provider": False,
}


def test_a_verdict_as_json() -> None:
    form = decide(DEPARTMENT, "customer").as_json()
    (because,) = form.pop("because")
    assert because == {
        "rule": "customer.same_organization",
        "title": LENSES["customer"].rules[0].title,
        "editions": list(LENSES["customer"].rules[0].editions),
        "facts": {**DEPARTMENT, "consumes": "yes", "inside_provider": "no"},
        "presumed": {"sets_requirements": "yes"},
    }
    flip = {"fact": "party_is", "from": "unit", "to": "private_person", "answer": "external"}
    assert form.pop("flips")[0] == flip
    assert form == {"answer": "internal", "possible": ["internal"], "missing": [], "notes": []}


def test_a_settled_verdict_as_text() -> None:
    verdict = decide({**DEPARTMENT, "inside_provider": UNKNOWN, "consumes": False}, "customer")
    rule = verdict.because[0].rule
    assert str(verdict) == (
        "customer: not a customer\n"
        f"  because   {rule.title} [{', '.join(rule.editions)}]\n"
        "            consumes = no\n"
        "  changes   consumes: no -> yes makes it undetermined"
    )
    assert "sets_requirements = yes (presumed)\n" in str(decide(DEPARTMENT, "customer"))


def test_an_open_verdict_as_text() -> None:
    text = str(decide({"charge": "paid"}, "money"))
    assert text == (
        "money: undetermined\n"
        "  possible  internal transaction, revenue\n"
        f"  missing   party_is: {VOCABULARY['party_is'].question}\n"
        f"  missing   organization: {VOCABULARY['organization'].question}\n"
        "  changes   charge: paid -> none makes it nothing moves\n"
        "  changes   charge: paid -> notional makes it nothing moves"
    )


def test_roles_are_settled_one_by_one_and_sorted() -> None:
    verdict = decide({**DEPARTMENT, "uses": True}, "role")
    assert verdict.answer == verdict.answers == ("customer", "user")
    assert verdict.possible == ("customer", "user", "sponsor")
    assert verdict.missing == ("authorizes_budget",)
    assert str(verdict).startswith("role: customer, user\n  possible  customer, user, sponsor\n")
    assert decide({}, "role").answer == UNDETERMINED
    assert decide({**DEPARTMENT, "uses": True, "authorizes_budget": True}, "role").answer == (
        "customer", "sponsor", "user",
    )  # fmt: skip


def test_the_note_on_v3_talk_is_told_with_the_verdict_it_belongs_to() -> None:
    user = {**DEPARTMENT, "sets_requirements": False, "authorizes_budget": False}
    verdict = decide(user, "customer")
    (note,) = verdict.as_json()["notes"]
    assert "v3" in note
    assert f"  note      {note}\n" in str(verdict)
    assert not decide(DEPARTMENT, "customer").notes


@often
@given(any_facts, st.sampled_from(["charge", "authorizes_budget"]), st.data())
def test_neither_paying_nor_releasing_the_money_decides_who_is_a_customer(
    facts: Facts, name: str, data: st.DataObject
) -> None:
    value = data.draw(st.sampled_from([*VOCABULARY[name].says, UNKNOWN]))
    after = decide(facts.with_changes(**{name: value}), "customer")
    assert after.answer == decide(facts, "customer").answer


PAYER = {**DEPARTMENT, "sets_requirements": False, "uses": False, "authorizes_budget": True}


@pytest.mark.parametrize(
    ("edition", "role", "customer"),
    [
        (None, ("sponsor",), "not_a_customer"),
        ("v3", UNDETERMINED, UNDETERMINED),
        ("4", ("sponsor",), "not_a_customer"),
        ("5", ("sponsor",), "not_a_customer"),
    ],
)
def test_where_the_editions_disagree_each_answers_for_itself(
    edition: str | None, role: object, customer: str
) -> None:
    assert decide(PAYER, "role", edition=edition).answer == role
    verdict = decide(PAYER, "customer", edition=edition)
    assert verdict.answer == customer
    assert ("ITIL v3 has no rule for this" in str(verdict)) == (edition == "v3")


@often
@given(any_facts, any_lens, st.sampled_from(["v3", "4", "5"]))
def test_an_edition_says_nothing_that_all_editions_together_do_not(
    facts: Facts, lens: str, edition: str
) -> None:
    verdict = decide(facts, lens, edition=edition)
    assert set(verdict.answers) <= set(decide(facts, lens).answers)
    assert all({edition, GENERAL} & {*reason.rule.editions} for reason in verdict.because)


@often
@given(any_facts, st.sampled_from(["money", "penalties"]), st.sampled_from(EDITIONS))
def test_what_is_general_is_said_in_every_edition(facts: Facts, lens: str, edition: str) -> None:
    verdict = decide(facts, lens, edition=edition)
    assert verdict.because == decide(facts, lens).because
    assert str(verdict).count("[in this course]") == len(verdict.because)
    assert not verdict.instead


@pytest.mark.parametrize(
    ("organization", "agreement", "penalties"),
    [("same", "sla", "escalation_only"), ("different", "contract_with_sla", "enforceable")],
)
def test_in_version_5_every_customer_gets_an_sla(
    organization: str, agreement: str, penalties: str
) -> None:
    customer = {**DEPARTMENT, "organization": organization, "charge": "paid"}
    verdicts = decide({**customer, "binding_contract": True}, edition="5")
    assert verdicts["agreement"].answer == agreement
    assert verdicts["penalties"].answer == penalties
    assert verdicts["role"].answer == ("customer",)


SILENT_IN_5 = ["customer", "service", "service_type", "owner", "provider_type"]


@pytest.mark.parametrize("lens", SILENT_IN_5)
@pytest.mark.parametrize("organization", ["same", "different"])
def test_version_5_is_silent_on_inside_and_outside_and_says_what_it_has_instead(
    lens: str, organization: str
) -> None:
    facts = {**DEPARTMENT, "organization": organization, "charge": "paid"}
    verdict = decide(
        {**facts, "sets_requirements": True, "direct_online": False}, lens, edition="5"
    )
    assert verdict.answer == UNDETERMINED
    (note,) = verdict.as_json()["notes"]
    assert note == LENSES[lens].instead["5"]
    assert f"  silent    ITIL 5 has no rule for this\n  note      {note}" in str(verdict)


def test_what_version_5_has_instead_is_told_in_its_own_words_and_nowhere_else() -> None:
    (note,) = decide(DEPARTMENT, "customer", edition="5").notes
    assert "basic, cooperative and collaborative" in note
    assert "enabling value stream" in note
    assert not decide(DEPARTMENT, "customer", edition="4").notes
    assert not decide({**DEPARTMENT, "consumes": False}, "customer", edition="5").notes
    assert not decide({"charge": "paid"}, "money", edition="5").notes


def test_in_version_5_a_customer_gets_an_sla_where_only_its_contract_is_open() -> None:
    verdict = decide({**DEPARTMENT, "organization": "unknown"}, "agreement", edition="5")
    assert (verdict.answer, verdict.possible) == (UNDETERMINED, ("sla", "contract_with_sla"))
    (note,) = verdict.notes
    assert "agrees an SLA with every customer, inside or outside." in note
    assert not decide(DEPARTMENT, "agreement", edition="5").notes


def test_an_edition_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="no edition '3'; write v3, 4 or 5"):
        decide(PAYER, "role", edition="3")


def test_all_verdicts_at_once() -> None:
    verdicts = decide(DEPARTMENT)
    assert verdicts == decide(Facts.read(DEPARTMENT))
    assert verdicts == {lens: decide(DEPARTMENT, lens) for lens in LENSES}
    lines = str(verdicts).splitlines()
    assert [line.split()[0] for line in lines] == list(LENSES)
    assert "money          undetermined  (missing: charge)" in lines
    assert "owner          business relationship manager" in lines


@pytest.mark.parametrize("lens", [None, "owner"])
def test_a_notebook_cell_shows_the_text_and_a_card(lens: str | None) -> None:
    verdict = decide(DEPARTMENT, lens) if lens else decide(DEPARTMENT)
    shown = verdict._repr_mimebundle_(include=None, exclude=None)
    assert shown["text/plain"] == str(verdict)
    assert "Business relationship manager" in shown["text/html"]


def test_an_unknown_lens_or_fact_is_refused() -> None:
    with pytest.raises(ValueError, match=r"no lens 'costumer'; write customer, role, "):
        decide(DEPARTMENT, "costumer")
    with pytest.raises(FactError, match="did you mean consumes"):
        decide({"consume": True})


class Table:
    """What compares and shows itself as a table of data does."""

    def __repr__(self) -> str:
        return "uses yes\n1     no"

    def __eq__(self, other: object) -> bool:
        raise ValueError("ambiguous")

    __hash__ = object.__hash__


REFUSED: list[tuple[Any, Any, Any, str]] = [
    ("x", "customer", None, '\'x\' is no mapping of facts; write them as {"consumes": "yes"}, or '),
    ([], "customer", None, "[] is no mapping of facts; write them as "),
    (None, None, None, "None is no mapping of facts; write them as "),
    (DEPARTMENT, ["customer"], None, "there is no lens ['customer']; write customer, role, "),
    (DEPARTMENT, 7, None, "there is no lens 7; write customer, role, "),
    (DEPARTMENT, {}, None, "there is no lens {}; write customer, role, "),
    (DEPARTMENT, None, 4, 'there is no edition 4; write "4"'),
    (DEPARTMENT, None, "v4", "there is no edition 'v4'; write v3, 4 or 5"),
    (DEPARTMENT, None, ["v3"], "there is no edition ['v3']; write v3, 4 or 5"),
    (Table(), None, None, "uses yes 1 no is no mapping of facts; write them as "),
    ({"uses": Table()}, None, None, "uses: cannot be uses yes 1 no; write yes, no or "),
]


@pytest.mark.parametrize(("facts", "lens", "edition", "sentence"), REFUSED)
def test_what_cannot_be_decided_is_refused_in_one_line(
    facts: Any, lens: Any, edition: Any, sentence: str
) -> None:
    with pytest.raises(InputError) as caught:
        decide(facts, lens, edition=edition)
    assert str(caught.value).startswith(sentence)
    assert str(caught.value).isprintable()


@often
@given(any_facts, any_lens)
@example(Facts("unit", "same", "yes", "no", "yes", inside_provider="no"), "customer")
@example(
    Facts("organization", "different", "yes", "no", "yes", binding_contract="yes"), "penalties"
)
def test_the_decisive_flip_leads_to_another_settled_answer(facts: Facts, lens: str) -> None:
    verdict = decide(facts, lens)
    flip = decisive_flip(facts, verdict)
    names = decisive_facts(facts, verdict)
    if flip is None:
        assert not names
        return
    assert not verdict.missing
    other = facts.with_changes(**{flip.fact: flip.new})
    assert is_plausible(other)
    after = decide(other, lens)
    assert set(after.answers) == set(after.possible)
    assert after.answer == flip.answer != verdict.answer
    assert flip.fact in names
    for name in names:
        answers = {change.answer for change in verdict.flips if change.fact == name}
        assert flip.answer in answers


@often
@given(any_facts, any_lens)
@example(Facts("private_person", "different", "yes", uses="no", charge="paid"), "agreement")
def test_a_presumed_fact_decides_only_where_no_fact_of_the_case_does(
    facts: Facts, lens: str
) -> None:
    verdict = decide(facts, lens)
    flip, known = decisive_flip(facts, verdict), facts.known()
    if flip and flip.fact not in known:
        stated = [other for other in verdict.flips if other.fact in known]
        after = [facts.with_changes(**{other.fact: other.new}) for other in stated]
        assert all(decide(each, lens).missing or not is_plausible(each) for each in after)


def test_the_decisive_flip_is_that_of_the_main_fact_before_the_kind_of_party() -> None:
    facts = Facts.read({**DEPARTMENT, "supplies": False, "sets_requirements": True})
    flip = decisive_flip(facts, decide(facts, "customer"))
    assert flip
    assert (flip.fact, flip.old, flip.new) == ("organization", "same", "different")
    outside = facts.with_changes(organization="different", binding_contract="yes")
    flip = decisive_flip(outside, decide(outside, "penalties"))
    assert flip
    assert (flip.fact, flip.answer) == ("binding_contract", "none")


def test_the_reasons_of_a_verdict_as_titles() -> None:
    verdict = decide({**DEPARTMENT, "uses": True}, "role")
    assert verdict.why == " ".join(reason.rule.title for reason in verdict.because)
    assert len(verdict.because) == 2


def test_nobody_uses_what_nobody_consumes() -> None:
    assert is_plausible(Facts(uses="yes"))
    assert not is_plausible(Facts(uses="yes", consumes="no"))
    assert not is_plausible(Facts.read(dict(CONTRADICTIONS[0][0])))


@pytest.mark.parametrize("organization", ["same", "different", UNKNOWN])
def test_a_member_is_not_presumed_to_have_a_voice(organization: str) -> None:
    member = {"party_is": "member", "organization": organization, "consumes": True, "uses": True}
    verdict = decide({**member, "authorizes_budget": False}, "customer")
    assert verdict.answer == UNDETERMINED
    assert "sets_requirements" in verdict.missing
    assert "inside_provider" not in verdict.missing  # a member does not work for the provider
    person = {**member, "party_is": "private_person"}
    assert decide(person, "customer").because[0].presumed == {"sets_requirements": "yes"}


def test_a_member_is_no_part_of_the_provider() -> None:
    facts = Facts.read({"party_is": "member", "inside_provider": True})
    assert facts.contradiction == "a member does not work for the provider"


@pytest.mark.parametrize("organization", ["same", "different"])
def test_a_member_s_own_money_comes_from_outside(organization: str) -> None:
    facts = {"party_is": "member", "organization": organization, "charge": "paid"}
    assert decide(facts, "money").answer == "revenue"
