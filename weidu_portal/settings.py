"""Settings of the portal. One file; every value that differs between places comes from the environment.

Unset DATABASE_URL and REDIS_URL mean the embedded servers that `ops/servers.py` starts into var/
and whose addresses it writes to var/servers.env.
"""

import os
from pathlib import Path

import dj_database_url
from celery.schedules import crontab
from csp.constants import NONE, SELF

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(os.environ.get("VAR_DIR", BASE_DIR / "var"))


def _embedded() -> dict[str, str]:
    """Addresses of the embedded servers, as their supervisor wrote them; empty before the first start."""
    written = VAR_DIR / "servers.env"
    if not written.exists():
        return {}
    lines = [line for line in written.read_text().splitlines() if "=" in line]
    return dict(line.split("=", 1) for line in lines)


_EMBEDDED = _embedded()


def env(name: str, default: str = "") -> str:
    """The value of NAME, or what the file named by NAME_FILE holds, or the embedded one, or `default`."""
    if name in os.environ:
        return os.environ[name]
    if f"{name}_FILE" in os.environ:
        return Path(os.environ[f"{name}_FILE"]).read_text().strip()
    return _EMBEDDED.get(name, default)


def flag(name: str, default: str = "0") -> bool:
    """True where the environment says 1, true, yes or on."""
    return env(name, default).lower() in {"1", "true", "yes", "on"}


# Demo mode: demonstration accounts and people exist, keys may be generated into var/. Never in production.
DEMO = flag("WEIDU_DEMO")
DEBUG = flag("DEBUG")
SECRET_KEY = env("SECRET_KEY", "demo-only-secret-key-not-for-production-use-0123456789" if DEMO else "")
ALLOWED_HOSTS = [h for h in env("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]").split(",") if h]
CSRF_TRUSTED_ORIGINS = [o for o in env("CSRF_TRUSTED_ORIGINS").split(",") if o]

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "csp",
    "axes",
    "django_htmx",
    "template_partials",
    "django_filters",
    "rest_framework",
    "drf_spectacular",
    "common",
    "audit",
    "workdays",
    "accounts",
    "notifications",
    "files",
    "jobs",
    "grids",
    "households",
    "cases",
    "wishes",
    "supervision",
    "mediation",
    "consultations",
    "agency",
    "visits",
    "public",
    "desk",
    "dashboards",
    "weidu_portal",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "weidu_portal.errors.WrongMethodMiddleware",
    "accounts.middleware.SessionEndedMiddleware",
    "accounts.middleware.FirstPasswordMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "weidu_portal.urls"
WSGI_APPLICATION = "weidu_portal.wsgi.application"
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
                "weidu_portal.context.site",
            ],
            "builtins": ["common.templatetags.weidu", "template_partials.templatetags.partials"],
        },
    }
]

DATABASES = {
    "default": dj_database_url.parse(
        env("DATABASE_URL", "postgresql:///weidu"), conn_max_age=None, conn_health_checks=True
    )
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL = env("REDIS_URL", "redis://127.0.0.1:6379")
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": f"{REDIS_URL}/1"}}
SESSION_ENGINE = "django.contrib.sessions.backends.db"  # signing in must outlive a cache server that is down
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_NAME = "weidu_session"

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "accounts.backends.NameOrPhoneBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "full_name", "unit_name")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "accounts:sign-in"
LOGIN_REDIRECT_URL = "desk:home"
START_PAGE = "weidu_portal.start.page_of"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours: 15 minutes, as the sign-in page says
AXES_LOCKOUT_PARAMETERS = ["username"]  # a street office shares one address
AXES_LOCKOUT_CALLABLE = "accounts.views.locked_out"
# axes.W006 asks for the address too; a street office shares one, and a locked office would help nobody.
SILENCED_SYSTEM_CHECKS = ["axes.W006"]
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # 15 minutes are 15 minutes
AXES_VERBOSE = False  # sign-ins stand in the audit chain, not in the log

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = Path(env("STATIC_ROOT", str(VAR_DIR / "staticfiles")))
MEDIA_ROOT = Path(env("MEDIA_ROOT", str(VAR_DIR / "media")))
MEDIA_URL = "/media-is-never-served-by-address/"
_HASHED = "whitenoise.storage.CompressedManifestStaticFilesStorage"
_PLAIN = "django.contrib.staticfiles.storage.StaticFilesStorage"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": _HASHED if flag("HASHED_STATIC") else _PLAIN},
}
WHITENOISE_USE_FINDERS = not flag("HASHED_STATIC")
# Six photos of 10 MB and the text; anything above is refused before it is read.
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FILES = 12

