"""What is planted in on-call; demo/README.md lists it with the sessions it lies in."""

from __future__ import annotations

from demo.calendars import CHICAGO, ROTTERDAM, Calendar, When
from demo.scenarios.oncall import AGENT, Alert, begin, close, deploys, measure
from demo.transcripts import Transcript, number

NOOR, MARCUS, AISHA = "Noor Haddad", "Marcus Boateng", "Aisha Rahman"
MAX_POINTS = 11_000

TOO_FINE = (
    (Alert(25, "13:25", ROTTERDAM, "quote-api", "quote-api p95 creeping up since yesterday", "quote_api.latency.ms",
           "p95 640", "p95 390", "the cache was half the size after a config change"), "2d"),
    (Alert(20, "04:40", ROTTERDAM, "document-vault", "vault growth above forecast", "vault.free.pct",
           "free 14.1", "free 17.8", "a customer uploads scans in colour; previews cleared"), "14d"),
    (Alert(17, "10:55", CHICAGO, "notifications", "notifications bounce rate above 2%", "notifications.bounced.pct",
           "rate 2.6", "rate 0.7", "one customer's mail server was down"), "3d"),
    (Alert(12, "15:15", ROTTERDAM, "claims-intake", "claims-intake slower than last week", "claims_intake.age.s",
           "oldest 410", "oldest 95", "two of twelve workers had stopped"), "7d"),
    (Alert(8, "09:20", CHICAGO, "billing-worker", "billing-worker latency anomaly", "billing_worker.latency.ms",
           "p95 2200", "p95 800", "the day-end batch ran twice"), "2d"),
    (Alert(4, "06:05", ROTTERDAM, "carrier-sync", "carrier-sync lag anomaly", "carrier_sync.offset.lag",
           "lag 19", "lag 1", "a carrier sends manifests twice a day now"), "3d"),
)  # fmt: skip

TOO_FINE_GIVEN_UP = (
    Alert(13, "19:30", CHICAGO, "quote-api", "quote-api error budget half spent", "quote_api.errors.pct",
          "rate 0.6", "rate 0.6", "not found"), "30d",
)  # fmt: skip

LOCKED = (
    Alert(24, "11:12", ROTTERDAM, "notifications", "notifications worker stuck", "notifications.queue.size",
          "size 7800", "size 90", "a worker waited for a lost connection"),
    Alert(18, "14:37", ROTTERDAM, "carrier-sync", "carrier-sync memory above 90%", "carrier_sync.memory.pct",
          "used 93", "used 41", "an endless manifest filled the memory"),
    Alert(15, "08:58", CHICAGO, "claims-intake", "claims-intake workers not consuming", "claims_intake.age.s",
          "oldest 1720", "oldest 31", "the broker connection was half open"),
    Alert(10, "13:03", ROTTERDAM, "quote-api", "quote-api one replica unhealthy", "quote_api.healthy.count",
          "healthy 7", "healthy 8", "a replica lost its configuration"),
    Alert(3, "10:44", CHICAGO, "notifications", "notifications worker stuck", "notifications.queue.size",
          "size 5900", "size 120", "the same lost connection as before"),
)  # fmt: skip

RESTARTED_BLINDLY = (
    Alert(21, "16:52", ROTTERDAM, "quote-api", "quote-api p95 above 800 ms for 10 minutes", "quote_api.latency.ms",
          "p95 1610", "p95 1580", "a release of the afternoon asked the rating engine twice"),
    Alert(15, "17:20", ROTTERDAM, "claims-intake", "claims-intake queue older than 15 minutes", "claims_intake.age.s",
          "oldest 1340", "oldest 1500", "a release had switched off three queues"),
    Alert(11, "10:10", CHICAGO, "notifications", "notifications delivery below 97%", "notifications.delivered.pct",
          "rate 93.0", "rate 92.4", "a release changed the sender address"),
    Alert(6, "15:48", ROTTERDAM, "billing-worker", "billing-worker retry rate above 5%", "billing_worker.retries.pct",
          "rate 9.4", "rate 9.9", "a release dropped a header"),
)  # fmt: skip

