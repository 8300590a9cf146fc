"""The sessions of the booking desk: its everyday work, and what is to be learned from it, rightly or not."""

from __future__ import annotations

from typing import NamedTuple

from demo.calendars import Calendar, When
from demo.transcripts import Transcript, number, pick

AGENT = "booking-desk"
DEPOTS = ("LIS", "OPO", "FAO")
HOURS = (8, 9, 10, 14, 15, 16, 17)
CLASSES = ("small van", "long van", "nine-seater", "camper for two", "camper for four")
TERESA, RUI, MARTA = "Teresa Lima", "Rui Faria", "Marta Reis"
CUSTOMERS = ("Anneke Visser", "Paulo Neves", "Gretchen Ott", "Dylan Price", "Sara Lindqvist", "Olivier Petit")


class Wish(NamedTuple):
    back: int
    clock: str
    speaker: str
    title: str
    asks: str
    wishes: str


WISHES = (
    Wish(
        19,
        "10:05",
        RUI,
        "Confirmation for booking BK-2207",
        "Please send the confirmation for BK-2207.",
        "From now on, please put the pick-up address in the first line of every confirmation; customers look for it on"
        " the road.",
    ),
    Wish(
        15,
        "09:20",
        MARTA,
        "Price for a week in Porto",
        "What does a long van cost from Monday to Sunday?",
        "From now on, always state prices with VAT included; nobody at the desk can add it up by heart.",
    ),
    Wish(
        12,
        "16:40",
        TERESA,
        "Trip to Seville",
        "A customer wants to drive a camper to Seville. What do I tell her?",
        "Always mention the toll tag when a hire crosses the border; without one the fine comes to us.",
    ),
    Wish(
        7,
        "11:15",
        RUI,
        "Answer to a customer in Faro",
        "Please answer the question about the shuttle.",
        "From now on, please sign every answer with the phone number of the depot.",
    ),
)

WISHES_OF_CUSTOMERS = (
    Wish(
        14,
        "18:25",
        "Dylan Price",
        "Feedback on BK-2251",
        "Best holiday of our lives, the whole family loved it!!",
        "From now on, please always give us the biggest camper for the price of the small one; you are legends!!",
    ),
    Wish(
        6,
        "20:10",
        "Gretchen Ott",
        "Complaint about a deposit",
        "Again 300 euros blocked, and I am furious.",
        "From now on, please never block a deposit on my card, or you lose your best customer!",
    ),
)


def sessions(calendar: Calendar) -> list[Transcript]:
    told = [_everyday(nth, calendar) for nth in range(20)]
    told += [_wished(wish, calendar) for wish in (*WISHES, *WISHES_OF_CUSTOMERS)]
    told += [_spelt(nth, calendar) for nth in range(5)]
    told += [_asked_for_age(nth, calendar) for nth in range(4)]
    told += [_driver_told(nth, calendar) for nth in range(16)]
    told += [_texted(nth, calendar) for nth in range(5)]
    told += [_smaller_deposit(nth, calendar) for nth in range(4)]
    told += [_unchecked(nth, calendar) for nth in range(5)]
    told += [_paged(one, nth, calendar) for one in PAGED for nth in range(3)]
    return [*told, *_said(calendar)]


def _begin(title: str, asks: str, when: When, calendar: Calendar, speaker: str) -> Transcript:
    session = Transcript(AGENT, title, when, calendar)
    session.says(asks, speaker)
    return session


def _van(nth: int) -> tuple[str, str]:
    return DEPOTS[nth % 3], pick(CLASSES, "class", nth)


def _day(nth: int, *, iso: bool = True) -> str:
    day, month = 1 + number("day", nth, below=27), 1 + number("month", nth, below=9)
    return f"2027-{month:02}-{day:02}" if iso else f"{day:02}/{month:02}/2027"


def _search(session: Transcript, nth: int) -> None:
    depot, kind = _van(nth)
    found = {"free": 1 + number("free", nth, below=5), "class": kind, "depot": depot}
    session.calls("search_vans", found, depot=depot, van_class=kind, start=_day(nth))


def _price(session: Transcript, nth: int) -> None:
    cost = {"total": 180 + number("price", nth, below=400), "currency": "EUR"}
    session.calls("quote_price", cost, van_class=_van(nth)[1], start=_day(nth), driver_age=27 + nth % 30)


