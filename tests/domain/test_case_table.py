"""The twenty-seven classic cases: settled where the facts settle them, open where not.

Facts are written in short: a value stands for its fact, a name for yes, a name with ``!`` for no;
``organization`` is the kind of party here.
"""

from __future__ import annotations

import pytest

from customer_casebook.domain.facts import VOCABULARY, Facts
from customer_casebook.domain.verdict import UNDETERMINED, decide

VALUES = {value: name for name, fact in VOCABULARY.items() for value in fact.says}

SERVED = "consumes !supplies !inside_provider"
UNIT = f"unit same {SERVED}"
COMPANY = f"organization different {SERVED}"
PERSON = f"private_person different {SERVED}"
EMPLOYEE = f"employee {SERVED}"
MEMBER = f"member {SERVED}"
ENTITY = f"organization {SERVED}"
ASIDE = "!consumes !supplies !sets_requirements !uses !authorizes_budget !inside_provider none"
BUYS = "sets_requirements !uses authorizes_budget paid binding_contract !direct_online"
ONLY_PAYS = "!supplies !sets_requirements !uses authorizes_budget"
ONLY_USES = "!sets_requirements uses !authorizes_budget"

INTERNAL = (
    "customer=internal service=internal service_type=internal_customer_facing agreement=sla"
    " penalties=escalation_only owner=business_relationship_manager"
)
EXTERNAL = (
    "customer=external service=external service_type=external_customer_facing money=revenue"
    " agreement=contract_with_sla penalties=enforceable provider_type=III"
)
SOLD = f"{EXTERNAL} owner=account_manager role=customer+sponsor"
NOT_HERE = (
    "customer=not_a_customer service=none service_type=none agreement=none penalties=none"
    " owner=nobody provider_type=none role=other_stakeholder"
)
BEHIND = "customer=not_a_customer service=none service_type=none provider_type=none"
SUPPLIER = (
    f"{BEHIND} role=supplier agreement=underpinning_contract penalties=enforceable"
    " owner=supplier_manager"
)
MERE_USER = "customer=not_a_customer role=user agreement=none penalties=none owner=service_desk"

SETTLED = {
    "1 subsidiary under one top management": (
        f"organization same {SERVED} !uses authorizes_budget paid",
        f"{INTERNAL} money=internal_transaction role=customer+sponsor",
    ),
    "1 affiliate invoiced at arm's length": (f"{COMPANY} {BUYS}", SOLD),
    "2 shared-service centre to its group": (
        f"{UNIT} serves_several_units notional",
        f"{INTERNAL} provider_type=II money=nothing_moves",
    ),
    "2 shared-service centre to an outside buyer": (f"{COMPANY} {BUYS} serves_several_units", SOLD),
    "3 client firm of an outsourcer": (f"{COMPANY} {BUYS}", SOLD),
    "3 department whose own IT keeps the SLA": (f"{UNIT} !serves_several_units none",
        f"{INTERNAL} provider_type=I money=nothing_moves"),
    "3 outsourcer behind the own IT": (
        "organization different !consumes supplies binding_contract none", SUPPLIER),
    "4 contractor with somebody else's requirements": (
        f"{EMPLOYEE} {ONLY_USES}", MERE_USER),
    "5 reseller's own use": (f"{COMPANY} {BUYS}", SOLD),
    "5 reseller's resale": (f"organization different {ASIDE}", NOT_HERE),
    "6 supplier": ("organization different !consumes supplies binding_contract", SUPPLIER),
    "6 group of the same house that helps deliver": ("unit same !consumes supplies",
        f"{BEHIND} role=internal_support agreement=ola penalties=escalation_only owner=nobody"),
    "6 regulator": (f"organization different {ASIDE}", f"{NOT_HERE} money=nothing_moves"),
    "7 consumer of an online bank": (
        f"{PERSON} uses authorizes_budget paid direct_online binding_contract",
        f"{EXTERNAL} role=customer+sponsor+user owner=named_in_service_strategy"),
    "7 guest who only uses": (
        f"{PERSON} direct_online {ONLY_USES} none",
        f"{MERE_USER} service=external service_type=external_customer_facing money=nothing_moves"),
    "8 employee who only uses": (
        f"{EMPLOYEE} same {ONLY_USES}",
        f"{MERE_USER} service=internal service_type=internal_customer_facing"),
    "20 student who only uses": (f"{MEMBER} same {ONLY_USES}", f"{MERE_USER} service=internal"),
    "20 patient who only uses": (
        f"{MEMBER} different {ONLY_USES}", f"{MERE_USER} service=external"),
    "9 CFO who only funds": (
        f"{EMPLOYEE} same !sets_requirements !uses authorizes_budget",
        "customer=not_a_customer role=sponsor service=internal agreement=none penalties=none"),
    "10 competitor's customer": (f"private_person different {ASIDE}", NOT_HERE),
    "11 prospect": (f"organization different {ASIDE}", NOT_HERE),
    "12 colleague who only gives feedback": (f"employee same {ASIDE} gives_feedback", NOT_HERE),
    "13 company on an outside SaaS": (f"{COMPANY} {BUYS}", SOLD),
    "13 department past its own IT": (f"unit same {ASIDE}", NOT_HERE),
    "14 business unit served by IT": (f"{UNIT} paid", f"{INTERNAL} money=internal_transaction"),
    "14 public served by the unit": (
        f"{PERSON} {BUYS}", f"{EXTERNAL} role=customer+sponsor owner=account_manager"),
    "14 public seen from IT behind the unit": (f"private_person different {ASIDE}", NOT_HERE),
    "15 public served by IT directly online": (
        f"{PERSON} direct_online paid binding_contract",
        f"{EXTERNAL} owner=named_in_service_strategy"),
    "16 franchisee, a separate business under contract": (f"{COMPANY} {BUYS}", SOLD),
    "17 citizen without a say": (f"{PERSON} {ONLY_USES}", f"{MERE_USER} service=external"),
    "18 joint venture, an entity of its own": (f"{COMPANY} {BUYS}", SOLD),
    "19 unit before the legal separation": (UNIT, INTERNAL),
    "19 unit after the legal separation": (f"{COMPANY} {BUYS}", SOLD),
}  # fmt: skip

