"""All settings, flat; what differs between machines comes from the environment (docs/operations.md)."""

import hashlib
import os
import secrets
from pathlib import Path
from urllib.parse import urlsplit

import environ

from studies.engine.store.address import file_storages

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

DATA = Path(env.str("TUNINGSITE_DATA", default=str(BASE_DIR / "var"))).resolve()
DATA.mkdir(mode=0o700, parents=True, exist_ok=True)


def kept_secret_key() -> str:
    """The key in the data folder; made once, readable by its owner alone."""
    path = DATA / "secret_key"
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii")
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(50))
    return path.read_text(encoding="ascii")


DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="") or kept_secret_key()
TUNINGSITE_URL = env.str("TUNINGSITE_URL", default="")
_site = urlsplit(TUNINGSITE_URL)
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", *([_site.hostname] if _site.hostname else [])]

# -- applications ---------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django.forms",
    "axes",
    "django_htmx",
    "django_rq",
    "studies",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "studies.views.middleware.content_security_policy",
    "studies.views.middleware.answer_watchdogs",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "studies.views.middleware.refuse_large_bodies",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "studies.views.middleware.refuse_large_bodies_of_strangers",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "studies.views.middleware.current_membership",
    "studies.views.middleware.refuse_without_room",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "tuningsite.urls"
WSGI_APPLICATION = "tuningsite.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "studies.views.inbox.waiting_count",
            ],
            "builtins": ["studies.templatetags.numbers", "django.templatetags.static"],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# -- database -------------------------------------------------------------------------------------------------------

_database = env.str("DATABASE_URL", default="") or f"sqlite:///{DATA / 'tuningsite.sqlite3'}"
DATABASES = {"default": env.db_url_config(_database)}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["ENGINE"] = "studies.engine.fair_sqlite3"  # Django's, with a fairer wait for the lock
    # Readers never wait for a writer, and a read-then-write transaction cannot fail with "database is locked".
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
else:
    # A thread of the web server keeps its connection for a minute; workers close theirs before every fork.
    DATABASES["default"].setdefault("CONN_MAX_AGE", 60)
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    # A cut cable is silent. Each end notices it within a lease: here, so that workers look after their fits and pages
    # say so; on the server, so that what a transaction had locked is free again. There also for who was frozen in one.
    _silence = {"idle": 2, "interval": 1, "count": 3}  # seconds until a sign of life is asked for, and how often
    _on_server = {f"tcp_keepalives_{name}": number for name, number in _silence.items()}
    _on_server |= {"tcp_user_timeout": 5000, "idle_in_transaction_session_timeout": 10_000}  # milliseconds
    DATABASES["default"]["OPTIONS"] = {
        "connect_timeout": 2,
        "tcp_user_timeout": 5000,
        **{f"keepalives_{name}": number for name, number in _silence.items()},
        "options": " ".join(f"-c {name}={value}" for name, value in _on_server.items()),
    } | DATABASES["default"].get("OPTIONS", {})
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# -- queue: Redis only rings the bell -------------------------------------------------------------------------------

# The embedded server's socket; a unix socket's path must stay under 104 bytes, so a long data folder moves it.
EMBEDDED_REDIS_FOLDER = DATA / "redis"
EMBEDDED_REDIS_SOCKET = EMBEDDED_REDIS_FOLDER / "s.sock"
if len(str(EMBEDDED_REDIS_SOCKET)) > 100:
    _short = hashlib.sha256(str(DATA).encode()).hexdigest()[:12]
    EMBEDDED_REDIS_SOCKET = Path(f"/tmp/tuningsite-{os.getuid()}-{_short}") / "s.sock"  # noqa: S108
REDIS_URL = env.str("REDIS_URL", default="")
RQ_QUEUES = {
    "lanes": {
        "URL": REDIS_URL or f"unix://{EMBEDDED_REDIS_SOCKET}?db=0",
        "SERIALIZER": "rq.serializers.JSONSerializer",
        "DEFAULT_TIMEOUT": -1,
    }
}
RQ = {"COMMIT_MODE": "auto"}

# -- the engine -----------------------------------------------------------------------------------------------------

