"""Reads EMAIL_URL (smtp://user:password@host:port, smtps:// for TLS from the start) into Django's mail settings."""

from urllib.parse import unquote, urlsplit


def parse(url: str) -> dict[str, object]:
    """Django's EMAIL_* settings. Raises SystemExit with the reason where the URL is of another kind."""
    parts = urlsplit(url)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise SystemExit("Lucid cannot start: EMAIL_URL must be smtp://user:password@host:port or smtps://…")
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or (465 if parts.scheme == "smtps" else 587),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_USE_TLS": parts.scheme == "smtp",
        "EMAIL_TIMEOUT": 20,
    }
