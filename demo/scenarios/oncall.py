"""On-call, the everyday work: an alert comes, is looked into, and is closed or handed on."""

from __future__ import annotations

from typing import NamedTuple

from demo.calendars import CHICAGO, ROTTERDAM, Calendar, When
from demo.transcripts import Transcript, number

AGENT = "on-call"


class Alert(NamedTuple):
    """An alert: when it rang (days back, local time), what it said, and what it turned out to be."""

    back: int
    clock: str
    zone: str
    service: str
    text: str
    metric: str
    before: str
    after: str
    cause: str

    @property
    def id(self) -> str:
        return f"AL-{5200 - self.back * 7 + number(self.text, self.back, below=7)}"

    @property
    def when(self) -> When:
        return When(self.back, self.clock, self.zone, any_day=True)

    @property
    def when_released(self) -> When:
        """Releases go out on working days."""
        return When(self.back * 5 // 7, self.clock, self.zone)


AFTER_DEPLOY = (
    Alert(27, "15:42", ROTTERDAM, "quote-api", "quote-api p95 above 800 ms for 10 minutes", "quote_api.latency.ms",
          "p95 1240", "p95 310", "a new rate table was loaded without an index"),
    Alert(23, "10:18", ROTTERDAM, "claims-intake", "claims-intake queue older than 15 minutes", "claims_intake.age.s",
          "oldest 1460", "oldest 22", "the new attachment parser kept files open"),
    Alert(19, "09:51", CHICAGO, "billing-worker", "billing-worker retry rate above 5%", "billing_worker.retries.pct",
          "rate 11.8", "rate 0.4", "a renamed field in the card request"),
    Alert(14, "16:07", ROTTERDAM, "quote-api", "quote-api errors above 1%", "quote_api.errors.pct",
          "rate 3.1", "rate 0.1", "the sanctions client lost its time-out setting"),
    Alert(9, "11:33", CHICAGO, "notifications", "notifications delivery below 97%", "notifications.delivered.pct",
          "rate 91.2", "rate 99.3", "the new template failed for addresses without a first name"),
    Alert(5, "14:20", ROTTERDAM, "document-vault", "document-vault previews failing", "vault.previews.failed",
          "failed 212", "failed 0", "the preview image was built without its fonts"),
)  # fmt: skip

CALM = (
    Alert(26, "03:14", ROTTERDAM, "carrier-sync", "carrier-sync no progress for 20 minutes", "carrier_sync.offset.lag",
          "lag 41", "lag 0", "the nightly full sync was still running"),
    Alert(22, "08:35", ROTTERDAM, "claims-intake", "claims-intake queue older than 15 minutes", "claims_intake.age.s",
          "oldest 990", "oldest 64", "the usual morning backlog, 2,700 mails"),
    Alert(16, "22:47", CHICAGO, "billing-worker", "billing-worker retry rate above 5%", "billing_worker.retries.pct",
          "rate 6.2", "rate 0.3", "the card processor had an outage of nine minutes"),
    Alert(11, "02:09", ROTTERDAM, "notifications", "notifications queue above 5,000", "notifications.queue.size",
          "size 6120", "size 140", "the monthly statements went out"),
    Alert(7, "17:28", CHICAGO, "quote-api", "quote-api p95 above 800 ms for 10 minutes", "quote_api.latency.ms",
          "p95 905", "p95 402", "the rating engine was slow for a quarter of an hour"),
    Alert(2, "12:50", ROTTERDAM, "document-vault", "vault free space below 12%", "vault.free.pct",
          "free 11.4", "free 19.0", "previews had piled up; they were cleared"),
)  # fmt: skip


def sessions(calendar: Calendar) -> list[Transcript]:
    return [_rolled_back(alert, calendar) for alert in AFTER_DEPLOY] + [_calm(alert, calendar) for alert in CALM]


def begin(alert: Alert, calendar: Calendar, *, released: bool = False) -> Transcript:
    when = alert.when_released if released else alert.when
    session = Transcript(AGENT, f"{alert.id}: {alert.text}", when, calendar)
    session.notes(f"Alert {alert.id}: {alert.text}")
    session.calls("get_alert", {"alert": alert.id, "service": alert.service, "text": alert.text}, id=alert.id)
    return session


def measure(session: Transcript, alert: Alert, value: str, span: str = "1h", step: str = "30s") -> None:
    region = "us-central" if alert.zone == CHICAGO else "eu-west"
    answer = f"{alert.metric}{{region={region}}} {value}"
    session.calls("query_metrics", answer, query=alert.metric, range=span, step=step)


def deploys(session: Transcript, alert: Alert, minutes: int) -> None:
    found = [{"deploy": f"D-{8000 + number(alert.id, below=900)}", "service": alert.service, "minutes_ago": minutes}]
    session.calls("get_deploys", found if minutes else [], service=alert.service, hours=3)


def close(session: Transcript, alert: Alert) -> None:
    session.calls("close_incident", {"closed": alert.id}, id=alert.id, cause=alert.cause)
    session.writes(f"{alert.id} is closed. Cause: {alert.cause}. Now: {alert.after}.")
    session.ends("completed", "self-report")
    if alert.back > 3:
        session.ends("completed", "downstream", hours=1.2, detail="No further alert within an hour")


def _rolled_back(alert: Alert, calendar: Calendar) -> Transcript:
    """Look, ask what was deployed, roll it back, look again: what the closed incidents share."""
    session = begin(alert, calendar, released=True)
    measure(session, alert, alert.before)
    minutes = 8 + number(alert.id, "deployed", below=30)
    deploys(session, alert, minutes)
    deploy = f"D-{8000 + number(alert.id, below=900)}"
    session.thinks(f"{deploy} went out {minutes} minutes ago, just before the alert.")
    session.calls("rollback_deploy", {"state": "rolled back", "deploy": deploy}, deploy=deploy)
    session.calls("post_update", {"posted": True}, text=f"We rolled back the last release of {alert.service}.")
    session.passes(9)
    measure(session, alert, alert.after)
    close(session, alert)
    if alert.back % 2:
        session.ends("completed", "human", hours=20, detail="Incident review: nothing to add")
    return session


def _calm(alert: Alert, calendar: Calendar) -> Transcript:
    """Nothing was deployed and nothing has to be done but to watch."""
    session = begin(alert, calendar)
    measure(session, alert, alert.before)
    deploys(session, alert, 0)
    line = f'level=info service={alert.service} msg="{alert.cause}"'
    session.calls("search_logs", line, service=alert.service, minutes=30)
    session.passes(12)
    measure(session, alert, alert.after)
    close(session, alert)
    return session
