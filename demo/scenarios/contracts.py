"""Contract review, the everyday work: documents come in, are read, compared with the playbook, and answered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from demo.calendars import CHICAGO, ROTTERDAM, Calendar, When
from demo.scenarios.contract_clauses import CLAUSES, Clause, clause
from demo.transcripts import Transcript, number, pick

AGENT = "contract-review"
SVEN, COLLEEN, RUTH, PRIYA = "Sven Aarts", "Colleen Baptiste", "Ruth Adeyemi", "Priya Natarajan"
OFFICE = {SVEN: ROTTERDAM, COLLEEN: CHICAGO, RUTH: ROTTERDAM, PRIYA: ROTTERDAM}


class Document(NamedTuple):
    """A document to be reviewed, who asks for it and when (working days back, local time)."""

    back: int
    clock: str
    who: str
    kind: str
    party: str
    number: int
    pages: int
    topics: str
    ask: str

    @property
    def name(self) -> str:
        return f"CTR-{self.number}"

    @property
    def when(self) -> When:
        return When(self.back, self.clock, OFFICE[self.who])

    @property
    def clauses(self) -> list[Clause]:
        """The clauses that stand out; which wording of a topic follows from the document's number."""
        return [clause(topic, (self.number + at) % 2) for at, topic in enumerate(self.topics.split())]


SHORT = (
    Document(20, "09:12", SVEN, "mutual NDA", "Tessel Warehousing", 24011, 6, "nda",
             "Morning. Tessel want their NDA back before noon, can you look at CTR-24011?"),
    Document(20, "14:05", COLLEEN, "rate amendment", "Dunmore Trucking", 24019, 9, "payment",
             "Amendment no. 3 with Dunmore, CTR-24019. Anything in there besides the new rates?"),
    Document(19, "10:40", RUTH, "broker agreement", "Tilbury Marsh", 24027, 31, "liability data-protection",
             "Please review the broker agreement with Tilbury Marsh (CTR-24027). They would like to sign on Thursday."),
    Document(18, "09:02", COLLEEN, "NDA", "Prairie Rail Services", 24033, 5, "nda governing-law",
             "One-pager that grew: CTR-24033, NDA from Prairie Rail. Sign or redline?"),
    Document(18, "15:31", SVEN, "warehouse agreement", "Havenmeester Opslag", 24040, 38, "liability payment",
             "Could you check CTR-24040? Havenmeester, storage for the autumn peak."),
    Document(16, "11:17", RUTH, "claims-handling agreement", "Lindqvist Adjusters", 24052, 22, "indemnity termination",
             "Lindqvist sent their claims-handling terms, CTR-24052. What do we have to change?"),
    Document(15, "08:55", SVEN, "carrier agreement", "Rijnpoort Transport", 24058, 27, "termination payment",
             "Rijnpoort carrier agreement is in the vault as CTR-24058. I need the red points only."),
    Document(14, "13:20", COLLEEN, "software order form", "Gatewatch", 24064, 14, "data-protection liability",
             "Gatewatch order form, CTR-24064. It is the gate scanner for Joliet, EUR 61,000 a year."),
    Document(13, "10:08", RUTH, "mutual NDA", "Corvid Ratings", 24069, 7, "nda",
             "CTR-24069 please: NDA with Corvid for the new rating model."),
    Document(12, "16:02", SVEN, "carrier agreement", "Veldhuis Koeltransport", 24075, 33, "payment liability",
             "Veldhuis, refrigerated, CTR-24075. They have 14 lorries, so a small carrier."),
    Document(11, "09:48", COLLEEN, "terminal agreement", "Calumet Terminals", 24081, 36, "indemnity governing-law",
             "Calumet Terminals came back with round two of CTR-24081. What is left?"),
    Document(9, "11:03", SVEN, "rate amendment", "Baltic & Sons", 24090, 8, "payment",
             "Short one: CTR-24090, amendment to the Baltic rate card."),
    Document(8, "14:44", COLLEEN, "drayage agreement", "Lakefront Drayage", 24096, 29, "termination indemnity",
             "Lakefront drayage, CTR-24096, needs an answer today. Is the indemnity the usual fight?"),
    Document(6, "09:30", RUTH, "surveyor terms", "Marais Survey", 24104, 12, "liability",
             "New surveyor in Le Havre, CTR-24104. Are their terms acceptable as they stand?"),
    Document(5, "10:21", SVEN, "carrier agreement", "Noordzee Lijn", 24110, 40, "termination governing-law",
             "Noordzee Lijn, CTR-24110, exactly the forty pages they promised. Red points please."),
    Document(3, "09:15", COLLEEN, "temp staffing terms", "Brightdock Staffing", 24119, 18, "indemnity data-protection",
             "Brightdock staffing terms for the Joliet peak, CTR-24119."),
    Document(2, "13:52", RUTH, "co-broking letter", "Ashgrove Partners", 24124, 4, "payment",
             "Ashgrove's co-broking letter, CTR-24124. Four pages, hopefully four minutes."),
)  # fmt: skip

