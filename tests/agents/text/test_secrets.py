import itertools
import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.text import personal, secrets

# Put together here, so that no scanner takes this file for a leak.
TOKEN = "ghp_" + "aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3zA5"
TOKENS = {
    "GitHub token": TOKEN,
    "GitLab token": "glpat-" + "x9Kd82mQpLw4Zt7Bn3Vc",
    "Azure secret": "aB1" + "8Q~" + "x9Kd82mQpLw4Zt7Bn3VcR5tY6uI8oP0a",
    "Notion token": "ntn_" + "12345678902" + "aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY",
    "Anthropic key": "sk-" + "ant-api03-9fKd82mQpLw4Zt7Bn3Vc",
    "Mailchimp key": "0c9e1b7a3d5f2468" + "ace013579bdf2468-us14",
    "Telegram bot token": "123456789:" + "AAHk3xQpLw4Zt7Bn3Vc9Kd82mQ5tY6uI8o_",
    "Terraform token": "aB3dE5fG7hJ9kL" + ".atlasv1." + "x9Kd82mQpLw4Zt7Bn3VcR5tY6uI8oP0a" * 2,
    "Facebook app token": "1234567890123456|" + "x9Kd82mQpLw4Zt7Bn3VcR5tY6uI",
    "MaxMind key": "aB3dE5" + "_" + "x9Kd82mQpLw4Zt7Bn3VcR5tY6uI8o" + "_mmk",
    "Twilio key": "SK" + "0c9e1b7a3d5f2468ace013579bdf2468",
}
TOLD = (
    ("the password is hunter2hunter2", "hunter2hunter2"),
    ("The admin password for the staging box is Tr0ub4dor&3x", "Tr0ub4dor&3x"),
    ("Set the password to `Winter2024!` before the demo.", "Winter2024!"),
    ("password = 'swordfish'", "swordfish"),
    ("DB_PASSWORD=s3cr3tPassw0rd", "s3cr3tPassw0rd"),
    ("log in with user mara and password Xk29!pqr", "Xk29!pqr"),
    ("credentials are admin / Pa55w0rd-x", "Pa55w0rd-x"),
    ("the api token is abcd1234efgh5678ijkl", "abcd1234efgh5678ijkl"),
    ("export WEATHER_API_KEY=8f14e45fceea167a5a36dedd4bea2543", "8f14e45fceea167a5a36dedd4bea2543"),
    ("curl -u admin:hunter2x https://x.example", "hunter2x"),
    ("mysql --password=Xy7kkp12", "Xy7kkp12"),
    ("Authorization: Bearer 9f8e7d6c5b4a3210ffee", "9f8e7d6c5b4a3210ffee"),
    ("The door PIN is 4821.", "4821"),
    ("My password is “letmein”", "letmein"),
    ("login joe password qwerty12", "qwerty12"),
    ("https://app:h7Kq-pL2x@db.internal/app", "h7Kq-pL2x"),
)
HARMLESS = (
    "password: see the vault",
    "The password is required.",
    "The password is base64-encoded before it is sent.",
    "The password is 12-digit",
    "passwords: stored as sha256 hashes",
    "password = get_password(user)",
    'password = os.environ["DB_PASSWORD"]',
    "password: ${DB_PASSWORD}",
    "password = settings.DATABASE_PASSWORD",
    "The token is valid for 24h.",
    "The token is refreshed every 15-minute window.",
    "Commit 43fc912ef59a83054ea7f6706df4d53a7dea4d80 broke it.",
    "The key is 29f63271-dc2f-4734-8221-5b31b5169bac",
    "primary key: user_id_2",
    "secret: kubernetes/secrets/db-creds.yaml",
    "Keep the secret in vault://kv/data/app1",
    "The PIN has 4 digits",
    "Login as admin/user: see docs",
    "- **Password reset**: by mail only",
    "max_tokens: 128000",
    "next_page_token=abc123def456ghi789",
    "csrf-token=Mj2qykJO5rELyHgezQ69nzUX0i3OH67V",
    "Set the password to expire after 90days",
)
HOSTILE = (
    "ghp_", "eyJ-", "eyJa.", "api_key=", "password=\"", "password is ", "token for a b ", "curl -u ", "://a:", "xoxb-",
    "-----BEGIN PRIVATE KEY-----", "seed ", "login a/", "aws secret ", "facebook ", " pin for ", "1 2 3 4 5 6 7 8 9 0 ",
    "4111 1111 1111 1111 ", "9", "a@", "a.", "1.1.1.", "(1) ", "+1 ", "DE12 ", "AB12CD34", "ABCDEF12 ", "a:1:", "a.b/~",
    "https://a?", "born 1.1.", "passport ", "\u0130",
)  # fmt: skip
PROSE = "Ask the desk first, the rule for refunds changed with {} and nobody has told the customer of the order."


def test_secret_is_found_where_it_stands():
    text = f"use {TOKEN} here"

    assert [(one.name, text[one.start : one.end]) for one in secrets.find(text)] == [("GitHub token", TOKEN)]


