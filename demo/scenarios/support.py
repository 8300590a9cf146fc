"""Support triage, the everyday work: tickets about claims, certificates, cover and refunds."""

from __future__ import annotations

from typing import NamedTuple

from demo.calendars import CHICAGO, ROTTERDAM, Calendar, When
from demo.transcripts import Transcript, number, pick

AGENT = "support-triage"
SURVEY_FROM = 4  # customers of the last days have not answered their survey yet


class Customer(NamedTuple):
    """`reference` is what customers quote of themselves, `policy` what they have booked."""

    person: str
    company: str
    email: str
    reference: str
    policy: str
    plan: str
    zone: str

    @property
    def profile(self) -> dict[str, object]:
        return {"name": self.company, "contact": self.person, "plan": self.plan, "policies": [self.policy]}


CUSTOMERS = {
    one.company: one
    for one in (
        Customer("Wendell Tran", "Oakhurst Logistics", "w.tran@oakhurst.example", "LH-20418", "P-48812", "Plus",
                 CHICAGO),
        Customer("Joke van der Meer", "Van der Meer Forwarding", "joke@vdmeer.example", "LH-10077", "P-47003",
                 "Enterprise",
                 ROTTERDAM),
        Customer("Lena Hoekstra", "Hoekstra Antiek", "lena@hoekstra.example", "LH-31560", "P-49120", "Standard",
                 ROTTERDAM),
        Customer("Marcel Dubois", "Dubois et Fils", "m.dubois@dubois.example", "LH-30211", "P-48377", "Standard",
                 ROTTERDAM),
        Customer("Grace Kim", "Pacific Crane Hire", "grace@paccrane.example", "LH-22904", "P-48650", "Standard",
                 CHICAGO),
        Customer("Tobias Ferrer", "Ferrer Ceramics", "tobias@ferrer.example", "LH-32218", "P-49333", "Standard",
                 ROTTERDAM),
        Customer("Nadia Osei", "Osei Cocoa Trading", "nadia@oseicocoa.example", "LH-18830", "P-46991", "Plus",
                 ROTTERDAM),
        Customer("Bill Marchetti", "Great Plains Seed", "bill@gpseed.example", "LH-21177", "P-48104", "Plus", CHICAGO),
        Customer("Sofia Lindgren", "Lindgren Instruments", "sofia@lindgren.example", "LH-33002", "P-49508", "Standard",
                 ROTTERDAM),
        Customer("Dale Whitaker", "Whitaker Boats", "dale@whitakerboats.example", "LH-23561", "P-49017", "Standard",
                 CHICAGO),
        Customer("Imogen Shaw", "Tilbury Marsh", "imogen@tilburymarsh.example", "LH-10120", "P-47250", "Enterprise",
                 ROTTERDAM),
        Customer("Rosa Delgado", "Delgado Produce", "rosa@delgado.example", "LH-24409", "P-48933", "Standard", CHICAGO),
    )
}  # fmt: skip


class Ticket(NamedTuple):
    """A ticket: when it came (working days back, local time), from whom, what about and how it is answered."""

    back: int
    clock: str
    company: str
    topic: str
    ask: str
    answer: str

    @property
    def customer(self) -> Customer:
        return CUSTOMERS[self.company]

    @property
    def number(self) -> int:
        return 71_000 + 47 * (21 - self.back) + number(self.ask, below=40)


CLAIMS = (
    Ticket(20, "08:50", "Hoekstra Antiek", "claim-status",
           "Any news on claim CL-5510? The cabinet arrived with a split door.",
           "the surveyor's report came in yesterday; Claims decides by Friday"),
    Ticket(18, "10:22", "Great Plains Seed", "claim-status",
           "Our claim CL-5523 has been open for two weeks. Where does it stand?",
           "the carrier has until Tuesday to answer; after that we settle without them"),
    Ticket(16, "09:41", "Osei Cocoa Trading", "claim-new",
           "Thirty bags arrived wet in Amsterdam this morning. What do you need?",
           "I have opened claim CL-5560; please send photographs of the bags and of the container floor"),
    Ticket(14, "14:30", "Van der Meer Forwarding", "claim-new",
           "Goedemiddag, een pallet vaccins heeft 9 graden gehaald. Wat nu?",
           "ik heb schade CL-5571 aangemaakt; stuur ons het temperatuurlogboek van de koelunit"),
    Ticket(12, "11:09", "Whitaker Boats", "claim-status", "Has CL-5538 been paid? My client asks daily.",
           "it was paid on Monday under reference PAY-7714; banks take two days"),
    Ticket(9, "16:12", "Dubois et Fils", "claim-new", "Two crates are missing from the delivery of this afternoon.",
           "claim CL-5602 is registered; the carrier is searching its hub until tomorrow evening"),
    Ticket(6, "09:27", "Ferrer Ceramics", "claim-status",
           "I sent the photographs for CL-5588 last week. Are they enough?",
           "they are; what is missing is the packing list, then Claims can value the tiles"),
    Ticket(3, "13:15", "Oakhurst Logistics", "claim-new", "Trailer OAK-338 rolled over near Laredo. Nobody is hurt.",
           "good that nobody is hurt; claim CL-5619 is open and a surveyor calls you within two hours"),
)  # fmt: skip

