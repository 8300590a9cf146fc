"""Secrets that are known by what stands before them: a name, a flag, a header, or a sentence that tells a password."""

from __future__ import annotations

import re

from agents.text.detectors import Detector
from agents.text.placeholders import is_made, is_named, is_random, is_real, is_thought_up

_GIVES = r"[\"'`\]]{0,2}\s{0,3}(?:=>|:=|\|\||[:=])\s{0,3}"
_QUOTED = r"(?P<quote>[\"'`])(?P<value>[^\"'`\s]{6,200})(?P=quote)"
_BARE = r"[\"'`]?(?P<value>[^\s\"'`,;&<>)]{6,200})"
_PASSWORDS = ("password", "passwd", "passphrase", "passcode", "pwd")
_KEYS = (
    "api_key", "api-key", "api key", "apikey", "api_secret", "api-secret", "apisecret", "api_token", "api-token",
    "access_key", "access-key", "access key", "accesskey", "accountkey", "secret", "token", "auth_key", "auth-key",
    "authkey", "private_key", "private-key", "privatekey", "encryption_key", "signing_key", "credential",
    "credentials", "consumer_key", "master_key", "license_key", "webhook_key", "service_key",
)  # fmt: skip
# Names under which services give out keys that carry no sign of their own.
_SERVICES = (
    "adafruit", "algolia", "asana", "atlassian", "bitbucket", "bittrex", "cloudflare", "codecov", "cohere", "coinbase",
    "confluent", "contentful", "datadog", "droneci", "dropbox", "etsy", "fastly", "finicity", "finnhub", "flickr",
    "freshbooks", "gitter", "hubspot", "intercom", "jfrog", "kraken", "kucoin", "launchdarkly", "lob", "looker",
    "mailgun", "mattermost", "meraki", "messagebird", "mistral", "netlify", "newrelic", "new_relic", "nytimes", "okta",
    "openweathermap", "plaid", "rapidapi", "sendbird", "sentry", "sourcegraph", "sumologic", "sumo", "travis", "trello",
    "twitch", "twitter", "yandex", "zendesk",
)  # fmt: skip
_FOR = r"(?:\s{1,2}(?:for|of|to|on|at|in|from)\s[^.\n:=\"'`]{1,50}?)?"
_SAYS = r"(?:\s{1,2}(?:is now|is|was|will be|being|to|becomes|->|→)\s{1,2}|:\s{1,3})(?:now\s)?"
_SAID_OF = (
    "required", "optional", "incorrect", "wrong", "weak", "strong", "hidden", "expired", "invalid", "valid", "reset",
    "empty", "missing", "unknown", "changed", "correct", "encrypted", "hashed", "stored", "masked", "private", "public",
    "secret", "secure", "shared", "unset", "visible", "string", "number", "boolean", "password", "passwd", "username",
    "default", "accepted", "rejected", "revoked", "rotated",
)  # fmt: skip


def _is_quoted_password(value: str) -> bool:
    return is_real(value) and value.lower() not in _SAID_OF and not is_named(value)


def _is_key(value: str) -> bool:
    return is_made(value.rstrip("."))


def _is_pin(value: str) -> bool:
    return len(set(value)) > 1


def _phrase(pieces: tuple[str, ...]) -> str:
    return "|".join(map(re.escape, pieces))