THANKS = (
    "Clear, thank you. I will send it to them this afternoon.",
    "Thanks. I take it from here.",
    "Good. Please keep the review open until they answer.",
    "That is what I needed.",
)


def sessions(calendar: Calendar) -> list[Transcript]:
    return [_everyday(document, calendar) for document in SHORT]


def _everyday(document: Document, calendar: Calendar) -> Transcript:
    session = begin(document, calendar)
    fetch(session, document)
    read_pages(session, document, f"1-{document.pages}")
    for one in document.clauses:
        consult(session, one)
    if document.number % 3 == 0:
        precedent(session, document)
    conclude(session, document)
    if document.number % 2:
        session.says(pick(THANKS, document.number), document.who)
    session.ends("completed", "self-report")
    if document.back > 3:
        session.ends("completed", "human", hours=20 + document.number % 17, detail="Signed off by Legal")
    return session


def begin(document: Document, calendar: Calendar, task: str = "") -> Transcript:
    title = f"{document.party}: {document.kind}"
    session = Transcript(AGENT, title, document.when, calendar, task=task)
    session.says(document.ask, document.who)
    return session


def fetch(session: Transcript, document: Document) -> None:
    metadata = {
        "document": document.name,
        "kind": document.kind,
        "counterparty": document.party,
        "pages": document.pages,
        "language": "en",
        "received": "scan" if document.number % 5 == 0 else "text",
    }
    session.calls("fetch_document", metadata, document_id=document.name)


def read_pages(session: Transcript, document: Document, pages: str, clauses: Sequence[Clause] = ()) -> None:
    first, last = (int(page) for page in pages.split("-"))
    shown = clauses or document.clauses
    lines = [f"{one.place} (p. {_page(one, first, last)}) {one.theirs}" for one in shown]
    more = max(3, (last - first) // 2 + number(document.name, pages, below=9))
    lines.append(f"{more} further clauses without a flag, pages {pages}.")
    session.calls("extract_clauses", "\n".join(lines), document_id=document.name, pages=pages)


def _page(one: Clause, first: int, last: int) -> int:
    return first + int(float(one.place) / 30 * (last - first))


def consult(session: Transcript, one: Clause) -> None:
    """The playbook first, then the comparison: the order that holds up."""
    session.calls("lookup_playbook", f"{one.topic}: {one.ours}", topic=one.topic)
    verdict = {"clause": one.place, "distance": one.distance, "verdict": one.colour}
    session.calls("compare_clause", verdict, clause=one.place, wording=one.theirs, position=one.ours)


def precedent(session: Transcript, document: Document) -> None:
    found = number(document.name, "precedents", below=6) + 1
    session.calls(
        "search_precedents",
        {"found": found, "closest": f"CTR-{document.number - 700 - found * 13}", "signed": True},
        query=f"{document.kind} {document.topics.split()[0]}",
    )


def conclude(session: Transcript, document: Document, lead: str = "") -> None:
    findings = [{"clause": one.place, "colour": one.colour, "note": one.advice} for one in document.clauses]
    saved = {"review": f"REV-{document.number}", "saved": True}
    session.calls("save_review", saved, document_id=document.name, findings=findings)
    session.writes(summary(document, lead))


def summary(document: Document, lead: str = "") -> str:
    red = sum(one.colour == "red" for one in document.clauses)
    opening = lead or pick(
        (
            f"I have read {document.name} ({document.kind}, {document.pages} pages).",
            f"{document.party}, {document.name}: the review is saved.",
            f"{document.name} is read; what is not listed follows our positions.",
        ),
        document.number,
        "opening",
    )
    verdict = "It cannot be signed as it stands." if red else "Nothing in it blocks a signature; these points to raise."
    points = "\n".join(f"- {one.colour.capitalize()}, clause {one.place}: {one.advice}." for one in document.clauses)
    return f"{opening} {verdict}\n\n{points}\n\nNext: {document.who} answers {document.party}."


QUESTIONS = (
    (17, "11:25", SVEN, "termination", "No document this time: how much notice do we ask for with carriers?",
     "We ask for 60 days' written notice and accept 90. Between October and December carriers may only end for cause."),
    (10, "15:10", COLLEEN, "governing-law",
     "Which courts do we take in North America? And is the jury waiver always needed?",
     "Illinois law, courts of Cook County. The jury waiver is needed in every agreement under the law of a US state."),
    (4, "09:05", RUTH, "data-protection", "A surveyor asks whether we insist on 24 hours for breach notices. Do we?",
     "Yes, 24 hours. “Without undue delay” alone is not enough for us; an hour has to be named."),
)  # fmt: skip


def questions(calendar: Calendar) -> list[Transcript]:
    """Short sessions without a document."""
    told = []
    for back, clock, who, topic, ask, answer in QUESTIONS:
        session = Transcript(AGENT, f"Question about {topic}", When(back, clock, OFFICE[who]), calendar)
        session.says(ask, who)
        session.calls("lookup_playbook", " ".join(one.ours for one in CLAUSES if one.topic == topic), topic=topic)
        session.writes(answer)
        session.ends("completed", "self-report")
        told.append(session)
    return told