COVER = (
    Ticket(19, "09:33", "Lindgren Instruments", "certificate",
           "The bank refuses our certificate COI-9921, they want other wording for the letter of credit.",
           "the new certificate reads “to order and blank endorsed” and is attached as PDF"),
    Ticket(17, "13:48", "Great Plains Seed", "cover-question",
           "Does our annual cover include theft from a parked trailer?",
           "yes, on guarded or fenced yards; elsewhere up to USD 50,000 per event"),
    Ticket(15, "10:15", "Tilbury Marsh", "certificate",
           "Please add Ashgrove Partners as additional insured on COI-9950.",
           "Ashgrove is added; the policyholder's consent of this morning is on file"),
    Ticket(13, "09:05", "Pacific Crane Hire", "cover-question",
           "Is a 41 ton boom covered on the Oakland to Reno route?",
           "it is, with the route survey that is attached to your policy"),
    Ticket(10, "15:55", "Osei Cocoa Trading", "certificate",
           "COI-9984 names the wrong vessel. It should be the Adjoa Star.",
           "the vessel is corrected to Adjoa Star, free of charge as it was within 24 hours"),
    Ticket(8, "11:40", "Delgado Produce", "cover-question", "Are avocados covered when the reefer fails for an hour?",
           "yes, as soon as the logged temperature leaves the declared band"),
    Ticket(5, "10:58", "Dubois et Fils", "certificate",
           "Customs in Antwerp want the certificate again, in another format.",
           "here it is as PDF; they do not take spreadsheets"),
    Ticket(2, "14:21", "Lindgren Instruments", "cover-question", "Is war risk part of the voyage to Haifa?",
           "no, it is never included silently; the addition for this voyage costs EUR 212"),
)  # fmt: skip

THANKS = ("Great, thank you.", "Merci, that helps.", "Okay. Thanks for the quick answer.", "Good, that settles it.")


def sessions(calendar: Calendar) -> list[Transcript]:
    return [_everyday(ticket, calendar) for ticket in (*CLAIMS, *COVER)]


def _everyday(ticket: Ticket, calendar: Calendar) -> Transcript:
    session = begin(ticket, calendar)
    find_customer(session, ticket)
    check_policy(session, ticket, **({"terms": ticket.answer} if ticket.topic == "cover-question" else {}))
    if ticket.topic == "claim-new":
        claim = next(word.strip(";,.") for word in ticket.answer.split() if word.startswith("CL-"))
        session.calls("open_claim", {"claim": claim, "state": "registered"}, policy=ticket.customer.policy)
    elif ticket.topic == "claim-status":
        claim = next(word.strip("?.,") for word in ticket.ask.split() if word.startswith("CL-"))
        session.calls("get_claim", {"claim": claim, "note": ticket.answer}, claim=claim)
    elif ticket.topic == "certificate":
        issued = {"certificate": f"COI-{10_000 + ticket.number % 97}", "format": "pdf"}
        session.calls("issue_certificate", issued, policy=ticket.customer.policy)
    reply(session, ticket)
    settle(session, ticket)
    return session


def begin(ticket: Ticket, calendar: Calendar) -> Transcript:
    when = When(ticket.back, ticket.clock, ticket.customer.zone)
    session = Transcript(AGENT, f"Ticket {ticket.number}: {ticket.topic.replace('-', ' ')}", when, calendar)
    session.says(ticket.ask, ticket.customer.person)
    envelope = {"ticket": ticket.number, "from": ticket.customer.email, "channel": "mail"}
    session.calls("get_ticket", envelope, id=ticket.number)
    return session


def find_customer(session: Transcript, ticket: Ticket) -> None:
    session.calls("lookup_customer", ticket.customer.profile, query=ticket.customer.email)


def check_policy(session: Transcript, ticket: Ticket, **facts: object) -> None:
    policy = {
        "policy": ticket.customer.policy,
        "cover": pick(("annual", "single voyage", "stock throughput"), ticket.customer.policy),
        "state": "in force",
    }
    session.calls("get_policy", policy | facts, policy=ticket.customer.policy)


def reply(session: Transcript, ticket: Ticket) -> None:
    greeting = pick(("Hello", "Good day", "Dear"), ticket.number)
    text = f"{greeting} {ticket.customer.person},\n\n{ticket.answer[0].upper()}{ticket.answer[1:]}."
    text += f"\n\nLarkhaven Support, ticket {ticket.number}"
    session.calls("reply_to_ticket", {"sent": True}, id=ticket.number, text=text)
    session.writes(text)


def settle(session: Transcript, ticket: Ticket) -> None:
    """Most customers say thank you; some answer the survey a day later."""
    if ticket.number % 2:
        session.says(pick(THANKS, ticket.number), ticket.customer.person)
    session.ends("completed", "self-report")
    if ticket.back >= SURVEY_FROM and ticket.number % 3:
        stars = 4 + ticket.number % 2
        hours = 18 + ticket.number % 9
        session.ends("completed", "survey", hours=hours, score=stars / 5)
        survey = {"stars": stars, "solved": True}
        session.feedback("", by=ticket.customer.person, hours=hours, score=stars / 5, survey=survey)
