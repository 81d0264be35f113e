"""Every setting, by subject. Outside values are read here, once, and nowhere else (docs/settings.md lists them)."""

import hashlib
from datetime import timedelta
from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from cinema_project import admin_theme
from cinema_project import environment as env
from cinema_project.common.cursors import QuickCursor
from cinema_project.environment import SettingsError
from cinema_project.secret_key import kept_secret_key

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(env.text("VAR_DIR") or BASE_DIR / "var").absolute()

# --- Who runs us -------------------------------------------------------------------------------------------------
DEBUG = env.flag("DEBUG", True)
if not DEBUG:
    for required in ("SECRET_KEY", "ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS", "CORS_ALLOWED_ORIGINS"):
        if not env.is_set(required):
            raise SettingsError(f"{required} is not set: production (DEBUG off) does not start without it.")

SECRET_KEY = env.text("SECRET_KEY") or (kept_secret_key(VAR_DIR) if DEBUG else "")
if not DEBUG and len(SECRET_KEY) < 50:
    raise SettingsError("SECRET_KEY is too short: set at least 50 random characters.")
FIELD_KEYS = env.sealing_keys("FIELD_KEYS", SECRET_KEY)

HOST = env.text("HOST", "127.0.0.1")
PORT = env.whole("PORT", 8000, least=1)
SITE_NAME = env.text("SITE_NAME", "Cinema")
OWN_ADDRESS = f"http://127.0.0.1:{PORT}"
SITE_URL = env.address("SITE_URL", OWN_ADDRESS, ("http", "https")).rstrip("/")
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS") or (["*"] if DEBUG else [])
if not ALLOWED_HOSTS:
    raise SettingsError("ALLOWED_HOSTS is empty: name the hosts that this cinema answers to.")
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS")
CORS_ALLOWED_ORIGINS = env.words("CORS_ALLOWED_ORIGINS")
if "*" in CORS_ALLOWED_ORIGINS:
    raise SettingsError("CORS_ALLOWED_ORIGINS=* would open the API to every site: list the origins.")
CORS_EXPOSE_HEADERS = [
    "ETag",
    "Link",
    "X-Total-Count",
    "X-Seat-Seq",
    "Idempotent-Replayed",
    "Retry-After",
    "RateLimit",
    "RateLimit-Policy",
]
CORS_ALLOW_HEADERS = ["accept", "authorization", "content-type", "idempotency-key", "if-none-match", "x-api-key"]
TRUSTED_PROXIES = env.whole("TRUSTED_PROXIES", 0)

# --- The parts ---------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "daphne",  # makes runserver speak ASGI; must stand before staticfiles
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "corsheaders",
    "csp",
    "axes",
    "channels",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_celery_beat",
    "cinema_project.common",
    "accounts",
    "catalog",
    "booking",
    "scraping",
    "cinema_project.pages",
]
MIDDLEWARE = [
    "cinema_project.common.middleware.OptionalSlash",
    "django.middleware.security.SecurityMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "cinema_project.common.middleware.BoundedBodies",
    "django.middleware.http.ConditionalGetMiddleware",
    "cinema_project.common.middleware.ShortCut",
    "cinema_project.common.csp.PolicyByPath",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",  # not the last: as the last it would run async, and lose the answer (8.3.1)
    "cinema_project.common.admin_guard.UsableQueries",
]
ROOT_URLCONF = "cinema_project.urls"
ASGI_APPLICATION = "cinema_project.asgi.application"
WSGI_APPLICATION = "cinema_project.wsgi.application"
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
                "cinema_project.pages.context.site",
                "cinema_project.pages.context.purchase",
            ],
        },
    },
]
UNFOLD = admin_theme.UNFOLD
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Database ----------------------------------------------------------------------------------------------------
DATABASE_URL = env.text("DATABASE_URL", f"sqlite:///{VAR_DIR}/cinema.sqlite3")
DB_POOL_SIZE = env.whole("DB_POOL_SIZE", 20)  # 0 keeps one connection a thread, which is best under WSGI


def _database() -> dict[str, Any]:
    try:
        found: dict[str, Any] = env.source.db_url_config(DATABASE_URL)
    except (ValueError, ImproperlyConfigured):
        found = {}
    if found.get("ENGINE") == "django.db.backends.sqlite3":
        return found | _sqlite(Path(found["NAME"]))
    if found.get("ENGINE") == "django.db.backends.postgresql":
        return found | _postgresql()
    raise SettingsError(
        "DATABASE_URL cannot be used: set it to sqlite:///path or postgresql://user:password@host/name."
    )


