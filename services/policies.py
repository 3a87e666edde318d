"""Sets the policy of our queues in a RabbitMQ that others started, as in docker-compose.yml."""

from __future__ import annotations

import base64
import http.client
import json
from urllib.parse import quote

from services.environment import Environment
from services.rabbitmq import MANAGEMENT, policy
from services.service import ServiceError


def apply(environment: Environment) -> None:
    """Needs an account that is an administrator; safe to repeat."""
    account = environment.account
    host = environment.find("BROKER_HOST") or "127.0.0.1"
    port = environment.port("BROKER_PORT", environment.rabbitmq_port) + MANAGEMENT
    wanted = policy(account.vhost)
    path = f"/api/policies/{quote(account.vhost, safe='')}/{wanted['name']}"
    credentials = base64.b64encode(f"{account.user}:{account.password}".encode()).decode()
    connection = http.client.HTTPConnection(host, port, timeout=30)
    try:
        headers = {"Authorization": f"Basic {credentials}", "Content-Type": "application/json"}
        connection.request("PUT", path, json.dumps(wanted), headers)
        answer = connection.getresponse()
        body = answer.read().decode(errors="replace")
    except OSError as error:
        raise ServiceError(f"RabbitMQ's management at {host}:{port}: {error}") from error
    finally:
        connection.close()
    if answer.status >= 300:
        raise ServiceError(f"RabbitMQ's management at {host}:{port}: {answer.status} {body}")
    print(f"RabbitMQ: policy {wanted['name']} set")