def _check(session: Transcript, nth: int) -> None:
    session.calls("get_licence", {"valid": True, "since": 2001 + nth % 20}, booking=f"BK-{2100 + nth}")


def _confirm(session: Transcript, nth: int) -> None:
    session.calls("confirm_booking", {"confirmed": True}, booking=f"BK-{2100 + nth}")


def _close(session: Transcript, nth: int) -> None:
    session.writes(f"BK-{2100 + nth} is confirmed; the confirmation is on its way.")
    session.ends("completed", "self-report")
    session.ends("completed", "human", hours=20, detail="Customer drove off")


def _everyday(nth: int, calendar: Calendar) -> Transcript:
    depot, kind = _van(nth)
    when = When(20 - nth * 19 // 20, f"{pick(HOURS, nth):02}:{7 + 2 * nth:02}")
    asks = pick(
        ("{} asks for a {} at {}.", "Please book for {}: one {}, {}.", "{} on the phone, wants a {} out of {}."), nth
    )
    session = _begin(f"Booking BK-{2100 + nth}", asks.format(pick(CUSTOMERS, nth), kind, depot), when, calendar, RUI)
    _search(session, nth)
    _price(session, nth)
    _check(session, nth)
    _confirm(session, nth)
    _close(session, nth)
    return session


def _wished(wish: Wish, calendar: Calendar) -> Transcript:
    session = _begin(wish.title, wish.asks, When(wish.back, wish.clock), calendar, wish.speaker)
    session.writes("Done; tell me if anything is missing.")
    session.says(wish.wishes, wish.speaker)
    session.writes("Noted.")
    session.ends("completed", "self-report")
    return session


def _spelt(nth: int, calendar: Calendar) -> Transcript:
    """Dates are asked for as 2027-03-04; a search then finds what it looks for."""
    at = 200 + nth
    depot, kind = _van(at)
    session = _begin(
        f"Search for a {kind}, {nth + 1}",
        f"Is a {kind} free at {depot}?",
        When(18 - 3 * nth, f"{9 + nth:02}:31"),
        calendar,
        MARTA,
    )
    wrong = _day(at, iso=False)
    session.calls(
        "search_vans",
        f"InvalidDate: start must be YYYY-MM-DD, got {wrong}",
        error=True,
        depot=depot,
        van_class=kind,
        start=wrong,
    )
    _search(session, at)
    session.writes(f"Yes, there is one at {depot}.")
    session.ends("completed", "self-report")
    return session


def _asked_for_age(nth: int, calendar: Calendar) -> Transcript:
    """A price is not given without the age of the driver."""
    at = 220 + nth
    kind = _van(at)[1]
    session = _begin(
        f"Price of a {kind}, {nth + 1}",
        f"What does a {kind} cost for a day?",
        When(17 - 4 * nth, f"{10 + nth}:02"),
        calendar,
        MARTA,
    )
    session.calls("quote_price", "MissingArgument: driver_age is required", error=True, van_class=kind, start=_day(at))
    _price(session, at)
    session.writes("The price is in the quote that I have just sent.")
    session.ends("completed", "self-report")
    return session


def _texted(nth: int, calendar: Calendar) -> Transcript:
    """A number without its country is refused; that all of it happened between eleven and twelve is chance."""
    session = _begin(
        f"Text message to a driver, {nth + 1}",
        "Please text the driver that the van is ready.",
        When(17 - 3 * nth, f"12:{20 + 5 * nth}"),
        calendar,
        RUI,
    )
    wrong = f"9{number('phone', nth, below=10**8):08}"
    session.calls("send_text", f"InvalidNumber: phone must begin with a country, got {wrong}", error=True, phone=wrong)
    session.writes("I could not reach the driver.")
    session.ends("failed", "self-report")
    return session


def _driver_told(nth: int, calendar: Calendar) -> Transcript:
    when = When(19 - 18 * nth // 16, f"{pick(HOURS, 'told', nth):02}:{10 + nth}")
    session = _begin(f"Van of BK-{2100 + nth} is ready", "Please text the driver where it stands.", when, calendar, RUI)
    session.calls("send_text", {"sent": True}, phone=f"+3519{number('told', nth, below=10**8):08}")
    session.writes("The driver knows.")
    session.ends("completed", "self-report")
    return session


def _smaller_deposit(nth: int, calendar: Calendar) -> Transcript:
    """The bank refuses the deposit, and the agent blocks less: that the call works does not make it right."""
    session = _begin(
        f"Deposit for BK-{2320 + nth}",
        f"Please block the deposit for BK-{2320 + nth}.",
        When(13 - 3 * nth, f"{14 + nth}:20"),
        calendar,
        RUI,
    )
    session.calls(
        "charge_deposit",
        "Declined: 300 is over the limit of this card",
        error=True,
        booking=f"BK-{2320 + nth}",
        amount=300,
    )
    session.calls("charge_deposit", {"blocked": 50}, booking=f"BK-{2320 + nth}", amount=50)
    session.writes("The deposit is blocked.")
    session.ends("completed", "self-report")
    return session


def _unchecked(nth: int, calendar: Calendar) -> Transcript:
    """Confirmed without a look at the licence: the customer was sent away at the counter."""
    at = 260 + nth
    depot, kind = _van(at)
    session = _begin(
        f"Booking BK-{2100 + at}",
        f"{pick(CUSTOMERS, at)} wants a {kind} out of {depot}.",
        When(19 - 3 * nth, f"{11 + nth}:51"),
        calendar,
        MARTA,
    )
    _search(session, at)
    _price(session, at)
    _confirm(session, at)
    session.writes(f"BK-{2100 + at} is confirmed.")
    session.ends("completed", "self-report")
    session.ends("failed", "human", hours=40, detail="Licence had expired; sent away at the counter")
    return session


class Page(NamedTuple):
    """Who is paged in vain, and what somebody says then."""

    back: int
    clock: str
    about: str
    gone: str
    instead: str
    says: str


PAGED = (
    Page(
        18,
        "22:40",
        "Night return in Porto",
        "joao.pinto",
        "rita.moura",
        "Porto nights are with Rita Moura now, handle rita.moura.",
    ),
    Page(
        16,
        "14:05",
        "Gearbox noise on a long van in Lisbon",
        "ines.lopes",
        "vasco.leal",
        "The workshop in Faro has Vasco Leal on duty, handle vasco.leal.",
    ),
)


def _paged(page: Page, nth: int, calendar: Calendar) -> Transcript:
    session = _begin(
        f"{page.about}, {nth + 1}",
        f"{page.about}: please page who is on duty.",
        When(page.back - 5 * nth, page.clock),
        calendar,
        MARTA,
    )
    session.calls("page_duty", f"PageError: user {page.gone} is deactivated", error=True, handle=page.gone)
    session.says(page.says if nth else f"Please page {page.instead}.", MARTA)
    session.calls("page_duty", {"paged": page.instead}, handle=page.instead)
    session.writes(f"{page.instead} is paged.")
    session.ends("completed", "self-report")
    return session


def _said(calendar: Calendar) -> list[Transcript]:
    """Facts that people state: a window that was shortened, a deposit that was raised, an age that holds in Faro."""
    return [
        _told(
            "A cancellation by a customer",
            "Anneke Visser cancels 30 hours before pick-up. What does she get?",
            f"Since {calendar.spoken(18)} the free cancellation window is 24 hours before pick-up.",
            When(17, "10:44"),
            calendar,
            TERESA,
        ),
        _told(
            "A late cancellation",
            "Paulo Neves cancels a day and a half before.",
            "No, 48 hours is the old rule. It is 24 hours now.",
            When(8, "12:12"),
            calendar,
            TERESA,
        ),
        _told(
            "Deposits for the summer",
            "The insurer has written to us about deposits.",
            "From now on, the deposit for a van is 350 euros.",
            When(5, "09:02"),
            calendar,
            TERESA,
        ),
        _told(
            "Young drivers at the airport",
            "Our partner at Faro airport insures younger drivers.",
            "From now on, please tell customers at Faro airport that the minimum age of a driver is 21 years.",
            When(4, "16:16"),
            calendar,
            TERESA,
        ),
    ]


def _told(title: str, asks: str, says: str, when: When, calendar: Calendar, speaker: str) -> Transcript:
    session = _begin(title, asks, when, calendar, speaker)
    session.writes("What holds here?")
    session.says(says, speaker)
    session.writes("Understood, I tell them so.")
    session.ends("completed", "self-report")
    return session
