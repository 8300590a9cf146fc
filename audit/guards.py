"""Which guards the database has to have, and which of them are missing."""

from django.db.backends.base.base import BaseDatabaseWrapper

POSTGRESQL = frozenset(
    {
        "audit_event_fixed",
        "audit_event_whole",
        "audit_event_continues",
        "audit_segment_follows",
        "audit_segment_fixed",
        "audit_segment_whole",
        "audit_checkpoint_fixed",
        "audit_checkpoint_whole",
        "audit_head_moves",
        "audit_head_whole",
        "audit_private_fixed",
        "audit_private_whole",
        "audit_blob_stays",
        "audit_blob_fixed",
        "audit_blob_whole",
    }
)
SQLITE = frozenset(
    {
        "audit_event_update",
        "audit_event_delete",
        "audit_event_continues",
        "audit_segment_insert",
        "audit_segment_update",
        "audit_segment_delete",
        "audit_checkpoint_update",
        "audit_checkpoint_delete",
        "audit_checkpoint_insert",
        "audit_head_insert",
        "audit_head_update",
        "audit_head_delete",
        "audit_private_update",
        "audit_private_insert",
        "audit_blob_update",
        "audit_blob_delete",
        "audit_blob_replace",
        "audit_blob_again",
    }
)


def wanted(connection: BaseDatabaseWrapper) -> frozenset[str]:
    return POSTGRESQL if connection.vendor == "postgresql" else SQLITE


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """Names of guards that are not there, or not always on."""
    if connection.vendor == "postgresql":
        found = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'A' AND tgname LIKE 'audit%'"
    else:
        found = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    with connection.cursor() as cursor:
        cursor.execute(found)
        return sorted(wanted(connection) - {name for (name,) in cursor.fetchall()})
