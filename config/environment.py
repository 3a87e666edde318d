"""Where settings come from, and what is said when one is wrong.

A name is looked up in this order: the environment, the file that ``NAME_FILE`` points to, ``.env``
in the project's folder, ``local.env`` in ``DATA_DIR`` (secrets that ``make run`` generated), the
default.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote, urlsplit

from celery.app.defaults import SETTING_KEYS

T = TypeVar("T")

TRUE = {"1", "true", "yes", "on"}
FALSE = {"0", "false", "no", "off", ""}


class ConfigurationError(SystemExit):
    """Stops whatever program reads the settings, with one line that names the variable."""

    def __init__(self, name: str, problem: str) -> None:
        super().__init__(f"{name}: {problem}")


def read_env_file(path: Path) -> dict[str, str]:
    """``NAME=value`` lines; blank lines and lines that begin with ``#`` are passed over."""
    if not path.is_file():
        return {}
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    pairs = (line.partition("=") for line in lines if line and not line.startswith("#"))
    return {name.strip(): value.strip().strip("\"'") for name, _, value in pairs}


class Environment:
    def __init__(self, base_dir: Path, variables: Mapping[str, str] | None = None) -> None:
        self.variables = dict(os.environ if variables is None else variables)
        self.fallback = read_env_file(base_dir / ".env")
        self.data_dir = (base_dir / self.text("DATA_DIR", "var")).resolve()
        self.fallback = read_env_file(self.data_dir / "local.env") | self.fallback

    def find(self, name: str) -> str | None:
        """The value, or None where the name is given nowhere or is empty."""
        if self.variables.get(name):
            return self.variables[name]
        for source in (self.variables, self.fallback):
            if file := source.get(f"{name}_FILE"):
                return self._read(name, Path(file))
        return self.fallback.get(name) or None

    def _read(self, name: str, file: Path) -> str:
        try:
            return file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigurationError(f"{name}_FILE", f"{file} can't be read ({error})") from error

    def given(self, name: str) -> bool:
        return self.find(name) is not None

    def text(self, name: str, default: str | None = None) -> str:
        value = self.find(name)
        if value is None:
            value = default
        if value is None:
            raise ConfigurationError(name, "must be set; .env.example says what it is for")
        return value

    def read_as(
        self, name: str, default: str | None, convert: Callable[[str], T], wanted: str
    ) -> T:
        value = self.text(name, default)
        try:
            return convert(value)
        except (ValueError, KeyError) as error:
            shown = "its value" if _secret(name) else repr(value)
            raise ConfigurationError(name, f"{shown} is not {wanted}") from error

    def number(self, name: str, default: int) -> int:
        return self.read_as(name, str(default), int, "a whole number")

    def port(self, name: str, default: int) -> int:
        return self.read_as(name, str(default), _port, "a port between 1 and 65535")

    def flag(self, name: str, default: bool = False) -> bool:
        return self.read_as(name, str(default), _flag, "one of 1, 0, true, false, yes, no, on, off")

    def words(self, name: str, default: str = "") -> list[str]:
        """A list separated by commas."""
        return [word.strip() for word in self.text(name, default).split(",") if word.strip()]

    def http_url(self, name: str, default: str | None = None) -> str:
        return self.read_as(
            name, default, _http_url, "an address that begins with http:// or https://"
        )

    def broker_url(self) -> str:
        """``BROKER_URL``, or one made of its parts, in which any character may occur."""
        if (url := self.find("BROKER_URL")) is not None:
            if urlsplit(url).scheme not in {"amqp", "amqps", "pyamqp"}:
                raise ConfigurationError(
                    "BROKER_URL",
                    "must begin with amqp:// or amqps://; the catalogue needs RabbitMQ",
                )
            return url
        port = self.port("BROKER_PORT", self.port("RABBITMQ_PORT", 5672))
        user = quote(self.text("BROKER_USER", "catalogue"), safe="")
        password = quote(self.text("BROKER_PASSWORD", ""), safe="")
        vhost = quote(self.text("BROKER_VHOST", "catalogue"), safe="")
        return f"amqp://{user}:{password}@{self.text('BROKER_HOST', '127.0.0.1')}:{port}/{vhost}"

    def solr_url(self) -> str:
        default = f"http://127.0.0.1:{self.port('SOLR_PORT', 8983)}/solr"
        return self.http_url("SOLR_URL", default).rstrip("/")


def refuse_unknown_celery_settings(names: Iterable[str]) -> None:
    """A misspelt setting would otherwise be ignored without a word."""
    # Celery's Django fixup reads the last one, which is missing in Celery's own table.
    known = SETTING_KEYS | {"db_reuse_max"}
    for name in names:
        if name.startswith("CELERY_") and name.removeprefix("CELERY_").lower() not in known:
            raise ConfigurationError(name, "is no setting of Celery")


def _secret(name: str) -> bool:
    return any(word in name for word in ("SECRET", "PASSWORD", "TOKEN", "AUTH", "URL"))


def _port(value: str) -> int:
    if not 1 <= int(value) <= 65535:
        raise ValueError(value)
    return int(value)


def _flag(value: str) -> bool:
    word = value.strip().lower()
    if word not in TRUE | FALSE:
        raise ValueError(value)
    return word in TRUE


def _http_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError(value)
    return value