# Strict from the first page: no inline script or style, no other host.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "style-src": [SELF],
        "script-src": [SELF],
        "worker-src": [SELF],
        "manifest-src": [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
# Behind TLS unless told otherwise: the demo and the tests speak plain HTTP on the loopback address.
_TLS = flag("TLS", "0" if DEMO else "1")
SECURE_SSL_REDIRECT = _TLS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]  # probes come over plain HTTP from the same host
SESSION_COOKIE_SECURE = _TLS
CSRF_COOKIE_SECURE = _TLS
SECURE_HSTS_SECONDS = 31536000 if _TLS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = _TLS
SECURE_HSTS_PRELOAD = _TLS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if flag("BEHIND_PROXY") else None
CSRF_FAILURE_VIEW = "weidu_portal.errors.csrf_failure"
CSRF_COOKIE_AGE = 30 * 24 * 3600  # a form left open in a pocket still sends

# Throttles of the public pages that a load test widens: "submit-network=100000/hour,try-network=…".
PUBLIC_LIMITS = dict(part.split("=", 1) for part in env("PUBLIC_LIMITS").split(",") if part)

# The phone pages open without a network by a service worker; 0 makes phones remove it (docs/runbook.md).
SW_ENABLED = flag("SW_ENABLED", "1")

# Identity numbers of residents are held only where the district decided to (docs/privacy.md).
HOLD_ID_NUMBERS = flag("HOLD_ID_NUMBERS")

# Keys that guard personal values; see docs/privacy.md. "id:base64,id:base64", the first one encrypts.
FIELD_KEYS = env("FIELD_KEYS")
INDEX_KEY = env("INDEX_KEY")
# 1 = AES-256-GCM and HMAC-SHA256, 2 = SM4-GCM and HMAC-SM3.
FIELD_SUITE = int(env("FIELD_SUITE", "1"))
INDEX_SUITE = int(env("INDEX_SUITE", "1"))

