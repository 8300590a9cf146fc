"""No step of the policy that one person may take alone lets more through without a vote."""

from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from agents.enums import SourceClass, Tier
from agents.models import Agent, Namespace
from reviews.enums import Mode, Operation, OriginKind, Severity, State
from reviews.models import Change, Proposal, Revision
from reviews.policy import documents, modes, tiers, widening
from reviews.policy.backtest import Finding
from reviews.policy.requirements import severity_of
from tests.reviews.test_policy_schema import DOCUMENTS

PLAIN = {
    "reason_code": "",
    "confidence_ppm": 900_000,
    "written": 10,
    "adds": True,
    "quotes": 3,
    "support": 3,
    "sources": [str(SourceClass.EXTERNAL_TOOL), str(SourceClass.USER_INPUT)],
    "untrusted": False,
    "customers_only": False,
    "widens": False,
    "by_person": False,
}
RISKS = {
    "confidence_ppm": 100_000,
    "written": 3_000,
    "support": 0,
    "sources": [str(SourceClass.EXTERNAL_TOOL)],
    "untrusted": True,
    "customers_only": True,
    "widens": True,
}
FACTS = st.lists(st.sampled_from(list(RISKS)), unique=True, max_size=2).map(
    lambda names: PLAIN | {name: RISKS[name] for name in names}
)
CHECKS = st.lists(
    st.builds(
        Finding,
        st.sampled_from(["personal", "links", "secrets"]),
        st.sampled_from([str(one) for one in Severity]),
    ),
    max_size=1,
)
MODES = st.sampled_from([str(mode) for mode in Mode])
OWN_MODES = st.sampled_from([str(Mode.REVIEWED), str(Mode.AUTOMATIC_LOW)])
STEPS = st.fixed_dictionaries(
    {},
    optional={
        "mode": MODES,
        "agents": st.dictionaries(st.sampled_from(["agt_1", "agt_2"]), MODES, max_size=1),
        "namespaces": st.dictionaries(st.sampled_from(["nsp_1", "nsp_2"]), MODES, max_size=1),
        "own_writes": st.fixed_dictionaries(
            {
                "agents": st.dictionaries(st.sampled_from(["agt_1", "agt_2"]), OWN_MODES, max_size=1),
                "namespaces": st.dictionaries(st.sampled_from(["nsp_1", "nsp_2"]), OWN_MODES, max_size=1),
            }
        ),
        "tiers": st.dictionaries(
            st.sampled_from(["unsure", "long", "check_personal"]), st.sampled_from([*Tier.values, "off"]), max_size=1
        ),
        "checks": st.dictionaries(
            st.just("personal"),
            st.sampled_from(["note", "warning", "off"]).map(lambda one: {"severity": one}),
            max_size=1,
        ),
    },
)
"""Steps that touch what is applied without a vote, and little else."""

PLACES = st.fixed_dictionaries(
    {
        "agent": st.sampled_from(["agt_1", "agt_2", "agt_new"]),
        "namespace": st.sampled_from(["nsp_1", "nsp_2", "nsp_new"]),
        "origin": st.sampled_from([OriginKind.DREAM, OriginKind.AGENT]),
    }
)
SPACES = st.fixed_dictionaries(
    {"tier_floor": st.sampled_from(["low", "low", "medium", "high"]), "protected": st.sampled_from([[], [], ["/a*"]])}
)


def rule(document, place, space, facts, checks):
    namespace = Namespace(public_id=place["namespace"], **space)
    proposal = Proposal(agent=Agent(public_id=place["agent"]), origin_kind=place["origin"])
    if place["origin"] == OriginKind.AGENT:
        facts = facts | {"by": place["agent"]}
    change = Change(proposal=proposal, namespace=namespace, operation=Operation.EDIT, state=State.OPEN)
    found = [Finding(one.rule, severity) for one in checks if (severity := severity_of(one, document))]
    lines = tiers.lines(
        facts, operation=Operation.EDIT, document=document, namespace=namespace, paths=["/a.md"], checks=found
    )
    tier = lines[0].tier
    return modes.rule_at_opening(change, Revision(facts=facts), document, tier=tier, checks=found), tier


@examples(deadline=None, max_examples=500)
@given(STEPS, STEPS, PLACES, SPACES, FACTS, CHECKS)
def test_what_one_person_sets_alone_lets_nothing_more_through(was, step, place, space, facts, checks):
    before, after = documents.whole(was), documents.whole(was | step)

    if rule(after, place, space, facts, checks)[0] and not rule(before, place, space, facts, checks)[0]:
        assert widening.kind_of(before, after) == "automatic"


@examples(deadline=None, max_examples=500)
@given(STEPS, DOCUMENTS, PLACES, SPACES, FACTS, CHECKS)
def test_no_valid_document_lets_a_danger_through(step, document, place, space, facts, checks):
    found, tier = rule(documents.whole(document | step), place, space, facts, checks)

    if facts["widens"] or facts["untrusted"] or space["protected"]:
        assert tier in (Tier.HIGH, Tier.CRITICAL)
        assert found == ""
    if not facts["support"] or any(check.rule in ("links", "secrets") and check.severity != "note" for check in checks):
        assert found == ""
