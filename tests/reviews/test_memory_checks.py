"""Checks that look at memory beside a change: what is lost, what only agrees, what grows too long."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.text import approvals
from reviews import checks
from reviews.checks import Context, ProposedTarget, Quoted, approvals_only, size, specifics


def change(before="", after="", *, operation="edit", rest="", reason_code="", quotes=(), path_after="/a.md"):
    def lines(text):
        return tuple(text.splitlines(keepends=True))

    target = ProposedTarget(
        "/a.md", path_after, lines(before), lines(after), f"{after}{rest}" if path_after else "", False, before + rest
    )
    return checks.Proposed(operation, (target,), tuple(quotes), reason_code=reason_code)


def said(rule, proposed, **known):
    return [(one.severity, one.reason) for one in rule.find(proposed, Context(**known))]


LOST = "What stands nowhere any more: %s."


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ("- Refunds take 30 days at Larkhaven.\n", "- Refunds take 30 days at Larkhaven, mostly.\n", []),
        ("- Run `make check --fast` in /srv/app.\n", "- Run the checks.\n", ["“make check --fast”, “/srv/app”"]),
        ("- Refunds take 30 days.\n", "- Refunds take 14 days.\n", []),  # one value for another
        ("- Ask Mara or Jonas.\n", "- Ask Mara.\n", ["“Jonas”"]),
        ("- Ask Mara.\n- Version v2.3.1 is out.\n", "- Ask Mara.\n", ["“v2.3.1”"]),
        ("- plain words only\n", "", []),
    ],
)
def test_an_edit_that_drops_a_specific_warns_with_it(before, after, found):
    assert said(specifics, change(before, after)) == [("warning", LOST % one) for one in found]


def test_what_the_rest_of_the_memory_still_says_is_not_lost():
    before = "- Ask Jonas by 2026-03-11 about 40 seats.\n"

    assert said(specifics, change(before, rest="- Jonas: 40 seats, March 11, 2026\n")) == []
    assert said(specifics, change(before, rest="- 400 seats\n")) == [("note", LOST % "“2026-03-11”, “Jonas”, “40”")]


def test_a_fold_may_not_replace_a_value_and_is_held_against_the_kept_copy():
    before, after = "- Refunds take 30 days.\n", "- Refunds take 14 days.\n"

    assert len(said(specifics, change(before, after, reason_code="reinforces"))) == 1
    for folding in (
        change(before, reason_code="same"),
        change(before, reason_code="same", operation="archive", path_after=None),
    ):
        assert said(specifics, folding, kept_copies=("Refunds take 30 days.",)) == []
        assert said(specifics, folding) == [("warning", LOST % "“30 days”")]
    assert said(specifics, change(before, operation="archive", path_after=None)) == []  # that is its purpose


def test_a_secret_that_goes_is_named_nowhere():
    token = "ghp_" + "aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3zA5"
    found = said(specifics, change(f"- Token {token} of Jonas\n", "- No token here\n"))

    assert token[4:] not in str(found)


@pytest.mark.parametrize(
    ("text", "agrees"),
    [
        ("Yes.", True),
        ("ok, looks good to me!", True),
        ("Approved \N{WHITE HEAVY CHECK MARK}", True),
        ("\N{THUMBS UP SIGN}", True),
        ("LGTM, go ahead. Thanks!", True),
        ('{"status": "success"}', True),
        ("No problem, thanks", False),
        ("Not ok", False),
        ("Yes, refunds take 30 days.", False),
        ("30 days", False),
        ("", False),
    ],
)
def test_a_bare_yes_is_told_from_a_statement(text, agrees):
    assert approvals.only_agrees(text) is agrees


def quote(text, source="user_input", *, supports=True, session="ses_1"):
    return Quoted(session, "agt_1", source, text, supports=supports)


@pytest.mark.parametrize(
    ("quotes", "reason"),
    [
        ([quote("Yes."), quote("ok")], approvals_only.AGREED),
        ([quote("Refunds take 30 days.", "recalled")], approvals_only.RECALLED),
        ([quote("Yes."), quote("Refunds take 30 days.", "agent_authored")], approvals_only.BOTH),
        ([quote("Yes."), quote("It came after 30 days.")], None),
        ([quote("Yes.", supports=False)], None),
        ([], None),
    ],
)
def test_support_by_approvals_or_by_memory_itself_warns(quotes, reason):
    found = said(
        approvals_only,
        change(after="- x\n", quotes=quotes),
        repeated=frozenset({("ses_1", "Refunds take 30 days.")}),
    )

    assert found == ([("warning", str(reason))] if reason else [])


def test_what_grows_near_its_limits_is_told():
    nearly = "- word\n" * (95_000 // 7)

    assert said(size, change(after=nearly)) == [
        ("warning", "The memory takes 93 % of the 102400 bytes that one may have.")
    ]
    assert said(size, change(before=nearly, after=nearly[:70_000])) == []  # it shrinks
    assert said(size, change(after="- x\n"), namespace_tokens=60_000)[0][0] == "note"
    assert said(size, change(before="- x y\n", after="- x\n"), namespace_tokens=60_000) == []


def test_an_entry_that_is_an_essay_is_marked_whole():
    text = f"- first\n- {'word ' * 500}\n"
    found = list(size.find(change(after=text)))

    assert [(one.severity, text[one.start : one.end]) for one in found] == [("note", text.splitlines()[1])]


@given(st.text(max_size=300), st.text(max_size=300), st.sampled_from(["edit", "merge", "add", "archive"]))
def test_every_span_lies_in_what_is_written(before, after, operation):
    proposed = change(before, after, operation=operation, quotes=[quote(before)])
    for rule in (specifics, approvals_only, size):
        for one in rule.find(proposed, Context()):
            written = "".join(proposed.targets[one.target or 0].after)
            assert len(one.reason) <= 300
            assert one.start is None or 0 <= one.start < one.end <= len(written)
