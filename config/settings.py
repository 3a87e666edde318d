"""Settings of the catalogue, from the environment; ``.env.example`` explains each."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import dj_database_url
import dj_email_url
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _
from kombu import Exchange, Queue

from config import logs
from config.environment import Environment, refuse_unknown_celery_settings

BASE_DIR = Path(__file__).resolve().parent.parent
env = Environment(BASE_DIR)
DATA_DIR = env.data_dir
DATA_DIR.mkdir(parents=True, exist_ok=True)

# The site
DEBUG = env.flag("DEBUG")
SECRET_KEY = env.text(
    "SECRET_KEY", "development only, never used with DEBUG off" if DEBUG else None
)
SITE_URL = env.http_url("SITE_URL", f"http://127.0.0.1:{env.port('PORT', 8000)}").rstrip("/")
SITE_NAME = _("Layer catalogue")
_site = urlsplit(SITE_URL)
_https = _site.scheme == "https"
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", f"{_site.hostname},localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS", f"{_site.scheme}://{_site.netloc}")
TRUSTED_PROXIES = env.words("TRUSTED_PROXIES")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _https
SECURE_SSL_REDIRECT = _https
SECURE_HSTS_SECONDS = 31_536_000 if _https else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = _https
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# Map services, by origin, that pages may show layers of: maps are drawn by the visitor's browser.
MAP_SOURCES = env.words("MAP_SOURCES")
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "font-src": [SELF],
        "img-src": [SELF, "data:", *MAP_SOURCES],
        "connect-src": [SELF, *MAP_SOURCES],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
# An editor's form of 400 attributes has seven fields for each, hidden ones included.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
INSTALLED_APPS = [
    "accounts",
    "jobs",
    "reports",
    "layers",
    "solr_sync",
    "uploads",
    "catalogue",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "axes",
    "csp",
    "django_celery_results",
    "ninja",  # its static files: the pages of the API's documentation
]
MIDDLEWARE = [
    "config.request_ids.RequestIds",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.request_lines.RequestLines",
    "reports.middleware.PageViews",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "config" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "accounts.context_processors.sign_up",
                "accounts.context_processors.notices",
            ],
        },
    },
]
FORM_RENDERER = "config.form_drawing.FormRenderer"
INSTALLED_APPS.append("django.forms")

# People
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "accounts.backends.PeopleBackend",
]
LOGIN_URL = "accounts:login"
LOGIN_REDIRECT_URL = LOGOUT_REDIRECT_URL = "/"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

CSRF_FAILURE_VIEW = "accounts.views.expired_form"
# Whether people may make accounts for themselves
SIGN_UP = env.flag("SIGN_UP")
# Five wrong passwords for a name from one address: the two wait a quarter of an hour. By the name
# alone anybody could lock anybody out, by the address alone a whole office would be.
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_CLIENT_IP_CALLABLE = "accounts.addresses.address_of"
AXES_LOCKOUT_CALLABLE = "accounts.views.locked_out"
AXES_DISABLE_ACCESS_LOG = True
AXES_VERBOSE = False

# Language and time
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch"), ("fr", "Français"), ("ar", "العربية")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = env.text("TIME_ZONE", "UTC")
USE_TZ = True

# Database and cache
DATABASES = {
    "default": env.read_as(
        "DATABASE_URL",
        f"sqlite:///{DATA_DIR / 'catalogue.sqlite3'}",
        lambda url: dict(dj_database_url.parse(url)),
        "an address such as postgres://user:password@host:5432/name",
    )
}
_database: dict[str, Any] = DATABASES["default"]
if _database["ENGINE"].endswith("sqlite3"):
    # Web, workers and beat write side by side: a transaction takes the write lock when it begins,
    # since one that upgrades later fails at once instead of waiting.
    _database["OPTIONS"] = {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
    _database["TEST"] = {"NAME": str(DATA_DIR / "test.sqlite3")}
else:
    _database |= {"CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True}
    _database["OPTIONS"] = {"connect_timeout": 5} | _database.get("OPTIONS", {})
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Shared between web and workers: locks and flags depend on it.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "django_cache",
    }
}

# Files
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "config" / "static"]
MEDIA_URL = "/media/"
MEDIA_ROOT = env.text("MEDIA_ROOT", str(DATA_DIR / "media"))
# Beside the files that are kept: what has arrived is renamed, not copied.
FILE_UPLOAD_TEMP_DIR = str(Path(MEDIA_ROOT) / "incoming")
Path(FILE_UPLOAD_TEMP_DIR).mkdir(parents=True, exist_ok=True)
UPLOAD_MAX_BYTES = env.number("UPLOAD_MAX_MB", 5000) * 2**20
UPLOAD_UNPACKED_BYTES = env.number("UPLOAD_UNPACKED_MB", 20_000) * 2**20
# What reading one file may cost, in a process of its own
UPLOAD_MEMORY_BYTES = env.number("UPLOAD_MEMORY_MB", 1500) * 2**20
UPLOAD_SECONDS = env.number("UPLOAD_SECONDS", 300)
_hashed = "config.static_files.HashedStaticFiles"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage" if DEBUG else _hashed
    },
}

# Mail
_email = env.read_as("EMAIL_URL", "file:", dj_email_url.parse, "an address such as smtp://host:25")
EMAIL_BACKEND = _email["EMAIL_BACKEND"]
EMAIL_HOST, EMAIL_PORT = _email["EMAIL_HOST"], _email["EMAIL_PORT"]
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _email["EMAIL_HOST_USER"], _email["EMAIL_HOST_PASSWORD"]
EMAIL_USE_TLS, EMAIL_USE_SSL = _email["EMAIL_USE_TLS"], _email["EMAIL_USE_SSL"]
EMAIL_FILE_PATH = str(DATA_DIR / "mail")
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", f"catalogue@{_site.hostname}")

# Celery and RabbitMQ (docs/operations.md says why each is as it is)
CELERY_BROKER_URL = env.broker_url()
CELERY_BROKER_CONNECTION_TIMEOUT = 2
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_HEARTBEAT = 30
# The timeouts bound a publish under a memory alarm, where RabbitMQ neither confirms nor closes.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "confirm_publish": True,
    "max_retries": 3,
    "interval_start": 0,
    "interval_step": 0.2,
    "interval_max": 0.5,
    "read_timeout": 10,
    "write_timeout": 10,
}
CELERY_TASK_SERIALIZER = CELERY_RESULT_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
# Results of jobs alone are kept, for the admin; where a document stands, the ledger says.
CELERY_TASK_IGNORE_RESULT = True
CELERY_RESULT_BACKEND = "django-db"
CELERY_RESULT_EXTENDED = True
CELERY_RESULT_EXPIRES = timedelta(days=30)
# Without a retry beat would go on using a connection that RabbitMQ has closed.
CELERY_TASK_PUBLISH_RETRY = True
CELERY_TASK_PUBLISH_RETRY_POLICY = {
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0.2,
    "interval_max": 0.5,
}
CELERY_TASK_CREATE_MISSING_QUEUES = False
CELERY_TASK_SEND_SENT_EVENT = True
CELERY_TASK_TRACK_STARTED = True
CELERY_TASK_SOFT_TIME_LIMIT = 120
CELERY_TASK_TIME_LIMIT = 180
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_SEND_TASK_EVENTS = True
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 30.0
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_WORKER_MAX_TASKS_PER_CHILD = 2000
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_DB_REUSE_MAX = 1000
CELERY_TIMEZONE = "UTC"


# One exchange for all: a worker binds that of every queue, also of those it does not consume.
CELERY_TASK_DEFAULT_EXCHANGE = "catalogue"
CELERY_TASK_DEFAULT_EXCHANGE_TYPE = "topic"
CELERY_TASK_DEFAULT_QUEUE = CELERY_TASK_DEFAULT_ROUTING_KEY = "jobs"
CELERY_TASK_QUEUES = [
    Queue(
        name,
        Exchange(CELERY_TASK_DEFAULT_EXCHANGE, type=CELERY_TASK_DEFAULT_EXCHANGE_TYPE),
        routing_key=name,
        queue_arguments={"x-queue-type": "quorum"},
    )
    for name in ("index.live", "index.bulk", "jobs")
]
CELERY_TASK_ROUTES = {
    "solr_sync.tasks.sync_document": {"queue": "index.live"},
    "solr_sync.tasks.sweep": {"queue": "index.live"},
    "solr_sync.tasks.*": {"queue": "index.bulk"},
    # Short ones, which must not wait behind the job that they are needed for.
    "catalogue.tasks.way_there": {"queue": "index.live"},
    "jobs.tasks.sweep": {"queue": "index.live"},
    "jobs.tasks.start_by_the_clock": {"queue": "index.live"},
    "reports.tasks.report_mails": {"queue": "index.live"},
    "reports.tasks.watch_layers": {"queue": "index.live"},
    "catalogue.tasks.saved_search_mails": {"queue": "index.live"},
}
_sweep_every = timedelta(seconds=10)
_audit_every = timedelta(minutes=1)
# They expire by the broker's clock (`expiration`), since `expires` compares that of beat with that
# of the worker: one that is minutes ahead would throw every sweep away.
CELERY_BEAT_SCHEDULE = {
    "sweep": {
        "task": "solr_sync.tasks.sweep",
        "schedule": _sweep_every,
        "options": {"expiration": _sweep_every.total_seconds()},
    },
    "sweep of jobs": {
        "task": "jobs.tasks.sweep",
        "schedule": _sweep_every,
        "options": {"expiration": _sweep_every.total_seconds()},
    },
    # The quick one is short, and what it repairs must not wait behind what it finds missing.
    "audit": {
        "task": "solr_sync.tasks.audit",
        "schedule": _audit_every,
        "options": {"expiration": _audit_every.total_seconds(), "queue": "index.live"},
    },
    "deep audit": {
        "task": "solr_sync.tasks.audit",
        "schedule": crontab(hour=3, minute=30),
        "kwargs": {"deep": True},
        "options": {"expiration": 3600},
    },
}
_minute, _hour, _day = 60, 3600, 86_400
_by_the_clock = "jobs.tasks.start_by_the_clock"
# A second beat harms nothing: of a period each job and each mail is had once, by the database.
CELERY_BEAT_SCHEDULE |= {
    "mails": {
        "task": "reports.tasks.send_mails",
        "schedule": timedelta(seconds=15),
        "options": {"expiration": 15},
    },
    "report mails": {
        "task": "reports.tasks.report_mails",
        "schedule": crontab(),
        "options": {"expiration": _minute},
    },
    "saved searches": {
        "task": "catalogue.tasks.saved_search_mails",
        "schedule": crontab(),
        "options": {"expiration": _minute},
    },
    "layers that are not searchable": {
        "task": "reports.tasks.watch_layers",
        "schedule": timedelta(minutes=1),
        "options": {"expiration": _minute},
    },
    "link checks": {
        "task": _by_the_clock,
        "schedule": crontab(minute=20),
        "args": ["reports.check_links", _hour],
        "options": {"expiration": _hour},
    },
    "cleaning up": {
        "task": _by_the_clock,
        "schedule": crontab(hour=2, minute=10),
        "args": ["reports.clean_up", _day],
        "options": {"expiration": _hour},
    },
    "maintenance of files": {
        "task": _by_the_clock,
        "schedule": crontab(hour=2, minute=40),
        "args": ["reports.maintain", _day],
        "options": {"expiration": _hour},
    },
    # Beat adds it by itself where it does not stand here, by this name; it is shown to the staff.
    "celery.backend_cleanup": {
        "task": "celery.backend_cleanup",
        "schedule": crontab(hour=4, minute=0),
        "options": {"expiration": 12 * _hour},
    },
    "tombstones": {
        "task": "solr_sync.tasks.purge_tombstones",
        "schedule": crontab(hour=4, minute=30),
        "options": {"expiration": _hour},
    },
}
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "celerybeat-schedule")

# Solr
SOLR_URL = env.solr_url()
SOLR_USER = env.find("SOLR_USER")
SOLR_PASSWORD = env.find("SOLR_PASSWORD")
# Copies of each collection, on as many nodes
SOLR_SYNC_REPLICAS = env.number("SOLR_REPLICAS", 1)
SOLR_SYNC_CONFIGSETS = {"layers": BASE_DIR / "solr" / "configset" / "conf"}
SOLR_SYNC_SIGNAL_PROCESSOR = "solr_sync.processors.CeleryProcessor"

# Reports
RECORD_PAGE_VIEWS = env.flag("RECORD_PAGE_VIEWS", True)
# So long a report is shown before a newer one is made
REPORT_MINUTES = env.number("REPORT_MINUTES", 15)
# Link checks: seconds between two questions to one host; whether private networks are asked too
LINK_CHECK_PAUSE = env.read_as("LINK_CHECK_PAUSE", "1", float, "a number of seconds")
LINK_CHECK_PRIVATE = env.flag("LINK_CHECK_PRIVATE")

# Operation
FLOWER_BASIC_AUTH = env.find("FLOWER_BASIC_AUTH")
METRICS_TOKEN = env.find("METRICS_TOKEN")
LOG_LEVEL = env.text("LOG_LEVEL", "INFO").upper()
# JSON for programs that gather logs, lines for people who read them
LOG_FORMAT = env.read_as(
    "LOG_FORMAT", "plain" if DEBUG else "json", logs.STYLES.__getitem__, "json or plain"
)
_rooms = ("accounts", "jobs", "layers", "solr_sync", "reports", "catalogue", "config")
LOGGING = logs.configuration(
    LOG_FORMAT,
    LOG_LEVEL,
    {name: {} for name in (*_rooms, "celery", "django.request")}
    # It logs each failure with a traceback; solr_sync says the same in one line.
    | {"pysolr": {"level": "CRITICAL"}},
)

refuse_unknown_celery_settings(list(globals()))