def _sqlite(path: Path) -> dict[str, Any]:
    if str(path) == ":memory:":
        raise SettingsError("DATABASE_URL=sqlite://:memory: cannot be used: threads would each see another database.")
    path = path if path.is_absolute() else BASE_DIR / path
    path.parent.mkdir(parents=True, exist_ok=True)
    return {
        "NAME": path,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
        },
        # A file, never shared memory: the races and the second process are tested against the real thing.
        "TEST": {"NAME": VAR_DIR / "test.sqlite3"},
    }


def _postgresql() -> dict[str, Any]:
    options: dict[str, Any] = {
        "connect_timeout": 2,
        # What is prepared is planned once: planning the few hot statements anew takes longer than running them.
        "options": "-c lock_timeout=3000 -c statement_timeout=5000 -c TimeZone=UTC"
        " -c plan_cache_mode=force_generic_plan",
        "cursor_factory": QuickCursor,
        "prepare_threshold": 5,  # lets `common.database.query` prepare; the ORM binds on the client and never does
    }
    if DB_POOL_SIZE:
        # A server that is down is known as such after two seconds; once it is back, whoever comes next connects (R58).
        options["pool"] = {"min_size": 1, "max_size": DB_POOL_SIZE, "timeout": 2, "reconnect_timeout": 1}
    return {
        "ENGINE": "cinema_project.common.postgresql",
        "OPTIONS": options,
        "CONN_MAX_AGE": 0 if DB_POOL_SIZE else None,
        "CONN_HEALTH_CHECKS": True,
    }


DATABASES = {"default": _database()}

# --- Redis, Celery -----------------------------------------------------------------------------------------------
REDIS_URL = env.address("REDIS_URL", "", ("redis", "rediss", "unix"))
if REDIS_URL:
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}
    CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "channels_redis.core.RedisChannelLayer",
            # No socket_timeout: the layer blocks for seconds on purpose.
            "CONFIG": {"hosts": [{"address": REDIS_URL, "socket_timeout": None}], "capacity": 1000},
        }
    }
else:
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer", "CONFIG": {"capacity": 1000}}}

CELERY_BROKER_URL = env.address("CELERY_BROKER_URL", "memory://", ("redis", "rediss", "amqp", "amqps", "memory"))
EMBEDDED_WORKER = env.flag("EMBEDDED_WORKER", True) and CELERY_BROKER_URL == "memory://"
if CELERY_BROKER_URL == "memory://":
    CELERY_BROKER_TRANSPORT_OPTIONS = {"polling_interval": 0.05}  # one second by default: 16 tasks a second
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULER = "cinema_project.beat:Scheduler"
CELERY_BEAT_MAX_LOOP_INTERVAL = 1
TASKS_AT_START = ["scraping.tasks.gather_events"]
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
MQTT = env.mqtt("MQTT_URL")

# --- Seats and money ---------------------------------------------------------------------------------------------
HOLD_SECONDS = env.whole("HOLD_SECONDS", 300, least=1)
PAY_BY_SECONDS = env.whole("PAY_BY_SECONDS", 300, least=1)
WAITING_OFFER_SECONDS = env.whole("WAITING_OFFER_SECONDS", 900, least=1)
CLEANUP_SECONDS = env.number("CLEANUP_SECONDS", 1, least=0.1)
BOX_OFFICE = env.flag("BOX_OFFICE", False)
GAP_RULE = env.one_of("GAP_RULE", "pages", ("pages", "all", "off"))
PAYMENTS_MODE = env.one_of("PAYMENTS_MODE", "trust", ("trust", "verify"))
PAYMENT_PROVIDER = env.one_of("PAYMENT_PROVIDER", "fake", ("fake", "stripe"))
if PAYMENT_PROVIDER == "fake" and not (DEBUG or BOX_OFFICE):
    PAYMENT_PROVIDER = ""  # it sells tickets for money that is none: nobody is connected, and nothing is sold
