"""The rules, one after the other, to be read as a page of the textbook.

The docstring of a rule is what learners read: its paragraphs are the title, the explanation and, in
a few rules, a note. The body says when the rule holds: ``f`` is the facts, and a rule looks at known
values only. For a complete set of facts exactly one rule of a lens holds. Only of the lens *role* can
several hold, because roles combine. `verdict.decide` handles the unknown facts.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from customer_casebook.domain.facts import Facts

# ITIL v3 with its 2011 edition, ITIL 4 (2019), and ITIL (Version 5), 2026.
Edition = Literal["v3", "4", "5"]
EDITIONS: tuple[Edition, ...] = get_args(Edition)
V3, V4, V5 = EDITIONS

# What bookkeeping, law or usage says is a term of no edition, and holds in each of them.
Tag = Literal["v3", "4", "5", "general"]
TAGS: tuple[Tag, ...] = get_args(Tag)
GENERAL: Literal["general"] = "general"
IN_COURSE = "in this course"  # what learners read in its place


@dataclass(frozen=True, slots=True)
class Rule:
    """One reason for one answer of one lens."""

    lens: str  # the name of the lens
    name: str  # unique within the lens
    answer: str  # what the lens answers where the rule holds
    editions: tuple[Tag, ...]  # the editions of ITIL that the rule belongs to, or general alone
    reads: tuple[str, ...]  # the facts it depends on
    holds: Callable[[Facts], bool]  # whether it holds for complete facts
    title: str  # the rule in one sentence
    explanation: str = ""  # one to four sentences more
    note: str = ""  # where an edition uses the words in another way

    @property
    def id(self) -> str:
        return f"{self.lens}.{self.name}"

    @property
    def scope(self) -> str:
        """Where it holds, as a verdict's text says it."""
        return IN_COURSE if self.editions == (GENERAL,) else ", ".join(self.editions)


@dataclass(slots=True, eq=False)
class Lens:
    """One question asked of a case, and the rules that answer it."""

    name: str  # the key in `LENSES`
    instead: Mapping[str, str] = field(default_factory=dict)  # what an edition without a rule says
    many: bool = False  # whether several answers can be right together
    rules: list[Rule] = field(default_factory=list)  # in the order of this page
    answers: tuple[str, ...] = ()  # the answers of the rules, in the order of the rules
    reads: tuple[str, ...] = ()  # the facts its rules read, in the order of the vocabulary
    presumes: Mapping[str, str] = field(default_factory=dict)  # what is usual of those who consume

    def rule(
        self, answer: str, *editions: Tag, reads: str
    ) -> Callable[[Callable[[Facts], bool]], Callable[[Facts], bool]]:
        """Adds the decorated function to the lens as a rule.

        Args:
            answer: What the lens answers where the function returns true.
            editions: The editions of ITIL that the rule belongs to, or `GENERAL`; none means all editions.
            reads: The names of the facts that the function depends on, with spaces between them.
        """

        def add(holds: Callable[[Facts], bool]) -> Callable[[Facts], bool]:
            paragraphs = [" ".join(text.split()) for text in (holds.__doc__ or "").split("\n\n")]
            name, facts = holds.__name__, tuple(reads.split())
            rule = Rule(self.name, name, answer, editions or EDITIONS, facts, holds, *paragraphs)
            self.rules.append(rule)
            self.answers = tuple(dict.fromkeys((*self.answers, answer)))
            self.reads = tuple(name for name in Facts._fields if name in {*self.reads, *facts})
            return holds

        return add


# What an edition says instead, where it has no rule for an answer of a lens.
_RELATIONSHIPS = (
    "Version 5 has no entry for internal and external customers. It tells basic, cooperative and "
    "collaborative relationships apart. It describes an enabling value stream by the value that it "
    "makes for internal customers."
)
_V3_SERVICES = (
    "Internal and external services are words of v3. ITIL 4 and 5 have no entry for them."
)
_V3_TYPES = "The provider types I to III are words of v3. ITIL 4 and 5 have no entry for them."
_V3_SUPPORT = (
    "In Version 5 the provider agrees an SLA with every customer, inside or outside. Whether it stands "
    "in a contract is a question of law. An OLA and an underpinning contract have no entry."
)
_PRACTICES = (
    "In ITIL 4 and 5 the relationship management practice looks after customers, and the supplier "
    "management practice after suppliers."
)