HOUSE = ("organization", "same=internal different=external")
OUTSIDE = ("consumes", "yes=external no=not_a_customer")
VOICE = ("sets_requirements", "yes=external no=not_a_customer")
MEMBERS_VOICE = ("sets_requirements", "yes=internal no=not_a_customer")

SETTLED |= {
    "7 consumer of a free app": (
        f"{PERSON} uses none !binding_contract direct_online",
        "customer=external agreement=none penalties=none money=nothing_moves"),
    "7 consumer of a free app whose contract is not told of": (
        f"{PERSON} uses none", "customer=external agreement=none"),
    "7 consumer of an app whose price is not told of": (
        f"{PERSON} uses", "customer=external agreement=contract_with_sla"),
    "21 developers with a say": (
        f"{UNIT} sets_requirements uses !authorizes_budget", f"{INTERNAL} role=customer+user"),
    "21 developers as a piece of the provider": (
        "unit same consumes !supplies sets_requirements uses !authorizes_budget inside_provider",
        "customer=not_a_customer role=user service_type=supporting agreement=ola owner=nobody"),
    "22 insurer that pays": (
        f"organization different !consumes {ONLY_PAYS} paid !direct_online",
        "customer=not_a_customer role=sponsor money=revenue agreement=none penalties=none owner=account_manager"),
    "22 patient who receives": (
        f"{MEMBER} different {ONLY_USES} none", f"{MERE_USER} money=nothing_moves"),
    "23 client of a managed service provider": (f"{COMPANY} {BUYS}", SOLD),
    "23 client's client seen from the first provider": (
        f"organization different {ASIDE}", NOT_HERE),
    "23 integrator outside": ("organization different !consumes supplies binding_contract",
        SUPPLIER),
    "23 integrator inside": (
        "unit same !consumes supplies", f"{BEHIND} role=internal_support agreement=ola"),
    "24 provider before the sale": (UNIT, INTERNAL),
    "24 provider from the day of the sale": (f"unit different {SERVED} {BUYS}", SOLD),
    "24 seller that stays a customer under contract": (f"{COMPANY} {BUYS} uses".replace("!uses ", ""),
        f"{EXTERNAL} owner=account_manager role=customer+sponsor+user"),
    "25 company that buys and also supplies": (
        f"organization different consumes supplies !inside_provider {BUYS}",
        f"{EXTERNAL} owner=account_manager role=customer+sponsor+supplier"),
    "25 department that is served and also helps": (
        "unit same consumes supplies !inside_provider sets_requirements !uses !authorizes_budget",
        f"{INTERNAL} role=customer+internal_support"),
    "25 user who also supplies": (
        f"private_person different consumes supplies !inside_provider {ONLY_USES}",
        "customer=not_a_customer role=supplier+user"),
    "26 colleague who only uses": (f"{EMPLOYEE} same {ONLY_USES}", MERE_USER),
    "26 colleague who sets the requirements": (
        f"{EMPLOYEE} same sets_requirements uses !authorizes_budget",
        f"{INTERNAL} role=customer+user"),
    "27 department with a say and without a choice": (f"{UNIT} sets_requirements", INTERNAL),
    "27 department without a say or a choice": (f"{UNIT} {ONLY_USES}", MERE_USER),
}  # fmt: skip

