"""Flower's options; `celery -A config flower` reads this file from the project's folder.

The command line wins over it: a container gives `--address=0.0.0.0`.
"""

import hashlib
import re
from typing import Any
from urllib.parse import urlsplit

from flower.views import monitor as _monitor
from tornado.web import authenticated as _authenticated

from config.environment import ConfigurationError
from config.settings import CELERY_BROKER_URL, DATA_DIR, FLOWER_BASIC_AUTH, SECRET_KEY, env
from services.rabbitmq import MANAGEMENT

# Flower can't compare other characters: it would answer everybody with an error.
if not FLOWER_BASIC_AUTH or ":" not in FLOWER_BASIC_AUTH or not FLOWER_BASIC_AUTH.isascii():
    raise ConfigurationError(
        "FLOWER_BASIC_AUTH", "must be given, in the form user:password, in ASCII characters"
    )

_broker = urlsplit(CELERY_BROKER_URL)

address = "127.0.0.1"
port = env.port("FLOWER_PORT", 5555)
basic_auth = [FLOWER_BASIC_AUTH]
# Flower itself gives its numbers, with the names of workers and tasks, to whoever asks.
_monitor.Metrics.get = _authenticated(_monitor.Metrics.get)
# Made from the site's secret, so that a restart signs nobody out.
cookie_secret = hashlib.sha256(f"flower {SECRET_KEY}".encode()).hexdigest()

# The management plugin, with the account of the broker's address: for the Broker page.
broker_api = f"http://{_broker.hostname}:{(_broker.port or 5672) + MANAGEMENT}/api/"

# Flower keeps what it saw in memory; these keep it over a restart.
persistent = True
db = str(DATA_DIR / "flower")
state_save_interval = 60_000  # milliseconds
max_tasks = 20_000

# What is read most stands where a small screen shows it.
tasks_columns = "name,state,result,runtime,worker,args,received"
purge_offline_workers = 600  # seconds


def format_task(task: Any) -> Any:
    """The reason of a failure stands where the result of a success does, as plain words."""
    reason = re.fullmatch(r"\w+\((['\"])(.*?)\1,?\)", task.exception or "")
    words = reason[2] if reason else task.exception or task.result or ""
    task.result = words.strip("'\"")
    return task
