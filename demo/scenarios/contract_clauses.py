"""What contracts say and what the playbook says to it."""

from __future__ import annotations

from typing import NamedTuple


class Clause(NamedTuple):
    """`theirs` is the wording in the document, `ours` what the playbook answers, `advice` what the review says."""

    topic: str
    place: str
    theirs: str
    ours: str
    distance: float
    colour: str
    advice: str


CLAUSES = (
    Clause(
        "liability",
        "14.2",
        "The liability of the Carrier in any calendar year is limited to EUR 180,000.",
        "Preferred cap: 100% of the fees paid in the twelve months before the claim. Fallback 150%.",
        0.41,
        "amber",
        "the fixed cap is below a year's fees; ask for 100% of the fees paid in twelve months",
    ),
    Clause(
        "liability",
        "12.1",
        "The Customer shall be liable without limit for any loss of profit, whether direct or indirect.",
        "No unlimited liability for indirect or consequential loss.",
        0.77,
        "red",
        "unlimited liability for indirect loss; this sentence has to go before anyone signs",
    ),
    Clause(
        "indemnity",
        "15.4",
        "The Forwarder shall hold the Carrier harmless from any and all claims of third parties.",
        "Strike “hold harmless” where it stands without “to the extent caused by”.",
        0.63,
        "red",
        "a bare hold-harmless; put “to the extent caused by the Forwarder” behind it",
    ),
    Clause(
        "indemnity",
        "16.1",
        "Each party indemnifies the other against third-party claims to the extent caused by its breach of clause 9.",
        "Indemnity for breach of confidentiality only, capped like everything else.",
        0.22,
        "amber",
        "close to ours, but the cap is missing; add a reference to the liability clause",
    ),
    Clause(
        "termination",
        "19.3",
        "Either party may end this agreement for convenience on thirty days' written notice.",
        "We ask for 60 days' notice and accept 90.",
        0.48,
        "amber",
        "thirty days is too short for us to move freight; ask for 60",
    ),
    Clause(
        "termination",
        "21",
        "The Carrier may terminate immediately upon a change of control of the Customer.",
        "Strike termination on change of control; offer a notice duty.",
        0.71,
        "red",
        "termination on our change of control; offer to notify them instead",
    ),
    Clause(
        "payment",
        "8.1",
        "Invoices fall due ten days after their date. Overdue amounts bear interest of 2% per month, compounded.",
        "30 days from receipt of a correct invoice; statutory interest.",
        0.66,
        "red",
        "ten days and compounding interest; we pay at 30 days and statutory interest",
    ),
    Clause(
        "payment",
        "7.5",
        "Fuel surcharges apply as notified by the Carrier from time to time.",
        "Fuel surcharges follow the published index.",
        0.58,
        "amber",
        "the surcharge is open-ended; tie it to the published index",
    ),
    Clause(
        "data-protection",
        "23.2",
        "The Supplier shall notify the Customer of a data breach without undue delay.",
        "Breach notice within 24 hours.",
        0.35,
        "amber",
        "no hour is named; ask for 24 hours",
    ),
    Clause(
        "data-protection",
        "22.6",
        "The Supplier may engage sub-processors of its choice.",
        "Sub-processors: prior notice of 30 days and a right to object.",
        0.52,
        "red",
        "free choice of sub-processors; we need notice and a right to object",
    ),
    Clause(
        "governing-law",
        "27",
        "This agreement is governed by the law of the State of Delaware. Disputes are heard in Wilmington.",
        "North America: the law of Illinois, courts of Cook County; a jury waiver is required.",
        0.61,
        "amber",
        "Delaware instead of Illinois, and the jury waiver is missing",
    ),
    Clause(
        "governing-law",
        "24.1",
        "Any dispute shall be settled by the courts of Gdynia under Polish law.",
        "Europe: Dutch law, courts of Rotterdam. Fallback: England and Wales.",
        0.57,
        "amber",
        "Polish courts; offer England and Wales as the middle ground",
    ),
    Clause(
        "nda",
        "5",
        "The Recipient may use information retained in the unaided memory of its personnel.",
        "Residuals clauses are struck. There is no fallback.",
        0.74,
        "red",
        "a residuals clause; strike it, there is nothing to trade",
    ),
    Clause(
        "nda",
        "3.2",
        "Confidentiality obligations continue for five years after disclosure.",
        "Two years, plus three for trade secrets and pricing.",
        0.29,
        "green",
        "five years for everything is longer than ours, but it binds both sides alike",
    ),
)


def clause(topic: str, nth: int = 0) -> Clause:
    return [one for one in CLAUSES if one.topic == topic][nth]
