"""The form by its traits: what the page says, and what it is told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from customer_casebook import my_case
from customer_casebook.course.casebook import course
from customer_casebook.course.journal import DATA_FOLDER_VARIABLE, journal
from customer_casebook.domain.facts import UNKNOWN, InputError
from customer_casebook.own import store
from customer_casebook.own.my_case import MyCase
from tests.own_journal import attempts

__all__ = ["attempts"]

NAMES = {"provider": "Tarnbrook IT", "service": "the payroll system", "party": "Human Resources"}


class Page:
    """What the page of an activity says and hears."""

    def __init__(self, activity: MyCase) -> None:
        self.activity, self.heard, self.count = activity, [], 0
        activity.send = lambda content, buffers=None: self.heard.append(content)  # noqa: ARG005

    heard: list[dict[str, Any]]

    def say(self, do: str, **more: Any) -> dict[str, Any]:
        """Say a press; what is shown then."""
        self.count += 1
        message = {"do": do, "press": f"press {self.count}", **more}
        self.activity._handle_custom_msg(message, [])
        assert self.heard[-1] == {"heard": f"press {self.count}"}
        return self.activity.view

    def begin(self, **more: str) -> dict[str, Any]:
        return self.say("begin", **NAMES, **more)

    def tell(self, **facts: str) -> dict[str, Any]:
        """Answer these facts, whatever is asked."""
        for fact, value in facts.items():
            self.say("go", fact=fact)
            self.answer(value)
        return self.activity.view

    def answer(self, value: str) -> dict[str, Any]:
        fact = self.activity.step
        view = self.say("answer", fact=fact, value=value)
        assert view["values"][fact] == value
        return view


@pytest.fixture
def page() -> Page:
    return Page(my_case())


def test_the_names_stand_in_the_first_question_and_in_the_picture(page: Page) -> None:
    assert page.activity.view["step"] == "names"
    view = page.begin()
    assert view["step"] == "charge"
    assert view["where"] == "Question 1"
    assert view["live"] == "What does Human Resources pay for the payroll system?"
    assert "Tarnbrook IT" in view["picture"]
    (first,) = (each for each in view["questions"] if each["fact"] == "charge")
    assert first["prompt"].startswith("What does Human Resources pay for the payroll system?")
    assert first["values"] == ["none", "notional", "paid", UNKNOWN]
    assert first["options"][-1] == "I do not know"


def test_each_answer_fills_the_verdicts_and_says_what_it_settled(page: Page) -> None:
    page.begin()
    view = page.answer("paid")
    assert view["step"] == "consumes"
    assert view["headline"] == "0 of 9 verdicts settled"
    page.tell(consumes="yes", party_is="unit", organization="same")
    view = page.tell(inside_provider="no")
    assert "Customer: Internal customer." in view["live"]
    assert "A customer from the provider&#39;s own organization" in view["table"]
    page.tell(charge=UNKNOWN)
    while view["step"] != "end":
        view = page.answer(UNKNOWN)
    assert view["live"].endswith("What nobody knows yet is listed below.")
    assert "Ask the finance department" in view["page"]
    says = (
        "Human Resources says what is needed from the payroll system, and answers for the result."
    )
    assert view["presumed"] == [("sets_requirements", f"Presumed: {says}")]


def test_what_is_presumed_can_be_said(page: Page) -> None:
    page.say("situation", name="hr-and-payroll")
    assert page.begin(lens="customer")["step"] == "end"
    assert page.say("go", fact="sets_requirements")["step"] == "sets_requirements"
    view = page.answer("no")
    assert view["presumed"] == []
    assert view["headline"] == "1 of 1 verdict settled"
    assert "Customer: Not a customer." in view["live"]


def test_one_goes_back_and_changes_an_answer(page: Page) -> None:
    page.begin()
    page.answer("paid")
    page.answer("yes")
    assert page.say("back")["step"] == "consumes"
    assert page.activity.view["where"] == "Question 2"
    assert page.say("back")["step"] == "charge"
    assert page.say("back")["step"] == "names"
    page.begin()
    view = page.say("go", fact="charge")
    assert view["values"] == {"charge": "paid", "consumes": "yes"}
    view = page.answer("none")
    assert [(fact, label) for fact, _, label in view["given"]] == [
        ("charge", "Nothing"),
        ("consumes", "Yes"),
    ]


def test_an_answer_that_does_not_fit_takes_another_back_and_says_so(page: Page) -> None:
    page.begin()
    page.tell(consumes="yes", party_is="unit", organization="same")
    view = page.tell(party_is="private_person")
    assert "organization" not in view["values"]
    assert view["live"].startswith(
        "Taken back, as it does not fit: Is there one top management above both Human Resources"
    )
    assert view["taken"] in view["live"]
    assert view["taken"].endswith("?")
    assert page.say("back")["taken"] == ""


@pytest.mark.parametrize("name", course().situations)
def test_a_situation_fills_names_and_facts_and_leaves_the_rest_open(page: Page, name: str) -> None:
    start = course().situations[name]
    view = page.say("situation", name=name)
    assert view["step"] == "names"
    assert [field["start"] for field in view["fields"][:3]] == [
        start.provider,
        start.service,
        start.party,
    ]
    assert view["values"] == start.facts
    assert view["live"].startswith(start.title)


def test_a_situation_is_offered_only_while_it_takes_no_answer_away(page: Page) -> None:
    assert page.activity.view["offers"]
    assert page.say("situation", name="hospital")["offers"]
    page.begin()
    assert not page.tell(charge="none")["offers"]
    assert not page.say("names")["offers"]
    assert page.say("new")["offers"]


def test_who_begins_at_once_has_the_names_of_the_situation(page: Page) -> None:
    page.say("situation", name="franchise")
    assert page.say("begin")["given"]
    assert page.activity.own.party == "a franchise shop"
    page.say("names")
    asked = page.say("begin", party="our shop")["live"]
    assert asked.startswith("Is there one top management above both our shop and the head office")


def test_lenses_and_edition_are_those_that_one_chooses(page: Page) -> None:
    assert page.begin(lens="money", edition="4")["headline"] == "0 of 1 verdict settled"
    assert page.answer("none")["step"] == "end"
    assert page.begin(lens="all", edition="all")["step"] != "end"
    assert page.activity.own.inquiry.edition is None
    assert my_case("money", edition="5").view["headline"] == "0 of 1 verdict settled"
    with pytest.raises(InputError, match="no lens 'luck'"):
        my_case("luck")
    with pytest.raises(InputError, match="no edition '7'"):
        my_case(edition="7")


def test_only_what_the_edition_has_words_for_is_counted_and_asked(page: Page) -> None:
    view = page.begin(edition="4")
    assert view["headline"] == "0 of 5 verdicts settled. ITIL 4 has no rule for 4 more questions."
    silent = "ITIL 4 has no rule for this"
    assert view["table"].count(silent) == 4
    assert view["table"].count("<td>open</td>") == 5
    while view["step"] != "end":
        view = page.answer(next(iter(course().asks[view["step"]].answers)))
    assert view["headline"] == "5 of 5 verdicts settled. ITIL 4 has no rule for 4 more questions."
    assert view["table"].count(silent) == view["page"].count(silent) == 4
    assert my_case("service", edition="4").view["headline"] == "ITIL 4 has no rule for this."


def test_a_verdict_has_the_same_words_in_both_tables_at_the_end(page: Page) -> None:
    page.begin(edition="5")
    view = page.activity.view
    while view["step"] != "end":
        view = page.answer(UNKNOWN)
    for label, words, _ in page.activity._verdicts():
        assert f'<th scope="row">{label}</th><td>{words}</td>' in view["table"]
        assert f'<th scope="row">{label}</th><td>{words}</td>' in view["page"]


def test_one_says_whether_the_party_is_one_or_several(page: Page) -> None:
    names = {"provider": "the lab", "service": "the dish wash", "party": "our staff"}
    assert page.say("begin", **names)["live"] == "What does our staff pay for the dish wash?"
    view = page.say("begin", number="several")
    assert view["live"] == "What do our staff pay for the dish wash?"
    assert {field["name"]: field["start"] for field in view["fields"]}["number"] == "several"
    page.answer("paid")
    page.say("save")
    assert [own.number for own in store.kept().cases.values()] == ["several"]
    assert page.say("begin", number="many")["live"].startswith("Does our staff")


def test_a_case_that_is_saved_for_another_leads_there_at_once(page: Page) -> None:
    """What is shown first after a press says its step: the page moves the focus there."""
    page.begin()
    page.tell(consumes="yes")
    shown: list[str] = []
    page.activity.observe(lambda change: shown.append(change["new"]["step"]), "view")
    page.say("new")
    assert shown == ["names"]


def test_a_press_counts_once_however_often_it_is_said(page: Page) -> None:
    page.begin()
    message = {"do": "answer", "fact": "consumes", "value": "yes", "press": "again"}
    for _ in range(2):
        page.activity._handle_custom_msg(message, [])
    page.say("back")
    page.activity._handle_custom_msg(message, [])
    assert page.activity.view["step"] == "consumes"
    assert page.heard.count({"heard": "again"}) == 3


@pytest.mark.parametrize(
    "message",
    [
        {"do": "answer", "fact": "luck", "value": "yes"},
        {"do": "answer", "fact": "uses", "value": "perhaps"},
        {"do": "answer", "fact": ["uses"], "value": "yes"},
        {"do": "go", "fact": "gives_feedback"},
        {"do": "situation", "name": "none"},
        {"do": "open", "file": "../x.json"},
        {"do": "file", "kind": "exe"},
        {"do": "luck"},
    ],
)
def test_what_is_no_press_of_ours_changes_nothing(page: Page, message: dict[str, Any]) -> None:
    before = page.begin()
    assert page.say(**message) == before
    page.activity._handle_custom_msg({"odd": 1}, [])
    assert page.activity.view == before


def test_a_case_is_saved_listed_opened_changed_and_compared(page: Page) -> None:
    page.begin()
    page.tell(consumes="yes")
    view = page.say("save")
    assert view["saved"].startswith("Saved in own-cases, beside your answers to the course in ")
    ((file, title),) = view["kept"]
    assert title.startswith("Human Resources and Tarnbrook IT, the payroll system (saved 2")
    other = Page(my_case())
    assert other.say("open", file=file)["step"] == "organization"
    other.tell(party_is="unit")
    ((changed, _),) = other.say("save")["kept"]
    assert changed != file
    assert page.say("compare", file=changed)["beside"].startswith("<h4>Beside: Human Resources")
    assert "the course" not in page.activity.view["beside"]
    assert "Known on one side only: “The party is”." in page.activity.view["beside"]
    assert page.say("compare", file="")["beside"].startswith("<h4>Beside: ")
    assert page.say("new")["fields"][0]["start"] == ""
    page.begin()
    page.say("save")
    assert len(store.kept().cases) == 2


def test_what_was_answered_is_saved_before_another_case_takes_its_place(page: Page) -> None:
    page.begin()
    page.say("new")
    assert not store.kept().cases  # nothing was answered
    page.begin()
    page.tell(consumes="yes")
    page.say("new")
    ((file, own),) = store.kept().cases.items()
    assert own.inquiry.answers == {"consumes": "yes"}
    page.say("open", file=file)
    page.say("new")
    assert [*store.kept().cases] == [file]


def test_where_it_cannot_be_saved_it_says_so_and_stays(
    page: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv(DATA_FOLDER_VARIABLE, str(tmp_path / "file" / "below"))
    journal.cache_clear()
    assert page.say("save")["saved"].startswith("Your case cannot be saved here (")
    page.begin()
    before = page.tell(consumes="yes")
    assert page.say("new")["step"] == before["step"]
    assert page.activity.view["saved"].startswith("Your case cannot be saved here (")


@pytest.mark.parametrize(
    ("kind", "begins"), [("html", "<!doctype"), ("md", "# "), ("yaml", "# yaml-language-server")]
)
def test_a_case_is_taken_along_as_a_file(page: Page, kind: str, begins: str) -> None:
    page.begin()
    assert page.activity.view["files"] == ["html", "md"]  # a case file needs a fact
    page.answer(UNKNOWN)
    assert page.activity.view["files"] == ["html", "md"]
    assert page.tell(party_is="unit")["files"] == ["html", "md", "yaml"]
    page.say("file", kind=kind)
    sent = page.heard[-2]
    assert sent["file"] == f"human-resources-party-unit-the-payroll-system-service.{kind}"
    assert sent["text"].startswith(begins)


def test_a_failure_is_told_and_the_answers_stay(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    page.begin()

    def fail(*_: object) -> Callable[..., str]:
        raise RuntimeError("<b>")

    with monkeypatch.context() as patch:
        patch.setattr(MyCase, "_fields", fail)
        view = page.say("answer", fact="consumes", value="yes")
    assert "Something went wrong here." in view["error"]
    assert "&lt;b&gt;" in view["error"]
    view = page.say("back")
    assert view["error"] == ""
    assert view["values"] == {"consumes": "yes"}


def test_the_transcript_is_the_blank_form_with_its_questions_in_order() -> None:
    texts = {my_case()._repr_mimebundle_()[0]["text/plain"] for _ in range(2)}
    (text,) = texts
    order = ["Does the party get the service", "What is the party?"]
    places = [text.index(each) for each in order]
    assert places == sorted(places)
    for start in course().situations.values():
        assert start.title in text