STRIPE_SECRET_KEY = env.text("STRIPE_SECRET_KEY")
STRIPE_WEBHOOK_SECRET = env.text("STRIPE_WEBHOOK_SECRET")
STRIPE_API_BASE = env.address("STRIPE_API_BASE", "", ("https", "http")).rstrip("/")
STRIPE_PAGES = [STRIPE_API_BASE or "https://checkout.stripe.com"]
IS_STRIPE_ON = PAYMENTS_MODE == "verify" and PAYMENT_PROVIDER == "stripe"
if IS_STRIPE_ON and not (STRIPE_SECRET_KEY and STRIPE_WEBHOOK_SECRET):
    raise SettingsError("PAYMENT_PROVIDER=stripe needs STRIPE_SECRET_KEY and STRIPE_WEBHOOK_SECRET: set both.")
SITE_CURRENCY = env.currency("SITE_CURRENCY", "EUR")
SEAT_HOLDER_IDS_PUBLIC = env.flag("SEAT_HOLDER_IDS_PUBLIC", False)
if not DEBUG and PAYMENTS_MODE == "trust" and not BOX_OFFICE:
    raise SettingsError(
        "PAYMENTS_MODE=trust counts any payment_id as paid: set PAYMENTS_MODE=verify, or BOX_OFFICE=true for a till."
    )

# --- Accounts ----------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
_VALIDATORS = ["UserAttributeSimilarityValidator", "MinimumLengthValidator", "NumericPasswordValidator"]
if not DEBUG:
    _VALIDATORS.append("CommonPasswordValidator")
HOUSE_WORDS = [  # what anybody would try in a password of this house
    *("cinema", "kino", "movie", "film", "screen", "ticket", "seat", "popcorn", "booking", "demo"),
    *("admin", "manager", "programmer", "auditor", "office", "staff", "password", "welcome"),
    *(SITE_NAME, SITE_URL),
]
AUTH_PASSWORD_VALIDATORS: list[dict[str, Any]] = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"} for name in _VALIDATORS
]
if not DEBUG:
    AUTH_PASSWORD_VALIDATORS.append({"NAME": "accounts.password_rules.HouseWords", "OPTIONS": {"words": HOUSE_WORDS}})
ACCESS_TOKEN_SECONDS = env.whole("ACCESS_TOKEN_SECONDS", 900, least=1)
REFRESH_TOKEN_SECONDS = env.whole("REFRESH_TOKEN_SECONDS", 2_592_000, least=1)
AUTH_REGISTER_REPLY = env.one_of("AUTH_REGISTER_REPLY", "auth", ("auth", "gateway"))
SIMPLE_JWT = {
    "ALGORITHM": "HS256",
    # Not SECRET_KEY itself: a leak of one kind of signature must not open the other.
    "SIGNING_KEY": hashlib.sha256(f"jwt:{SECRET_KEY}".encode()).hexdigest(),
    "ACCESS_TOKEN_LIFETIME": timedelta(seconds=ACCESS_TOKEN_SECONDS),
    "REFRESH_TOKEN_LIFETIME": timedelta(seconds=REFRESH_TOKEN_SECONDS),
    "USER_ID_FIELD": "uuid",
    "USER_ID_CLAIM": "sub",
    "TOKEN_TYPE_CLAIM": "type",
    "UPDATE_LAST_LOGIN": False,
}
AXES_HANDLER = "accounts.login_limits.FailureLimits"  # the limits are there, and so is the clock
AXES_CLIENT_IP_CALLABLE = "cinema_project.common.addresses.client_address"
AXES_LOCKOUT_CALLABLE = "accounts.login_limits.locked_page"
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False  # accounts.admin shows the failures
AXES_VERBOSE = False
LOGIN_URL = "accounts:sign_in"
LOGIN_REDIRECT_URL = "/"