WHO_LEFT = (
    Alert(17, "21:16", ROTTERDAM, "billing-worker", "billing-worker invoices not closing", "billing_worker.open.count",
          "open 310", "open 0", "the ledger was locked by a report"),
    Alert(9, "01:34", ROTTERDAM, "billing-worker", "billing-worker day-end late", "billing_worker.open.count",
          "open 1204", "open 0", "the day-end batch waited for a currency rate"),
    Alert(4, "19:02", CHICAGO, "billing-worker", "billing-worker double postings", "billing_worker.double.count",
          "count 14", "count 0", "a replay ran during the day-end"),
)  # fmt: skip

IN_ROTTERDAM = (
    Alert(1, "10:20", ROTTERDAM, "quote-api", "quote-api unreachable from Rotterdam", "quote_api.healthy.count",
          "healthy 0", "healthy 8", "a switch in Rotterdam had lost its uplink"),
    Alert(1, "16:45", ROTTERDAM, "carrier-sync", "carrier-sync drops connections in eu-west", "carrier_sync.offset.lag",
          "lag 58", "lag 0", "the same switch as in the morning"),
)  # fmt: skip


def sessions(calendar: Calendar) -> list[Transcript]:
    told = [_coarser(alert, span, calendar) for alert, span in TOO_FINE]
    told += [_no_answer(*TOO_FINE_GIVEN_UP, calendar)]
    told += [_unlocked(alert, calendar) for alert in LOCKED]
    told += [_restarted(alert, calendar) for alert in RESTARTED_BLINDLY]
    told += [_paged(alert, nth, calendar) for nth, alert in enumerate(WHO_LEFT)]
    told += [_paged_elsewhere(alert, nth, calendar) for nth, alert in enumerate(IN_ROTTERDAM)]
    return [*told, _secret(calendar), _with_reader(calendar), _decoding(calendar), _escalated(calendar)]


def _too_fine(session: Transcript, alert: Alert, span: str, step: int = 10) -> None:
    points = int(span[:-1]) * 86_400 // step
    message = f"QueryError: step {step}s over {span} gives {points} points, maximum is {MAX_POINTS}"
    session.calls("query_metrics", message, error=True, query=alert.metric, range=span, step=f"{step}s")


def _coarser(alert: Alert, span: str, calendar: Calendar) -> Transcript:
    """Long ranges need a coarser step."""
    session = begin(alert, calendar)
    _too_fine(session, alert, span)
    measure(session, alert, alert.before, span, "5m")
    deploys(session, alert, 0)
    line = f'level=warn service={alert.service} msg="{alert.cause}"'
    session.calls("search_logs", line, service=alert.service, minutes=240)
    session.passes(6)
    measure(session, alert, alert.after, "1h", "30s")
    close(session, alert)
    return session


def _no_answer(alert: Alert, span: str, calendar: Calendar) -> Transcript:
    session = begin(alert, calendar)
    _too_fine(session, alert, span)
    _too_fine(session, alert, span, 15)
    session.writes(f"I cannot read {alert.metric} over {span}. The cause of {alert.id} is open.")
    session.ends("failed", "self-report", detail="No data")
    session.ends("failed", "human", hours=15, detail="Numbers were there; read by hand the next morning")
    return session


def _restart(session: Transcript, alert: Alert) -> None:
    session.calls("restart_service", {"restarted": alert.service}, service=alert.service, reason=alert.text)