CUSTOMER = Lens("customer", {V5: _RELATIONSHIPS})  # an internal, an external, or not a customer?
ROLE = Lens("role", many=True, presumes={"supplies": "no"})  # which roles does the party have?
SERVICE = Lens(
    "service", {V4: _V3_SERVICES, V5: f"{_V3_SERVICES} {_RELATIONSHIPS}"}
)  # of which kind?
SERVICE_TYPE = Lens("service_type", SERVICE.instead)  # of which of the three types of v3?
MONEY = Lens("money")  # what does the charge mean in the books?
AGREEMENT = Lens(  # which agreement should there be?
    "agreement", {V5: _V3_SUPPORT}, presumes={"charge": "paid", "binding_contract": "no"}
)
PENALTIES = Lens("penalties")  # what can happen when a target is missed?
OWNER = Lens("owner", {V4: _PRACTICES, V5: _PRACTICES})  # who manages the relationship?
PROVIDER_TYPE = Lens("provider_type", {V4: _V3_TYPES, V5: _V3_TYPES})  # of the three types of v3

LENSES: Mapping[str, Lens] = {
    lens.name: lens
    for lens in (
        CUSTOMER, ROLE, SERVICE, SERVICE_TYPE, MONEY, AGREEMENT, PENALTIES, OWNER, PROVIDER_TYPE,
    )
}  # fmt: skip


# Conditions that several rules share.


def in_same_organization(f: Facts) -> bool:
    """Party and provider belong to one wider organization. A private person belongs to none."""
    return f.organization == "same" and f.party_is != "private_person"


def is_part_of_provider(f: Facts) -> bool:
    """The party is a part of the provider, so it belongs to the same organization."""
    return f.inside_provider == "yes" and in_same_organization(f)


def is_customer(f: Facts) -> bool:
    """The party consumes the service, sets its requirements, and is not a part of the provider."""
    return f.consumes == "yes" and f.sets_requirements == "yes" and not is_part_of_provider(f)


def does_not_set_requirements(f: Facts) -> bool:
    """The party consumes the service without setting its requirements, and is not a part of the provider."""
    return f.consumes == "yes" and f.sets_requirements == "no" and not is_part_of_provider(f)


def only_supplies(f: Facts) -> bool:
    """The party supplies the provider, and does not consume the service.

    A party that does both has both roles. This service is agreed with it as with a consumer; what it
    supplies is another service, with an agreement of its own.
    """
    return f.supplies == "yes" and f.consumes != "yes"


def supports_internally(f: Facts) -> bool:
    """A group of the same organization helps to deliver the service, or is a team of the provider that is served.

    An employee is not a group: agreements between groups are not made with an employee.
    """
    helps = only_supplies(f) and in_same_organization(f)
    return helps or (is_served(f) and is_part_of_provider(f) and f.party_is != "employee")


def has_agreement(f: Facts) -> bool:
    """The party is a customer, or it helps to deliver: something is agreed with it."""
    return is_customer(f) or only_supplies(f) or supports_internally(f)


def is_mere_payer(f: Facts) -> bool:
    """The party consumes the service and authorizes its budget, without setting the requirements."""
    return does_not_set_requirements(f) and f.authorizes_budget == "yes"


def is_user(f: Facts) -> bool:
    return f.uses == "yes" and not only_supplies(f)


def is_sponsor(f: Facts) -> bool:
    return f.authorizes_budget == "yes" and not only_supplies(f)


def is_served(f: Facts) -> bool:
    """The service reaches the party: the party consumes it, uses it, or authorizes its budget."""
    return f.consumes == "yes" or is_user(f) or is_sponsor(f)


def agrees_from_outside(f: Facts) -> bool:
    """The party is an external customer or an outside supplier."""
    return (is_customer(f) or only_supplies(f)) and not in_same_organization(f)


def is_free_outside(f: Facts) -> bool:
    """A customer outside the organization pays nothing and has no contract."""
    is_free = f.charge != "paid" and f.binding_contract == "no"
    return is_customer(f) and not in_same_organization(f) and is_free


def has_managed_relationship(f: Facts) -> bool:
    """The party is a customer or a sponsor outside the provider: somebody manages its relationship."""
    return is_customer(f) or (is_sponsor(f) and not is_part_of_provider(f))


def speaks_for_itself(f: Facts) -> bool:
    """The party is presumed to set its own requirements where the facts do not say whether it does.

    This is so for a unit, an organization or a private person that consumes the service, because
    somebody decides for it. It is not so for an employee or a member, such as a student or a patient:
    most of them use what others ordered.
    """
    return f.party_is in ("unit", "organization", "private_person") and f.consumes == "yes"


