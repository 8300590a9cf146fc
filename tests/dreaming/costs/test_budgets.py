import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as tries
from hypothesis import strategies as st

from dreaming.costs import budgets, caps
from dreaming.engines.spending import OverBudget, Tokens
from dreaming.enums import SpendState
from dreaming.models import Spend
from tests.dreaming.costs.scenes import MODEL, Clock, budget, cap
from tests.dreaming.scenes import agent_that_writes

pytestmark = pytest.mark.django_db
CENT = Tokens(input=10_000)  # what costs one cent


@pytest.fixture
def agent(team):
    return agent_that_writes(team.row)


def reserve(own, tokens=CENT, **values):
    return own.reserve(**{"stage": "discover", "model": MODEL, "tokens": tokens} | values)


def row(agent, reservation):
    return Spend.objects.of(agent.team).get(public_id=reservation)


def test_what_was_reserved_is_booked_as_what_it_took(agent):
    own = budget(agent)
    reservation = reserve(own, Tokens(input=1000, output=1000))

    own.settle(reservation, tokens=Tokens(input=900, output=10), request_id="req_1")
    own.settle(reservation, tokens=Tokens(input=1), request_id="req_2")

    kept = row(agent, reservation)
    assert (kept.state, kept.input, kept.output, kept.low, kept.high, kept.request_id) == (
        SpendState.BOOKED,
        900,
        10,
        950,
        950,
        "req_1",
    )
    assert own.usage() == {
        "calls": 1,
        "input_tokens": 900,
        "output_tokens": 10,
        "cache_read_tokens": 0,
        "cache_write_5m_tokens": 0,
        "cache_write_1h_tokens": 0,
        "micro_dollars": 950,
    }


def test_what_was_released_counts_no_more_and_what_was_booked_stays(agent):
    own = budget(agent, max_cost_cents=1)
    own.release(reserve(own))
    reservation = reserve(own)
    own.settle(reservation, tokens=CENT)

    own.release(reservation)

    assert row(agent, reservation).state == SpendState.BOOKED
    with pytest.raises(OverBudget):
        reserve(own, Tokens(input=1))


@pytest.mark.parametrize(
    ("values", "tokens", "says"),
    [
        ({"max_tokens": 100}, Tokens(input=60, output=30, cache_read=11), "Tokens of a run: 100 at most, 0 spent"),
        ({"max_cost_cents": 1}, Tokens(input=10_001), "Money of a run: $0.01 at most, $0.00 spent or reserved"),
    ],
)
def test_caps_of_a_run_refuse_with_name_limit_and_what_was_spent(agent, values, tokens, says):
    own = budget(agent, **values)

    with pytest.raises(OverBudget, match=says.replace("$", r"\$")):
        reserve(own, tokens)
    assert not Spend.objects.of(agent.team).exists()


def test_caps_of_days_and_months_count_all_runs(agent, team):
    other = agent_that_writes(team.row)
    cap(team.row, agent=agent, day=2, month=3)
    cap(team.row, month=5)
    clock = Clock()
    own, others = budget(agent, clock=clock), budget(other, clock=clock)
    reserve(own)
    reserve(budget(agent, clock=clock))

    with pytest.raises(OverBudget, match=r"Money of the agent in a day: \$0.02 at most, \$0.02 spent or reserved"):
        reserve(own)
    clock.move(days=1)
    reserve(own)
    with pytest.raises(OverBudget, match="Money of the agent in a month"):
        reserve(own)
    reserve(others)
    reserve(others)
    with pytest.raises(OverBudget, match=r"Money of the team in a month: \$0.05 at most, \$0.05 spent"):
        reserve(others)
    clock.move(days=31)
    reserve(others)


def test_a_day_is_one_of_the_team(agent, team):
    team.row.time_zone = "Pacific/Auckland"
    cap(team.row, day=1)
    agent.team = team.row
    clock = Clock()  # 09:00 in UTC is 22:00 there
    own = budget(agent, clock=clock)
    reserve(own)

    clock.move(hours=2)

    reserve(own)


