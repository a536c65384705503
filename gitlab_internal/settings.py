"""Every setting, read and typed from the environment.

``DATA`` names the one folder that holds what an instance makes: database, secrets, static files. A file
``env`` in it may hold any of the variables below; the process environment wins over it.
"""

from pathlib import Path
from urllib.parse import urlsplit

import environ

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
DATA = Path(env.str("DATA", default=str(BASE_DIR / "var"))).resolve()
env.read_env(DATA / "env")

# --- Instance ---
INSTANCE_URL = env.str("INSTANCE_URL", default="http://localhost:3001").rstrip("/")
INSTANCE_HOST = urlsplit(INSTANCE_URL).hostname or "localhost"
RELATIVE_URL_ROOT = env.str("RELATIVE_URL_ROOT", default="").rstrip("/")
GITLAB_VERSION = env.str("GITLAB_VERSION", default="12.3.0-pre")
GITLAB_REVISION = env.str("GITLAB_REVISION", default="d69c988e6a6")
SSH_USER = env.str("SSH_USER", default="git")
SSH_HOST = env.str("SSH_HOST", default=INSTANCE_HOST)
SSH_PORT = env.int("SSH_PORT", default=22)
CUSTOM_HTTP_CLONE_URL_ROOT = env.str("CUSTOM_HTTP_CLONE_URL_ROOT", default="").rstrip("/")

# --- Secrets ---
SHELL_SECRET_FILE = Path(env.str("SHELL_SECRET_FILE", default=str(DATA / ".gitlab_shell_secret")))
SHELL_PREVIOUS_SECRET_FILE = Path(
    env.str("SHELL_PREVIOUS_SECRET_FILE", default=f"{SHELL_SECRET_FILE}.previous")
)
KAS_SECRET_FILE = Path(env.str("KAS_SECRET_FILE", default=str(DATA / ".gitlab_kas_secret")))
KAS_PREVIOUS_SECRET_FILE = Path(env.str("KAS_PREVIOUS_SECRET_FILE", default=f"{KAS_SECRET_FILE}.previous"))
# One key a line, the newest first; `manage.py rotate_encryption_key` writes it.
ENCRYPTION_KEYS_FILE = Path(env.str("ENCRYPTION_KEYS_FILE", default=str(DATA / "encryption_keys")))
SECRET_KEY_FILE = Path(env.str("SECRET_KEY_FILE", default=str(DATA / "secret_key")))
# Empty until `manage.py serve` or the operator creates it; Django then refuses everything that signs.
SECRET_KEY = env.str("SECRET_KEY", default="") or (
    SECRET_KEY_FILE.read_text().strip() if SECRET_KEY_FILE.is_file() else ""
)

# --- Gitaly ---
# {"default": {"address": "unix:/run/gitaly.socket", "token": "…"}}; the token may be left out.
GITALY_STORAGES = env.json("GITALY_STORAGES", default={})
GITALY_TOKEN = env.str("GITALY_TOKEN", default="") or None
DEFAULT_STORAGE = env.str("DEFAULT_STORAGE", default="default")

# --- Who may do what (contract names, upper case) ---
ENABLED_GIT_ACCESS_PROTOCOL = env.str("ENABLED_GIT_ACCESS_PROTOCOL", default="")
UPLOAD_PACK = env.bool("UPLOAD_PACK", default=True)
RECEIVE_PACK = env.bool("RECEIVE_PACK", default=True)
RECEIVE_MAX_INPUT_SIZE = env.int("RECEIVE_MAX_INPUT_SIZE", default=0)  # MiB; 0 is no limit
GITLAB_SHELL_OPERATION_LIMIT = env.int("GITLAB_SHELL_OPERATION_LIMIT", default=600)  # a minute
MAINTENANCE_MODE = env.bool("MAINTENANCE_MODE", default=False)
READ_ONLY = env.bool("READ_ONLY", default=False)
ENFORCE_TERMS = env.bool("ENFORCE_TERMS", default=False)
EMAIL_CONFIRMATION_REQUIRED = env.bool("EMAIL_CONFIRMATION_REQUIRED", default=False)
PASSWORD_AUTHENTICATION_ENABLED = env.bool("PASSWORD_AUTHENTICATION_ENABLED", default=True)
# Per algorithm: 0 allows, a positive number is the least length in bits, -1 forbids.
KEY_RESTRICTIONS = {
    name: env.int(f"{name.upper()}_KEY_RESTRICTION", default=0)
    for name in ("rsa", "dsa", "ecdsa", "ed25519", "ecdsa_sk", "ed25519_sk")
}
PERSONAL_ACCESS_TOKEN_PREFIX = env.str("PERSONAL_ACCESS_TOKEN_PREFIX", default="glpat-")
MAX_PERSONAL_ACCESS_TOKEN_LIFETIME = env.int("MAX_PERSONAL_ACCESS_TOKEN_LIFETIME", default=0)  # days; 0: none
MAX_LOGIN_ATTEMPTS = env.int("MAX_LOGIN_ATTEMPTS", default=10)
FAILED_LOGIN_ATTEMPTS_UNLOCK_PERIOD_IN_MINUTES = env.int(
    "FAILED_LOGIN_ATTEMPTS_UNLOCK_PERIOD_IN_MINUTES", default=10
)
GIT_TWO_FACTOR_ENFORCEMENT = env.bool("GIT_TWO_FACTOR_ENFORCEMENT", default=False)
GIT_TWO_FACTOR_SESSION_EXPIRY = env.int("GIT_TWO_FACTOR_SESSION_EXPIRY", default=15)  # minutes
LFS_ENABLED = env.bool("LFS_ENABLED", default=True)
REPOSITORY_SIZE_LIMIT = env.int("REPOSITORY_SIZE_LIMIT", default=0)  # bytes; 0 is no limit
SNIPPET_SIZE_LIMIT = env.int("SNIPPET_SIZE_LIMIT", default=50 * 1024 * 1024)  # bytes; 0 is no limit
SNIPPET_MAX_FILES = env.int("SNIPPET_MAX_FILES", default=10)
DEFAULT_BRANCH_PROTECTION = env.int("DEFAULT_BRANCH_PROTECTION", default=2)
DEFAULT_PROJECT_CREATION = env.int("DEFAULT_PROJECT_CREATION", default=2)
GLOBALLY_ALLOWED_IPS = env.list("GLOBALLY_ALLOWED_IPS", default=[])
PUSH_EVENT_ACTIVITIES_LIMIT = env.int("PUSH_EVENT_ACTIVITIES_LIMIT", default=3)
PUSH_EVENT_HOOKS_LIMIT = env.int("PUSH_EVENT_HOOKS_LIMIT", default=3)
# Webhooks may lead to loopback, private and link-local addresses only where the operator says so.
WEBHOOKS_ALLOW_PRIVATE_ADDRESSES = env.bool("WEBHOOKS_ALLOW_PRIVATE_ADDRESSES", default=False)
WEBHOOK_TIMEOUT = env.int("WEBHOOK_TIMEOUT", default=10)  # seconds for one whole delivery
GIT_AUDIT_EVENTS_ENABLED = env.bool("GIT_AUDIT_EVENTS_ENABLED", default=False)