# --- Safety in the browser ---------------------------------------------------------------------------------------
COOKIE_SECURE = env.flag("COOKIE_SECURE", not DEBUG)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = COOKIE_SECURE
CSRF_FAILURE_VIEW = "cinema_project.error_pages.stale_form"
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_SSL_REDIRECT = env.flag("SECURE_SSL_REDIRECT", not DEBUG)
SECURE_HSTS_SECONDS = 0 if DEBUG else 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = not DEBUG
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        # Paying leads to the provider's page, and a redirect counts as the form's own address.
        "form-action": [SELF, *(STRIPE_PAGES if IS_STRIPE_ON else [])],
        "frame-ancestors": [NONE],
    }
}
# Alpine, which the admin's theme uses, compiles expressions at run time; it, Swagger UI and ReDoc style inline.
_STYLED_INLINE = {"style-src": [SELF, "'unsafe-inline'"]}
_DOCS_CSP = _STYLED_INLINE | {"worker-src": [SELF, "blob:"]}
CSP_BY_PREFIX = {
    "/admin/": _STYLED_INLINE | {"script-src": [SELF, "'unsafe-eval'"]},
    "/docs": _DOCS_CSP,
    "/redoc": _DOCS_CSP,
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024

# --- API ---------------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["accounts.api.authentication.BearerAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticatedOrReadOnly"],
    "DEFAULT_RENDERER_CLASSES": ["cinema_project.common.renderers.JSONRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "cinema_project.common.answers.AlwaysTheFirst",
    "DEFAULT_METADATA_CLASS": "cinema_project.common.answers.AllowAlone",
    "DEFAULT_PARSER_CLASSES": ["cinema_project.common.parsers.BoundedJSONParser"],
    "DEFAULT_PAGINATION_CLASS": "cinema_project.common.pagination.SkipLimitPagination",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "cinema_project.openapi.schema.ViewSchema",
    "EXCEPTION_HANDLER": "cinema_project.common.exception_handler.handle",
    "COERCE_DECIMAL_TO_STRING": False,
    "DATETIME_FORMAT": "%Y-%m-%dT%H:%M:%S.%fZ",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
API_KEYS = env.words("API_KEYS")
if any(len(key) < 16 for key in API_KEYS):
    raise SettingsError("API_KEYS holds a key that is too short: give each at least 16 random characters.")
RATE_LIMIT_REQUESTS_PER_MINUTE = env.whole("RATE_LIMIT_REQUESTS_PER_MINUTE", 10, least=1)
RATE_LIMIT_BURST = env.whole("RATE_LIMIT_BURST", 20, least=1)
SPECTACULAR_SETTINGS = {
    "TITLE": "Cinema API",
    "VERSION": "1.0.0",
    "DESCRIPTION": (
        "Find a film, hold seats, buy tickets, watch the seat map live. Every path works with and without the trailing "
        "slash. Refusals are `application/problem+json`; [this page](/docs/errors) lists their codes. Lists come in "
        "pages, by `skip` (or `offset`) and `limit`: `X-Total-Count` says how many rows there are on all, `Link` leads "
        "on and back. Reads send an `ETag`, and answer 304 where it still holds in `If-None-Match`. Rows of the "
        "catalogue show the `fields` that you name (`?fields=id,title`), and with `expand` what would otherwise take a "
        "second call (`?expand=movie,room`)."
    ),
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "PATH_CONVERTER_OVERRIDES": {
        "id": {"type": "integer", "minimum": 0, "maximum": 10**18 - 1},
        "int": {"type": "integer", "minimum": 0},
    },
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "ENUM_NAME_OVERRIDES": {
        "StateEnum": "catalog.models.MovieState",
        "StatusEnum": "catalog.models.ScreeningStatus",
        "RunStateEnum": "scraping.models.Run.State",
        "RunStatusEnum": "scraping.api.serializers.runs.STATUSES",
        "EventTypeEnum": "catalog.api.serializers.events.TYPES",
        "EventSkippedEnum": "catalog.api.serializers.events.SKIPPED",
        "EventFailedEnum": "catalog.api.serializers.events.FAILED",
        "MediaJobStatusEnum": "scraping.models.MediaJob.Status",
        "MediaVideoStatusEnum": "scraping.models.MediaVideo.State",
        "MediaJobModeEnum": "scraping.models.Mode",
        "MediaHealthEnum": ["healthy", "degraded"],
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "cinema_project.openapi.plain_views.add_plain_views",
        "cinema_project.openapi.problems.add_problems",
        "cinema_project.openapi.reads.add_reads",
        "cinema_project.openapi.examples.add_examples",
    ],
}
# Modules that describe operations which REST framework does not know.
PLAIN_VIEW_SCHEMAS = [
    "booking.api.schema",
    "booking.api.bookings_schema",
    "booking.api.schema_payments",
    "booking.api.schema_staff",
    "booking.api.schema_ticket_files",
    "catalog.api.schema_events",
    "cinema_project.openapi.house",
]

# --- Other people's data -----------------------------------------------------------------------------------------
FETCH_ALLOW_LOOPBACK = env.flag("FETCH_ALLOW_LOOPBACK", False)
if FETCH_ALLOW_LOOPBACK and not DEBUG:
    raise SettingsError("FETCH_ALLOW_LOOPBACK lets strangers' addresses lead into this machine: it is for DEBUG alone.")
SCRAPE_SLOTS = env.whole("SCRAPE_SLOTS", 2, least=1)
SCRAPE_LEASE_SECONDS = env.number("SCRAPE_LEASE_SECONDS", 15, least=0.5)
SCRAPE_SLICE_SECONDS = env.number("SCRAPE_SLICE_SECONDS", 20, least=1)
SCRAPE_KEEP_RUNS_DAYS = env.whole("SCRAPE_KEEP_RUNS_DAYS", 30, least=1)
SCRAPE_KEEP_PAYLOADS_DAYS = env.whole("SCRAPE_KEEP_PAYLOADS_DAYS", 14, least=1)
SCRAPE_PAYLOADS_MEGABYTES = env.whole("SCRAPE_PAYLOADS_MEGABYTES", 2000, least=1)
SCRAPE_LARGEST_PAYLOAD = 5 * 1024 * 1024  # bytes; a larger answer is read and not kept
TIX_BASE_URL = env.address("TIX_BASE_URL", "https://api-b2b.tix.id", ("https", "http")).rstrip("/")
TIX_WEB_URL = env.address("TIX_WEB_URL", "https://app.tix.id", ("https", "http")).rstrip("/")
TIX_PHONE_NUMBER, TIX_PASSWORD = env.text("TIX_PHONE_NUMBER"), env.text("TIX_PASSWORD")
TIX_RSA_PUBLIC_KEY = env.text("TIX_RSA_PUBLIC_KEY")
TIX_PROXY = env.proxy("TIX_PROXY")
TIX_REQUESTS_PER_SECOND = env.number("TIX_REQUESTS_PER_SECOND", 4, least=0.01)
TIX_TIME_ZONE = env.zone("TIX_TIME_ZONE", "Asia/Jakarta")
SCRAPE_INTERVAL_SECONDS = max(env.whole("SCRAPE_INTERVAL_SECONDS", 600), 5)
BATCH_SIZE = env.whole("BATCH_SIZE", 100, least=1)
EVENTS_CACHE_TTL = env.whole("EVENTS_CACHE_TTL", 1800, least=1)
EVENTS_ARCHIVE_SECONDS = env.whole("EVENTS_ARCHIVE_SECONDS", 3600, least=1)
INTERVALS = {
    name: seconds
    for variable, name, seconds in (
        ("SCRAPE_INTERVAL_SECONDS", "Read what else is on in town", SCRAPE_INTERVAL_SECONDS),
        (
            "EVENTS_ARCHIVE_SECONDS",
            "Let events go on to their next date, and archive those that are over",
            EVENTS_ARCHIVE_SECONDS,
        ),
    )
    if env.is_set(variable)
}
EVENTS_SOURCE_URL = env.web_addresses("EVENTS_SOURCE_URL")
MEDIA_RIGHTS_CONFIRMED = env.flag("MEDIA_RIGHTS_CONFIRMED", False)
MEDIA_WORK_DIR = VAR_DIR / "media_on_its_way"
MEDIA_FILE_MEGABYTES = env.whole("MEDIA_FILE_MEGABYTES", 300, least=1)
MEDIA_FILE_SECONDS = env.number("MEDIA_FILE_SECONDS", 600, least=1)
MEDIA_JOB_MEGABYTES = env.whole("MEDIA_JOB_MEGABYTES", 10_000, least=1)
MEDIA_DISK_MEGABYTES = env.whole("MEDIA_DISK_MEGABYTES", 2000, least=1)
MEDIA_PARALLEL = env.whole("MEDIA_PARALLEL", 3, least=1)
TIKTOK_BASE_URL = env.address("TIKTOK_BASE_URL", "https://www.tiktok.com", ("https", "http")).rstrip("/")
TIKTOK_REQUESTS_PER_SECOND = env.number("TIKTOK_REQUESTS_PER_SECOND", 4, least=0.01)
GOOGLE_DRIVE_CREDENTIALS = env.text("GOOGLE_DRIVE_CREDENTIALS")
GOOGLE_DRIVE_BASE_URL = env.address("GOOGLE_DRIVE_BASE_URL", "https://www.googleapis.com", ("https", "http")).rstrip(
    "/"
)
GOOGLE_DRIVE_FOLDER_ID = env.text("GOOGLE_DRIVE_FOLDER_ID", "root")
TMDB_API_KEY = env.text("TMDB_API_KEY")
_TMDB_ROOT = env.address("TMDB_BASE_URL", "", ("https", "http")).rstrip("/")
TMDB_BASE_URL = _TMDB_ROOT or "https://api.themoviedb.org"
# A server of one's own that stands for TMDB has its pictures too.
_TMDB_PICTURES = f"{_TMDB_ROOT}/t/p" if _TMDB_ROOT else "https://image.tmdb.org/t/p"
TMDB_IMAGE_URL = env.address("TMDB_IMAGE_URL", _TMDB_PICTURES, ("https", "http")).rstrip("/")

# --- Words, time, files ------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]
TIME_ZONE = env.zone("TIME_ZONE", "UTC")
USE_TZ = True
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_URL = "/media/"
_FILES = env.file_store("STORAGE_URL", f"file://{VAR_DIR}/media")
MEDIA_ROOT = BASE_DIR / (_FILES.folder or VAR_DIR / "media")
STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
if _FILES.bucket:
    STORAGES["default"] = {
        "BACKEND": "cinema_project.common.s3_files.S3Files",
        "OPTIONS": {
            "bucket_name": _FILES.bucket,
            "access_key": _FILES.key or None,
            "secret_key": _FILES.secret or None,
            "endpoint_url": _FILES.endpoint or None,
            "region_name": _FILES.region or None,
            "public": _FILES.public,
        },
    }
if _FILES.public:
    CONTENT_SECURITY_POLICY["DIRECTIVES"]["img-src"].append(_FILES.public.rstrip("/") + "/")
PASSWORD_RESET_TIMEOUT = 1800
_MAIL = env.mail("EMAIL_URL", f"file://{VAR_DIR}/mail")
EMAIL_BACKEND = _MAIL.backend
EMAIL_FILE_PATH = _MAIL.folder
EMAIL_HOST, EMAIL_PORT = _MAIL.host, _MAIL.port
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _MAIL.user, _MAIL.password
EMAIL_USE_SSL, EMAIL_USE_TLS = _MAIL.ssl, _MAIL.starttls
EMAIL_TIMEOUT = 60  # a slow server may have taken the mail that we give up waiting for
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "tickets@cinema.test")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "axes": {"level": "WARNING"},
        "django.request": {"level": "ERROR"},
        "celery": {"level": "WARNING"},
        "kombu": {"level": "ERROR"},  # warns that memory:// has no host
        "django_celery_beat": {"level": "WARNING"},
        "fontTools": {"level": "WARNING"},  # tells every table of every font
        "httpx": {"level": "WARNING"},  # tells every address, and the key of TMDB stands in it
    },
}