# Facts that several rules read.

_ORGANIZATION_FACTS = "party_is organization"
_SERVED_FACTS = "consumes supplies uses authorizes_budget"
_CONSUMER_FACTS = f"{_ORGANIZATION_FACTS} consumes sets_requirements"
_CUSTOMER_FACTS = f"{_CONSUMER_FACTS} inside_provider"
_PAYER_FACTS = f"{_CONSUMER_FACTS} authorizes_budget inside_provider"
_SUPPLIER_FACTS = f"{_ORGANIZATION_FACTS} consumes supplies"
_FREE_FACTS = f"{_CONSUMER_FACTS} charge binding_contract"
_DELIVERY_FACTS = f"{_ORGANIZATION_FACTS} {_SERVED_FACTS}"
_SUPPORT_FACTS = f"{_ORGANIZATION_FACTS} inside_provider {_SERVED_FACTS}"
_ROLE_FACTS = f"{_DELIVERY_FACTS} sets_requirements inside_provider"
_STAKEHOLDER_FACTS = f"{_ORGANIZATION_FACTS} inside_provider sets_requirements {_SERVED_FACTS}"
_CONTRACT_FACTS = f"{_SUPPLIER_FACTS} sets_requirements binding_contract"
_OWNER_FACTS = f"{_CONSUMER_FACTS} supplies authorizes_budget"
_PROVIDER_TYPE_FACTS = f"{_ORGANIZATION_FACTS} inside_provider serves_several_units {_SERVED_FACTS}"


@CUSTOMER.rule("internal", V3, V4, reads=_CUSTOMER_FACTS)
def same_organization(f: Facts) -> bool:
    """A customer from the provider's own organization is an internal customer.

    Look for the wider organization that both belong to. Two departments under one top management
    belong to one organization, however far apart they are. Charges and budgets do not change that.
    """
    return is_customer(f) and in_same_organization(f)


@CUSTOMER.rule("external", V3, V4, reads=_CONSUMER_FACTS)
def different_organization(f: Facts) -> bool:
    """A customer from another organization, or a private person, is an external customer.

    It has no top management in common with the provider. This makes it external; the invoice does
    not. An external customer can usually change to a rival.
    """
    return is_customer(f) and not in_same_organization(f)


@CUSTOMER.rule("not_a_customer", reads="consumes")
def does_not_consume(f: Facts) -> bool:
    """A party that does not consume this service from this provider is not its customer.

    Roles belong to a relationship, not to a firm. A supplier, a regulator, a rival's customer or a
    colleague with an opinion may matter a lot, and is still not a customer here.
    """
    return f.consumes == "no"


@CUSTOMER.rule("not_a_customer", reads="party_is organization consumes inside_provider")
def team_of_provider(f: Facts) -> bool:
    """A part of the provider is not the provider's customer.

    A team inside the provider helps it to serve its customers. Such a team has needs and deserves
    good service. The customers are those whom the whole provider serves.
    """
    return f.consumes == "yes" and is_part_of_provider(f)


@CUSTOMER.rule("not_a_customer", reads=_PAYER_FACTS)
def only_uses_the_service(f: Facts) -> bool:
    """Using a service is not enough to be its customer; the customer sets the requirements.

    A party that only uses the service is a user. The customer says what is needed and answers for
    the outcomes. In v3 words, the customer buys the service and agrees the targets.

    In v3 and at work, people often call such a user an internal or external customer anyway. Many
    practitioners do not want colleagues to be called customers. In ITIL the requirements decide.
    """
    return does_not_set_requirements(f) and f.authorizes_budget == "no"


@CUSTOMER.rule("not_a_customer", V4, V5, reads=_PAYER_FACTS)
def only_authorizes_the_budget(f: Facts) -> bool:
    """Authorizing the budget is not enough to be the customer; the customer sets the requirements.

    A party that only authorizes the budget is a sponsor. The customer says what is needed and
    answers for the outcomes.

    In v3 the word customer includes the payer, so if a party only pays, the answer is open there.
    """
    return is_mere_payer(f)


@ROLE.rule("customer", reads=_CUSTOMER_FACTS)
def sets_the_requirements(f: Facts) -> bool:
    """The customer sets the requirements for the service and answers for the outcomes.

    In v3 the customer buys the service and agrees the targets. Version 5 adds products. It does not
    matter whether the customer could choose another provider.
    """
    return is_customer(f)