OPEN = {
    "1 subsidiary or affiliate": (f"{ENTITY} paid", "customer", *HOUSE),
    "1 its money": (
        f"{ENTITY} paid", "money", "organization", "same=internal_transaction different=revenue"),
    "2 shared-service centre as its own legal entity": (
        f"{ENTITY} serves_several_units", "customer", *HOUSE),
    "2 its provider type": (
        f"{ENTITY} serves_several_units", "provider_type", "organization", "same=II different=III"),
    "4 contractor: whose requirements": (f"{EMPLOYEE} different uses", "customer", *VOICE),
    "4 contractor: whose organization": (f"{EMPLOYEE} sets_requirements uses", "customer", *HOUSE),
    "5 reseller: own use or resale": ("organization different", "customer", *OUTSIDE),
    "5 reseller: who signs": (
        COMPANY, "penalties", "binding_contract", "yes=enforceable no=none"),
    "9 CFO in v3 terms": (
        f"{EMPLOYEE} same !uses authorizes_budget",
        "customer", "sets_requirements", "yes=internal no=not_a_customer"),
    "11 trial": ("organization different !supplies", "customer", *OUTSIDE),
    "13 department whose IT may front the SaaS": (
        "unit same !inside_provider", "customer", "consumes", "yes=internal no=not_a_customer"),
    "16 franchisee on imposed IT": (f"{ENTITY} binding_contract", "customer", *HOUSE),
    # Whoever consumes is presumed to have a voice; so what is open is who does: citizen or town.
    "17 citizen": ("private_person different uses", "customer", *OUTSIDE),
    "18 joint venture: who steers it": (ENTITY, "customer", *HOUSE),
    "21 developers: which provider": (
        "unit same consumes sets_requirements",
        "customer", "inside_provider", "no=internal yes=not_a_customer"),
    "22 who pays, and says what is needed": (
        "organization different consumes authorizes_budget sets_requirements",
        "penalties", "binding_contract", "yes=enforceable no=none"),
    "23 integrator: inside or outside": (
        "organization !consumes supplies !inside_provider",
        "agreement", "organization", "same=ola different=underpinning_contract"),
    "24 provider on the day of the sale": (f"unit {SERVED}", "customer", *HOUSE),
    "26 colleague called a customer": (f"{EMPLOYEE} same uses", "customer", *MEMBERS_VOICE),
    "20 student: whose requirements": (f"{MEMBER} same uses", "customer", *MEMBERS_VOICE),
    "20 citizen: whose requirements": (f"{MEMBER} different uses", "customer", *VOICE),
    "20 pupil: which organization": (f"{MEMBER} sets_requirements uses", "customer", *HOUSE),
}  # fmt: skip


def read(short: str) -> Facts:
    values: dict[str, object] = {}
    for word in short.split():
        name = VALUES.get(word, word.lstrip("!"))
        assert name not in values, f"{name} twice"
        values[name] = word if word in VALUES else not word.startswith("!")
    return Facts.read(values)


def pairs(short: str) -> list[tuple[str, ...]]:
    return [tuple(pair.split("=")) for pair in short.split()]


@pytest.mark.parametrize(("facts", "answers"), SETTLED.values(), ids=SETTLED)
def test_a_settled_case_has_its_answers(facts: str, answers: str) -> None:
    for lens, expected in pairs(answers):
        answer = decide(read(facts), lens).answer
        assert (lens, answer) == (lens, tuple(expected.split("+")) if lens == "role" else expected)


@pytest.mark.parametrize(("facts", "lens", "decides", "answers"), OPEN.values(), ids=OPEN)
def test_an_open_case_names_the_fact_that_decides(
    facts: str, lens: str, decides: str, answers: str
) -> None:
    verdict = decide(read(facts), lens)
    assert verdict.answer == UNDETERMINED
    assert decides in verdict.missing
    for value, expected in pairs(answers):
        assert expected in verdict.possible
        assert decide(read(facts).with_changes(**{decides: value}), lens).answer == expected