# --- CustomersDot ---
GITLAB_COM = env.bool("GITLAB_COM", default=True)  # reconciliations exist only there
# Whose signed tokens open /internal/gitlab_subscriptions; empty: nobody's.
CUSTOMERS_DOT_URL = env.str("CUSTOMERS_DOT_URL", default="").rstrip("/")

# --- Django ---
DEBUG = False
ALLOWED_HOSTS = [
    INSTANCE_HOST,
    *env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"]),
    "unix",  # what gitlab-shell and Gitaly send over a Unix socket
]
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "django_tasks",
    "django_tasks_db",
    "gitlab_internal",
    "gitlab_internal.shared_store",
    "apps.directory",
    "apps.ssh_keys",
    "apps.git_access",
    "apps.agent",
    "apps.billing",
]
MIDDLEWARE = [
    "gitlab_internal.middleware.CorrelationMiddleware",
    "gitlab_internal.middleware.PathMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "gitlab_internal.urls"
WSGI_APPLICATION = "gitlab_internal.wsgi.application"
APPEND_SLASH = False  # clients turn a redirected POST into a GET without a body
AUTH_USER_MODEL = "directory.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 100_000  # `scopes[]` and nested forms count every element
USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = False
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
STATIC_URL = f"{RELATIVE_URL_ROOT}/static/"
STATIC_ROOT = DATA / "static"
LFS_ROOT = DATA / "lfs"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# --- Database, shared store, jobs ---
DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{DATA}/db.sqlite3")}
# A new connection per request costs more than ten times the request itself.
DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=0) or None
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 30,  # seconds that a writer waits for another one
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA foreign_keys=ON",
    }
elif DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql":
    DATABASES["default"]["ENGINE"] = "gitlab_internal.postgresql"
REDIS_URL = env.str("REDIS_URL", default="")
if REDIS_URL:
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": REDIS_URL,
        }
    }
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
JOB_LEASE = env.int("JOB_LEASE", default=120)  # seconds after which a silent worker's job is taken back
JOB_MAX_ATTEMPTS = env.int("JOB_MAX_ATTEMPTS", default=5)

# --- REST framework: everything is refused and JSON unless a view says otherwise ---
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["gitlab_internal.api.authentication.RefuseEveryone"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": [
        "gitlab_internal.api.parsers.StrictJSONParser",
        "gitlab_internal.api.parsers.BracketFormParser",
        "gitlab_internal.api.parsers.BracketMultiPartParser",
    ],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "gitlab_internal.api.negotiation.AlwaysJSON",
    "EXCEPTION_HANDLER": "gitlab_internal.api.errors.exception_handler",
    "UNAUTHENTICATED_USER": None,
}

# --- Transport security ---
HTTPS = INSTANCE_URL.startswith("https://")
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
CSRF_TRUSTED_ORIGINS = [INSTANCE_URL]
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=3600 if HTTPS else 0)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SILENCED_SYSTEM_CHECKS = [
    "security.W008",  # TLS redirects belong to the proxy: a redirected POST loses its body
    "security.W005",  # other names under the domain are not ours to bind
    "security.W021",  # preloading is the domain owner's decision
]

LOG_LEVEL = env.str("LOG_LEVEL", default="INFO")
LOGGING_CONFIG = "gitlab_internal.logs.configure"
LOGGING = {"level": LOG_LEVEL}