@ROLE.rule("user", reads="consumes supplies uses")
def uses_the_service(f: Facts) -> bool:
    """A user uses the service.

    The customer agrees the service that the users use. In a small firm one person is often both.
    """
    return is_user(f)


@ROLE.rule("sponsor", V4, V5, reads="consumes supplies authorizes_budget")
def authorizes_the_budget(f: Facts) -> bool:
    """The party that authorizes the budget for a service is its sponsor.

    Authorizing the budget is a role of its own. There is no sponsor in v3: its word customer
    includes the payer.
    """
    return is_sponsor(f)


@ROLE.rule("supplier", reads=f"{_ORGANIZATION_FACTS} supplies")
def supplies_from_outside(f: Facts) -> bool:
    """An outside party that gives the provider something the service needs is a supplier.

    In this relationship the supplier serves the provider. A party that also consumes the service has
    both roles.
    """
    return f.supplies == "yes" and not in_same_organization(f)


@ROLE.rule("internal_support", reads=f"{_ORGANIZATION_FACTS} supplies")
def supports_from_inside(f: Facts) -> bool:
    """A group of the same organization that helps the provider to deliver the service is internal support.

    It works behind the service, together with the provider.

    Internal support group is a name of v3. In ITIL 4 and 5 a supplier may be inside the organization,
    so there this group may be called a supplier.
    """
    return f.supplies == "yes" and in_same_organization(f)


@ROLE.rule("other_stakeholder", reads=_STAKEHOLDER_FACTS)
def has_an_interest(f: Facts) -> bool:
    """A party that is not a customer, user, sponsor, supplier or support group may still have an interest.

    Regulators and owners have one. A colleague with an opinion may have one. Listen to them, but
    the provider does not agree the service with them.
    """
    return not (is_customer(f) or is_user(f) or is_sponsor(f) or f.supplies == "yes")


@SERVICE.rule("internal", V3, reads=_DELIVERY_FACTS)
def delivered_within_organization(f: Facts) -> bool:
    """A service delivered within one organization is an internal service.

    It supports an activity of the organization. It should be linked to the external service that
    this activity makes possible.
    """
    return is_served(f) and in_same_organization(f)


@SERVICE.rule("external", V3, reads=_DELIVERY_FACTS)
def delivered_to_outsider(f: Facts) -> bool:
    """A service delivered to somebody outside the organization is an external service.

    It achieves a business outcome directly: somebody outside gets the result that they want.
    """
    return is_served(f) and not in_same_organization(f)


@SERVICE.rule("none", V3, reads=_SERVED_FACTS)
def not_delivered_to_party(f: Facts) -> bool:
    """If the service does not reach the party, there is nothing to classify.

    What a supplier delivers to the provider is another service, in another relationship.
    """
    return not is_served(f)


@SERVICE_TYPE.rule("supporting", V3, reads=_SUPPORT_FACTS)
def used_by_provider_only(f: Facts) -> bool:
    """A service that only the provider itself uses is a supporting service.

    The business does not see it. It notices only when the service fails.
    """
    return is_served(f) and is_part_of_provider(f)


@SERVICE_TYPE.rule("internal_customer_facing", V3, reads=_SUPPORT_FACTS)
def used_within_organization(f: Facts) -> bool:
    """A service that the rest of the organization receives is internal customer-facing.

    Its value is in what the receiving unit can then do for people outside.
    """
    return is_served(f) and in_same_organization(f) and not is_part_of_provider(f)


@SERVICE_TYPE.rule("external_customer_facing", V3, reads=_DELIVERY_FACTS)
def used_by_outsider(f: Facts) -> bool:
    """A service that people or firms outside receive is external customer-facing.

    When it fails, people outside notice first.
    """
    return is_served(f) and not in_same_organization(f)


@SERVICE_TYPE.rule("none", V3, reads=_SERVED_FACTS)
def no_service_for_party(f: Facts) -> bool:
    """If the service does not reach the party, it does not face anyone here.

    Ask again about the relationship in which the party is served.
    """
    return not is_served(f)


@MONEY.rule("nothing_moves", GENERAL, reads="charge")
def free_of_charge(f: Facts) -> bool:
    """If a party is not charged, nothing comes in from it.

    Charging is a choice. Many internal services are paid from one budget and never billed. What the
    provider itself pays, for example to a supplier, is a separate question.
    """
    return f.charge == "none"


