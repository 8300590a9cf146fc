"""The published schema of policies, the reader that keeps to it, and what no document may lower."""

import json
import re
from io import StringIO

import jsonschema_rs
import pytest
from django.conf import settings
from django.core.management import call_command
from django.urls import reverse
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from accounts.enums import Role
from reviews.checks import RULES as CHECKS
from reviews.policy import DEFAULT, checking, documents, schema
from reviews.policy.tiers import CHECK_TIER, RULES

COMMITTED = settings.BASE_DIR / "docs" / "policy.schema.json"
RENEW = "manage.py policy_schema > docs/policy.schema.json"
PUBLISHED = jsonschema_rs.Draft202012Validator(schema.of_documents())


def test_committed_schema_is_the_one_that_the_command_prints():
    out = StringIO()
    call_command("policy_schema", stdout=out)

    assert COMMITTED.read_text() == out.getvalue(), f"renew it: {RENEW}"


def test_schema_is_served_to_everybody(client):
    answer = client.get(reverse("policy_schema"))

    assert answer["Content-Type"] == "application/schema+json"
    assert answer.json() == schema.of_documents()


def test_schema_knows_every_key_of_the_default():
    assert set(schema.of_documents()["properties"]) == set(DEFAULT)
    assert checking.faults(DEFAULT) == []


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ([], "must be a JSON object"),
        ({"colour": "red"}, "colour: no such field; known are agents, assign, automatic"),
        ({"version": 3}, "version: must be 2"),
        ({"version": True}, "version: must be 2"),
        ({"mode": "auto"}, "mode: 'auto' is not one of “reviewed”, “automatic_low”, “automatic”"),
        ({"votes": {"high": {"people": 0}}}, "votes.high.people: at least 1"),
        ({"votes": {"critical": {"people": 0, "role": "security"}}}, "votes.critical.people: at least 1"),
        ({"votes": {"low": {"people": 0}}}, "votes.low.people: at least 1"),
        ({"version": 1, "votes": {"high": 0}}, "votes.high.people: at least 1"),
        ({"votes": {"low": {}}}, "votes.low.people: is missing"),
        ({"votes": {"low": {"people": True}}}, "votes.low.people: must be a whole number"),
        ({"votes": {"critical": {"people": 2, "role": "machine"}}}, "votes.critical.role: 'machine' is not one of"),
        ({"votes": {"critical": {"people": 2, "role": "auditor"}}}, "votes.critical.role: 'auditor' is not one of"),
        ({"votes": {"worst": {"people": 1}}}, "votes.worst: no such field; known are critical, high, low, medium"),
        ({"owners": [{"people": ["tok_1"]}]}, "owners.0.people.0: 'tok_1' is no such name"),
        ({"owners": [{"path": "/a"}]}, "owners.0: names neither people nor roles"),
        ({"owners": [{"path": "/a\nb", "roles": ["lead"]}]}, "owners.0.path: '/a\\nb' is no such name"),
        ({"agents": {"nsp_1": "reviewed"}}, "agents.nsp_1: no such name"),
        ({"tiers": {"untrusted": "low"}}, "tiers.untrusted: 'low' is not one of “high”, “critical”"),
        ({"tiers": {"protected": "off"}}, "tiers.protected: 'off' is not one of “high”, “critical”"),
        ({"tiers": {"check_links": "off"}}, "tiers.check_links: 'off' is not one of “high”, “critical”"),
        ({"tiers": {"floor": "low"}}, "tiers.floor: no such"),
        ({"tiers": {"check_colour": "off"}}, "tiers.check_colour: no such rule"),
        (
            {"checks": {"secrets": {"severity": "warning"}}},
            "checks.secrets.severity: 'warning' is not one of “blocking”",
        ),
        ({"checks": {"instructions": {"severity": "note"}}}, "checks.instructions.severity: 'note' is not one of"),
        ({"checks": {"colour": {"severity": "off"}}}, "checks.colour: no such rule; known are"),
        ({"budgets": {"week": {"jokes": 1}}}, "budgets.week.jokes: no such budget"),
        ({"budgets": {"week": {"removals": 2.5}}}, "budgets.week.removals: "),
        ({"automatic": {"after": 0}}, "automatic.after: at least 10"),
        ({"automatic": {"unedited_percent": 10}}, "automatic.unedited_percent: at least 80"),
        ({"second_person": ["policy", "policy"]}, "second_person.1: stands in it twice"),
        ({"baseline": {"thresholds": {"gone": 2}}}, "baseline.thresholds.gone: at most 1"),
        ({"\ud800": 1}, "\\ud800: no such field"),
    ],
)
def test_faults_name_the_place(document, message):
    assert str(checking.faults(document)[0]).startswith(message)


def test_only_roles_that_may_decide_are_asked_for():
    assert schema.DECIDERS == [Role.LEAD, Role.REVIEWER, Role.SECURITY]


def test_what_no_document_may_lower_is_known():
    assert set(schema.HELD_BACK) <= {rule.RULE for rule in CHECKS} | set(CHECK_TIER)


def test_every_fault_is_told_at_once():
    found = checking.faults({"mode": 1, "votes": {"low": {"people": 0}}, "expiry_days": "7"})

    assert [fault.place for fault in found] == ["mode", "votes.low.people", "expiry_days"]


