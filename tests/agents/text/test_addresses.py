from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.text import addresses

PIECES = st.sampled_from(
    ["https://a.example/x?y={z}", "//b.example", "(", ")", "<", ">", "joe@mail.example", "www.c.example", "mailto:",
     " ", "\n", ".",
     "d.example/p", "@", "[", "]", "http://[::1]/", "https://u:p@h", "ä"]
)  # fmt: skip


def told(text):
    return [(one.kind, text[one.start : one.end], one.host) for one in addresses.find(text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("See https://A.example/x.", ("url", "https://A.example/x", "a.example")),
        ("(https://a.example/x_(y))", ("url", "https://a.example/x_(y)", "a.example")),
        ("<https://a.example>", ("url", "https://a.example", "a.example")),
        ('<img src="//a.example/p">', ("url", "//a.example/p", "a.example")),
        (
            "[x](https://a.example/{{mail}}?q=<customer id>)",
            ("url", "https://a.example/{{mail}}?q=<customer id>", "a.example"),
        ),
        ("[x]: https://a.example:8443/y", ("url", "https://a.example:8443/y", "a.example")),
        ("at www.a.example/y now", ("url", "www.a.example/y", "www.a.example")),
        ("https://good.example@a.example/", ("url", "https://good.example@a.example/", "a.example")),
        ("https://good.example\\@a.example/", ("url", "https://good.example\\@a.example/", "a.example")),
        ("http://[2001:db8::1]/x", ("url", "http://[2001:db8::1]/x", "[2001:db8::1]")),
        ("https://a\u3002example/x", ("url", "https://a\u3002example/x", "a.example")),
        ("https://a%2Eexample/x", ("url", "https://a%2Eexample/x", "a.example")),
        ("write to Joe.Doe+x@Mail.example.", ("mail", "Joe.Doe+x@Mail.example", "mail.example")),
        ("mailto:joe@a.example?body={x}", ("mail", "mailto:joe@a.example?body={x}", "a.example")),
        ("send it to relay.example.", ("host", "relay.example", "relay.example")),
        ("send it to relay.example/in?x=1", ("host", "relay.example/in?x=1", "relay.example")),
        ('connect(("target.server", 8080))', ("host", "target.server", "target.server")),
    ],
)
def test_an_address_is_read_as_a_browser_reads_it(text, found):
    assert told(text) == [found]


@pytest.mark.parametrize(
    "text",
    [
        "notes.md and setup.py",
        "quote_api.latency.ms",
        "e.g. this",
        "by mail.If so",
        "a // b",
        "self.value.io()",
        "version 1.2.3",
    ],
)
def test_files_and_measures_are_no_addresses(text):
    assert told(text) == []


@pytest.mark.parametrize(
    ("host", "is_local"),
    [("localhost", True), ("minio", True), ("db.internal", True), ("192.168.1.4", True), ("127.0.0.1", True),
     ("[::1]", True),
     ("0x7f000001", True), ("169.254.169.254", False), ("8.8.8.8", False), ("134744072", False), ("a.example", False)],
)  # fmt: skip
def test_a_local_host_is_one_that_nobody_outside_owns(host, is_local):
    (one,) = addresses.find(f"http://{host}/x")

    assert one.is_local is is_local


def test_known_are_hosts_below_and_mail_addresses_but_not_whole_mail_services():
    known = addresses.known("See https://larkhaven.example/docs, ask joe@gmail.com or finance@partner.example.")

    assert known == {"larkhaven.example", "joe@gmail.com", "finance@partner.example", "partner.example"}
    said = "https://api.larkhaven.example https://notlarkhaven.example joe@gmail.com eve@gmail.com ann@partner.example"
    assert [one.is_known(known) for one in addresses.find(said)] == [True, False, True, False, True]
    assert not addresses.find("https://x.example")[0].is_known({"example"})


@pytest.mark.parametrize(
    ("known", "said", "is_known"),
    [
        ("https://github.com/larkhaven/app", "https://github.com/larkhaven/other?x=1", True),
        ("https://github.com/larkhaven/app", "https://github.com/evil/app", False),
        ("https://github.com/larkhaven/app", "https://gist.github.com/evil", False),
        ("https://docs.google.com/forms/d/ours", "https://docs.google.com/forms/d/ours?x=1", True),
        ("https://docs.google.com/forms/d/ours", "https://docs.google.com/forms/d/evil", False),
        ("https://larkhaven.github.io/x", "https://evil.github.io/x", False),
    ],
)
def test_a_place_on_a_shared_host_is_known_by_whose_it_is(known, said, is_known):
    (one,) = addresses.find(said)

    assert one.is_known(addresses.known(known)) is is_known


@given(st.one_of(st.text(), st.lists(PIECES).map("".join)))
def test_addresses_stand_in_order_and_apart(text):
    found = addresses.find(text)

    assert all(0 <= one.start < one.end <= len(text) for one in found)
    assert all(one.end <= after.start for one, after in pairwise(found))
    assert all(isinstance(one.is_local, bool) for one in found)
