"""The embedded broker: kombu's folder of messages, in which nobody meets half a file.

Kombu opens a file under its final name and writes then. A worker that looks in between takes an empty message and stops
on it, and the message is gone (celery/kombu#1551). Here a file gets its name when it is whole.
"""

from __future__ import annotations

import fcntl
import time
import uuid
from pathlib import Path
from typing import Any

import structlog
from kombu.transport import filesystem
from kombu.utils.json import dumps

log = structlog.get_logger()


class Channel(filesystem.Channel):
    def _put(self, queue: str, payload: Any, **_later_options: Any) -> None:  # type: ignore[override]  # as kombu's own
        name = f"{time.monotonic() * 1000:.0f}_{uuid.uuid4()}.{queue}.msg"  # in the order of sending
        _whole(Path(self.data_folder_out) / name, dumps(payload))

    def _get(self, queue: str) -> Any:  # type: ignore[override]  # as kombu's own
        while True:
            try:
                return super()._get(queue)
            except ValueError:  # cut off by a crash; the tick finds the row that it should have woken
                log.warning("broker.message_unreadable", queue=queue)

    def _queue_bind(self, exchange: str, routing_key: str, pattern: str | None, queue: str) -> None:
        with (self.control_folder / ".lock").open("a") as alone:
            fcntl.flock(alone, fcntl.LOCK_EX)  # until it is closed
            table = self._exchange_file(exchange)  # type: ignore[attr-defined]  # left out of the stubs
            if not table.exists():
                _whole(table, "[]")
            super()._queue_bind(exchange, routing_key, pattern, queue)


class Transport(filesystem.Transport):
    Channel = Channel


def _whole(path: Path, text: str) -> None:
    """Write a file that nobody sees before it is complete."""
    part = path.with_name(f".{uuid.uuid4()}.part")  # no queue is called that
    part.write_text(text, encoding="utf-8")
    part.replace(path)
