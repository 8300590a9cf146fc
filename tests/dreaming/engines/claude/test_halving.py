"""What is too much for one answer is asked again in halves, at each stage; nothing else is lost, nothing is endless."""

import re

import pytest

from dreaming.engines.claude import halving
from dreaming.engines.claude.efforts import MOST_ANSWER_ELSE
from dreaming.engines.protocol import EngineWaits
from dreaming.engines.spending import OverBudget
from tests.dreaming.engines import build
from tests.dreaming.engines.claude.desk import SAID, Notes, Reader, asked, dream, engine, found, history, lessons
from tests.dreaming.engines.managed.desk import Purse
from tests.platform import scripting

STOPS = sorted(halving.TOO_MUCH)
ZONES = range(6)
SHOWN = {
    "ground": r"^Claim (K\d+):",
    "verify": r"^Claim (K\d+):",
    "judge": r"^Pair (P\d+):",
    "word": r"^Lesson (L\d+):",
}
RULES = [
    ("Refunds above 100 EUR need the approval of a lead before they are paid.",
     "Before a refund above 100 EUR is paid, a lead has to sign it off."),
    ("Parcels to Norway need a customs form from the warehouse before they leave.",
     "Before a parcel to Norway leaves, the warehouse has to add a customs form."),
    ("Claims about broken glass need two photos from the customer at the start.",
     "At the start, a customer with broken glass has to send two photos of it."),
]  # fmt: skip
PAGE = "# Rules\n\n" + "".join(f"- {one}\n- {other}\n" for one, other in RULES)


def lesson(zone):
    return f"Parcels of zone {zone} go out by gate {zone + 30} in the north."


def several(body):
    return {"items": [found(body, lesson=lesson(zone)) for zone in ZONES]}


def failures(count=3):
    """Sessions in which several tools fail in one way, so that several lessons are to be worded."""
    tools = ("refund", "export", "archive", "lock")
    return build.snapshot(
        [
            build.session(
                f"{tool}{number}",
                build.person("Do it."),
                *build.tried(tool, f"Error: {tool} needs a currency", amount=number + 1),
                *build.tried(tool, amount=number + 1, currency="EUR"),
                outcome="completed",
            )
            for tool in tools
            for number in range(count)
        ]
    )


def shown(kind, body):
    return re.findall(SHOWN[kind], body["messages"][0]["content"], re.MULTILINE)


class Narrow(Reader):
    """A model whose answers of one kind hold only so many things; on `never` it has no end at all."""

    def __init__(self, kind, holds=1, stop="max_tokens", never="", **said):
        super().__init__(**said)
        self.kind, self.holds, self.stop, self.never, self.cut = kind, holds, stop, never, 0

    def __call__(self, body):
        answer = super().__call__(body)
        if asked(body) == self.kind and self._is_too_much(body):
            self.cut += 1
            return scripting.said("{", stop_reason=self.stop, usage={"output_tokens": MOST_ANSWER_ELSE})
        return answer

    def _is_too_much(self, body):
        endless = self.never and self.never in body["messages"][0]["content"]
        return endless or len(shown(self.kind, body)) > self.holds

    def sizes(self):
        return [len(shown(self.kind, body)) for kind, body in self.bodies if kind == self.kind]


def same(body):
    return {"items": [{"id": one, "verdict": "same", "keep": f"{one}A"} for one in shown("judge", body)]}


def reworded(body):
    content = body["messages"][0]["content"]
    told = re.findall(r"Lesson (L\d+):\n<lesson-\w+>\n(.*?)\n</lesson-", content, re.DOTALL)
    return {"items": [{"id": one, "lesson": f"Mind this: {text}"} for one, text in told]}


def seen(kind):
    if kind == "judge":
        return build.snapshot([], [build.memory("/rules.md", PAGE)])
    return failures() if kind == "word" else history()


def answers(kind):
    return {"judge": {"judge": same}, "word": {"word": reworded, "discover": {"items": []}}}.get(
        kind, {"discover": several}
    )


def proposed(result):
    return sorted((one.fingerprint, one.rationale, lessons_of(one)) for one in result.operations)


def lessons_of(operation):
    return [edit.lines for target in operation.targets for edit in target.edits]


@pytest.mark.parametrize("stop", STOPS)
@pytest.mark.parametrize("kind", SHOWN)
def test_groups_are_halved_until_they_fit_and_give_the_same(platform, kind, stop):
    platform.answering = Reader(**answers(kind))
    whole = dream(engine(platform), seen(kind))
    platform.answering = narrow = Narrow(kind, stop=stop, **answers(kind))

    result = dream(engine(platform), seen(kind))

    assert proposed(result) == proposed(whole) != []
    assert max(narrow.sizes()) > 1
    assert result.funnel["model_too_long"] == narrow.cut > 1
    assert "model_dropped_too_long" not in result.funnel
    assert result.funnel.get("model_unreadable", 0) == 0


