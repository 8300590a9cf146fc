"""Where a stream may go, and that what was looked up is what is connected to."""

import socket
import threading
import time
from contextlib import suppress
from datetime import timedelta
from functools import partial
from ipaddress import ip_address, ip_network

import pytest

from accounts import reaching
from accounts.reaching import BadAddress, Place
from compliance.models import Destination
from compliance.streaming import addresses, delivering, wires
from tests.recipes import AT


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.1"),
        *("224.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1", "240.0.0.1"),
        *("::1", "::", "fe80::1", "fc00::1", "ff02::1", "2001:db8::1", "::ffff:10.0.0.1", "::ffff:127.0.0.1"),
        *("64:ff9b::10.0.0.1", "64:ff9b::169.254.169.254", "2002:a00:1::1", "2001:0:a00:1::1"),
    ],
)
def test_only_public_addresses_are_sent_to(settings, address):
    settings.STREAM_NETWORKS = []

    assert not reaching.is_allowed(ip_address(address))


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1", "64:ff9b::93.184.216.34"])
def test_public_addresses_are(settings, address):
    settings.STREAM_NETWORKS = []

    assert reaching.is_allowed(ip_address(address))


def test_an_installation_may_allow_networks(settings):
    settings.STREAM_NETWORKS = [ip_network("10.1.0.0/16")]

    assert reaching.is_allowed(ip_address("10.1.2.3"))
    assert reaching.is_allowed(ip_address("::ffff:10.1.2.3"))
    assert not reaching.is_allowed(ip_address("10.2.2.3"))


@pytest.mark.parametrize(
    "url",
    [
        *("http://a.example/", "ftp://a.example", "a.example", "https://", "https:///x", "https://u:p@a.example/"),
        *("https://a.example/#x", "https://a.example:99999/", "https://[::1", "https://a.example/x y"),
        *("https://ä.example/", "https://a_b.example/", "https://a.example/\r\nX: y", "https://" + "a" * 600),
        *("https://a.example\\@b.example/", "https://%31/", "https://-a.example/"),
    ],
)
def test_no_web_address(url):
    with pytest.raises(BadAddress):
        reaching.web(url)


def test_what_an_address_says():
    assert reaching.web("https://A.example") == Place("a.example", 443, "/")
    assert reaching.web("https://a.example:8443/x?y=1") == Place("a.example", 8443, "/x?y=1")
    assert reaching.web("https://[2606:2800::1]:1/").named == "[2606:2800::1]:1"
    assert addresses.syslog("logs.example") == Place("logs.example", 6514)
    assert addresses.syslog("[2606:2800::1]:99") == Place("2606:2800::1", 99)
    for wrong in ("a b", "u@a.example", "a.example/x", "a.example:x", "", "https://a.example"):
        with pytest.raises(BadAddress):
            addresses.syslog(wrong)


@pytest.mark.parametrize("name", ["../a", "/etc/passwd", "a/b", "", ".hidden", "a\0", "-rf", "a" * 101, "ä"])
def test_a_file_has_no_folder_of_its_own(inside, name):
    with pytest.raises(BadAddress):
        addresses.file(name)


def test_files_need_a_folder_that_the_installation_names(settings):
    settings.STREAM_FOLDER = None

    with pytest.raises(BadAddress, match="STREAM_FOLDER"):
        addresses.file("a.jsonl")


def test_one_name_of_several_addresses_is_refused_for_one_of_them(settings, monkeypatch):
    settings.STREAM_NETWORKS = []
    known = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, 443)) for host in ("93.184.216.34", "169.254.169.254")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_arguments, **_more: known)

    with pytest.raises(BadAddress, match=r"169\.254\.169\.254"):
        reaching.resolve(Place("twice.example", 443))


def test_a_name_is_looked_up_once(authority, webhook, monkeypatch):
    """Whoever answers the second look-up with another address has no second look-up."""
    asked, real = [], socket.getaddrinfo

    def look_up(host, *arguments, **more):
        asked.append(host)
        return real(host, *arguments, **more)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    with wires.tls(Place("localhost", webhook.port), ca=authority[0]):
        pass
    assert asked[0] == "localhost"
    assert "localhost" not in asked[1:]


def test_a_server_that_nobody_vouches_for_gets_nothing(webhook, authority):
    for place, ca in ((Place("localhost", webhook.port), ""), (Place("127.0.0.1", webhook.port), authority[0])):
        with pytest.raises(wires.NotDelivered), wires.tls(place, ca=ca):
            pass
    assert webhook.requests == []


def test_a_server_that_says_nothing_is_left_after_some_time(authority, inside):
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        with pytest.raises(wires.NotDelivered), wires.tls(Place("localhost", port), ca=authority[0], seconds=0.3):
            pass


def test_a_server_that_trickles_is_left_as_well(authority, inside):
    """No single read of it takes long."""

    def trickle():
        with authority[1].wrap_socket(listening.accept()[0], server_side=True) as wire, suppress(OSError):
            while True:
                wire.sendall(b"x")
                time.sleep(0.01)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=trickle, daemon=True).start()
        place = Place("localhost", listening.getsockname()[1])
        began = time.monotonic()
        with wires.tls(place, ca=authority[0], seconds=0.3) as wire:
            assert set(iter(partial(wire.recv, 1), b"")) == {b"x"}
    assert time.monotonic() - began < 5


def test_without_leave_nothing_is_sent_to_this_machine(team, happen, added, webhook, settings):
    destination = added(address=webhook.url).destination
    settings.STREAM_NETWORKS = []

    assert delivering.deliver(destination_id=destination.pk, clock=lambda: AT + timedelta(minutes=1)) == 0
    assert "does not send to" in Destination.objects.of(team.row).get().problem
    assert webhook.requests == []
