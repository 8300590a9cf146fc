import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.drawn_rows import Look
from agents.shown import visible
from agents.templatetags.diffs import LONGEST_KEPT, coded, diff, prose
from agents.text import diffs
from agents.text import lines as text_lines
from agents.text.diffs import CHANGED


def drawn(before, after, shown_as="split"):
    old, new = text_lines.split(before), text_lines.split(after)
    return diff(diffs.rows(old, text_lines.diff(old, new)), shown_as)


def test_changed_words_are_struck_and_underlined():
    page = drawn("- Within 30 days of delivery.\n", "- Within 14 days of delivery.\n")

    assert 'class="diff diff--split"' in page
    assert '<span class="md">- </span>Within <del>30</del> days of delivery.' in page
    assert '<span class="md">- </span>Within <ins>14</ins> days of delivery.' in page


def test_what_only_adds_is_drawn_in_one_column():
    assert 'class="diff diff--unified"' in drawn("", "- one\n- two\n")


def test_an_unchanged_line_is_repeated_in_split_view_only():
    before, after = "# T\n- one is here\n", "# T\n- one was here\n"

    assert drawn(before, after).count("diff__side--repeat") == 1
    assert "diff__side--repeat" not in drawn(before, after, "unified")


def test_a_sign_that_changed_is_not_hidden():
    page = drawn("# Refunds are quick\n", "## Refunds are quick\n")

    assert 'class="md"' not in page


def test_lines_between_are_counted():
    before = "".join(f"- line {n}\n" for n in range(20))

    page = drawn(before, before.replace("line 3\n", "line three\n").replace("- line 16\n", ""))

    assert '<p class="diff__gap">6 unchanged lines</p>' in page


def test_hidden_characters_are_drawn():
    assert 'title="ZERO WIDTH SPACE">U+200B</span>' in drawn("", "- pay\u200b now\n")


@given(st.text(alphabet="<>&\"'ab \u200b\u202e", max_size=30))
def test_text_is_never_markup(text):
    page = visible(text)

    plain = page.replace("<span class=", "").replace("</span>", "")
    assert "<a" not in plain
    assert plain.count("<") == 0


def test_code_spans_are_drawn_as_code_and_keep_their_signs():
    page = str(prose("Call `a<b>` first.\n"))

    assert '<code><span class="md">`</span>a&lt;b&gt;<span class="md">`</span></code> first.' in page


@pytest.mark.parametrize("line", ["An odd ` here", "``two``", "    `indented`"])
def test_back_ticks_that_are_no_code_spans_stay(line):
    assert "<code>" not in str(prose(line + "\n"))


def test_back_tick_that_changed_stays_in_sight():
    row = [CHANGED, 1, 1, [[0, "Call "], [1, "a"]], [[0, "Call "], [1, "`"], [0, "a"], [1, "`"]]]

    assert "<ins>`</ins>a<ins>`</ins>" in str(diff([row]))


TICK = '<span class="md">`</span>'


@pytest.mark.parametrize(
    ("before", "after", "line"),
    [
        (
            "Call `sync --all` now\n",
            "Call `sync --stale` now\n",
            f"<code>{TICK}sync </code><ins><code>--stale</code></ins><code>{TICK}</code> now",
        ),
        (
            "Call `sync` now\n",
            "Call `sync` or `push --all` now\n",
            f"<code>{TICK}sync{TICK}</code> <ins>or <code>{TICK}push --all{TICK}</code> </ins>now",
        ),
        ("Call sync --all\n", "Call `sync --all`\n", "<ins>`</ins>sync --all<ins>`</ins>"),
        ("Call `sync --all`\n", "Call `sync` --all\n", "`sync<ins>`</ins> --all"),
    ],
    ids=["changed inside", "new", "made code", "ends elsewhere"],
)
def test_a_changed_code_span_reads_as_code_unless_its_signs_changed(before, after, line):
    assert line in drawn(before, after)


