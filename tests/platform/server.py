"""The platform behind HTTP on 127.0.0.1: faults, then the route, then the answer; and /_control for who tests."""

import json
import threading
import traceback
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from tests.platform import (  # noqa: F401
    agents,
    batches,
    clouds,
    dreams,
    faults,
    memories,
    messages,
    models,
    routing,
    sessions,
    stores,
)
from tests.platform.errors import Refused, invalid
from tests.platform.routing import Streamed
from tests.platform.state import Platform

CONTROL = "/_control/"


@dataclass
class Asked:
    method: str
    path: str
    query: dict
    headers: dict
    body: object = None
    status: int | None = None

    def shown(self):
        return {name: getattr(self, name) for name in ("method", "path", "query", "headers", "body", "status")}


@dataclass
class Answer:
    status: int
    content: bytes
    headers: dict = field(default_factory=dict)
    cut: bool = False


def answered(platform, asked, raw):
    request_id = platform.new_id("req")
    with platform.lock:
        platform.record.append(asked)
        hitting = faults.due(platform, asked)
    try:
        asked.body = _parsed(raw)
        faults.before(platform, asked, hitting)
        with platform.lock:
            said = routing.served(platform, asked)
        answer = _written(200, said)
    except Refused as refusal:
        answer = _written(refusal.status, refusal.body(request_id))
        answer.headers |= refusal.headers
    asked.status = answer.status
    faults.after(hitting, answer)
    answer.headers["request-id"] = request_id
    return answer


def controlled(platform, verb, raw):
    try:
        said = platform.do(verb, json.loads(raw or b"{}"))
    except (ValueError, TypeError, KeyError) as error:
        return _written(400, {"problem": f"{type(error).__name__}: {error}"})
    return _written(200, said)


def _parsed(raw):
    if not raw:
        return {}
    try:
        return json.loads(raw)
    except ValueError as error:
        raise invalid("the body is not JSON") from error


def _written(status, said):
    if isinstance(said, Streamed):
        return Answer(status, said.encode(), {"content-type": said.kind})
    return Answer(status, json.dumps(said).encode(), {"content-type": "application/json"})


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body leave together: apart, the second waits 40 ms for an answer to the first
    disable_nagle_algorithm = True

    def do_POST(self):
        platform, parts = self.server.platform, urlsplit(self.path)
        raw = self.rfile.read(int(self.headers.get("content-length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        query = parse_qs(parts.query, keep_blank_values=True)
        try:
            if parts.path.startswith(CONTROL):
                answer = controlled(platform, parts.path.removeprefix(CONTROL), raw)
            else:
                answer = answered(platform, Asked(self.command, parts.path, query, headers), raw)
        except faults.Dropped:
            self.close_connection = True
            return
        except Exception:
            platform.bugs.append(traceback.format_exc())
            answer = _written(500, {"type": "error", "error": {"type": "api_error", "message": "the fake is broken"}})
        self._send(answer)

    do_GET = do_DELETE = do_POST  # noqa: N815 - http.server's names

    def _send(self, answer):
        try:
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(answer.content)))
            self.end_headers()
            self.wfile.write(answer.content[: len(answer.content) // 2] if answer.cut else answer.content)
            self.wfile.flush()
            self.close_connection = self.close_connection or answer.cut
        except ConnectionError:  # who asked did not wait
            self.close_connection = True

    def log_message(self, *_arguments):
        pass


class _Server(ThreadingHTTPServer):
    request_queue_size = 64

    def handle_error(self, request, client_address):
        pass  # only a connection that went away ends here: the rest is kept as a bug


def bound(platform, port=0):
    server = _Server(("127.0.0.1", port), _Handler)
    server.platform = platform
    platform.url = f"http://127.0.0.1:{server.server_port}"
    return server


@contextmanager
def serving():
    """A platform in a thread of this process."""
    platform = Platform()
    server = bound(platform)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield platform
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
    assert not platform.bugs, platform.bugs[0]
