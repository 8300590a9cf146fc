"""A part that is filled in has to read exactly as if its template were drawn for it alone."""

import pytest
from django.template import Context, engines
from django.test import RequestFactory
from django.utils.html import escape
from django.utils.safestring import SafeString
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Membership
from reviews.enums import Verdict
from reviews.reading import cards
from reviews.reading.card import Typed
from reviews.reading.frames import Frames
from reviews.templatetags.cards import change_card
from reviews.views import drawing
from tests import agent_recipes
from tests.reviews import scenes

TEMPLATE = "reviews/_check.html"


class Drawn(Frames):
    """The same without frames."""

    def fill(self, name, context, *, texts, flags):
        with context.push(**texts, **flags):
            return SafeString(context.template.engine.get_template(name).render(context).strip())


def context_of(values):
    context = Context(values)
    context.template = engines["django"].engine.from_string("")
    return context


@given(st.lists(st.text(max_size=12), min_size=2, max_size=4))
def test_text_of_one_part_never_reaches_another(reasons):
    frames, context = Frames(), context_of({})

    filled = [
        frames.fill(
            TEMPLATE, context, texts={"reason": one, "rule": "r 1", "label": "Note"}, flags={"severity": "note"}
        )
        for one in reasons
    ]

    for text, reason in zip(filled, reasons, strict=True):
        assert f"<span>{escape(reason)}</span>" in text


def test_braces_of_a_template_stay_what_they_are():
    frames = Frames()
    texts = {"reason": "{0} {reason} %s \ue000label\ue001", "rule": "{", "label": "}"}

    text = frames.fill(TEMPLATE, context_of({}), texts=texts, flags={"severity": "note"})

    assert "<span>{0} {reason} %s \ue000label\ue001</span>" in text


@pytest.fixture
def many_kinds(team):
    """A proposal with cards of every kind, and who looks at them."""
    space = scenes.namespace(team.row, protected=["/safe/*"])
    session = agent_recipes.session(agent_recipes.agent(team.row), texts=("<b>said</b>", "No."))
    memory = scenes.memory(space, text="".join(f"- {n}\n" for n in range(8)))
    quote = scenes.quote(session, 0, "<b>said</b>")
    against = scenes.quote(session, 1, "No.", stance="against")
    missing = scenes.quote(session, 1, "Never said")
    drafts = [scenes.line_edit(memory, n, n + 1, f"- new {n}\n") for n in range(6)]
    drafts += [
        scenes.edit(
            memory, scenes.text(memory) + "- end {x}\u200b\n", quotes=(quote, against, missing), rationale="{R}"
        ),
        scenes.add(space, "/safe/x.md", "# T\n", confidence=0.5, reason_code="r", pattern={"support": 3}),
        scenes.archive(scenes.memory(space, "/old.md")),
        scenes.move(scenes.memory(space, "/a.md"), "/b.md"),
    ]
    proposal = scenes.propose(team.row, *drafts, by=team.lead)
    changes = scenes.changes(proposal)
    scenes.vote(changes[0], team.reviewer)
    scenes.vote(changes[1], team.reviewer, Verdict.REJECT, reason_code="false", reason="{no}")
    scenes.vote(changes[2], team.second, Verdict.REQUEST_CHANGES, reason="<i>When?</i>")
    scenes.vote(changes[3], team.second, Verdict.QUARANTINE)
    scenes.approve_and_apply(changes[4], team.second)
    return proposal


@pytest.mark.parametrize("who", ["lead", "reviewer", "second", "auditor"])
def test_cards_filled_in_read_as_cards_drawn_one_by_one(rf: RequestFactory, team, many_kinds, who):
    request = rf.get("/")
    request.user, request.team, request.session = getattr(team, who), team.row, {}
    request.membership = Membership.objects.of(team.row).get(user=request.user)
    read = cards.read(
        cards.rows(many_kinds),
        team=team.row,
        reader=drawing.reader(request),
        typed={scenes.changes(many_kinds)[5].public_id: Typed("Look.", "{typed}", "stale")},
    )
    drawing.dress(request, read)
    shared = drawing.shared(request)

    filled = [change_card(context_of(shared), card) for card in read]
    drawn = [change_card(context_of(shared | {"frames": Drawn()}), card) for card in read]

    for one, other in zip(filled, drawn, strict=True):
        assert one.split("\n") == other.split("\n")
    assert len(set(filled)) == len(read) == 10
