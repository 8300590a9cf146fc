"""Two roles on PostgreSQL: an owner that migrates, and the application's, which cannot rewrite the log."""

from django.db.backends.base.base import BaseDatabaseWrapper

# What the application may do to these tables; to all others it may do everything that rows know.
_AUDIT = {
    "audit_event": "SELECT, INSERT",
    "audit_segment": "SELECT",
    "audit_checkpoint": "SELECT, INSERT",
    "audit_delivery": "SELECT, INSERT, UPDATE (state, attempts, next_at, confirmed_at, error)",
    "audit_loghead": "SELECT, INSERT, UPDATE",
    "audit_private": "SELECT, INSERT, DELETE",
    "audit_blob": "SELECT, INSERT, UPDATE (text, erased_at)",
    "django_migrations": "SELECT",
}


class NoRoles(RuntimeError):
    """This database has no roles."""


def grants(*, role: str, connection: BaseDatabaseWrapper) -> list[str]:
    """The statements that make `role` the application's. The owner runs them after each migration. Raises NoRoles."""
    if connection.vendor != "postgresql":
        raise NoRoles("only PostgreSQL knows roles")
    with connection.cursor() as cursor:
        cursor.execute("SELECT quote_ident(current_schema()), quote_ident(%s)", [role])
        schema, role = cursor.fetchone()
    return [
        f"GRANT USAGE ON SCHEMA {schema} TO {role}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {role}",
        f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {schema} TO {role}",
        *(f"REVOKE ALL ON {schema}.{table} FROM {role}" for table in _AUDIT),
        *(f"GRANT {may} ON {schema}.{table} TO {role}" for table, may in _AUDIT.items()),
    ]
