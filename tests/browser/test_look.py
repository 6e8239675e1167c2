"""What the browser computes: contrast, sizes, room for every text, names and roles; light and dark, narrow and wide."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise

import pytest
from playwright.sync_api import Browser, Locator, expect

from customer_casebook.course.records import SpotQuestion
from customer_casebook.domain.facts import VOCABULARY
from tests.browser.activities import CardOnPage, activity, find, notebook, opened, place_of, run
from tests.browser.lab import Lab, LabPage
from tests.course.books import BOOK

# Every way a text or a control can be hard to see or to hit, as the browser computes it.
FAULTS = r"""root => {
    const faults = [];
    const canvas = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
    const once = ask => {
        const known = new Map();
        return what => known.has(what) ? known.get(what) : known.set(what, ask(what)).get(what);
    };
    const rgba = once(colour => {
        canvas.clearRect(0, 0, 1, 1);
        canvas.fillStyle = colour;
        canvas.fillRect(0, 0, 1, 1);
        const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
        return [r, g, b, a / 255];
    });
    const over = ([r, g, b, a], [R, G, B]) => [r, g, b].map((c, i) => c * a + [R, G, B][i] * (1 - a));
    const luminance = colour => {
        const [r, g, b] = colour.map(c => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const lineage = node => node ? [...lineage(node.parentElement), node] : [];
    const paper = once(node => node
        ? over(rgba(getComputedStyle(node).backgroundColor), paper(node.parentElement)) : [255, 255, 255]);
    const opacity = once(node => node ? getComputedStyle(node).opacity * opacity(node.parentElement) : 1);
    const contrast = (node, ink) => {
        const below = paper(node);
        const [r, g, b, a] = rgba(ink);
        const pair = [luminance(over([r, g, b, a * opacity(node)], below)), luminance(below)];
        return (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
    };
    const box = once(node => node.getBoundingClientRect());
    const within = (inner, outer) => inner.left >= outer.left - 1.5 && inner.right <= outer.right + 1.5
        && inner.top >= outer.top - 6 && inner.bottom <= outer.bottom + 6; // lines may be set tightly
    const drawn = [];

    const texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    for (let text; (text = texts.nextNode());) {
        const node = text.parentElement;
        const words = text.data.trim();
        if (!words || node.closest(".ccb-live, title, style") || !node.checkVisibility()) continue;
        const range = document.createRange();
        range.selectNodeContents(text);
        const rects = node.closest("svg") ? [box(node)] : [...range.getClientRects()];
        const style = getComputedStyle(node);
        const ratio = contrast(node, node.closest("svg") ? style.fill : style.color);
        if (ratio < 4.5) faults.push(`contrast ${ratio.toFixed(2)}: ${words}`);
        const table = node.closest("table");
        const scrolls = table && getComputedStyle(table).overflowX === "auto";
        for (const each of node.closest("pre") ? [] : lineage(node).slice(lineage(root).length - 1)) {
            const {display} = getComputedStyle(each);
            if (display === "inline" || display === "contents" || each.closest("svg g")) continue;
            if (scrolls && each.contains(table)) continue; // there, and not here, its end can be seen
            if (rects.some(rect => !within(rect, box(each)))) faults.push(`out of ${each.className}: ${words}`);
        }
        if (node.closest("svg")) drawn.push([words, box(node)]);
    }
    drawn.forEach(([one, a], place) => drawn.slice(place + 1).forEach(([two, b]) => {
        if (a.left < b.right && b.left < a.right && a.top < b.bottom - 2 && b.top < a.bottom - 2)
            faults.push(`drawn over each other: ${one}, ${two}`);
    }));
    for (const each of [root, ...root.querySelectorAll("*")]) {
        if (each.closest("svg, .ccb-live, pre, input") || !each.checkVisibility()) continue;
        if (!each.clientWidth || (each.matches("table") && getComputedStyle(each).overflowX === "auto")) continue;
        if (each.scrollWidth > each.clientWidth + 1) faults.push(`too wide: ${each.tagName}.${each.className}`);
    }
    const aside = [...root.querySelectorAll(".ccb-range > :is(label, [type=text])")].map(box);
    for (const each of root.querySelectorAll("[type=range]")) {
        const {left, right, top, bottom} = box(each);
        if (each.checkVisibility() && (!within(box(each), box(root))
            || aside.some(b => left < b.right && b.left < right && top < b.bottom && b.top < bottom)))
            faults.push(`a handle over something else: ${each.outerHTML}`);
    }
    const targets = ":is(.ccb, .ccb-activity) :is(button, input, summary, a)";
    for (const each of root.querySelectorAll(targets)) {
        const {width, height} = box(each);
        if (each.checkVisibility() && (width < 23.99 || height < 23.99))
            faults.push(`${width} by ${height}: ${each.outerHTML}`);
    }
    return [...new Set(faults)];
}"""

LAID_OUT = """width => {
    const {right} = document.querySelector(".jp-NotebookPanel").getBoundingClientRect();
    return right <= width && right > width - 60;  // beside it there is a bar of icons
}"""


@pytest.fixture(scope="module")
def page(browser: Browser, lab: Lab) -> Iterator[LabPage]:
    """Each activity, and its transcript as a trusted notebook shows it."""
    calls = [
        'study("marketing-campaign-hub", ["customer", "role"])',
        'compare("marketing-campaign-hub", "ferries-ticket-shop", ["owner"])',
        'what_if("marketing-campaign-hub", [("customer", "external")])',
    ]
    show = "from IPython.display import HTML; HTML({}._repr_mimebundle_()[0]['text/html'])"
    calls += [show.format(each) for each in calls]
    calls += [
        "from customer_casebook import find_evidence, sort_parties",
        'find_evidence("spot-eleven-buckets")',
        'sort_parties(["marketing-campaign-hub", "miller-flood-bell"], "service_type")',
    ]
    with opened(browser, lab, notebook(lab, "look.ipynb", *calls)) as page:
        yield page


@pytest.fixture(scope="module", params=["Dark", "Light"])
def theme(page: LabPage, request: pytest.FixtureRequest) -> Iterator[None]:
    """Both themes; the light one, in which everybody starts, is put back."""
    change(page, request.param)
    yield
    change(page, "Light")


def change(page: LabPage, theme: str) -> None:
    name = f"JupyterLab {theme}"
    page.page.evaluate(
        "theme => window.jupyterapp.commands.execute('apputils:change-theme', {theme})", name
    )
    expect(page.page.locator("body")).to_have_attribute("data-jp-theme-name", name)
    expect(page.page.locator("#jupyterlab-splash")).to_have_count(0)


WIDE = (480, 768, 1280, 1600)
NARROW = (320, *WIDE)
LISTEN = """node => {
    node.said = [];
    new MutationObserver(() => node.said.push(node.textContent)).observe(node, {childList: true});
}"""


def check(page: LabPage, node: Locator, widths: Iterable[int] = WIDE) -> None:
    """A browser finds no fault with what stands in the node now, at any width."""
    for width in widths:
        page.page.set_viewport_size({"width": width, "height": 900})
        page.page.wait_for_function(LAID_OUT, arg=width)
        assert node.evaluate(FAULTS) == [], f"{width} px wide"


@pytest.mark.usefixtures("theme")
def test_a_case_can_be_read_and_hit_in_every_state(page: LabPage) -> None:
    card = CardOnPage(page, "study(")
    one, two = card.questions
    check(page, card.node)
    card.choose(one, ["external"])
    check(page, card.node)
    card.press("I am sure")
    check(page, card.node)
    card.press("Next question")
    card.answer(two, ["internal_support"])
    check(page, card.node)
    for each in ("customer", "user"):
        expect(card.feedback.get_by_text(two.why_missed(each))).to_have_count(1)
    card.feedback.get_by_text("More about this").click()
    check(page, card.node)
    card.press("Close the case")
    check(page, card.node)
    card.press("Start again")


@pytest.mark.usefixtures("theme")
def test_two_cases_can_be_read_and_hit_in_every_state(page: LabPage) -> None:
    card = CardOnPage(page, "compare(")
    one, two = card.questions
    check(page, card.node)
    stories = card.node.locator(".ccb-intro details")
    assert [each.get_attribute("open") for each in stories.all()] == ["", None]
    run(
        page,
        "from customer_casebook.course.journal import Journal as J; J.kept, J.record = J.record, None",
    )
    card.answer(one)
    card.saved.get_by_text("Details for technical support").click()
    check(page, card.node)
    run(page, "J.record = J.kept")
    card.press("Next question")
    assert [each.get_attribute("open") for each in stories.all()] == [None, ""]
    card.answer(two)
    card.press("See them side by side")
    check(page, card.node)
    card.press("Start again")


@pytest.mark.usefixtures("theme")
def test_switches_verdicts_and_picture_can_be_read_and_hit_in_every_state(page: LabPage) -> None:
    node = activity(page, find(page, "what_if(")[0])
    roof = node.get_by_role("group", name="Wider organization")
    reset = node.get_by_role("button", name="As the story tells it")
    story = node.get_by_text("The story", exact=True)
    check(page, node)
    story.click()
    roof.get_by_role("radio", name="different").click()
    expect(node).to_contain_text("Solved")
    check(page, node)
    story.click()
    roof.get_by_role("radio", name="not known").click()
    node.get_by_role("button", name="hint").click()
    expect(node).to_contain_text("A hint")
    check(page, node)
    reset.click()
    node.get_by_role("group", name="Part of the provider").get_by_role("radio", name="yes").click()
    expect(node).to_contain_text("Not a customer")
    check(page, node)
    reset.click()
    expect(node.locator(".ccb-was")).to_have_count(0)


@pytest.mark.usefixtures("theme")
@pytest.mark.parametrize("place", [4, 5, 6])
def test_a_transcript_can_be_read(page: LabPage, place: int) -> None:
    shown = page.cell(place).locator(".jp-RenderedHTMLCommon")
    shown.evaluate("node => node.querySelectorAll('details').forEach(each => each.open = true)")
    check(page, shown)


@pytest.mark.usefixtures("theme")
@pytest.mark.parametrize("call", ["find_evidence(", "sort_parties("])
def test_a_story_and_rows_of_pills_can_be_read_and_hit_in_every_state(
    page: LabPage, call: str
) -> None:
    node = activity(page, find(page, call)[0])
    check(page, node, NARROW)
    for group in node.locator("fieldset:not(:has(fieldset))").all():
        group.get_by_role("radio").first.click()
    check(page, node, NARROW)
    node.get_by_role("button", name="I am sure").click()
    expect(node.get_by_text("Your answer, wrong").first).to_be_visible()
    expect(node.get_by_text("The right answer").first).to_be_visible()
    check(page, node, NARROW)
    expect(node.locator(".ccb-saved")).to_have_text("Saved.")
    node.get_by_role("button", name="Finish").click()
    node.get_by_role("button", name="Start again").click()


@pytest.mark.usefixtures("theme")
def test_right_wrong_and_missed_look_different_and_nothing_is_greyed(page: LabPage) -> None:
    card = CardOnPage(page, "study(")
    card.answer(card.questions[0])
    card.press("Next question")
    card.answer(card.questions[1], ["user", "internal_support"])
    looks = """node => {
        const {backgroundColor, borderTopColor, borderTopStyle} = getComputedStyle(node);
        const sign = getComputedStyle(node.querySelector("kbd"));
        return [backgroundColor, borderTopColor, borderTopStyle, sign.backgroundColor, sign.borderTopStyle].join();
    }"""
    options = card.node.locator(".ccb-option")
    seen: dict[str, set[str]] = {}
    for option in options.all():
        seen.setdefault(option.get_attribute("data-mark") or "", set()).add(option.evaluate(looks))
    assert seen.keys() == {"hit", "missed", "wrong", ""}
    assert len(set.union(*seen.values())) == len(seen)
    names = [
        "Customer You missed this",
        "User Your answer, right",
        "Internal support group Your answer, wrong",
    ]
    for name in names:
        box = page.page.get_by_role("checkbox", name=name)
        sign = card.node.locator("label", has=box).locator("kbd")
        expect(sign).to_have_text("✗" if "wrong" in name else "✓")
        size = sign.evaluate("node => node.getBoundingClientRect().width")
        assert size == pytest.approx(24)
    lines = """node => {
        node.style.width = "14em"; // it takes several lines
        const text = document.createRange();
        text.selectNodeContents(node);
        return [...text.getClientRects()].map(({left}) => Math.round(left));
    }"""
    lefts = card.feedback.locator(".ccb-head").evaluate(lines)
    assert len(lefts) > 1
    assert len({*lefts}) == 1
    own = "node => getComputedStyle(node).appearance"
    assert {each.evaluate(own) for each in card.node.locator("input").all()} == {"none"}
    card.press("Close the case")
    card.press("Start again")


def test_one_button_is_filled_and_what_cannot_be_pressed_says_why(page: LabPage) -> None:
    card = CardOnPage(page, "study(")
    sure = card.node.get_by_role("button", name="I am sure")
    expect(sure).to_be_disabled()
    expect(card.node.get_by_text("Choose first.")).to_be_visible()
    card.answer(card.questions[0])
    expect(card.node.get_by_text("Choose first.")).to_have_count(0)
    look = "node => getComputedStyle(node).backgroundColor"
    clear = "rgba(0, 0, 0, 0)"
    page.page.mouse.move(0, 0)
    buttons = card.node.get_by_role("button").all()
    assert [each.inner_text() for each in buttons if each.evaluate(look) != clear] == [
        "Next question"
    ]
    card.press("Next question")
    card.answer(card.questions[1])
    card.press("Close the case")
    card.press("Start again")
    node = activity(page, find(page, "sort_parties(")[0])
    rows = node.locator("fieldset:not(:has(fieldset))")
    for place, row in enumerate(rows.all(), 1):
        expect(node.get_by_text(f"Row {place} has no answer yet.")).to_be_visible()
        row.locator(".ccb-option").first.click()
    expect(node.locator(".ccb-why")).to_be_empty()
    expect(node.get_by_role("button", name="I am sure")).to_be_enabled()


@pytest.mark.parametrize("call", ["study(", "compare("])
def test_the_question_is_in_view_while_its_story_is_read(page: LabPage, call: str) -> None:
    card = CardOnPage(page, call)
    prompt = card.node.locator(".ccb-prompt")
    story = card.node.locator(".ccb-intro :is(h3, .ccb-evidence):visible")
    expect(prompt).to_be_in_viewport(ratio=1)
    for each in story.all():
        each.scroll_into_view_if_needed()
        expect(prompt).to_be_in_viewport(ratio=1)
    beside = "node => node.getBoundingClientRect().left"
    assert story.first.evaluate(beside) < prompt.evaluate(beside)
    page.page.set_viewport_size({"width": 480, "height": 900})
    page.page.wait_for_function(LAID_OUT, arg=480)
    above = "node => node.getBoundingClientRect().top"
    assert prompt.evaluate(above) < story.first.evaluate(above)
    card.press("To the story")
    expect(story.first).to_be_in_viewport(ratio=1)
    expect(card.node.locator(".ccb-intro")).to_be_focused()
    card.press("To the question")
    expect(prompt).to_be_in_viewport(ratio=1)
    page.page.set_viewport_size({"width": 1280, "height": 900})
    page.page.wait_for_function(LAID_OUT, arg=1280)


def test_the_next_question_comes_where_the_last_one_was(page: LabPage) -> None:
    card = CardOnPage(page, "study(")
    prompt = card.node.locator(".ccb-prompt")
    card.answer(card.questions[0], ["external"])
    place = "node => node.getBoundingClientRect().top"
    top = page.page.locator(".jp-WindowedPanel-outer").evaluate(place)
    before = max(top, prompt.evaluate(place))  # or it comes no farther than into view
    card.press("Next question")
    expect(prompt).to_have_text(card.questions[1].prompt)
    assert abs(prompt.evaluate(place) - before) < 60
    expect(prompt).to_be_in_viewport(ratio=1)
    card.answer(card.questions[1])
    card.press("Close the case")
    expect(card.node.locator(".ccb-intro h3")).to_be_visible()
    expect(card.node).to_contain_text(card.questions[0].case.takeaway)
    card.press("Start again")


def test_type_has_one_scale_one_left_edge_and_lines_of_about_70_characters(page: LabPage) -> None:
    card = CardOnPage(page, "study(")
    card.answer(card.questions[0], ["external"])
    sizes = """root => [...new Set([...root.querySelectorAll("*")]
        .filter(each => [...each.childNodes].some(({nodeType, data}) => nodeType === 3 && data.trim()))
        .map(each => (parseFloat(getComputedStyle(each).fontSize) / parseFloat(getComputedStyle(root).fontSize))
            .toFixed(2)))]"""
    scale = {"0.86", "0.93", "1.00", "1.16", "1.35"}  # with that of tables
    lines = """root => [...root.querySelectorAll(".ccb-intro > p, .ccb-feedback > p")].map(node => {
        const range = document.createRange();
        range.selectNodeContents(node);
        const tops = [...range.getClientRects()].map(({top}) => Math.round(top / 6));
        return node.textContent.length / new Set(tops).size;
    })"""
    left = "node => node.getBoundingClientRect().left"
    centre = """node => {
        const range = document.createRange();
        range.selectNodeContents(node);
        const [box, digit] = [node, range].map(each => each.getBoundingClientRect());
        return Math.max(Math.abs(box.left + box.right - digit.left - digit.right),
            Math.abs(box.top + box.bottom - digit.top - digit.bottom)) / 2;
    }"""
    spot, sort = (
        activity(page, find(page, call)[0]) for call in ("find_evidence(", "sort_parties(")
    )
    for node in (card.node, spot, sort):
        assert {*node.evaluate(sizes)} <= scale
        for digit in node.locator("kbd:visible").all():
            assert digit.evaluate(centre) <= 1
    assert 50 < max(card.node.evaluate(lines)) < 80
    edges = [
        each.evaluate(left) for each in (spot.locator(".ccb-prompt"), sort.locator("legend").first)
    ]
    edges += [each.evaluate(left) for each in card.node.locator(".ccb-intro > *").all()]
    assert len({round(edge) for edge in edges}) == 1
    card.press("Next question")
    card.answer(card.questions[1])
    card.press("Close the case")
    card.press("Start again")


def test_a_question_that_is_the_only_one_stays_with_its_answer_and_has_a_result(
    page: LabPage,
) -> None:
    node = activity(page, find(page, "find_evidence(")[0])
    node.get_by_role("radio").nth(1).locator("..").locator("span").click()
    node.get_by_role("button", name="I am sure").click()
    expect(node.locator(".ccb-saved")).to_have_text("Saved.")
    feedback = node.locator(".ccb-feedback")
    said = feedback.inner_text()
    node.get_by_role("button", name="Finish").click()
    expect(node.get_by_role("heading", name="Done")).to_be_focused()
    expect(node).to_contain_text("You were sure, and wrong.")
    expect(node.get_by_text("Your answer, wrong")).to_be_visible()
    assert feedback.inner_text() == said
    expect(node.locator(".ccb-end").get_by_role("button")).to_have_text(["Start again"])
    node.get_by_role("button", name="Start again").click()
    expect(feedback).to_be_empty()


def test_on_the_narrowest_screen_nothing_scrolls_sideways_but_a_table(page: LabPage) -> None:
    page.page.set_viewport_size({"width": 320, "height": 900})
    page.page.wait_for_function(LAID_OUT, arg=320)
    too_wide = """root => [root, ...root.querySelectorAll("*")].filter(each => !each.closest("svg, .ccb-live, table")
        && each.scrollWidth > each.clientWidth + 1 && each.clientWidth).map(each => each.className)"""
    card = CardOnPage(page, "study(")
    card.answer(card.questions[0])
    assert set(card.node.evaluate(too_wide)) <= {"ccb-board"}
    card.press("Next question")
    assert set(card.node.evaluate(too_wide)) <= {"ccb-board"}
    card.answer(card.questions[1])
    card.press("Close the case")
    assert set(card.node.evaluate(too_wide)) <= {"ccb-board"}
    card.press("Start again")
    assert activity(page, find(page, "what_if(")[0]).evaluate(too_wide) == []
    page.page.set_viewport_size({"width": 1280, "height": 900})


def test_the_sentences_of_a_story_run_on_and_each_can_be_clicked(page: LabPage) -> None:
    node = activity(page, find(page, "find_evidence(")[0])
    radios = node.get_by_role("radio")
    record = BOOK.questions["spot-eleven-buckets"]
    assert isinstance(record, SpotQuestion)
    for place, sentence in enumerate(record.sentences):
        label = node.locator("label").nth(place)
        expect(radios.nth(place)).to_have_accessible_name(" ".join(sentence.text.split()))
        label.locator("span").click()
        expect(radios.nth(place)).to_be_checked()
    lines = node.locator("label").evaluate_all(
        "all => all.map(each => [...each.getClientRects()].map(({top}) => Math.round(top)))"
    )
    assert any(one[-1] == other[0] for one, other in pairwise(lines))  # in one line


def test_the_look_finds_what_is_wrong(page: LabPage) -> None:
    node = CardOnPage(page, "study(").node
    for style, fault in {
        "opacity: 0.5": "contrast",
        "color: #d55e00": "contrast",
        "display: block; white-space: nowrap; width: 9em": "out of ccb-prompt",
        "display: block; overflow: hidden; height: 2px": "out of ccb-prompt",
        "display: block; width: 2000px": "too wide",
    }.items():
        prompt = node.locator(".ccb-prompt")
        prompt.evaluate("(node, style) => node.style = style", style)
        found = node.evaluate(FAULTS)
        assert any(each.startswith(fault) for each in found), (style, found)
        prompt.evaluate("node => node.style = ''")
    node.get_by_role("button").first.evaluate(
        "node => { node.style = 'min-height: 0; height: 20px' }"
    )
    assert "by 20" in " ".join(node.evaluate(FAULTS))


def test_a_card_names_itself_and_its_groups(page: LabPage) -> None:
    card = CardOnPage(page, "compare(")
    one = card.questions[0]
    expect(card.node).to_have_accessible_name("Marketing and Halvorne Ferries")
    group = card.node.get_by_role("group", name=f"{one.topic} {one.prompt}")
    radios = group.get_by_role("radio")
    places = [str(place) for place in range(len(one.options))]
    assert [each.get_attribute("value") for each in radios.all()] == places
    assert len({each.get_attribute("name") for each in card.node.locator("input").all()}) == 1
    for option, label in one.options.items():
        expect(group.locator(place_of(one, option))).to_have_accessible_name(label)
    how = card.node.get_by_role("group", name="Answer, and say how sure you are")
    expect(how.get_by_role("button")).to_have_count(2)
    expect(card.node.get_by_role("table", name="Side by side")).to_be_visible()
    expect(card.feedback).to_have_count(1)  # it stands before there is anything to say
    expect(card.feedback).to_be_empty()
    card.answer(one)
    expect(card.feedback).to_contain_text("Right")


def test_switches_name_themselves_and_say_how_they_stand(page: LabPage) -> None:
    node = activity(page, find(page, "what_if(")[0])
    expect(node.get_by_role("status")).to_have_count(1)
    groups = node.get_by_role("group").filter(has=page.page.get_by_role("radio"))
    names = [fact.label for fact in VOCABULARY.values()]
    expect(groups).to_have_count(len(names))
    for group, name in zip(groups.all(), names, strict=True):
        expect(group).to_have_accessible_name(name)
        expect(group.get_by_role("radio", checked=True)).to_have_count(1)
        assert len({each.get_attribute("name") for each in group.get_by_role("radio").all()}) == 1
    expect(node.get_by_role("img")).to_have_accessible_name(re.compile("Marketing and Group IT"))
    expect(node.get_by_role("table", name="What follows")).to_be_visible()


def test_an_answer_is_announced_once(page: LabPage) -> None:
    card = CardOnPage(page, "study(")
    card.feedback.evaluate(LISTEN)
    card.answer(card.questions[0])
    expect(card.saved).to_have_text("Saved.")
    assert len(card.feedback.evaluate("node => node.said")) == 1
    node = activity(page, find(page, "what_if(")[0])
    spoken = node.get_by_role("status")
    spoken.evaluate(LISTEN)
    roof = node.get_by_role("group", name="Wider organization")
    roof.get_by_role("radio", name="different").click()
    expect(spoken).to_contain_text("Solved")
    said = filter(None, spoken.evaluate("node => node.said"))
    assert len([each for each in said if not each.startswith("This is not up to date")]) == 1
    node.get_by_role("button", name="As the story tells it").click()


def test_without_colours_of_our_own_and_without_motion_every_state_still_shows(
    browser: Browser, lab: Lab
) -> None:
    calls = [
        'study("marketing-campaign-hub", ["customer"])',
        'what_if("marketing-campaign-hub")',
        'from customer_casebook import sort_parties\nsort_parties(["marketing-campaign-hub", "miller-flood-bell"])',
    ]
    options = {"forced_colors": "active", "reduced_motion": "reduce"}
    with opened(browser, lab, notebook(lab, "plain.ipynb", *calls), **options) as page:
        outline = """node => {
            const {outlineStyle, outlineWidth} = getComputedStyle(node);
            return outlineStyle === "none" ? 0 : parseFloat(outlineWidth);
        }"""
        node = activity(page, 2)
        group = node.get_by_role("group", name="Charge")
        chosen, other = (
            group.locator(".ccb-pill", has=each).first
            for each in (
                page.page.get_by_role("radio", checked=True),
                page.page.get_by_role("radio", checked=False),
            )
        )
        assert chosen.evaluate(outline) >= 3
        assert other.evaluate(outline) == 0
        other.click()
        expect(node.locator(".ccb-changed")).to_have_count(1)
        bar = "node => parseFloat(getComputedStyle(node).borderLeftWidth)"
        for row in node.locator(".ccb-choice").all():
            turned = row.evaluate("node => node.matches('.ccb-changed')")
            assert row.evaluate(bar) == (4 if turned else 0)
        assert node.locator(".ccb-was").first.evaluate(bar) == 4
        node = activity(page, 3)
        pill = node.locator(".ccb-option").first
        pill.click()
        assert pill.locator("kbd").evaluate(outline) >= 3
        assert node.locator(".ccb-option kbd").nth(1).evaluate(outline) == 0
        card = CardOnPage(page, "study(")
        card.answer(card.questions[0], ["external"])
        expect(card.node.get_by_text("Your answer, wrong")).to_be_visible()
        expect(card.node.get_by_text("The right answer")).to_be_visible()
        border = "node => getComputedStyle(node).borderTopWidth"
        assert card.feedback.evaluate(border) == "1px"
        style = "node => getComputedStyle(node).borderTopStyle"
        marks = card.node.locator("[data-mark]")
        assert {each.evaluate(style) for each in marks.all()} == {"double", "dashed"}
        moving = "node => node.getAnimations({subtree: true}).length"
        assert [each.evaluate(moving) for each in (card.node, node)] == [0, 0]