def test_no_row_of_the_table_is_left_out() -> None:
    rows = {int(case.split()[0]) for case in (*SETTLED, *OPEN)}
    assert rows == set(range(1, 28))


USERS = {"4 contractor": EMPLOYEE, "17 citizen": PERSON, "20 student": f"{MEMBER} same"}


@pytest.mark.parametrize("facts", USERS.values(), ids=USERS)
def test_who_uses_is_a_user_whatever_else_is_open(facts: str) -> None:
    verdict = decide(read(f"{facts} uses"), "role")
    assert "user" in verdict.answer
    assert "customer" in verdict.possible


def test_a_team_inside_the_provider_receives_a_supporting_service_and_is_no_customer() -> None:
    facts = read("unit same consumes sets_requirements uses inside_provider")
    assert decide(facts, "customer").answer == "not_a_customer"
    assert decide(facts, "service_type").answer == "supporting"


@pytest.mark.parametrize("edition", ["v3", "4", "5"])
def test_whoever_pays_for_others_is_a_sponsor_and_in_v3_terms_open(edition: str) -> None:
    payer = read("organization different !consumes !supplies authorizes_budget !sets_requirements")
    verdict = decide(payer, "role", edition=edition)
    assert verdict.answer == (UNDETERMINED if edition == "v3" else ("sponsor",))


PAYERS = {"9 CFO": f"{EMPLOYEE} same", "22 insurer": COMPANY, "22 parent": PERSON}


@pytest.mark.parametrize("party", PAYERS.values(), ids=PAYERS)
@pytest.mark.parametrize("edition", [None, "v3", "4", "5"])
def test_with_a_mere_payer_nothing_is_agreed_and_in_v3_terms_it_is_open(
    edition: str | None, party: str
) -> None:
    payer = read(f"{party} authorizes_budget !uses !sets_requirements")
    role = decide(payer, "role", edition=edition).answer
    assert role == (UNDETERMINED if edition == "v3" else ("sponsor",))
    verdict = decide(payer, "agreement", edition=edition)
    assert verdict.answer == (UNDETERMINED if edition == "v3" else "none")
    assert decide(payer, "customer", edition=edition).answer == (
        UNDETERMINED if edition == "v3" else "not_a_customer"
    )


def test_a_supplier_from_inside_is_internal_support_and_the_newer_editions_may_call_it_supplier() -> (
    None
):
    verdict = decide(read("unit same !consumes supplies"), "role")
    assert verdict.answer == ("internal_support",)
    [note] = verdict.notes
    assert "name of v3" in note
    assert "In ITIL 4 and 5 a supplier may be inside" in note


def test_that_the_word_customer_is_disputed_among_colleagues_is_said() -> None:
    verdict = decide(read(f"{EMPLOYEE} same {ONLY_USES}"), "customer")
    [note] = verdict.notes
    assert "do not want colleagues to be called customers" in note
    assert "In ITIL the requirements decide." in note


@pytest.mark.parametrize("edition", [None, "v3", "4", "5"])
def test_a_free_service_for_outsiders_has_no_contract_with_an_sla_in_any_edition(
    edition: str | None,
) -> None:
    free = read(f"{PERSON} uses none !binding_contract")
    verdict = decide(free, "agreement", edition=edition)
    assert verdict.answer == "none"
    assert "terms of use at best" in verdict.why
    bound = decide(free.with_changes(binding_contract="yes"), "agreement", edition=edition)
    assert bound.answer == "contract_with_sla"
    inside = decide(read(f"{UNIT} none !binding_contract"), "agreement", edition=edition)
    assert inside.answer == "sla"


def test_what_is_usual_of_a_consumer_is_stated_where_the_answer_rests_on_it() -> None:
    [reason] = decide(read(f"{PERSON} sets_requirements"), "agreement").because
    assert reason.presumed == {"charge": "paid"}
    [reason] = decide(read(f"{PERSON} sets_requirements none"), "agreement").because
    assert reason.presumed == {"binding_contract": "no"}
    lone = read("employee same consumes !sets_requirements !uses !authorizes_budget")
    [reason] = decide(lone, "role").because
    assert (reason.rule.answer, reason.presumed) == ("other_stakeholder", {"supplies": "no"})
    verdict = decide(read("unit same consumes !inside_provider !uses !authorizes_budget"), "role")
    assert verdict.possible == ("customer",)
    assert not verdict.missing
