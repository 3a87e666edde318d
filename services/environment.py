"""Settings for what runs before Django can: the same order of look-up as `config.environment`.

The environment, the file that NAME_FILE points to, `.env` in the project's folder, `local.env` in
DATA_DIR, the default. Empty counts as not given.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path

from services.rabbitmq import Account

PROJECT = Path(__file__).resolve().parent.parent
LOCAL = "local.env"
HIGHEST_RABBITMQ_PORT = 45_000

# Secrets that are made where none is given. They stay in DATA_DIR.
GENERATED: Mapping[str, Callable[[], str]] = {
    "SECRET_KEY": lambda: secrets.token_urlsafe(50),
    "BROKER_PASSWORD": lambda: secrets.token_urlsafe(24),
    "FLOWER_BASIC_AUTH": lambda: f"operator:{secrets.token_urlsafe(15)}",
}


class SettingError(Exception):
    """A setting has a value that can't be used; the message names it."""


def read_env_file(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    pairs = (line.partition("=") for line in lines if line and not line.startswith("#"))
    return {name.strip(): value.strip().strip("\"'") for name, _, value in pairs}


class Environment:
    def __init__(self, project: Path = PROJECT, variables: Mapping[str, str] | None = None) -> None:
        self.project = project
        self.variables = dict(os.environ if variables is None else variables)
        self.files = read_env_file(project / ".env")
        # Resolved, since programs with other working folders read it.
        self.data_dir = (project / (self.find("DATA_DIR") or "var")).resolve()
        self.files = read_env_file(self.data_dir / LOCAL) | self.files

    def find(self, name: str) -> str | None:
        if self.variables.get(name):
            return self.variables[name]
        for source in (self.variables, self.files):
            if file := source.get(f"{name}_FILE"):
                return self._read(name, Path(file))
        return self.files.get(name) or None

    def _read(self, name: str, file: Path) -> str:
        try:
            return (self.project / file).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise SettingError(f"{name}_FILE: {file} can't be read ({error.strerror})") from error

    def port(self, name: str, default: int, highest: int = 65_535) -> int:
        value = self.find(name) or str(default)
        if not value.isascii() or not value.isdigit() or not 1 <= int(value) <= highest:
            raise SettingError(f"{name}: {value!r} is not a port between 1 and {highest}")
        return int(value)

    def flag(self, name: str) -> bool:
        return (self.find(name) or "").lower() in {"1", "true", "yes", "on"}

    @property
    def web_port(self) -> int:
        return self.port("PORT", 8000)

    @property
    def flower_port(self) -> int:
        return self.port("FLOWER_PORT", 5555)

    @property
    def solr_port(self) -> int:
        return self.port("SOLR_PORT", 8983)

    @property
    def rabbitmq_port(self) -> int:
        # Its other ports lie up to 20,000 above.
        return self.port("RABBITMQ_PORT", 5672, highest=HIGHEST_RABBITMQ_PORT)

    @property
    def broker_is_given(self) -> bool:
        return bool(self.find("BROKER_URL") or self.find("BROKER_HOST"))

    @property
    def solr_is_given(self) -> bool:
        return bool(self.find("SOLR_URL"))

    @property
    def account(self) -> Account:
        return Account(
            user=self.find("BROKER_USER") or "catalogue",
            password=self.find("BROKER_PASSWORD") or "",
            vhost=self.find("BROKER_VHOST") or "catalogue",
        )

    def generate_secrets(self) -> None:
        """Makes the secrets that are given nowhere and keeps them in DATA_DIR; safe to repeat."""
        missing = [name for name in GENERATED if not self.find(name)]
        if not missing:
            return
        path = self.data_dir / LOCAL
        kept = read_env_file(path) | {name: GENERATED[name]() for name in missing}
        self.data_dir.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(".new")
        draft.touch(mode=0o600)
        draft.write_text("".join(f"{name}={value}\n" for name, value in kept.items()))
        draft.replace(path)
        self.files = kept | self.files