def test_a_model_without_price_is_refused_where_money_is_capped(agent):
    with pytest.raises(OverBudget, match="claude-unheard-of has no price: an admin can set one"):
        reserve(budget(agent, max_cost_cents=100), model="claude-unheard-of")


def test_a_model_without_price_is_counted_in_tokens(agent):
    own = budget(agent, max_tokens=20_000)

    reservation = reserve(own, model="claude-unheard-of")

    assert row(agent, reservation).high is None
    assert own.usage()["calls_without_price"] == 1
    with pytest.raises(OverBudget, match="Tokens of a run"):
        reserve(own, Tokens(input=10_001), model="claude-unheard-of")


def test_an_answer_has_caps_of_days_alone(agent, team):
    cap(team.row, day=1)
    own = budget(agent, with_run=False, max_tokens=1)
    reserve(own)

    with pytest.raises(OverBudget, match="in a day"):
        reserve(own)
    assert own.usage()["micro_dollars"] == 10_000


def test_dreams_of_the_platform_are_booked_as_a_range(agent):
    own = budget(agent, engine="managed")
    own.run.engine = "managed"
    own = budgets.of(agent=agent, settings=own.settings, run=own.run, clock=Clock())

    reservation = reserve(own, Tokens(cache_write_5m=1_000_000))

    assert (row(agent, reservation).low, row(agent, reservation).high) == (1_250_000, 2_000_000)
    assert own.usage()["micro_dollars_at_least"] == 1_250_000


def test_a_reservation_whose_worker_was_lost_goes_on_counting(agent):
    clock = Clock()
    own = budget(agent, clock=clock, max_cost_cents=1)
    reservation = reserve(own)
    clock.move(hours=27)

    budgets.lapse(now=clock.at)

    assert row(agent, reservation).state == SpendState.ASSUMED
    with pytest.raises(OverBudget):
        reserve(own)
    own.settle(reservation, tokens=Tokens(input=1))
    assert row(agent, reservation).high == 1
    reserve(own, Tokens(input=9_999))


def test_money_of_a_batch_is_half_and_what_that_saved_is_known(agent):
    own = budget(agent)

    kept = row(agent, reserve(own, Tokens(input=1000, cache_read=9000), is_batch=True))

    assert (kept.high, kept.full) == (950, 10_000)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["reserve", "settle", "release", "crash", "lapse"]), st.integers(0, 9), st.integers(0, 99)
    ),
    max_size=25,
)


@tries(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_no_sequence_of_acts_passes_a_cap(agent, steps):
    """The caps hold, counting calls that were made and of which nothing was heard any more."""
    Spend.objects.across_teams().delete()
    clock = Clock()
    own = budget(agent, clock=clock, max_cost_cents=1)
    open_, spent = {}, 0  # reservations and what each may take, and what the provider bills
    for act, which, share in steps:
        clock.move(minutes=1)
        if act == "reserve":
            tokens = Tokens(input=which * 500)
            try:
                open_[reserve(own, tokens)] = tokens.input
            except OverBudget:
                assert spent + sum(open_.values()) + tokens.input > 10_000
        elif act == "crash":  # another worker resumes the run
            own = budgets.of(agent=agent, settings=own.settings, run=own.run, clock=clock)
        elif act == "lapse":
            budgets.lapse(now=clock.at + budgets.LOST_AFTER)
        elif open_:
            reservation = list(open_)[which % len(open_)]
            most = open_.pop(reservation)
            if act == "settle":
                took = most * share // 99
                own.settle(reservation, tokens=Tokens(input=took))
                spent += took
            else:
                own.release(reservation)
        assert spent + sum(open_.values()) <= 10_000
        assert caps.money_in(Spend.objects.of(agent.team).counted()) == spent + sum(open_.values())


def test_the_same_queries_however_many_calls_were_made(agent, team, django_assert_num_queries):
    cap(team.row, month=100)
    cap(team.row, agent=agent, day=100)
    own = budget(agent, max_tokens=10**6, max_cost_cents=10)
    for _ in range(3):
        with django_assert_num_queries(11):
            reserve(own)
