"""The only reader of the environment. All that is wrong is said at start-up, in one message, with how to mend it."""

from __future__ import annotations

import secrets
from functools import cache
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path

import dj_database_url
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent


class Env(BaseSettings):
    """What may be set from outside; names and meanings are listed in `.env.example`."""

    model_config = SettingsConfigDict(env_file=ROOT / ".env", extra="ignore", env_ignore_empty=True)

    database_url: str = ""
    migrate_database_url: str = ""
    broker_url: str = ""
    secret_key: SecretStr | None = None
    allowed_hosts: str = "127.0.0.1,localhost,[::1]"
    trusted_origins: str = ""
    debug: bool = False
    demo: bool = False
    https: bool = False
    email_url: str = ""
    site_url: str = "http://localhost:8000"
    email_from: str = "Lucid <lucid@localhost>"
    var: Path = Field(default=ROOT / "var", alias="LUCID_VAR")
    signing_queue: str = "lucid"
    key_folder: Path | None = None
    checkpoint_folder: Path | None = None
    checkpoint_keys: SecretStr = SecretStr("")
    private_keys: SecretStr = SecretStr("")
    stream_folder: Path | None = None
    stream_networks: str = ""
    store_roots: str = Field(default="", alias="LUCID_STORE_ROOTS")
    log_level: str = "INFO"
    test_worker: str = Field(default="", alias="PYTEST_XDIST_WORKER")

    @field_validator("database_url", "migrate_database_url")
    @classmethod
    def _known_database(cls, value: str) -> str:
        if value and not value.startswith(("postgres://", "postgresql://", "sqlite:///")):
            raise ValueError("must start with postgresql:// or sqlite:///")
        return value

    @field_validator("broker_url")
    @classmethod
    def _known_broker(cls, value: str) -> str:
        if value and not value.startswith(("redis://", "rediss://", "amqp://", "amqps://", "filesystem://")):
            raise ValueError("must start with redis://, amqp:// or filesystem://; leave it out for the embedded broker")
        return value

    @field_validator("stream_networks")
    @classmethod
    def _known_networks(cls, value: str) -> str:
        _networks(value)  # says which one is none
        return value

    def roots(self) -> list[Path]:
        """Folders below which memory may be kept in files."""
        return [Path(one.strip()) for one in self.store_roots.split(",") if one.strip()]

    def networks(self) -> list[IPv4Network | IPv6Network]:
        """Networks that are not public, and that streams may go to all the same."""
        return _networks(self.stream_networks)

    def database(self, url: str = "") -> dict[str, object]:
        """Django's settings of one database; SQLite under `var/` where no URL is given."""
        url = url or self.database_url or f"sqlite:///{self.var / 'lucid.sqlite3'}"
        config: dict[str, object] = dict(dj_database_url.parse(url, conn_max_age=60, conn_health_checks=True))
        if url.startswith("sqlite"):
            config["CONN_MAX_AGE"] = 0
            config["OPTIONS"] = {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": (
                    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA recursive_triggers=ON; "
                    "PRAGMA foreign_keys=ON; PRAGMA cache_size=-32000;"
                ),
            }
        return config

    def secret(self) -> str:
        """The given key, else one made once and kept in `var/secret_key` (readable by its owner only)."""
        if self.secret_key is not None:
            return self.secret_key.get_secret_value()
        kept = self.var / "secret_key"
        if not kept.exists():
            self.var.mkdir(parents=True, exist_ok=True)
            fresh = self.var / f"secret_key.{secrets.token_hex(4)}"
            fresh.touch(mode=0o600)
            fresh.write_text(secrets.token_urlsafe(48))
            try:
                kept.hardlink_to(fresh)  # the first of several processes wins, the others read its key
            except FileExistsError:
                pass
            finally:
                fresh.unlink()
        return kept.read_text()


def _networks(value: str) -> list[IPv4Network | IPv6Network]:
    return [ip_network(one.strip()) for one in value.split(",") if one.strip()]


@cache
def read() -> Env:
    """Read and check the environment. Exits with one message that names each wrong variable."""
    try:
        return Env()
    except ValidationError as wrong:
        lines = [f"  {'.'.join(map(str, error['loc'])).upper()}: {error['msg']}" for error in wrong.errors()]
        raise SystemExit("Lucid cannot start: the environment is wrong.\n" + "\n".join(lines)) from None
