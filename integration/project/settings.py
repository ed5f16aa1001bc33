"""Settings, all from the environment; safe for development, refused in production where unsafe.

``variables.py`` says which variables there are; docs/environment.md is printed from it.
"""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import Any

from bootstrap_wrapper import get_bootstrap_dir
from django.core.exceptions import ImproperlyConfigured

from integration.project.accounts import *  # noqa: F403 - a part of these settings
from integration.project.environment import within
from integration.project.variables import BASE_DIR, DEVELOPMENT_FERNET, DEVELOPMENT_SECRET, TOPICS, read

ENVIRONMENT = TOPICS
"""For who describes it: nothing of ours imports the project."""
DEVELOPMENT = read("DEVELOPMENT", development=False)
value = partial(read, development=DEVELOPMENT)
DEBUG = value("DEBUG")

SECRET_KEY = value("SECRET_KEY")
SECRET_KEY_FALLBACKS = value("SECRET_KEY_FALLBACKS")
FIELD_ENCRYPTION_KEYS = value("FIELD_ENCRYPTION_KEYS")
"""Without a usable one the application starts, says so and does not connect (``models/stored/secret.py``)."""
ALLOWED_HOSTS = value("ALLOWED_HOSTS")
CSRF_TRUSTED_ORIGINS = value("CSRF_TRUSTED_ORIGINS")
if not DEVELOPMENT and (SECRET_KEY == DEVELOPMENT_SECRET or len(SECRET_KEY) < 40):
    raise ImproperlyConfigured("SECRET_KEY is not safe: use at least 40 random characters.")
if not DEVELOPMENT and DEVELOPMENT_FERNET in FIELD_ENCRYPTION_KEYS:
    raise ImproperlyConfigured("FIELD_ENCRYPTION_KEYS holds the development key, which everybody knows.")
if not DEVELOPMENT and "*" in ALLOWED_HOSTS:
    raise ImproperlyConfigured("ALLOWED_HOSTS must name hosts, “*” is not safe.")
if not DEVELOPMENT and DEBUG:
    raise ImproperlyConfigured("DEBUG shows stack traces to people; it goes with DEVELOPMENT=true only.")
DATA_DIR = value("DATA_DIR")

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_filters",
    "django_htmx",
    "django_rq",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "integration",
    "axes",
    "integration.business_central",
    "coupling",
    "setup_wizard",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "integration.views.security.Acting",
    "integration.views.administration.RecordedAdministration",
    "integration.views.people.time_zone.OwnTimeZone",
    "django.contrib.messages.middleware.MessageMiddleware",
    "integration.views.frame.errors.SignInFirst",
    "integration.views.security.PagesForThoseWithRights",
    "integration.views.frame.errors.NoPageToLookAt",
    "integration.views.frame.nul.WithoutNul",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "integration.views.security.ContentSecurityPolicy",
    "integration.views.security.NeverKept",
    "integration.views.frame.theme.ThemeOfSystem",
    "integration.views.health.QueueAway",
    "integration.views.frame.queue_pages.QueuePages",
    "integration.views.patience.SecondsForSales",
    "allauth.account.middleware.AccountMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "integration.project.urls"
WSGI_APPLICATION = "integration.project.wsgi.application"
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
            ],
            "builtins": ["integration.templatetags.formats"],
        },
    },
]