@pytest.mark.parametrize("kind", ["ground", "verify"])
def test_a_claim_that_is_too_long_by_itself_falls_alone_and_is_counted(platform, kind):
    platform.answering = Narrow(kind, holds=9, never=lesson(3), discover=several)

    result = dream(engine(platform), history())

    kept = "".join(lessons(result))
    assert [zone for zone in ZONES if lesson(zone) in kept] == [zone for zone in ZONES if zone != 3]
    assert result.funnel["model_dropped_too_long"] == 1
    assert "model_unanswered" not in result.funnel


def test_a_pair_that_is_too_long_by_itself_is_left_as_it_is(platform):
    platform.answering = Narrow("judge", holds=9, never="Norway", judge=same)

    result = dream(engine(platform), seen("judge"))

    gone = str([one.title for one in result.operations])
    assert ("Norway" in gone, "photos" in gone) == (False, True)
    assert result.funnel["model_dropped_too_long"] == 1


def test_a_lesson_that_is_too_long_to_be_worded_keeps_its_words(platform):
    platform.answering = Narrow("word", holds=9, never="`refund`", **answers("word"))

    result = dream(engine(platform), failures())

    told = {line.partition("Mind this: ")[1] for line in lessons(result) if "`refund`" in line}
    assert told == {""}
    assert any("Mind this: " in line for line in lessons(result))
    assert result.funnel["model_dropped_too_long"] == 1


@pytest.mark.parametrize("kind", ["discover", *SHOWN])
def test_a_model_that_never_comes_to_an_end_is_asked_a_bounded_number_of_times(platform, kind):
    endless = scripting.said("x", stop_reason="max_tokens")
    platform.answering = reader = Reader(**answers(kind) | {kind: endless})

    result = dream(engine(platform), seen(kind))

    assert 0 < reader.count(kind) <= 2 ** (halving.DEEPEST + 1)
    assert result.funnel["model_dropped_too_long"] >= 3
    assert not any("Mind this" in line or "of zone" in line for line in lessons(result))


def test_events_that_are_too_long_by_themselves_are_counted_and_the_others_read(platform):
    def discover(body):
        is_endless = "Order 2?" in body["messages"][0]["content"]
        return scripting.said("{", stop_reason="max_tokens") if is_endless else {"items": [found(body)]}

    platform.answering = Reader(discover=discover)
    result = dream(engine(platform), history(4))

    (operation,) = result.operations
    assert {quote.session for quote in operation.quotes} == {"ses_s0", "ses_s1", "ses_s3"}
    assert result.funnel["model_dropped_too_long"] == 1


def test_a_run_that_is_lost_between_halves_pays_nothing_twice(platform):
    platform.answering = narrow = Narrow("verify", discover=several)
    platform.fault("POST /v1/messages", 529, times=1, skip=5)
    notes, purse = Notes(), Purse()
    with pytest.raises(EngineWaits):
        dream(engine(platform, purse=purse), history(), journal=notes)

    result = dream(engine(platform, purse=purse), history(), journal=notes)

    bodies = [str(body["messages"]) for kind, body in narrow.bodies if kind == "verify"]
    assert len(bodies) == len(set(bodies)) == 2 * len(ZONES) - 1
    assert len(lessons(result)) >= len(ZONES)
    assert purse.held == {}


def test_a_later_run_remembers_what_was_too_much(platform):
    platform.answering = Narrow("ground", discover=several)
    notes = Notes()
    first = dream(engine(platform), history(), journal=notes)
    platform.forget()

    again = dream(engine(platform), history(), journal=Notes([notes]))

    assert platform.asked("POST *") == []
    assert proposed(again) == proposed(first)


def test_no_half_is_asked_about_past_the_budget(platform):
    platform.answering = narrow = Narrow("verify", discover=several)
    purse = Purse(cap=400_000)

    with pytest.raises(OverBudget):
        dream(engine(platform, purse=purse), history())

    assert 0 < narrow.count("verify") < 2 * len(ZONES) - 1
    assert purse.held == {}
    assert purse.usage()["micro_dollars"] <= purse.cap


def test_halves_of_a_batch_go_into_a_batch(platform):
    said = history(60, said=SAID + " x" * 5000)
    platform.answering = Reader(discover=several)
    whole = dream(engine(platform), said)
    platform.forget()
    platform.answering = narrow = Narrow("verify", discover=several)
    notes = Notes()
    for _ in range(40):
        try:
            result = dream(engine(platform, may_batch=True), said, journal=notes)
            break
        except EngineWaits:
            platform.advance(3600)

    assert proposed(result) == proposed(whole)
    assert narrow.count("verify") == len({str(body) for kind, body in narrow.bodies if kind == "verify"}) > 3
    assert len(platform.asked("POST /v1/messages/batches")) >= 2