@MONEY.rule("nothing_moves", GENERAL, reads="charge")
def notional_charge(f: Facts) -> bool:
    """If the cost is only shown, no money moves.

    The cost is calculated and shown, so that people know what they consume. Today this is often
    called showback.

    Notional charging is a name of v3.
    """
    return f.charge == "notional"


@MONEY.rule("internal_transaction", GENERAL, reads=f"{_ORGANIZATION_FACTS} charge")
def charge_within_organization(f: Facts) -> bool:
    """What one part of an organization pays to another is an internal transaction, not revenue.

    The ledger moves the amount from one cost centre to another. In the books of the whole
    organization the two entries cancel out.
    """
    return f.charge == "paid" and in_same_organization(f) and f.party_is != "member"


@MONEY.rule("revenue", GENERAL, reads=f"{_ORGANIZATION_FACTS} charge")
def charge_to_outsider(f: Facts) -> bool:
    """A payment that brings new money, or something else of value, into the organization is revenue.

    Somebody outside pays it, or a member, such as a student or a patient, from their own pocket.
    Payment in kind counts too. An airline that pays its consultants partly in tickets has paid.
    """
    return f.charge == "paid" and not charge_within_organization(f)


@AGREEMENT.rule("sla", reads=_CUSTOMER_FACTS)
def agreed_with_internal_customer(f: Facts) -> bool:
    """With a customer of its own organization the provider agrees a service level agreement.

    The two negotiate, measure and review it in full. Management enforces it, not the law.
    """
    return is_customer(f) and in_same_organization(f)


@AGREEMENT.rule("contract_with_sla", reads=_FREE_FACTS)
def agreed_with_external_customer(f: Facts) -> bool:
    """With a customer outside its organization the provider agrees a service level agreement in a contract.

    The contract makes the promise binding in law. The SLA in it says what was promised. If there is
    no contract yet, the two should make one. Until then no penalty can be enforced.
    """
    return is_customer(f) and not in_same_organization(f) and not is_free_outside(f)


@AGREEMENT.rule("ola", V3, V4, reads=_SUPPORT_FACTS)
def agreed_with_internal_support(f: Facts) -> bool:
    """With an internal group that works behind the service, the provider makes an operational level agreement.

    It helps the provider to keep the SLA with the customer. ITIL 4 still teaches it, but has no
    glossary entry for it.
    """
    return supports_internally(f)


@AGREEMENT.rule("underpinning_contract", V3, reads=_SUPPLIER_FACTS)
def agreed_with_supplier(f: Facts) -> bool:
    """With an outside supplier the provider makes an underpinning contract.

    What the provider promised its customers depends on it.
    """
    return only_supplies(f) and not in_same_organization(f)


@AGREEMENT.rule("none", GENERAL, reads=_FREE_FACTS)
def has_terms_of_use_at_best(f: Facts) -> bool:
    """A free service for somebody outside has terms of use at best.

    Where nobody pays and no contract binds, no service level is agreed. The provider may still care
    about its level.
    """
    return is_free_outside(f)


@AGREEMENT.rule("none", reads=_ROLE_FACTS)
def no_party_to_agreement(f: Facts) -> bool:
    """With a party that is not a customer and does not help to deliver, there is nothing to agree.

    What the customer agreed applies to users and sponsors too.
    """
    return not (has_agreement(f) or is_mere_payer(f))


@AGREEMENT.rule("none", V4, V5, reads=_PAYER_FACTS)
def payer_agrees_nothing(f: Facts) -> bool:
    """With a party that only authorizes the budget, there is nothing to agree.

    It is a sponsor. What the customer agreed applies to sponsors too.

    In v3 the word customer includes the payer, so if a party only pays, the answer is open there.
    """
    return is_mere_payer(f)


@PENALTIES.rule("enforceable", GENERAL, reads=_CONTRACT_FACTS)
def enforced_by_contract(f: Facts) -> bool:
    """If a binding contract stands behind the agreement, penalties can be enforced.

    The contract must say so in a clause. This works in both directions. A customer outside can
    claim against the provider, and the provider can claim against a supplier.
    """
    return agrees_from_outside(f) and f.binding_contract == "yes"


@PENALTIES.rule("escalation_only", GENERAL, reads=_ROLE_FACTS)
def escalated_within_organization(f: Facts) -> bool:
    """Within one organization a missed target is escalated to management, not taken to court.

    The same top management is above both sides. It can move budgets, priorities and people. If two
    firms of one group have a contract, it binds on paper; in practice the management above both
    decides first.
    """
    return supports_internally(f) or (is_customer(f) and in_same_organization(f))


