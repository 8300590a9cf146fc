"""Confirmations: a sensitive act is asked for, and performed once a second person has agreed.

An app that needs this registers each kind in `AppConfig.ready` and asks with the same kind:

    confirming.performs(
        "dreaming",
        label=_("How an agent dreams"),
        asks=roles.MANAGE_AGENTS,               # who may ask; checked again when it is performed
        permission=roles.CONFIRM_DREAMING,      # what the second person needs
        perform=widening.perform,               # (confirmation, *, by, at): does it, in the unit of the confirmation
        check=widening.check,                   # (confirmation): raises NoLongerHolds where the diff is not true now
        place=widening.place,                   # (confirmation) -> address of the page about its target
        fresh=False,                            # True: who agrees has to have signed in within five minutes
    )
    held = confirming.ask(
        team=team, kind="dreaming", target=agent.public_id, title="…", diff=[line(...)], payload={"version": 1, ...},
        by=person, at=now,
    )
    held.is_waiting                             # False where a team of one needed no second person: it is done

`perform` gets the second person as `by`; who asked is `confirmation.asked_by`. What it raises as NoLongerHolds ends
the confirmation as failed, with that text as the reason; any other error goes up and nothing has happened. A payload
outlives a deploy, so it carries a `version`. One confirmation waits for each (kind, target): asking again withdraws
the one before. Only people ask and confirm: a machine is no `User`.
"""

from accounts.confirming.asking import LASTS, ask, line
from accounts.confirming.deciding import confirm, expire_due, refuse, withdraw
from accounts.confirming.denying import Denied, NotAllowed, NotAPerson, NotAsker, NotMember, SamePerson, Settled
from accounts.confirming.kinds import Kind, NoLongerHolds, UnknownKind, performs

__all__ = [
    "LASTS",
    "Denied",
    "Kind",
    "NoLongerHolds",
    "NotAPerson",
    "NotAllowed",
    "NotAsker",
    "NotMember",
    "SamePerson",
    "Settled",
    "UnknownKind",
    "ask",
    "confirm",
    "expire_due",
    "line",
    "performs",
    "refuse",
    "withdraw",
]