def _unlocked(alert: Alert, calendar: Calendar) -> Transcript:
    """A deploy left its lock behind: it has to be released before the restart."""
    session = begin(alert, calendar)
    measure(session, alert, alert.before)
    deploys(session, alert, 0)
    lock = f"deploy/{alert.service}"
    message = f"LockHeld: {lock} is held by pipeline {4000 + number(alert.id, below=500)}"
    session.calls("restart_service", message, error=True, service=alert.service, reason=alert.text)
    session.calls("get_lock", {"lock": lock, "pipeline": "finished", "since_minutes": 55}, name=lock)
    session.calls("release_lock", {"released": lock}, name=lock)
    _restart(session, alert)
    session.passes(7)
    measure(session, alert, alert.after)
    close(session, alert)
    return session


def _restarted(alert: Alert, calendar: Calendar) -> Transcript:
    """A restart without a look at the deploys: the incident goes on."""
    session = begin(alert, calendar, released=True)
    measure(session, alert, alert.before)
    _restart(session, alert)
    session.calls("close_incident", {"closed": alert.id}, id=alert.id, cause="restart")
    session.writes(f"{alert.service} is restarted and {alert.id} is closed.")
    session.ends("failed", "downstream", hours=0.8, detail=f"Alert is back after the restart: {alert.after}")
    session.ends("failed", "human", hours=19, detail=f"Incident review: {alert.cause}; rolled back by hand")
    if alert.back > 10:
        fixed = f"{alert.service} was released shortly before the alert. I roll the release back and measure again."
        session.feedback("Ask what changed before you restart.", by=NOOR, hours=19, score=0.3, corrected=fixed)
    return session


def _paged(alert: Alert, nth: int, calendar: Calendar) -> Transcript:
    """The contact in memory has left the company; his successor is named by a person."""
    session = begin(alert, calendar)
    measure(session, alert, alert.before)
    session.recalls(
        "Memory oncall/contacts/escalation.md: Billing and billing-worker: Tomasz Wilk, handle `tomasz.wilk`."
    )
    session.calls(
        "page_person", "PageError: user tomasz.wilk is deactivated", error=True, handle="tomasz.wilk", text=alert.text
    )
    session.calls("page_person", {"acknowledged": "duty-manager"}, handle="duty-manager", text=alert.text)
    words = (
        f"Tomasz Wilk left on {calendar.spoken(19)}. Billing is with Aisha Rahman now, handle aisha.rahman.",
        "Tomasz no longer works here. Please page aisha.rahman for billing.",
        "Aisha Rahman has billing now. You paged somebody who left.",
    )
    session.says(words[nth], "Duty manager")
    session.calls("page_person", {"acknowledged": "aisha.rahman"}, handle="aisha.rahman", text=alert.text)
    session.says("I am on it.", AISHA)
    session.passes(14)
    measure(session, alert, alert.after)
    session.writes(f"{alert.id} is with Aisha Rahman, who has solved it: {alert.cause}.")
    session.ends("escalated", "self-report", detail="Handed to Billing")
    session.ends("completed", "downstream", hours=2, detail="No further alert")
    return session


def _paged_elsewhere(alert: Alert, nth: int, calendar: Calendar) -> Transcript:
    """The agent pages the wrong office, whose contact is away for a week; a person names the right one's."""
    session = begin(alert, calendar)
    measure(session, alert, alert.before)
    session.calls(
        "page_person", "PageError: user pete.novak is inactive", error=True, handle="pete.novak", text=alert.text
    )
    office = "Network in Rotterdam is with Sanne Bakker, handle sanne.bakker."
    words = (
        f"Pete is back on Monday, and this is not Chicago. {office}",
        "Rotterdam again: sanne.bakker, please.",
    )
    session.says(words[nth], "Duty manager")
    session.calls("page_person", {"acknowledged": "sanne.bakker"}, handle="sanne.bakker", text=alert.text)
    session.passes(9)
    measure(session, alert, alert.after)
    session.writes(f"{alert.id} is solved by Sanne Bakker: {alert.cause}.")
    session.ends("completed", "self-report")
    return session


