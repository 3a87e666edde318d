"""Questions to servers on the loopback interface."""

from __future__ import annotations

import http.client
from collections.abc import Mapping

from services.ports import LOOPBACK


def get(
    port: int, path: str, headers: Mapping[str, str] | None = None, timeout: float = 5
) -> tuple[int, bytes] | None:
    """Status and body of the answer, or None where there is none."""
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=timeout)
    try:
        connection.request("GET", path, headers=dict(headers or {}))
        answer = connection.getresponse()
        return answer.status, answer.read()
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def is_alive(port: int, path: str) -> bool:
    """Whether something answers, be it with a redirect to https or a refusal of our host name."""
    answer = get(port, path)
    return answer is not None and answer[0] < 500


def is_ok(port: int, path: str, headers: Mapping[str, str] | None = None) -> bool:
    answer = get(port, path, headers)
    return answer is not None and answer[0] == 200
