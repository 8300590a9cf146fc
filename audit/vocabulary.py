"""The words of events' data: each key means the same, and looks the same, in every type of event that carries it.

A line is a key and what it says. Where one type has to use a key otherwise, the catalogue names another shape there.
"""

from __future__ import annotations

from dataclasses import dataclass

from audit import shapes
from audit.shapes import Shape


@dataclass(frozen=True)
class Word:
    says: str
    shape: Shape


_IDS = """
absence: the absence
agent: the agent
agreed: the event of two people's agreement
alarm: the alarm about approvals
batch: the decision on many changes at once that it belongs to
by_change: the change that does it
by_proposal: the proposal that does it
canary: the test of the review
change: the change; of a written version, all that wrote it
comment: the comment
confirmation: the agreement of a second person
connection: the connection
definition: the kept export
delegate: who stands in
erasure: the erasure
filter: the kept filter
glass: the emergency
invitation: the invitation
namespace: the namespace
person: whom it is about
proposal: the proposal
replaced_by: what took its place
rest: the change that holds the other lines
revision: the revision that was looked at or made
run: the dream run
second: the second opinion
session: the session
stands_for: the absent person for whom somebody acts
thread: the conversation
version: the version of the memory
voter: whose vote it was
"""
_NUMBERS = """
acked: number of the last event that arrived
added: quotes that were added
approvals: approvals that it is about
approvers: who could approve
asked: what was asked of a budget
attempts: how often it was tried
blobs: texts that it touched
bytes: size in bytes
caught: tests of the review that were seen through
changes: how many changes
checkpoint: size of the log that the newest checkpoint in the pack signs
comments: how many comments
count: how many
days: how many days
dwell_ms: for how long the change was in front of the person, in milliseconds
erased: sessions that were left out because they were erased here
events: how many events
extended: sessions that grew
faults: what does not add up
fence: which taking up of the run it is
fields: how many private values
first: number of the first event
generation: which key it is, counted from 1
hits: what a rule finds in live memory
last: number of the last event
left: changes that are left to people
let_through: changes that policy lets through
limit: what the budget holds
memories: how many memories
most: how many are allowed
new: sessions that were not known
number: number of the version or revision
outcomes: how many outcomes
patterns: how many patterns
people: how many people
position: place in the revision
refused: votes that were refused
restored: quotes that count again
rows: how many rows
seconds: how long it took, in seconds
sessions: how many sessions
settings: version of the dream settings
signed: size of the log that the signer remembers
size: number of events in the log
start: first character
end: character after the last
statements: how many statements
status: status of the answer
stores: memory stores on the platform
struck: quotes that count no more
tests: tests of the review that a person decided on
times: how often it came again
together: votes that were cast on many changes at once
tokens: tokens of the text that was given
unchanged: sessions that were known
used: what is used of a budget
verdicts: how many votes
verified: quotes that were found in their session
votes: how many votes count
writes: versions written since the last sign-off
needed: votes that policy asks for
access: days that accesses are kept
reads: days that readings are kept
records: days that records are kept
system: days that the work of agents is kept
"""
_CODES = """
attack: which kind of bad change it is
basis: on which ground something is erased
budget: which budget
came: how the write came
cause: why the version was written
completeness: whether a pack holds all events of its range
database: which database
disclosure: which private values a pack discloses
door: by which way it came
engine: which engine dreams
exposure: who talks with the agent
fingerprint: what tells a change, or a key, from others
format: which format
how: in which way
kind: which kind
mode: how much is decided automatically
own_writes: how much of what agents write themselves is
name: which outcome
operation: what the change does
origin: who or what began it
origin_id: what the proposal came from: a run, a person, a token, another proposal
origin_kind: what kind of thing the proposal came from
period: which period
provider: who serves the model
region: where text is worked on
permission: which permission it takes
platform_agent: the agent of the platform
reason_code: why
rule: which rule
seen: as applied, or as delivered
severity: how grave a hit is
slug: short name in addresses
source: which system it came from
stance: whether the quotes speak for or against
state: which state
store: which kind of store
writer: who wrote there, as the store names them
writer_kind: what kind of writer that is
what: what was exported
"""