@pytest.mark.parametrize(("name", "token"), TOKENS.items())
def test_tokens_are_known_by_their_shape(name, token):
    assert [one.name for one in secrets.find(f"It was {token}, I think.")] == [name]


@pytest.mark.parametrize(("text", "value"), TOLD)
def test_what_is_told_to_be_a_password_is_found(text, value):
    assert [text[one.start : one.end].rstrip(".") for one in secrets.find(text)] == [value]


@pytest.mark.parametrize("text", HARMLESS)
def test_words_about_passwords_are_no_secrets(text):
    assert list(secrets.find(text)) == []


def test_a_private_key_is_found_whole():
    body = "\n".join("MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQ" + str(n) for n in range(4))
    key = f"-----BEGIN RSA PRIVATE KEY-----\n{body}\n-----END RSA PRIVATE KEY-----"
    text = f"Use\n{key}\nfor the host."

    assert [text[one.start : one.end] for one in secrets.find(text)] == [key]
    assert "MIIE" not in secrets.covered(text)


@given(st.binary(min_size=20, max_size=20), st.uuids())
def test_neither_commits_nor_identifiers_are_secrets(commit, identifier):
    text = "\n".join(PROSE.format(what) for what in (commit.hex(), commit.hex()[:12], identifier, identifier.hex))

    assert list(secrets.find(text)) == []


def test_mask_stands_for_each_secret():
    assert secrets.masked(f"{TOKEN} and {TOKEN}") == "… and …"
    assert secrets.masked("nothing to hide") == "nothing to hide"


def test_a_cover_leaves_four_letters_and_every_place():
    text = f"use {TOKEN} here"

    assert secrets.covered(text) == f"use ghp_{'•' * 36} here"
    assert secrets.covered("password = 'swordfish'") == "password = 'sw•••••••'"
    assert secrets.covered("nothing to hide") == "nothing to hide"


@given(st.lists(st.sampled_from([TOKEN, *TOKENS.values(), *(text for text, _ in TOLD), "\n", " and ", "ß", "İ"])))
def test_what_is_covered_shows_no_secret_and_can_be_put_back(parts):
    text = "\n".join(parts)
    covered = secrets.covered(text)

    assert len(covered) == len(text)
    assert list(secrets.find(covered)) == []
    assert secrets.restored(covered, text) == text
    assert all(token not in covered for token in TOKENS.values())


def test_what_was_typed_into_a_covered_text_stays():
    original = f"key {TOKEN}\nold line\n"
    typed = secrets.covered(original).replace("old line", "new line")

    assert secrets.restored(typed, original) == f"key {TOKEN}\nnew line\n"
    assert secrets.restored("new line\n", original) == "new line\n"


def test_of_secrets_that_look_alike_none_takes_the_place_of_another():
    other = TOKEN[:-4] + "qQ7q"
    original = f"- one: {TOKEN}\n- two: {other}\n"
    covered = secrets.covered(original)
    second = covered.splitlines()[1]

    assert secrets.restored(second, original) == f"- two: {other}"
    assert secrets.restored(second.replace("two", "2"), original) == second.replace("two", "2")
    assert secrets.restored(covered.replace("\n", "\r\n"), original) == original.replace("\n", "\r\n")


def test_a_key_over_many_lines_comes_back_with_the_line_ends_of_a_browser():
    key = (
        "-----BEGIN RSA PRIVATE KEY-----\n" + "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n" * 2 + "-----END RSA PRIVATE KEY-----"
    )
    typed = secrets.covered(f"- a\n{key}\n").replace("\n", "\r\n").replace("- a", "- b")

    assert secrets.restored(typed, f"- a\n{key}\n") == f"- b\n{key}\n".replace("\n", "\r\n")


@given(st.text(alphabet="ab1 @.:/=-_'\"\n🙂İ", max_size=80), st.data())
def test_what_is_found_stands_in_the_text_in_order_and_apart(filler, data):
    told = data.draw(st.lists(st.sampled_from([*TOKENS.values(), "max@firma.de", "+49 30 901820", *HARMLESS])))
    text = filler.join(told)

    for find in (secrets.find, personal.find):
        found = [(one.start, one.end) for one in find(text)]
        assert all(0 <= start < end <= len(text) for start, end in found)
        assert all(end <= start for (_, end), (start, _) in itertools.pairwise(found))


@pytest.mark.parametrize("piece", HOSTILE)
def test_hostile_text_takes_no_longer_than_its_length(piece):
    text = (piece * 65_536)[:65_536]

    start = time.process_time()
    for _ in secrets.find(text):
        pass
    for _ in personal.find(text):
        pass

    assert time.process_time() - start < 5, "a pattern takes more than linear time"


def test_random_letters_alone_are_no_secret():
    chance = random.Random(5)
    words = ["".join(chance.choices("abcdefghijklmnopqrstuvwxyzABCDEFGHIJ0123456789", k=40)) for _ in range(200)]

    assert list(secrets.find("\n".join(words))) == []