def test_a_diff_too_long_to_be_kept_reads_the_same():
    rule = "- a rule that holds\n"

    long, short = drawn("", rule * (LONGEST_KEPT // len(rule))), drawn("", rule)

    assert long.startswith(short.removesuffix("</div>"))


def test_literals_of_a_sentence_are_code_and_stay_escaped():
    assert coded("call `a<b` now") == ('call <code><span class="md">`</span>a&lt;b<span class="md">`</span></code> now')
    assert coded("one ` alone") == "one ` alone"


WHOLE = [
    "می‌خواهم نمی‌شود",  # Persian: a non-joiner inside of words
    "क्‍ष और क्‌ष",  # Hindi: joiner and non-joiner choose the form
    "ക്‍ഷ",  # Malayalam
    "👨‍👩‍👧‍👦 and 👩🏽‍🚀",
    "🏳️‍🌈 ❤️ 1️⃣",
    "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f 🇩🇪",
    "שלום\u200e (a)",
    "葛\U000e0100城",
]


@pytest.mark.parametrize("text", WHOLE)
def test_hidden_characters_that_a_language_needs_stay_where_they_are(text):
    assert visible(text) == text
    assert f"- {text} now" in drawn("", f"- {text} now\n").replace('<span class="md">- </span>', "- ")


@pytest.mark.parametrize("text", WHOLE)
def test_a_change_beside_them_does_not_tear_them(text):
    page = drawn(f"- It is {text} on Monday\n", f"- It is {text} on Friday\n")

    assert page.count(f"It is {text} on ") == 2
    assert 'class="cp' not in page


def test_white_space_view_spells_them_out_and_shows_spaces():
    row = [CHANGED, 1, 1, [[0, "می‌خواهم  a"]], [[0, "می‌خواهم\ta\u00a0b"]]]

    page = diff([row], "unified", "spaces")

    assert page.count('<span class="cp cp--benign" title="ZERO WIDTH NON-JOINER">U+200C</span>') == 2
    assert '<span class="sp">  </span>' in page
    assert '<span class="sp sp--tab">\t</span>' in page
    assert '<span class="cp cp--benign">U+00A0</span>' in page


@pytest.mark.parametrize("text_as", ["prose", "source", "spaces"])
def test_no_view_hides_what_deceives(text_as):
    page = diff([[CHANGED, 1, 1, [[0, "pay"]], [[0, "pay\u202e\u200b\U000e0041"]]]], "unified", text_as)

    for code in ("U+202E", "U+200B", "U+E0041"):
        assert code in page
    assert not any(character in page for character in "\u202e\u200b\U000e0041")


@pytest.mark.parametrize(
    ("before", "after", "code"), [("- one\n", "- one\r\n", "U+000D"), ("❤ here\n", "❤\ufe0f here\n", "U+FE0F")]
)
def test_a_change_of_hidden_characters_alone_is_in_sight(before, after, code):
    assert code in drawn(before, after)


def test_line_ends_of_another_system_are_not_pointed_at_in_every_line():
    assert "U+000D" not in drawn("- one is here\r\n- two\r\n", "- one was here\r\n- two\r\n")


def test_a_mark_inside_a_right_to_left_line_still_belongs_there():
    row = [CHANGED, 1, 1, [[0, "שלום "], [1, "a\u200e"]], [[0, "שלום "], [1, "b\u200e"]]]

    assert 'class="cp' not in diff([row])


def test_a_line_end_that_went_is_said():
    page = drawn("- one\n- two\n", "- one\n- two")

    assert page.count("no line end") == 1
    assert "no line end" not in drawn("- one\n- two", "- 1\n- two")


def test_lines_that_moved_are_told_from_those_that_came_and_went():
    page = drawn("- ask for the number\n- b\n- c\n- d\n", "- b\n- c\n- d\n- ask for the number\n", "unified")

    assert "moved to line 4" in page
    assert "moved from line 1" in page
    assert "Removed:" not in page


def test_gaps_open_in_a_part_and_on_the_page_of_the_revision():
    before = "".join(f"- line {n}\n" for n in range(40))
    rows = diffs.rows(
        text_lines.split(before), text_lines.diff(text_lines.split(before), text_lines.split(before + "x\n"))
    )

    page = diff(rows, look=Look(at="/r/1/", left="base", target=1))

    assert 'hx-get="/r/1/gap/?left=base&amp;target=1&amp;first=1&amp;last=37&amp;more=10"' in page
    assert 'href="/r/1/?left=base&amp;context=13#T1O1">Show 10 more</a>' in page
    assert 'href="/r/1/?left=base&amp;context=all#T1O1">Show all 37</a>' in page


def test_line_numbers_are_links_where_they_are_asked_to_be():
    row = ["equal", 3, 4, [[0, "a"]], [[0, "a"]]]

    page = diff([row], look=Look(anchors=True, target=2))

    assert '<a class="diff__no diff__no--new" href="#T2L4">4</a>' in page
    assert 'id="T2L4" class="diff__row' in page
    assert 'id="T2O3" class="diff__side' in page
    assert " id=" not in diff([row])
