import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.templatetags.diffs import LONGEST_KEPT, coded, diff, prose, visible
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


def test_a_diff_too_long_to_be_kept_reads_the_same():
    rule = "- a rule that holds\n"

    long, short = drawn("", rule * (LONGEST_KEPT // len(rule))), drawn("", rule)

    assert long.startswith(short.removesuffix("</div>"))


def test_literals_of_a_sentence_are_code_and_stay_escaped():
    assert coded("call `a<b` now") == ('call <code><span class="md">`</span>a&lt;b<span class="md">`</span></code> now')
    assert coded("one ` alone") == "one ` alone"