# --- Messages out: who delivers which topic of the outbox ----------------------------------------------------------
OUTBOX_HANDLERS = {
    "seats": "booking.realtime.publish",
    "screening_called_off": "booking.background.hand_off_cancellation",
    "seats_freed": "booking.background.hand_off_offers",
    "fake_bank": "booking.background.hand_off_fake_message",
    "unused_file": "cinema_project.common.stored_files.delete",
    "run_to_work_on": "scraping.background.hand_off_run",
    "films_to_match": "scraping.background.hand_off_matching",
    "events_changed": "catalog.services.events.lists.change",
}
# Topics that are mails, and who writes them; the mailer sends them.
MAILS = {
    "booking_confirmed": "booking.mails.booking_confirmed",
    "ticket_resent": "booking.mails.ticket_resent",
    "ticket_cancelled": "booking.mails.ticket_cancelled",
    "screening_moved": "booking.mails.screening_moved",
    "screening_cancelled": "booking.mails.screening_cancelled",
    "seats_offered": "booking.mails.seats_offered",
    "payment_refunded": "booking.mails.payment_refunded",
    "refund_settled": "booking.mails.refund_settled",
    "password_reset": "accounts.mails.password_reset",
    "password_changed": "accounts.mails.password_changed",
    "email_confirmation": "accounts.mails.email_confirmation",
    "email_changed": "accounts.mails.email_changed",
}