def test_names_that_the_team_does_not_have_are_faults(team, other_team):
    document = {
        "agents": {"agt_1": "reviewed"},
        "namespaces": {"nsp_1": "reviewed"},
        "owners": [{"people": [team.lead.public_id, other_team.lead.public_id]}],
    }

    assert list(map(str, checking.faults_in(team.row, document))) == [
        "agents.agt_1: no such agent",
        "namespaces.nsp_1: no such namespace",
        "owners.0.people.1: not a member of the team",
    ]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 200) | st.sampled_from([0.5, 1.5, -0.5]) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)


def _values(asked):
    """Documents that a schema allows; names of checks and budgets are those that there are."""
    if "const" in asked:
        return st.just(asked["const"])
    if "enum" in asked:
        return st.sampled_from(asked["enum"])
    match asked["type"]:
        case "integer":
            return st.integers(asked["minimum"], asked["maximum"])
        case "number":
            return st.floats(asked["minimum"], asked["maximum"]).filter(lambda number: not number.is_integer())
        case "boolean":
            return st.booleans()
        case "string":
            return st.sampled_from(
                ["usr_1", "usr_2"] if "usr_" in asked["pattern"] else ["*", "/a b/*", "it's", "a\\b"]
            )
        case "array":
            return st.lists(_values(asked["items"]), max_size=3, unique_by=json.dumps)
        case "object":
            return _objects(asked)
    raise AssertionError(asked)


def _objects(asked):
    known, needed = asked.get("properties", {}), asked.get("required", ())
    own = {name: _values(one) for name, one in known.items()}
    fixed = st.fixed_dictionaries(
        {name: own[name] for name in needed}, optional={name: one for name, one in own.items() if name not in needed}
    )
    names = NAMED.get(asked.get("propertyNames", {}).get("pattern"))
    if not names:
        return fixed
    names = [name for name in names if name not in known]
    rest = st.dictionaries(st.sampled_from(names), _values(asked["additionalProperties"]), max_size=2)
    return st.tuples(fixed, rest).map(lambda two: two[1] | two[0])


NAMED = {
    "^agt_[0-9A-Za-z-]+$": ["agt_1", "agt_2"],
    "^nsp_[0-9A-Za-z-]+$": ["nsp_1", "nsp_2"],
    schema.TOOL: ["run_query", "bash"],
    schema.of_documents()["properties"]["tiers"]["propertyNames"]["pattern"]: ["long", "unsure", "check_personal"],
}
PROPERTIES = schema.of_documents()["properties"]
NAMED_CHECKS = st.dictionaries(
    st.sampled_from(["personal", "specifics"]), _values(PROPERTIES["checks"]["additionalProperties"])
)
HELD_CHECKS = _objects({"properties": PROPERTIES["checks"]["properties"]})
OWNERS = st.lists(
    _values(PROPERTIES["owners"]["items"]).filter(lambda one: one.get("people") or one.get("roles")), max_size=3
)
DOCUMENTS = st.fixed_dictionaries(
    {},
    optional={name: _values(one) for name, one in PROPERTIES.items() if name not in ("checks", "owners", "budgets")}
    | {"checks": st.tuples(NAMED_CHECKS, HELD_CHECKS).map(lambda two: two[0] | two[1]), "owners": OWNERS},
)
"""Valid documents, whole or not."""

ODD = st.dictionaries(st.sampled_from(list(PROPERTIES)) | st.text(max_size=4), JSON, max_size=3)


@examples(deadline=None, max_examples=100)
@given(DOCUMENTS)
def test_what_the_schema_allows_is_taken_and_stays_so_when_it_is_made_whole(document):
    now = documents.whole(document)

    assert PUBLISHED.is_valid(document)
    assert checking.faults(document) == []
    assert checking.faults(now) == []
    assert documents.whole(now) == now
    assert set(now) == set(DEFAULT)


@examples(deadline=None, max_examples=150)
@given(ODD | JSON | st.tuples(DOCUMENTS, ODD).map(lambda two: two[0] | two[1]))
def test_published_schema_and_reader_agree(document):
    document = json.loads(json.dumps(document))
    wrong = list(checking._wrong("", document, schema.of_documents()))

    assert PUBLISHED.is_valid(document) == (not wrong)


@examples(deadline=None, max_examples=25)
@given(st.dictionaries(st.sampled_from(["low", "medium", "high", "critical"]), st.integers(1, 10)))
def test_documents_of_the_first_version_are_taken(votes):
    document = {"version": 1, "votes": votes}

    assert checking.faults(document) == []
    assert {
        tier: asked["people"] for tier, asked in documents.whole(document)["votes"].items() if tier in votes
    } == votes


def _handbook():
    return (settings.BASE_DIR / "docs" / "policy.md").read_text()


def test_handbook_tells_every_key_and_its_example_is_a_valid_document():
    text = _handbook()
    example = json.loads(re.search(r"## The document\n\n(    \{.*?\n    \})\n", text, re.DOTALL)[1])
    table = text[text.index("| key |") :]

    assert checking.faults(example) == []
    assert re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE) == list(schema.of_documents()["properties"])


def test_handbook_tells_every_line_of_the_tiers_and_which_may_be_lowered():
    told = re.findall(r"^\| `(\w+)` \| [^|]+ \| (\w+) \| (yes|no) \|$", _handbook(), re.MULTILINE)

    rules = [(rule.name, str(rule.tier), "no" if rule.danger else "yes") for rule in RULES]
    assert told == [*rules, ("protected", "high", "no")]