CELERY_BROKER_URL = f"{REDIS_URL}/0"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TIMEZONE = TIME_ZONE
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# Longer than the longest task; kombu's own throttle of 10 would delay the return of a dead worker's tasks.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": int(env("BROKER_VISIBILITY_TIMEOUT", "900")),
    "unacked_restore_interval": 2,
    "unacked_restore_throttle": 1,
}
# Every task is a sweep without arguments, so a lost message costs one tick.
CELERY_BEAT_SCHEDULE = {
    "climb": {"task": "cases.tasks.sweep", "schedule": 30.0},
    "sweep-assignments": {"task": "cases.tasks.sweep_assignments", "schedule": 60.0},
    "sweep-ledgers": {"task": "supervision.tasks.sweep_ledgers", "schedule": 300.0},
    "sweep-wishes": {"task": "wishes.tasks.sweep", "schedule": 60.0},
    "sweep-orders": {"task": "supervision.tasks.sweep", "schedule": 60.0},
    # In the morning: these push messages, and nobody's telephone should ring at night.
    "draw-calls": {"task": "cases.tasks.draw_calls", "schedule": crontab(hour=8, minute=40)},
    "remind-mediators": {"task": "mediation.tasks.remind_mediators", "schedule": crontab(hour=8, minute=5)},
    "remind-conveners": {"task": "consultations.tasks.remind_conveners", "schedule": crontab(hour=8, minute=10)},
    "seal-audit": {"task": "audit.tasks.seal", "schedule": 60.0},
    "deliver": {"task": "notifications.tasks.deliver", "schedule": 30.0},
    "work-jobs": {"task": "jobs.tasks.work", "schedule": 15.0},
    "forget-reporters": {"task": "cases.tasks.forget_reporters", "schedule": crontab(hour=2, minute=30)},
    "forget-parties": {"task": "mediation.tasks.forget_parties", "schedule": crontab(hour=2, minute=50)},
    "forget-wishers": {"task": "wishes.tasks.forget_wishers", "schedule": crontab(hour=2, minute=40)},
    "forget-errands": {"task": "agency.tasks.forget_errands", "schedule": crontab(hour=2, minute=45)},
    "forget-residents": {"task": "households.tasks.forget_residents", "schedule": crontab(hour=2, minute=50)},
    "forget-givers": {"task": "consultations.tasks.forget_givers", "schedule": crontab(hour=2, minute=55)},
    "forget-sheets": {"task": "jobs.tasks.forget_sheets", "schedule": crontab(hour=3, minute=0)},
    "clear-ledgers": {"task": "desk.tasks.clear_ledgers", "schedule": crontab(hour=3, minute=5)},
    "place-alike": {"task": "cases.tasks.place_alike", "schedule": 300.0},
    "refresh-likeness": {"task": "cases.tasks.refresh_likeness", "schedule": crontab(hour=4, minute=15)},
    "fold-figures": {"task": "dashboards.tasks.fold", "schedule": 15.0},
    "recount-figures": {"task": "dashboards.tasks.recount", "schedule": crontab(hour=3, minute=50)},
    "fall-handovers": {"task": "desk.tasks.fall_handovers", "schedule": 600.0},
    "discard-photos": {"task": "cases.tasks.discard_photos", "schedule": crontab(hour=3, minute=10)},
    "process-left-records": {"task": "visits.tasks.process_left", "schedule": 300.0},
    "forget-payloads": {"task": "visits.tasks.forget_payloads", "schedule": crontab(hour=3, minute=20)},
    "forget-visit-photos": {"task": "visits.tasks.forget_photos", "schedule": crontab(hour=3, minute=0)},
    "weekly-hints": {"task": "visits.tasks.weekly_hints", "schedule": crontab(day_of_week="mon", hour=4, minute=0)},
    "sweep-files": {"task": "files.tasks.sweep", "schedule": crontab(hour=3, minute=40)},
}
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "celerybeat-schedule")

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.api.ApiKeyAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_THROTTLE_CLASSES": ["rest_framework.throttling.UserRateThrottle"],
    "DEFAULT_THROTTLE_RATES": {"user": "600/min"},
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Weidu grid-governance portal API",
    "VERSION": "1.0.0",
    "SERVE_INCLUDE_SCHEMA": False,
    # Several rows have a kind; their lists of words get names of their own.
    "ENUM_NAME_OVERRIDES": {
        "CompoundKind": "grids.models.Compound.Kind",
        "HouseholdKind": "households.models.Household.Kind",
        "HouseholdState": "households.models.Household.State",
        "WishKind": "wishes.states.Kind",
        "WishStatus": "wishes.states.Status",
        "CaseStatus": "cases.states.Status",
        "ApprovalKind": "cases.models.Approval.Kind",
        "AssignmentKind": "cases.assignments.Kind",
        "AssignmentState": "cases.assignments.State",
    },
}

EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = env("EMAIL_HOST")
EMAIL_PORT = int(env("EMAIL_PORT", "25"))
EMAIL_HOST_USER = env("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = env("EMAIL_HOST_PASSWORD")
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", "noreply@localhost")
# Channel → adapter; the file sink stands in until a gateway is named (docs/runbook.md).
NOTIFICATION_ADAPTERS = {
    "email": env("EMAIL_ADAPTER", "notifications.adapters.FileSink"),
    "sms": env("SMS_ADAPTER", "notifications.adapters.FileSink"),
    "wecom": env("WECOM_ADAPTER", "notifications.adapters.FileSink"),
}
SMS_GATEWAY_URL = env("SMS_GATEWAY_URL")
SMS_GATEWAY_TOKEN = env("SMS_GATEWAY_TOKEN")
WECOM_WEBHOOK_URL = env("WECOM_WEBHOOK_URL")
NOTIFICATION_SINK_DIR = Path(env("NOTIFICATION_SINK_DIR", str(VAR_DIR / "outbox")))
# Whom a seat reaches: resolved by the one place that knows every app, at delivery time.
NOTIFICATION_ADDRESS_BOOK = "weidu_portal.address_book.addresses"
PUBLIC_BASE_URL = env("PUBLIC_BASE_URL", "http://localhost:8000")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": env("LOG_LEVEL", "INFO")},
}
