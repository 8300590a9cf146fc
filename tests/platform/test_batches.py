import anthropic
import pytest

HI = [{"role": "user", "content": "hi"}]
PARAMS = {"model": "claude-haiku-5-5", "max_tokens": 100, "messages": HI}
DAY = 86_400


def requests(*names, **params):
    return [{"custom_id": name, "params": PARAMS | params} for name in names]


@pytest.fixture
def batches(platform):
    return platform.client().messages.batches


def results(batches, batch):
    return {one.custom_id: one.result for one in batches.results(batch)}


def test_a_batch_answers_each_request_when_it_ends(platform, batches):
    platform.script_batch(lingers=1)
    platform.say("one")
    platform.say("two")

    made = batches.create(requests=requests("a", "b"))
    waits, ends = batches.retrieve(made.id), batches.retrieve(made.id)

    assert [one.processing_status for one in (made, waits, ends)] == ["in_progress", "in_progress", "ended"]
    assert (waits.request_counts.processing, ends.request_counts.succeeded, waits.results_url) == (2, 2, None)
    said = results(batches, made.id)
    assert {name: one.message.content[0].text for name, one in said.items()} == {"a": "one", "b": "two"}
    assert said["a"].message.usage.service_tier == "batch"


def test_results_before_the_end_are_refused(platform, batches):
    platform.script_batch(by_hand=True)
    made = batches.create(requests=requests("a"))

    with pytest.raises(anthropic.AnthropicError):
        batches.results(made.id)

    assert platform.step_batch(made.id) == "ended"
    assert results(batches, made.id)["a"].type == "succeeded"


def test_single_requests_fail_and_expire(platform, batches):
    platform.script_batch(errors={"b": {"type": "overloaded_error", "message": "busy"}}, expired=["c"])
    bad = {"custom_id": "d", "params": {"model": "claude-haiku-5-5", "messages": HI}}

    made = batches.create(requests=[*requests("a", "b", "c"), bad])
    counts = batches.retrieve(made.id).request_counts

    assert (counts.succeeded, counts.errored, counts.expired) == (1, 2, 1)
    said = results(batches, made.id)
    assert (said["b"].error.error.type, said["d"].error.error.type) == ("overloaded_error", "invalid_request_error")


def test_a_stuck_batch_expires_after_a_day(platform, batches):
    platform.script_batch(stuck=True)
    made = batches.create(requests=requests("a", "b"))
    assert batches.retrieve(made.id).processing_status == "in_progress"

    platform.advance(DAY)

    assert batches.retrieve(made.id).request_counts.expired == 2
    assert {one.type for one in results(batches, made.id).values()} == {"expired"}


def test_a_canceled_batch_keeps_what_was_done(platform, batches):
    platform.script_batch(done_before_cancel=1, stuck=True)
    made = batches.create(requests=requests("a", "b"))

    canceling = batches.cancel(made.id)

    assert canceling.processing_status == "canceling"
    assert batches.retrieve(made.id).processing_status == "ended"
    assert {name: one.type for name, one in results(batches, made.id).items()} == {"a": "succeeded", "b": "canceled"}
    with pytest.raises(anthropic.BadRequestError):
        batches.cancel(made.id)


def test_a_second_request_reads_what_the_first_wrote(platform, batches):
    cached = {"type": "ephemeral", "ttl": "1h"}
    system = [{"type": "text", "text": "abc " * 600, "cache_control": cached}]

    made = batches.create(requests=requests("a", "b", system=system))
    batches.retrieve(made.id)

    usage = [one.message.usage for one in results(batches, made.id).values()]
    assert sorted(one.cache_read_input_tokens for one in usage) == [0, 600]


def test_what_is_to_be_paid_is_summed_by_model_and_tier(platform, batches):
    platform.say("four letters..", times=3)
    platform.fault("POST /v1/messages", "drop_after")
    client = platform.client()
    with pytest.raises(anthropic.APIConnectionError):
        client.messages.create(**PARAMS)
    batches.retrieve(batches.create(requests=requests("a", "b")).id)

    spent = {one["tier"]: (one["model"], one["input_tokens"], one["output_tokens"]) for one in platform.spent()}

    assert spent == {"standard": ("claude-haiku-5-5", 1, 4), "batch": ("claude-haiku-5-5", 2, 8)}


def test_batches_are_listed_newest_first_and_deleted(batches):
    held = [batches.create(requests=requests("a")).id for _number in range(3)]

    assert [one.id for one in batches.list(limit=2)] == held[::-1]
    batches.retrieve(held[0])
    assert batches.delete(held[0]).type == "message_batch_deleted"
    with pytest.raises(anthropic.NotFoundError):
        batches.retrieve(held[0])


@pytest.mark.parametrize(
    "bad",
    (
        [],
        requests("a", "a"),
        requests("a b"),
        requests("a" * 65),
        requests("a", stream=True),
        requests("a", max_tokens=0),
        requests("a", speed="fast"),
        [{"params": PARAMS}],
    ),
)
def test_a_batch_out_of_the_rules_is_refused(batches, bad):
    with pytest.raises(anthropic.BadRequestError):
        batches.create(requests=bad)
