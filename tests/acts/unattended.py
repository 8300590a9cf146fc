"""What tasks and commands leave by themselves, and why a type has nothing that leaves it yet."""

LEAVES = {
    "accounts.tasks.tick": "confirmation.expired access.denied",
    "agents.tasks.tick": "store.delivered connection.removed",
    "agents.tasks.visit_store": "store.delivered store.conflicted memory.synced memory.written memory.imported",
    "agents.tasks.pull_sessions": "sessions.pulled sessions.imported",
    "reviews.tasks.apply_due": (
        "memory.written change.applied change.auto_applied change.reverted change.staled change.conflicted"
        " change.rebased change.superseded proposal.closed budget.reached automatic.fell_back"
        " policy.changed change.held_back"
    ),
    "reviews.tasks.tick": (
        "change.approval_lapsed proposal.overdue proposal.assigned proposal.unassigned drift.found"
        " automatic.considered change.let_through watch.alarm change.glass_unconfirmed canary.planted canary.ended"
        " change.evidence_joined"
    ),
    "dreaming.tasks.tick": "dream.queued dream.settings_set",
    "dreaming.tasks.perform_run": (
        "dream.started dream.resumed dream.finished dream.failed change.opened proposal.opened change.withdrawn"
        " change.evidence_joined"
    ),
    "dreaming.tasks.answer_request": "change.answered change.answer_declined",
    "compliance.tasks.seal": "key.made key.rotated checkpoint.refused",
    "compliance.tasks.verify_daily": "audit.verified audit.alarm",
    "compliance.tasks.make_pack": "export.made export.failed",
    "compliance.tasks.erase": "audit.redacted memory.written erasure.done change.withdrawn",
    "compliance.tasks.deliver_stream": "stream.stopped",
    "compliance.tasks.tick": "export.asked export.expired audit.alarm retention.emptied",
    "manage.py audit": "export.made checkpoint.restarted key.rotated erasure.replayed audit.pruned",
    "manage.py backup": "backup.made",
    "manage.py create_team": "team.created member.invited",
    "manage.py demo": "team.created team.changed member.removed member.joined",
    "manage.py dream": "dream.queued dream.started dream.finished",
    "manage.py export_memory": "memory.read",
    "manage.py import_memory": "memory.written memory.imported",
    "manage.py import_sessions": "sessions.imported",
    "a second person who confirms": (
        "erasure.agreed hold.lifted stream.started retention.changed audit.pruning_agreed change.glass_confirmed"
        " policy.changed rule.switched"
        " confirmation.failed namespace.store_set connection.started connection.key_replaced"
    ),
    "leftovers that the platform finds over another connection": "dream.leftovers_handed_over",
    "a wish that needs no second person": "confirmation.waived",
    "a vote of another kind": "change.rejected change.changes_requested change.quarantined change.vote_refused",
    "an agent that proposes too much": "access.limited",
    "a test of the review that somebody decided on": "canary.decided",
    "a vote that chance picks": "watch.second_asked",
    "a pack that somebody takes": "export.downloaded",
    "a mark of a session on changes that quote it": "change.evidence_struck change.evidence_restored",
}
NOT_YET = (
    "change.expired",  # the state is there, and nothing leads into it
)