LEASE_SECONDS = env.float("LEASE_SECONDS", default=6.0)
HEARTBEAT_SECONDS = env.float("HEARTBEAT_SECONDS", default=2.0)
RECONCILE_SECONDS = env.float("RECONCILE_SECONDS", default=2.0)
SLICE_SECONDS = env.float("SLICE_SECONDS", default=10.0)
BATCH_SECONDS = env.float("BATCH_SECONDS", default=0.4)  # of cheap trials asked at once; 0: one by one
PROBE_SECONDS = env.float("PROBE_SECONDS", default=8.0)
TRIAL_MEMORY_SHARE = env.float("TRIAL_MEMORY_SHARE", default=0.8)  # where a study sets no limit; 0: no limit then
MAX_ATTEMPTS = env.int("MAX_ATTEMPTS", default=3)
MAX_TRIES = env.int("MAX_TRIES", default=10)  # attempts of any kind, those included that count for nothing
TEAM_PARALLEL_TRIALS = env.int("TEAM_PARALLEL_TRIALS", default=0) or None  # none: no limit

MODELS = DATA / "models"
MODEL_SECONDS = env.float("MODEL_SECONDS", default=3600.0)
EXPECTED_SECONDS = env.float("EXPECTED_SECONDS", default=120.0)  # for the expected score of one study
EXPECTED_MEMORY_MB = env.int("EXPECTED_MEMORY_MB", default=2048)

# -- watching -------------------------------------------------------------------------------------------------------

METRICS_TOKEN = env.str("METRICS_TOKEN", default="")  # /metrics answers who knows it; without one it is not there
DISK_FREE_MB = env.int("DISK_FREE_MB", default=200)  # with less room than that the site is not ready

# -- uploads --------------------------------------------------------------------------------------------------------

DATASETS = DATA / "datasets"
UPLOAD_LIMIT_MB = env.int("UPLOAD_LIMIT_MB", default=200)
TEAM_STORAGE_MB = env.int("TEAM_STORAGE_MB", default=10_000)  # uploads and tables of all versions; 0: no limit
READING_NOW_MB = env.float("READING_NOW_MB", default=10.0)  # a larger upload is read by a worker, after the answer
READING_JOB_SECONDS = env.float("READING_JOB_SECONDS", default=600.0)  # then
READING_SECONDS = env.float("READING_SECONDS", default=60.0)
READING_MEMORY_MB = env.int("READING_MEMORY_MB", default=2048)
FILE_UPLOAD_TEMP_DIR = str(DATA)
FILE_UPLOAD_PERMISSIONS = 0o600
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 2**20
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000  # a table's columns form has two per column

# -- people ---------------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "studies.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "sign_in"
LOGIN_REDIRECT_URL = "studies"
LOGOUT_REDIRECT_URL = "sign_in"
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_TEMPLATE = "accounts/locked_out.html"
AXES_RESET_ON_SUCCESS = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 14 * 24 * 3600

EMAIL_URL = env.str("EMAIL_URL", default="")  # without it nothing is sent and no page offers to
if EMAIL_URL:
    globals().update(env.email_url("EMAIL_URL"))
DEFAULT_FROM_EMAIL = env.str("EMAIL_FROM", default=f"tuningsite@{_site.hostname or 'localhost'}")
EMAIL_TIMEOUT = 10  # seconds

# -- what the browser is told ---------------------------------------------------------------------------------------

# Plotly sets style attributes, so styles allow them; scripts come from our own files alone and none is evaluated.
SECURE_CSP = {
    "default-src": ["'self'"],
    "script-src": ["'self'"],
    "style-src": ["'self'", "'unsafe-inline'"],
    "img-src": ["'self'", "data:", "blob:"],
    "connect-src": ["'self'"],
    "font-src": ["'self'"],
    "object-src": ["'none'"],
    "base-uri": ["'none'"],
    "form-action": ["'self'"],
    "frame-ancestors": ["'none'"],
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
if _site.scheme == "https":
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 31536000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = True
    CSRF_TRUSTED_ORIGINS = [f"{_site.scheme}://{_site.netloc}"]

# -- texts, time, files ---------------------------------------------------------------------------------------------

LANGUAGE_CODE = "en-us"
USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"
STATIC_URL = "static/"
STATIC_ROOT = DATA / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGE = env.str("TUNINGSITE_STORAGE", default="")
CACHE = DATA / "cache"  # tables of a storage that is no folder
CACHE_MB = env.int("CACHE_MB", default=2048)
STORAGES = file_storages(STORAGE) | {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if env.bool("TUNINGSITE_PLAIN_STATIC", default=DEBUG)
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = DEBUG
SILENCED_SYSTEM_CHECKS = [
    # The site runs on loopback without TLS; with an https TUNINGSITE_URL all of these are set.
    *(["security.W004", "security.W008", "security.W012", "security.W016"] if _site.scheme != "https" else []),
]
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "studies": {"level": env.str("LOG_LEVEL", default="INFO")},
        "rq.worker": {"level": "WARNING"},
    },
}
