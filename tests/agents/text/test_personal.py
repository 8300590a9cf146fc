import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.text import checksums, personal

# Numbers that the makers of the rules, or those who describe them, publish as examples.
NATIONAL = {
    "BSN": "BSN 111222333",
    "Steuer-ID": "Steuer-ID 86095742719",
    "INSEE number": "2 55 08 14 168 025 38",
    "CPF": "529.982.247-25",
    "Aadhaar": "2341 2341 2346",
    "PESEL": "44051401359",
    "DNI": "12345678Z",
    "NIE": "X1234567L",
    "codice fiscale": "RSSMRA85T10A562S",
    "personnummer": "811228-9874",
    "HETU": "131052-308T",
    "AHV number": "756.9217.0769.85",
    "rijksregister number": "85.07.30-033 28",
    "NHS number": "NHS 943 476 5919",
    "CNP": "CNP 1630615123457",
    "EGN": "EGN 7523169263",
    "isikukood": "36805280109",
    "T.C. kimlik": "17291716060",
    "AMKA": "AMKA 01013099997",
    "Chinese resident number": "11010519491231002X",
    "resident registration number": "971013-9019902",
    "PPS number": "6433435F",
    "NIF": "NIF 501964843",
    "rodné číslo": "710319/2745",
    "RUT": "12.531.909-2",
    "SIN": "SIN 123-456-782",
    "TFN": "TFN 123 456 782",
    "Israeli id": "Israeli id 039337423",
    "OIB": "OIB 33392005961",
    "CURP": "BOXW310820HNERXN09",
    "South African id": "South African id 7503305044089",
    "NRIC": "S1234567D",
    "Taiwanese id": "Taiwan id A123456789",
    "HKID": "A123456(3)",
    "PAN": "PAN ABCPE1234F",
    "NINO": "AB 12 34 56 C",
    "SSN": "123-45-6789",
    "CPR number": "CPR 211062-5629",
    "fødselsnummer": "15108695088",
}
FOUND = (
    ("mail address", "mara.lind@firma.de", "Write to mara.lind@firma.de."),
    ("mail address", "mara@firma.de", "mailto:mara@firma.de"),
    ("phone number", "+49 30 901820", "Her number is +49 30 901820."),
    ("phone number", "(212) 555-0147", "Reach him at (212) 555-0147"),
    ("phone number", "0490 75 40 81", "0490 75 40 81"),
    ("phone number", "72 128 827", "Phone: 72 128 827"),
    ("card number", "4111 1111 1111 1111", "Paid with 4111 1111 1111 1111."),
    ("card number", "378282246310005", "the amex 378282246310005"),
    ("IBAN", "DE89 3704 0044 0532 0130 00", "DE89 3704 0044 0532 0130 00 is the account"),
    ("IBAN", "GB82WEST12345698765432", "Use GB82WEST12345698765432, please."),
    ("IP address", "86.121.97.248", "seen from 86.121.97.248"),
    ("IP address", "2a02:908:1067:5e00::1b", "seen from 2a02:908:1067:5e00::1b"),
    (
        "address of a person's page",
        "https://www.linkedin.com/in/mara-lind",
        "See https://www.linkedin.com/in/mara-lind",
    ),
    ("address of a person's page", "https://lind.example/", "My blog is https://lind.example/"),
    ("date of birth", "1984-03-12", "born on 1984-03-12"),
    ("document number", "C01X00T47", "passport number C01X00T47"),
)
HARMLESS = (
    "Version 1.2.3.4 of the tool, build 20241127.",
    "The server listens on 127.0.0.1 and on 192.168.0.10.",
    "Ask user@example.com or no-reply@firma.de.",
    "Order 4111111111111112 was shipped on 2024-11-27 at 16:24:17.220166.",
    "The epoch is 1732723456789 ms.",
    "Commit 43fc912ef59a83054ea7f6706df4d53a7dea4d80 broke it.",
    "The order number is 123 456 782.",
    "Refund up to 1,250.00 within 30 days of 12-12-2024.",
    "postgres://app:geheim@db.internal.firma.de/app",
    "pip install package@2.0.1 from git@github.com",
    "DE89 3704 0044 0532 0130 01",
    "See https://github.com/larkhaven/ledger/pull/12",
)


@pytest.mark.parametrize(("kind", "number"), NATIONAL.items())
def test_national_numbers_are_known(kind, number):
    text = f"It is {number} there."

    assert [one.name for one in personal.find(text)] == [kind]


@pytest.mark.parametrize(
    "number", ["12345678A", "X1234567A", "RSSMRA85T10A562T", "529.982.247-26", "44051401358", "756.9217.0769.84"]
)
def test_a_number_with_a_wrong_sum_is_none(number):
    assert list(personal.find(f"It is {number} there.")) == []


@pytest.mark.parametrize(("kind", "value", "text"), FOUND)
def test_what_tells_of_a_person_is_found_where_it_stands(kind, value, text):
    assert [(one.name, text[one.start : one.end]) for one in personal.find(text)] == [(kind, value)]


@pytest.mark.parametrize("text", HARMLESS)
def test_other_numbers_and_addresses_pass(text):
    assert list(personal.find(text)) == []


@given(st.binary(min_size=20, max_size=20), st.uuids())
def test_neither_commits_nor_identifiers_are_personal(commit, identifier):
    assert list(personal.find(f"With {commit.hex()} the queue of {identifier} was emptied.")) == []


@pytest.mark.parametrize(
    ("sum_", "number"),
    [(checksums.luhn, "4111111111111111"), (checksums.verhoeff, "2363"), (checksums.iso7064_11_10, "86095742719")],
)
def test_sums_find_every_single_wrong_digit(sum_, number):
    wrong = [
        number[:place] + digit + number[place + 1 :]
        for place, own in enumerate(number)
        for digit in "0123456789"
        if digit != own
    ]

    assert sum_(number)
    assert not any(map(sum_, wrong))


def test_verhoeff_finds_neighbours_that_changed_places():
    number = "234123412346"
    swapped = [
        number[:at] + number[at + 1] + number[at] + number[at + 2 :]
        for at in range(len(number) - 1)
        if number[at] != number[at + 1]
    ]

    assert checksums.verhoeff(number)
    assert not any(map(checksums.verhoeff, swapped))