DATABASES = {"default": value("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'integration.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # WAL lets readers and one writer work side by side; IMMEDIATE takes the write lock at the start, so that two
    # writers wait for each other instead of failing in the middle.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 30,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA busy_timeout=30000",
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 60
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = value("REDIS_URL")

RETENTION_DAYS = value("RETENTION_DAYS")
"""Jobs that have ended, closed errors and history are kept so long."""
PRODUCT_QUANTITY_DECIMALS = value("PRODUCT_QUANTITY_DECIMALS")
"""How many decimals the quantities of a new product have in Dynamics 365 Sales."""

PUBLIC_URL = value("PUBLIC_URL")
"""Where people and Dynamics 365 Sales reach this application; blank: where the administrator's browser does."""

DATAVERSE_CA_FILE = value("DATAVERSE_CA_FILE")
"""Certificate authorities, in PEM, that are trusted besides the usual ones when Dynamics 365 Sales is called."""
RQ_QUEUES = {
    "default": {
        "URL": REDIS_URL or "redis://localhost:6379/0",
        "DEFAULT_TIMEOUT": -1,
        # Text: the pages of the queue unpack nothing that could be code (jobs/queue.py).
        "SERIALIZER": "rq.serializers.JSONSerializer",
    }
}
RQ_SHOW_ADMIN_LINK = False
JOB_DEAD_AFTER = value("JOB_DEAD_AFTER")
JOB_HEARTBEAT = value("JOB_HEARTBEAT")
JOB_RESEND_AFTER = value("JOB_RESEND_AFTER")

AUTH_USER_MODEL = "integration.User"
_VALIDATION = "django.contrib.auth.password_validation"
AUTH_PASSWORD_VALIDATORS: list[dict[str, Any]] = [
    {"NAME": f"{_VALIDATION}.UserAttributeSimilarityValidator"},
    {"NAME": f"{_VALIDATION}.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": f"{_VALIDATION}.CommonPasswordValidator"},
    {"NAME": f"{_VALIDATION}.NumericPasswordValidator"},
]
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"

OIDC_ISSUER = value("OIDC_ISSUER")
"""Address of an OpenID Connect provider; blank: people sign in with passwords only."""
OIDC_CLIENT_ID, OIDC_CLIENT_SECRET = value("OIDC_CLIENT_ID"), value("OIDC_CLIENT_SECRET")
OIDC_NAME = value("OIDC_NAME")
OIDC_CLAIM = value("OIDC_CLAIM")
SINGLE_SIGN_ON_ONLY = value("SINGLE_SIGN_ON_ONLY")
if OIDC_ISSUER and not (OIDC_CLIENT_ID and OIDC_CLIENT_SECRET):
    raise ImproperlyConfigured("OIDC_ISSUER is set, but OIDC_CLIENT_ID or OIDC_CLIENT_SECRET is not.")
if SINGLE_SIGN_ON_ONLY and not OIDC_ISSUER:
    raise ImproperlyConfigured("SINGLE_SIGN_ON_ONLY is set, but OIDC_ISSUER is not: nobody could sign in.")

SECOND_FACTOR = value("SECOND_FACTOR")
"""A code or passkey besides the password: off, optional (for who sets it up) or required (of everybody)."""

TRUSTED_PROXIES = value("TRUSTED_PROXIES")
"""How many proxies of our own stand before the application: so many entries of X-Forwarded-For are believed."""
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# Ten wrong passwords under one name from one address shut both out together; people/lockout.py says the rest.
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = dt.timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_HANDLER = "integration.people.lockout.SignInThrottle"
AXES_USERNAME_CALLABLE = "integration.people.lockout.counted_name"
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_RESET_ON_SUCCESS = True
AXES_CLIENT_IP_CALLABLE = "integration.people.signing_in.client_address"
AXES_LOCKOUT_CALLABLE = "integration.views.people.signin.locked_out"
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address", "code", "credential"]
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

LANGUAGE_CODE = "en-us"
FORMAT_MODULE_PATH = "integration.project.formats"
TIME_ZONE = "UTC"
USE_I18N = True
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = within(DATA_DIR, "static")
STATICFILES_DIRS = [BASE_DIR / "static", ("bootstrap", get_bootstrap_dir())]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = DEVELOPMENT

DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000  # a hundred lines of a document, each with a dozen inputs
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

SECURE_COOKIES = value("SECURE_COOKIES")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_COOKIES
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "integration.views.frame.errors.csrf_failed"
SESSION_COOKIE_AGE = value("SESSION_HOURS") * 3600
DEVICE_COOKIE_NAME = "device"
"""By which a browser is known that somebody has signed in with; it opens nothing (people/lockout.py)."""
if SECURE_COOKIES:
    # A browser takes cookies of these names only from this very host, over https.
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME, DEVICE_COOKIE_NAME = "__Host-session", "__Host-csrf", "__Host-device"
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
# Whoever comes by http is sent to https where a proxy of ours says how they came; without one nothing tells, and the
# proxy does it. The liveness check may ask by http.
SECURE_SSL_REDIRECT = SECURE_COOKIES and bool(TRUSTED_PROXIES)
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SILENCED_SYSTEM_CHECKS = [
    # Whether all other hosts of the domain speak https, and want to be in the browsers' lists for years, is for the
    # owner of the domain to say, and nothing that this application knows; its own host is covered.
    "security.W005",
    "security.W021",
    # See SECURE_SSL_REDIRECT.
    *([] if SECURE_SSL_REDIRECT else ["security.W008"]),
]
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {
            "()": "integration.management.log_lines.OneLine",
            "format": "{asctime} {levelname} {name}: {message}",
            "style": "{",
        }
    },
    "filters": {"refusals": {"()": "integration.management.log_lines.RefusalsInOneLine"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain", "filters": ["refusals"]}},
    "root": {"handlers": ["stderr"], "level": value("LOG_LEVEL")},
}
