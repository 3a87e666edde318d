"""How gunicorn serves the site; `gunicorn config.wsgi` reads this file by itself."""

from config import logs
from services.environment import Environment

environment = Environment()

# In a container: gunicorn config.wsgi --bind 0.0.0.0:8000
bind = f"127.0.0.1:{environment.web_port}"
workers = int(environment.find("WEB_CONCURRENCY") or 2)
threads = 4
timeout = 60
graceful_timeout = 30
# Longer than proxies and clients leave a connection idle: whoever uses one that is just being
# closed gets no answer.
keepalive = 75
# A slow disk must not look like a worker that hangs.
worker_tmp_dir = "/dev/shm"  # noqa: S108
# Its socket lies in the home folder, where two copies of the catalogue would meet.
control_socket_disable = True

# Only these may say, by X-Forwarded-Proto, that a visitor came by https.
forwarded_allow_ips = environment.find("TRUSTED_PROXIES") or "127.0.0.1"

reload = environment.flag("DEBUG")
# Its own access log holds addresses of people and what they searched for; config.request_lines
# writes a line for each request instead.
accesslog = None
logconfig_dict = logs.configuration(
    environment.find("LOG_FORMAT") or ("plain" if reload else "json"),
    "INFO",
    {"gunicorn.error": {"handlers": [], "propagate": True, "qualname": "gunicorn.error"}},
)

reload_extra_files = ["*/templates/**/*.html"]


def post_worker_init(worker: object) -> None:
    # What this file loads at its head, the master has, and no reload of a worker would renew it.
    from solr_sync import garbage

    garbage.leave_what_is_there()