_FLAGS = """
agrees: the second opinion is that of the vote
archived: it is put away
bulk: it was decided together with others
clean: nothing was in the way
demo: it is part of the sample team
monthly: it is made each month
ok: everything adds up
on: it is switched on
owner: the person owns what is touched
removed: it was thrown away
shared: everybody of the team sees it
sole_reviewer: the only reviewer of the team decided on own work
"""
_TIMES = """
due_at: when it should have been decided
expires_at: when it ends
moment: as of when
since: from when on
until: before when
week: first day of the week
"""
_HASHES = """
base: the lines that the change touches, as they stood
etag: what the agent was given, as a whole
evidence: the quotes that were shown
proposed: the lines that the change proposes
requirement: what policy asked for
root: root of the tree
sha256: what was written or made
signed_root: root that the signer remembers
"""
_CODE_LISTS = """
able: what was found to be possible
changed: names of what was changed
moved: which of the four hashes moved
roles: roles in the team
scopes: what a token may do
types: types of events
"""
_ID_LISTS = """
contributors: who wrote what the revision says
mentioned: who was named
namespaces: the namespaces
voters: whose votes it was
"""
_OTHERS = {
    "about": ("what the act is about", shapes.MAYBE_CODE),
    "actor": ("only by this id", shapes.MAYBE_CODE),
    "target": ("only about this id", shapes.MAYBE_CODE),
    "after": ("what is set now", shapes.PLAIN),
    "before": ("what was set", shapes.PLAIN),
    "candidates": ("who could have been asked, with what was weighed", shapes.PLAIN),
    "checked": ("what was compared, and how often", shapes.COUNTS),
    "confidence_ppm": ("how sure the engine is, in millionths", shapes.MAYBE_NUMBER),
    "counts": ("how many of each", shapes.COUNTS),
    "event": ("position of the event of the session", shapes.MAYBE_NUMBER),
    "funnel": ("what was left over at each step of the dream", shapes.COUNTS),
    "lines": ("first and last line", shapes.NUMBERS),
    "method": ("the method of the request", shapes.METHOD),
    "owners": ("who owns which paths", shapes.OWNERS),
    "path": ("the path", shapes.PATH),
    "policy": ("version of the policy", shapes.NUMBER),
    "protection": ("paths that take more to change", shapes.PATHS),
    "public": ("the public key", shapes.PUBLIC_KEY),
    "replaces": ("the public key before", shapes.PUBLIC_KEY),
    "dreams_hold": ("labels whose text Dreams and batches may have; empty: text without one", shapes.REGIONS),
    "holds": ("labels whose text may be sent; empty: text without one", shapes.REGIONS),
    "residency": ("where data has to stay", shapes.REGION),
    "scope": ("what it is narrowed to", shapes.PLAIN),
    "score_ppm": ("score in millionths", shapes.MAYBE_NUMBER),
    "seed": ("what the choice was drawn from", shapes.MAYBE_ID),
    "tier": ("how grave the change is", shapes.MAYBE_TIER),
    "time_zone": ("the time zone", shapes.ZONE),
    "usage": ("what the run spent", shapes.COUNTS),
    "verdict": ("what the vote says", shapes.VERDICT),
}


def _all() -> dict[str, Word]:
    lists = (
        (_IDS, shapes.MAYBE_ID),
        (_NUMBERS, shapes.NUMBER),
        (_CODES, shapes.MAYBE_CODE),
        (_FLAGS, shapes.FLAG),
        (_TIMES, shapes.TIME),
        (_HASHES, shapes.MAYBE_HASH),
        (_CODE_LISTS, shapes.CODES),
        (_ID_LISTS, shapes.IDS),
    )
    found = {key: Word(says, shape) for key, (says, shape) in _OTHERS.items()}
    for text, shape in lists:
        for line in text.strip().splitlines():
            key, says = line.split(": ", 1)
            found[key] = Word(says, shape)
    return found


WORDS = _all()