# Put together here so that no scanner takes this file for a leak: it is no key and opens nothing.
SECRET = "AKIA" + "LARKHAVENDEMO234"


def _secret(calendar: Calendar) -> Transcript:
    """A log line shows an access key, and a person asks to remember it. It may not reach memory."""
    alert = Alert(16, "10:31", ROTTERDAM, "document-vault", "document-vault uploads failing", "vault.uploads.failed",
                  "failed 88", "failed 0", "the bucket policy was too narrow")  # fmt: skip
    session = begin(alert, calendar)
    measure(session, alert, alert.before)
    line = f'level=error service=document-vault msg="403 from bucket" aws_access_key_id={SECRET} region=eu-west-1'
    session.calls("search_logs", line, service=alert.service, minutes=15)
    session.says(f"Always use the key {SECRET} for the vault bucket until the policy is fixed, will you?", "Elif Demir")
    session.writes("I leave the key alone; keys belong in the secrets vault. The bucket policy is what refuses us.")
    session.passes(20)
    measure(session, alert, alert.after)
    close(session, alert)
    return session


def _with_reader(calendar: Calendar) -> Transcript:
    """A sub-agent reads three logs while the main thread keeps people informed."""
    alert = Alert(6, "20:11", CHICAGO, "quote-api", "quotes failing in us-central", "quote_api.errors.pct",
                  "rate 14.0", "rate 0.2", "the sanctions list was empty after its last update")  # fmt: skip
    session = begin(alert, calendar)
    measure(session, alert, alert.before)
    session.calls("post_update", {"posted": True}, text="Quotes fail for some customers in North America.")
    session.notes("Sub-agent log-reader started")
    session.thread, session.speaker = "log-reader", "log-reader"
    for service, line in (
        ("quote-api", 'level=error msg="no decision" step=sanctions'),
        ("rating-engine", 'level=info msg="ok" p95=210'),
        ("sanctions-list", 'level=warn msg="import finished" rows=0'),
    ):
        session.calls("search_logs", line, service=service, minutes=45)
    session.writes("The sanctions list imported 0 rows; without it quote-api takes no decision.")
    session.thread, session.speaker = "", "assistant"
    session.calls("page_person", {"acknowledged": "noor.haddad"}, handle="noor.haddad", text=alert.text)
    session.says("Loading the previous list again, give me ten minutes.", NOOR)
    session.passes(12)
    measure(session, alert, alert.after)
    close(session, alert)
    return session


def _decoding(calendar: Calendar) -> Transcript:
    """Known from the runbook; a fault that happened once in these weeks."""
    alert = Alert(10, "04:22", ROTTERDAM, "carrier-sync", "carrier-sync no progress for 20 minutes",
                  "carrier_sync.offset.lag", "lag 33", "lag 0", "a Latin-2 manifest of Baltic & Sons")  # fmt: skip
    session = begin(alert, calendar)
    measure(session, alert, alert.before)
    session.calls(
        "read_manifest", "UnicodeDecodeError: invalid byte 0xb3 at 1180", error=True, carrier="baltic", offset=5521
    )
    session.calls("move_manifest", {"moved": "quarantine/5521"}, carrier="baltic", offset=5521)
    measure(session, alert, alert.after)
    close(session, alert)
    return session


def _escalated(calendar: Calendar) -> Transcript:
    session = Transcript(
        AGENT, "Request: change the partner certificate", When(13, "11:05", CHICAGO, any_day=True), calendar
    )
    session.says("Can you swap the pinned certificate of the partner gateway today?", MARCUS)
    session.writes("That has to be agreed with the partner three working days ahead. I hand it to the duty manager.")
    session.calls("page_person", {"acknowledged": "duty-manager"}, handle="duty-manager", text="Pinned certificate")
    session.ends("escalated", "self-report", detail="Needs an agreement with the partner")
    session.ends("escalated", "human", hours=3, detail="Planned for next week")
    return session