ASSIGNED = (
    Detector(
        "assigned password",
        (*_PASSWORDS, "client_secret", "client-secret", "clientsecret", "secret_key", "secret-key", "secretkey"),
        re.compile(
            rf"(?i:{'|'.join(_PASSWORDS)}|client[_-]?secret|secret[_-]?key){_GIVES}{_QUOTED}",
        ),
        _is_quoted_password,
        folded=True,
    ),
    Detector(
        "assigned password",
        _PASSWORDS,
        re.compile(rf"(?i:{'|'.join(_PASSWORDS)}){_GIVES}{_BARE}"),
        is_thought_up,
        folded=True,
    ),
    Detector(
        "AWS secret key",
        ("aws",),
        re.compile(
            r"(?i:aws)[\w .-]{0,20}(?i:secret)[\w .-]{0,20}[=:]\s{0,3}[\"']?"
            r"(?P<value>[A-Za-z0-9/+]{40})(?![A-Za-z0-9/+])"
        ),
        is_random,
        folded=True,
    ),
    Detector(
        "assigned key",
        _KEYS,
        re.compile(
            rf"(?<!public)(?<!public[_ -])(?<!csrf)(?<!csrf[_ -])(?<!xsrf[_ -])(?<!page)(?<!page[_ -])"
            rf"(?i:{_phrase(_KEYS)}){_GIVES}[\"'`]?(?P<value>[\w+/=.~-]{{16,300}})(?![\w(+/])"
        ),
        _is_key,
        folded=True,
    ),
    Detector(
        "key of a service",
        _SERVICES,
        re.compile(
            rf"(?<![A-Za-z])(?i:{_phrase(_SERVICES)})"
            r"(?:[\w .-]{0,20}(?i:key|token|secret|pat|auth))?"
            rf"{_GIVES}[\"'`]?(?P<value>[\w=-]{{20,100}})(?![\w(./+-])"
        ),
        _is_key,
        folded=True,
    ),
    Detector(
        "Facebook app token",
        ("facebook",),
        re.compile(r"(?i:facebook)[^\n]{0,40}?(?<!\d)(?P<value>\d{15,16}\|[\w-]{27})(?![\w-])"),
        is_random,
        folded=True,
    ),
    Detector(
        "connection string",
        ("accountkey=", "sharedaccesskey="),
        re.compile(r"(?i:accountkey|sharedaccesskey)=(?P<value>[A-Za-z0-9+/]{40,90}={0,2})"),
        is_random,
        folded=True,
    ),
)
SENT = (
    Detector(
        "password in a URL",
        ("://",),
        re.compile(r"://[^\s/:@\"'`<>]{0,100}:(?P<value>[^\s/@\"'`<>]{3,200})@[\w\[]"),
        is_real,
    ),
    Detector(
        "authorization header",
        ("bearer ", "basic ", "authorization: ", 'authorization": ', "x-api-key: ", "private-token: "),
        re.compile(
            r"(?i:(?:authorization[\"']?:\s{1,3}[\"']?)?(?:bearer|basic|token)|x-api-key:|private-token:)"
            r"\s{1,3}(?P<value>[\w+/=.~-]{16,4000})"
        ),
        is_made,
        folded=True,
    ),
    Detector(
        "password in a command",
        ("curl ", "wget "),
        re.compile(
            r"(?:curl|wget)\s[^\n|;]{0,300}?(?:-u|--user)[ =]?[\"']?[^\s:\"']{1,80}:(?P<value>[^\s\"'@]{4,100})"
        ),
        is_real,
        folded=True,
    ),
    Detector(
        "password in a command",
        ("--password", "--passwd", "--token", "--api-key", "--apikey", "--secret", "sshpass -p"),
        re.compile(
            r"(?:--(?:password|passwd|token|api-?key|secret)[a-z-]{0,20}|sshpass -p)[ =]{0,2}[\"']?"
            r"(?P<value>[^\s\"'`]{6,200})"
        ),
        is_thought_up,
        folded=True,
    ),
    Detector(
        "password in .netrc",
        ("login ",),
        re.compile(r"(?<!\w)login \S{1,80}\s{1,4}password (?P<value>\S{4,100})"),
        is_real,
        folded=True,
    ),
)
TOLD = (
    Detector(
        "password in a sentence",
        (*_PASSWORDS, "pass code"),
        re.compile(
            rf"(?i:{_phrase(_PASSWORDS)}|pass code){_FOR}{_SAYS}[\"'`“‘(*]{{0,3}}(?P<value>[^\s\"'`”’,;]{{6,100}})"
        ),
        is_thought_up,
        folded=True,
    ),
    Detector(
        "key in a sentence",
        ("api key", "api token", "access key", "access token", "auth token", "bearer token", "secret", "token"),
        re.compile(
            rf"(?<!public )(?<!csrf )(?<![A-Za-z])(?i:(?:api|access|auth|bearer) (?:key|token)|secret(?: key)?|token)"
            rf"{_FOR}\s{{1,2}}(?:is now|is|was|will be|being|to|becomes)\s{{1,2}}(?:now\s)?[\"'`“‘(*]{{0,3}}"
            r"(?P<value>[\w+/=.~-]{12,300})"
        ),
        _is_key,
        folded=True,
    ),
    Detector(
        "password in a sentence",
        _PASSWORDS,
        re.compile(rf"(?i:{_phrase(_PASSWORDS)}){_FOR}{_SAYS}(?:\*\*)?[\"'`“‘](?P<value>[^\s\"'`”’]{{4,100}})[\"'`”’]"),
        _is_quoted_password,
        folded=True,
    ),
    Detector(
        "password in a sentence",
        _PASSWORDS,
        re.compile(rf"(?i:{_phrase(_PASSWORDS)})\s{{1,2}}[\"'`“‘(]?(?P<value>[^\s\"'`”’,;)]{{8,100}})"),
        is_thought_up,
        folded=True,
    ),
    Detector(
        "password in a sentence",
        ("login", "credentials", "creds", "account", "log in", "sign in"),
        re.compile(
            r"(?i:logins?|credentials|creds|account|log in|sign in)\s?(?:details)?(?:\sare|\sis|\swith|\sas|:)\s{1,2}"
            r"[\"'`]?[^\s/:\"'`]{2,60}[\"'`]?\s?(?:/|:|\swith)\s?[\"'`]?(?P<value>[^\s\"'`,;/]{6,80})"
        ),
        is_thought_up,
        folded=True,
    ),
    Detector(
        "PIN",
        (" pin ", " pin:", "passcode", "door code", "access code", "pin code", "unlock code"),
        re.compile(
            rf"(?:\s(?:PIN|pin)(?= code\s|\s|:)(?: code)?|(?i:passcode|(?:door|access|pin|unlock) code)){_FOR}{_SAYS}"
            r"[\"'`“#*]{0,2}(?P<value>\d{4,8})(?![\w-]|[.,]\d)"
        ),
        _is_pin,
        folded=True,
    ),
    Detector(
        "recovery phrase",
        ("seed", "recovery", "mnemonic"),
        re.compile(
            r"(?i:seed|recovery|mnemonic)(?: phrase| words)?(?:\s(?:is|are))?:?\s{1,2}[\"'`“]?"
            r"(?P<value>(?:[a-z]{3,8}[ ,]{1,2}){11,23}[a-z]{3,8})(?![a-z ]{2})"
        ),
        folded=True,
    ),
)
DETECTORS = ASSIGNED + SENT + TOLD
