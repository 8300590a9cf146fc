"""Receivers that speak real TLS: an HTTPS server and a syslog server, with a certificate authority of their own."""

import hashlib
import hmac
import json
import socket
import ssl
import threading
from base64 import b64decode, b64encode
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

DAY = timedelta(days=1)


def authority(folder, host="localhost"):
    """(PEM of the authority, context of a server that it vouches for)."""
    ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    ca_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test authority")])
    signs = (False, False, False, False, False, True, True, False, False)  # certificates and revocations
    own = x509.SubjectKeyIdentifier.from_public_key(ca_key.public_key())
    ca = (
        _begun(ca_name, ca_name, ca_key)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.KeyUsage(*signs), critical=True)
        .add_extension(own, critical=False)
        .sign(ca_key, hashes.SHA256())
    )
    names = x509.SubjectAlternativeName([x509.DNSName(host)])
    leaf = (
        _begun(x509.Name([]), ca_name, key)
        .add_extension(names, critical=True)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(own), critical=False)
        .sign(ca_key, hashes.SHA256())
    )
    pem = folder / "server.pem"
    plain = serialization.NoEncryption()
    secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    pem.write_bytes(secret + leaf.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return ca.public_bytes(serialization.Encoding.PEM).decode(), context


def _begun(subject, issuer, key):
    now = datetime.now(UTC)
    made = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key.public_key())
    made = made.serial_number(x509.random_serial_number()).not_valid_before(now - DAY)
    return made.not_valid_after(now + DAY)


class Webhook:
    """What came, in the order it came. `answers` are taken one by one: a status, or what to do with a request: a
    function that may store what came and returns a status, None to hang up without an answer. Else 200.
    """

    def __init__(self, context):
        self.taken, self.requests, self.answers = [], [], []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.requests.append((self.path, dict(self.headers), body))
                answer = outer.answers.pop(0) if outer.answers else 200
                status = answer(body) if callable(answer) else answer
                if status is None:
                    self.close_connection = True
                    return
                if status == 200 and not callable(answer):
                    outer.taken.extend(events(body))
                self.send_response(status)
                if 300 <= status < 400:
                    self.send_header("Location", f"https://localhost:{outer.port}/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_arguments):
                """Says nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.handle_error = lambda *_arguments: None
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def url(self):
        return f"https://localhost:{self.port}/in?source=lucid"

    def store_then(self, status):
        def act(body):
            self.taken.extend(events(body))
            return status

        return act

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Syslog:
    """Takes connections one after the other. `polite` answers close_notify, as RFC 5425 asks."""

    def __init__(self, context, *, polite=True):
        self.messages, self.polite = [], polite
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        self.context = context
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def address(self):
        return f"localhost:{self.port}"

    def _serve(self):
        while True:
            try:
                plain, _ = self.listening.accept()
            except OSError:
                return
            try:
                self._take(self.context.wrap_socket(plain, server_side=True))
            except OSError:
                plain.close()

    def _take(self, wire):
        raw = b""
        while more := wire.recv(65536):
            raw += more
        while raw:
            size, _, rest = raw.partition(b" ")
            self.messages.append(rest[: int(size)])
            raw = rest[int(size) :]
        if self.polite:
            wire.unwrap()
        wire.close()

    def close(self):
        self.listening.close()


def events(body):
    """The numbers of the events in a body, without checkpoints and test lines."""
    return [row["seq"] for row in map(json.loads, body.splitlines()) if "seq" in row]


def is_signed(secret, headers, body):
    """As a receiver checks it, written from the specification of Standard Webhooks."""
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    mac = hmac.new(b64decode(secret.removeprefix("whsec_")), signed, hashlib.sha256).digest()
    return headers["webhook-signature"] == "v1," + b64encode(mac).decode()
