"""How log lines look: JSON for programs, one short line for people; secrets never.

This module is read by gunicorn too, before Django is there.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson

# What is left out wherever it turns up, whoever wrote the line.
SECRETS = (
    (re.compile(r"(\w+://[^\s:/@]*):[^\s@/]+@"), r"\1:…@"),
    (re.compile(r"(?i)\b(bearer|basic|token) [\w.~+/-]{8,}=*"), r"\1 …"),
    (re.compile(r"(?i)((?:password|passwd|secret|token|api_?key)[\"']?\s*[=:]\s*[\"']?)[^\s\"',&]+"),
     r"\1…"),
    (re.compile(r"(/password/choose)/[^\s/]+/[^\s/]+"), r"\1/…"),
    (re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"), "…@…"),
)  # fmt: skip
STYLES = {"json": "json", "plain": "plain"}
# The attributes of every record; others were given with `extra`.
USUAL = frozenset(vars(logging.makeLogRecord({}))) | {
    *("message", "asctime", "data", "request_id", "task_id", "short_id"),
}
# What one of them needs to match: most lines have nothing of it, and are seen through once.
MAY_BE_SECRET = re.compile(r"(?i)@|/choose/|bearer|basic|token|passw|secret|api_?key")


def without_secrets(text: str) -> str:
    if not MAY_BE_SECRET.search(text):
        return text
    for pattern, instead in SECRETS:
        text = pattern.sub(instead, text)
    return text


class Context(logging.Filter):
    """Gives each record the id of the request, and the task that is being run."""

    def filter(self, record: logging.LogRecord) -> bool:
        from celery import current_task

        from config.request_ids import current

        record.request_id = current()
        record.task_id = getattr(getattr(current_task, "request", None), "id", None) or ""
        return True


class Json(logging.Formatter):
    """A line is an object: time, level, logger, message, and what is known besides."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": without_secrets(record.getMessage()),
        }
        for name in ("request_id", "task_id"):
            if value := getattr(record, name, ""):
                line[name] = value
        line |= {k: v for k, v in _extra(record).items() if k not in line}
        if record.exc_info:
            line["traceback"] = without_secrets(self.formatException(record.exc_info))
        line["process"] = record.process
        return orjson.dumps(line, default=lambda value: without_secrets(str(value))).decode()


def _extra(record: logging.LogRecord) -> Mapping[str, Any]:
    """Numbers and short texts alone: Django hands whole requests over."""
    names = vars(record).keys() - USUAL
    given = {name: vars(record)[name] for name in sorted(names) if not name.startswith("_")}
    return {
        name: without_secrets(value) if isinstance(value, str) else value
        for name, value in given.items()
        if isinstance(value, str | int | float | bool)
    }


class Plain(logging.Formatter):
    """For people, with the beginning of the request's id."""

    def format(self, record: logging.LogRecord) -> str:
        known = getattr(record, "request_id", "")
        record.short_id = f" [{known[:8]}]" if known else ""
        return without_secrets(super().format(record))


def configuration(
    style: str, level: str, loggers: Mapping[str, Mapping[str, Any]] | None = None
) -> dict[str, Any]:
    """For `logging.config.dictConfig`. `style` is `json` or `plain`."""
    plain = "{asctime} {levelname} {name}:{short_id} {message}"
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "json": {"()": "config.logs.Json"},
            "plain": {"()": "config.logs.Plain", "format": plain, "style": "{"},
        },
        "filters": {"context": {"()": "config.logs.Context"}},
        "handlers": {
            "console": {
                "class": "logging.StreamHandler",
                "formatter": style,
                "filters": ["context"],
            }
        },
        "root": {"handlers": ["console"], "level": "WARNING"},
        "loggers": {
            name: {"level": level} | dict(given) for name, given in (loggers or {}).items()
        },
    }