@PENALTIES.rule("none", GENERAL, reads=_CONTRACT_FACTS)
def no_binding_contract(f: Facts) -> bool:
    """Without a binding contract no penalty can be enforced against an outsider, or by one.

    No court can help, and no management is above both sides. What remains is to leave, and to tell
    others why.
    """
    return agrees_from_outside(f) and f.binding_contract == "no"


@PENALTIES.rule("none", GENERAL, reads=_ROLE_FACTS)
def no_agreement(f: Facts) -> bool:
    """If nothing was agreed with the party, no target can be missed.

    A complaint should still be heard.
    """
    return not has_agreement(f)


@OWNER.rule("business_relationship_manager", V3, reads=f"{_OWNER_FACTS} inside_provider")
def managed_within_organization(f: Facts) -> bool:
    """The business relationship manager looks after the relationship with internal customers.

    This includes those inside the organization who fund a service. In ITIL 4 and 5 the relationship
    management practice covers it.
    """
    return in_same_organization(f) and has_managed_relationship(f)


@OWNER.rule("account_manager", V3, reads=f"{_OWNER_FACTS} direct_online")
def managed_by_sales(f: Facts) -> bool:
    """An account manager, or the unit that sells, looks after the relationship with an external customer.

    It is the more commercial counterpart of the business relationship manager. In ITIL 4 and 5 the
    relationship management practice covers it.
    """
    return not in_same_organization(f) and has_managed_relationship(f) and f.direct_online == "no"


@OWNER.rule("named_in_service_strategy", V3, reads=f"{_OWNER_FACTS} direct_online")
def served_directly_online(f: Facts) -> bool:
    """If the provider serves outsiders directly online, the service strategy must name the owner of the relationship.

    Nobody in between looks after the relationship. If the strategy names
    nobody, the relationship has no owner.
    """
    return not in_same_organization(f) and has_managed_relationship(f) and f.direct_online == "yes"


@OWNER.rule("service_desk", reads=_ROLE_FACTS)
def supported_by_service_desk(f: Facts) -> bool:
    """Users who are only users contact the service desk.

    They go there with questions and problems. Somebody else makes the agreement for them.
    """
    return is_user(f) and not has_managed_relationship(f) and not supports_internally(f)


@OWNER.rule("supplier_manager", V3, reads=_SUPPLIER_FACTS)
def managed_as_supplier(f: Facts) -> bool:
    """A supplier manager looks after the relationship with a supplier.

    In this relationship the provider itself is the customer. In ITIL 4 and 5 the supplier
    management practice covers it.
    """
    return only_supplies(f) and not in_same_organization(f)


@OWNER.rule("nobody", reads=_ROLE_FACTS)
def no_relationship_to_manage(f: Facts) -> bool:
    """Nobody is appointed for a group that works behind the service, or for a party that receives no service.

    Line management directs the groups that work behind the service. Where no service is received,
    there is no relationship to manage.
    """
    return supports_internally(f) or not (
        is_user(f) or has_managed_relationship(f) or only_supplies(f)
    )


@PROVIDER_TYPE.rule("I", V3, reads=_PROVIDER_TYPE_FACTS)
def serves_one_unit(f: Facts) -> bool:
    """A provider that is part of one business unit and serves only that unit is of type I.

    It is close to its customer, but it cannot share its costs among several units.
    """
    served = is_served(f) and in_same_organization(f) and not supports_internally(f)
    return served and f.serves_several_units == "no"


@PROVIDER_TYPE.rule("II", V3, reads=_PROVIDER_TYPE_FACTS)
def shared_by_several_units(f: Facts) -> bool:
    """A provider that several units of one organization share is of type II.

    The usual corporate IT department is of this type.
    """
    served = is_served(f) and in_same_organization(f) and not supports_internally(f)
    return served and f.serves_several_units == "yes"


@PROVIDER_TYPE.rule("III", V3, reads=_DELIVERY_FACTS)
def serves_outsiders(f: Facts) -> bool:
    """Towards an outside customer a provider is of type III.

    The type belongs to the relationship. The same provider can be of type II for a department and
    of type III for an outside firm.
    """
    return is_served(f) and not in_same_organization(f)


@PROVIDER_TYPE.rule("none", V3, reads=_SUPPORT_FACTS)
def no_type_for_party(f: Facts) -> bool:
    """A provider has no type towards a party that it does not serve, or towards a team of its own.

    The types describe how a provider relates to the units and firms that it serves.
    """
    return not is_served(f) or supports_internally(f)
