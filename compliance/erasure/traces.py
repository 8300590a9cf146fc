"""What a database file keeps of rows that are gone: SQLite's free pages and write-ahead log, made to forget.

PostgreSQL frees old rows by its own vacuum, and its write-ahead log ends with time: see docs/erasure.md.
"""

from __future__ import annotations

import structlog
from django.db import OperationalError, connection

from agents.search import indexing

log = structlog.get_logger(__name__)


def overwrite() -> None:
    """Have SQLite write zeros over whatever this connection deletes from here on."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA secure_delete = ON")


def sweep() -> None:
    """Rewrite an SQLite database and its search index without what is gone.

    Where others hold the database it is left to a later erasure, and the log says so.
    """
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        return
    try:
        indexing.compact()
        with connection.cursor() as cursor:
            cursor.execute("VACUUM")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except OperationalError as busy:
        log.warning("erasure.not_swept", reason=str(busy))
