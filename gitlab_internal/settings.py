"""Every setting, read and typed from the environment.

``DATA`` names the one folder that holds what an instance makes: database, secrets, static files. A file
``env`` in it may hold any of the variables below; the process environment wins over it. The comment above a
setting, or behind it, is its description in the configuration reference and in ``manage.py config show``.
"""

from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import environ

from gitlab_internal.framework import *  # noqa: F403 -- every name in there is a setting
from gitlab_internal.setting_reader import Reader

BASE_DIR = Path(__file__).resolve().parent.parent

# --- Instance ---
env = environ.Env()
# The folder of the instance.
DATA = Path(env.str("DATA", default=str(BASE_DIR / "var"))).resolve()
env = Reader(DATA / "env")
# The address that people and clients use; `https://` turns secure cookies on.
INSTANCE_URL = env.str("INSTANCE_URL", default="http://localhost:3001").rstrip("/")
INSTANCE_HOST = urlsplit(INSTANCE_URL).hostname or "localhost"
# The path below which the instance is served, such as `/gitlab`.
RELATIVE_URL_ROOT = env.str("RELATIVE_URL_ROOT", default="").rstrip("/")
# A label beside the name on the operators' site, such as `STAGING`; one that begins with `prod` is red.
ADMIN_ENVIRONMENT = env.str("ADMIN_ENVIRONMENT", default="")
# Host names that requests may carry, beside that of INSTANCE_URL.
ALLOWED_HOSTS = [
    INSTANCE_HOST,
    *env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"]),
    "unix",  # what gitlab-shell and Gitaly send over a Unix socket
]
GITLAB_VERSION = env.str("GITLAB_VERSION", default="12.3.0-pre")  # the version that clients are told
GITLAB_REVISION = env.str("GITLAB_REVISION", default="d69c988e6a6")  # the revision that clients are told
SSH_USER = env.str("SSH_USER", default="git")  # the user in SSH addresses that people are shown
SSH_HOST = env.str("SSH_HOST", default=INSTANCE_HOST)  # the host in SSH addresses
SSH_PORT = env.int("SSH_PORT", default=22)  # the port in SSH addresses
# The beginning of HTTP addresses that people are shown, where it is not INSTANCE_URL.
CUSTOM_HTTP_CLONE_URL_ROOT = env.str("CUSTOM_HTTP_CLONE_URL_ROOT", default="").rstrip("/")
# Of the JSON lines on standard error: `DEBUG`, `INFO`, `WARNING`, `ERROR` or `CRITICAL`.
LOG_LEVEL = env.str("LOG_LEVEL", default="INFO").upper()
env.must_be("LOG_LEVEL", LOG_LEVEL, ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"))

# --- Secrets ---
# The secret that gitlab-shell and Gitaly share with the instance; `manage.py secret rotate shell` renews it.
SHELL_SECRET_FILE = Path(env.str("SHELL_SECRET_FILE", default=str(DATA / ".gitlab_shell_secret")))
# The secret before it, which counts too until `manage.py secret retire shell`.
SHELL_PREVIOUS_SECRET_FILE = Path(
    env.str("SHELL_PREVIOUS_SECRET_FILE", default=f"{SHELL_SECRET_FILE}.previous")
)
# The secret that kas shares with the instance: strict Base64 of 32 bytes.
KAS_SECRET_FILE = Path(env.str("KAS_SECRET_FILE", default=str(DATA / ".gitlab_kas_secret")))
# The secret of kas before it, which counts too until `manage.py secret retire kas`.
KAS_PREVIOUS_SECRET_FILE = Path(env.str("KAS_PREVIOUS_SECRET_FILE", default=f"{KAS_SECRET_FILE}.previous"))
# The secret that Workhorse shares with the instance: strict Base64 of 32 bytes.
WORKHORSE_SECRET_FILE = Path(env.str("WORKHORSE_SECRET_FILE", default=str(DATA / ".gitlab_workhorse_secret")))
# The secret of Workhorse before it, which counts too until `manage.py secret retire workhorse`.
WORKHORSE_PREVIOUS_SECRET_FILE = Path(
    env.str("WORKHORSE_PREVIOUS_SECRET_FILE", default=f"{WORKHORSE_SECRET_FILE}.previous")
)
# The keys of the secrets that are stored encrypted, one a line, the newest first.
ENCRYPTION_KEYS_FILE = Path(env.str("ENCRYPTION_KEYS_FILE", default=str(DATA / "encryption_keys")))
# The file that holds SECRET_KEY where the variable does not.
SECRET_KEY_FILE = Path(env.str("SECRET_KEY_FILE", default=str(DATA / "secret_key")))
# Signs sessions and LFS tokens and protects recovery codes; from SECRET_KEY_FILE where it is empty.
SECRET_KEY = env.str("SECRET_KEY", default="") or (
    # Neither until `manage.py serve` or the operator makes one; Django then refuses everything that signs.
    SECRET_KEY_FILE.read_text().strip() if SECRET_KEY_FILE.is_file() else ""
)

# --- Gitaly ---
# Where each storage's Gitaly listens, as JSON: `{"default": {"address": "unix:/run/gitaly.socket"}}`; a
# `token` beside the address counts before GITALY_TOKEN.
GITALY_STORAGES = env.json("GITALY_STORAGES", default={})
env.with_addresses("GITALY_STORAGES", GITALY_STORAGES)
GITALY_TOKEN = env.str("GITALY_TOKEN", default="") or None  # of the storages that name none of their own
DEFAULT_STORAGE = env.str("DEFAULT_STORAGE", default="default")  # where new repositories are made
# Pushes that may wait for Gitaly at once in each process, and on SQLite whoever writes for another writer;
# fewer than WEB_THREADS leaves threads for lookups.
PUSHES_AT_ONCE = env.int("PUSHES_AT_ONCE", default=3)

# --- kas ---
# The API listener of kas, `grpc://HOST:PORT` or `grpcs://HOST:PORT`: told that somebody has pushed, Flux and
# agents act at once instead of at their next poll; empty: it is not told.
GITLAB_KAS = env.str("GITLAB_KAS", default="")
GITLAB_KAS_TIMEOUT = env.float("GITLAB_KAS_TIMEOUT", default=5)  # seconds for one such call

# --- Access ---
# `ssh` or `http` forbids the other; empty allows both.
ENABLED_GIT_ACCESS_PROTOCOL = env.str("ENABLED_GIT_ACCESS_PROTOCOL", default="")
env.must_be("ENABLED_GIT_ACCESS_PROTOCOL", ENABLED_GIT_ACCESS_PROTOCOL, ("", "ssh", "http"))
UPLOAD_PACK = env.bool("UPLOAD_PACK", default=True)  # allow pulls over HTTP
RECEIVE_PACK = env.bool("RECEIVE_PACK", default=True)  # allow pushes over HTTP
# Shut an address out of Git over HTTP for a while when its credentials have often been wrong.
GIT_BASIC_AUTH_BAN_ENABLED = env.bool("GIT_BASIC_AUTH_BAN_ENABLED", default=False)
GIT_BASIC_AUTH_BAN_MAXRETRY = env.int("GIT_BASIC_AUTH_BAN_MAXRETRY", default=10)  # failures that shut it out
# Seconds within which they must fall.
GIT_BASIC_AUTH_BAN_FINDTIME = env.int("GIT_BASIC_AUTH_BAN_FINDTIME", default=60)
GIT_BASIC_AUTH_BAN_BANTIME = env.int("GIT_BASIC_AUTH_BAN_BANTIME", default=3600)  # seconds that it is out for
# Addresses and networks that are never shut out.
GIT_BASIC_AUTH_BAN_IP_ALLOWLIST = env.list("GIT_BASIC_AUTH_BAN_IP_ALLOWLIST", default=["127.0.0.1"])
RECEIVE_MAX_INPUT_SIZE = env.int("RECEIVE_MAX_INPUT_SIZE", default=0)  # of one push, in MiB; 0 is no limit
# Git commands a minute that one actor may run on one project, where Redis counts them; 0 is no limit.
GITLAB_SHELL_OPERATION_LIMIT = env.int("GITLAB_SHELL_OPERATION_LIMIT", default=600)
# Refuse pushes, whatever `manage.py maintenance` says.
MAINTENANCE_MODE = env.bool("MAINTENANCE_MODE", default=False)
READ_ONLY = env.bool("READ_ONLY", default=False)  # refuse pushes and record no last use of keys
ENFORCE_TERMS = env.bool("ENFORCE_TERMS", default=False)  # refuse users who did not accept the terms
# Refuse users who have not confirmed their email address.
EMAIL_CONFIRMATION_REQUIRED = env.bool("EMAIL_CONFIRMATION_REQUIRED", default=False)
# Passwords count; where they do not, none expires either.
PASSWORD_AUTHENTICATION_ENABLED = env.bool("PASSWORD_AUTHENTICATION_ENABLED", default=True)
KEY_RESTRICTIONS = {
    # RSA keys: 0 allows, a positive number is the least length in bits, -1 forbids.
    "rsa": env.int("RSA_KEY_RESTRICTION", default=0),
    "dsa": env.int("DSA_KEY_RESTRICTION", default=0),  # DSA keys, as above
    "ecdsa": env.int("ECDSA_KEY_RESTRICTION", default=0),  # ECDSA keys, as above
    "ed25519": env.int("ED25519_KEY_RESTRICTION", default=0),  # ED25519 keys, as above
    "ecdsa_sk": env.int("ECDSA_SK_KEY_RESTRICTION", default=0),  # ECDSA keys in hardware, as above
    "ed25519_sk": env.int("ED25519_SK_KEY_RESTRICTION", default=0),  # ED25519 keys in hardware, as above
}
# How new personal access tokens begin.
PERSONAL_ACCESS_TOKEN_PREFIX = env.str("PERSONAL_ACCESS_TOKEN_PREFIX", default="glpat-")
# The longest life of new personal access tokens, in days; 0 is no limit.
MAX_PERSONAL_ACCESS_TOKEN_LIFETIME = env.int("MAX_PERSONAL_ACCESS_TOKEN_LIFETIME", default=0)
MAX_LOGIN_ATTEMPTS = env.int("MAX_LOGIN_ATTEMPTS", default=10)  # failures in a row that lock a user
# Minutes after which a locked user may try again.
FAILED_LOGIN_ATTEMPTS_UNLOCK_PERIOD_IN_MINUTES = env.int(
    "FAILED_LOGIN_ATTEMPTS_UNLOCK_PERIOD_IN_MINUTES", default=10
)
# Failed logins at the operators' site after which an address has to wait as long as a locked user.
AXES_FAILURE_LIMIT = env.int("MAX_LOGIN_ATTEMPTS_PER_ADDRESS", default=30)
AXES_COOLOFF_TIME = timedelta(minutes=FAILED_LOGIN_ATTEMPTS_UNLOCK_PERIOD_IN_MINUTES)
# Ask users with two factors for a code now and then, over SSH.
GIT_TWO_FACTOR_ENFORCEMENT = env.bool("GIT_TWO_FACTOR_ENFORCEMENT", default=False)
# Minutes for which one code is enough.
GIT_TWO_FACTOR_SESSION_EXPIRY = env.int("GIT_TWO_FACTOR_SESSION_EXPIRY", default=15)
REPOSITORY_SIZE_LIMIT = env.int("REPOSITORY_SIZE_LIMIT", default=0)  # bytes; 0 is no limit
SNIPPET_SIZE_LIMIT = env.int("SNIPPET_SIZE_LIMIT", default=50 * 1024 * 1024)  # bytes; 0 is no limit
SNIPPET_MAX_FILES = env.int("SNIPPET_MAX_FILES", default=10)  # files that one snippet may hold
# Of a first default branch: 0 none, 1 partial, 2 full, 3 developers may merge, 4 full after the first push.
DEFAULT_BRANCH_PROTECTION = env.int("DEFAULT_BRANCH_PROTECTION", default=2)
# Who may create projects in a group: 0 nobody, 1 maintainers, 2 developers too, 3 administrators, 4 owners.
DEFAULT_PROJECT_CREATION = env.int("DEFAULT_PROJECT_CREATION", default=2)
# Address ranges that no group's restriction of addresses shuts out.
GLOBALLY_ALLOWED_IPS = env.list("GLOBALLY_ALLOWED_IPS", default=[])
# A push of more refs than this is recorded as one activity.
PUSH_EVENT_ACTIVITIES_LIMIT = env.int("PUSH_EVENT_ACTIVITIES_LIMIT", default=3)
# Where a merge request for a pushed branch is created, such as
# `https://forge.example.com/{project}/compare/{branch}`; empty: pushes print no links.
MERGE_REQUEST_URL = env.str("MERGE_REQUEST_URL", default="")
PUSH_EVENT_HOOKS_LIMIT = env.int("PUSH_EVENT_HOOKS_LIMIT", default=3)  # a push of more refs calls no webhook
# Webhooks may lead to loopback, private and link-local addresses.
WEBHOOKS_ALLOW_PRIVATE_ADDRESSES = env.bool("WEBHOOKS_ALLOW_PRIVATE_ADDRESSES", default=False)
WEBHOOK_TIMEOUT = env.int("WEBHOOK_TIMEOUT", default=10)  # seconds for one whole delivery
# Newer GitLab Shells report every command.
GIT_AUDIT_EVENTS_ENABLED = env.bool("GIT_AUDIT_EVENTS_ENABLED", default=False)

# --- Git LFS ---
LFS_ENABLED = env.bool("LFS_ENABLED", default=True)  # large files may be pushed and pulled
# Where files are kept on disk; Workhorse writes there too, as the same user.
LFS_ROOT = Path(env.str("LFS_ROOT", default=str(DATA / "lfs"))).resolve()
MAX_LFS_OBJECT_SIZE = env.int("MAX_LFS_OBJECT_SIZE", default=0)  # bytes of one file; 0 is no limit
LFS_STORE = env.str("LFS_STORE", default="local")  # where new files go: `local` is LFS_ROOT, `s3` the bucket
env.must_be("LFS_STORE", LFS_STORE, ("local", "s3"))
LFS_S3_BUCKET = env.str("LFS_S3_BUCKET", default="")  # in S3-compatible object storage; it must exist
# The address of the object storage, which Workhorse and git-lfs reach too; empty: Amazon's.
LFS_S3_ENDPOINT = env.str("LFS_S3_ENDPOINT", default="")
LFS_S3_REGION = env.str("LFS_S3_REGION", default="us-east-1")  # part of every signature
# The bucket stands in the path of addresses and not in their host.
LFS_S3_PATH_STYLE = env.bool("LFS_S3_PATH_STYLE", default=True)
LFS_S3_ACCESS_KEY = env.str("LFS_S3_ACCESS_KEY", default="")  # empty: from where boto3 finds it
LFS_S3_SECRET_KEY = env.str("LFS_S3_SECRET_KEY", default="")  # empty: from where boto3 finds it
# Let Workhorse fetch from object storage for clients that cannot reach it.
LFS_PROXY_DOWNLOAD = env.bool("LFS_PROXY_DOWNLOAD", default=False)

# --- CustomersDot ---
GITLAB_COM = env.bool("GITLAB_COM", default=True)  # take upcoming reconciliations, which exist only there
# The CustomersDot whose signed tokens open `/internal/gitlab_subscriptions`; empty: nobody's.
CUSTOMERS_DOT_URL = env.str("CUSTOMERS_DOT_URL", default="").rstrip("/")

# --- Database, shared store, jobs ---
# `postgres://user:password@host:5432/name`; SQLite in DATA by default.
DATABASE_URL = env.str("DATABASE_URL", default=f"sqlite:///{DATA}/db.sqlite3")
DATABASES = {"default": env.database("DATABASE_URL", DATABASE_URL)}
# Seconds that a connection is kept; 0 is for ever. A new one costs more than ten times the request itself.
DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=0) or None
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["ENGINE"] = "apps.core.sqlite"
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 30,  # seconds that a writer waits for another one
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA foreign_keys=ON",
    }
elif DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql":
    DATABASES["default"]["ENGINE"] = "apps.core.postgresql"
    # Seconds for connecting to PostgreSQL; DATABASE_URL may set what libpq knows besides.
    postgresql_options = {"connect_timeout": env.int("DATABASE_CONNECT_TIMEOUT", default=3)}
    # A host that is gone is noticed within a minute.
    postgresql_options |= {"keepalives_idle": 20, "keepalives_interval": 10, "keepalives_count": 3}
    DATABASES["default"]["OPTIONS"] = {**postgresql_options, **DATABASES["default"].get("OPTIONS", {})}
# Seconds that a request waits for one of PostgreSQL's connections where all are taken; then it is a 503.
DATABASE_CONNECT_WAIT = env.int("DATABASE_CONNECT_WAIT", default=3)
# Seconds that one statement of a lookup may take on PostgreSQL; then it is a 503. 0 is no limit.
DATABASE_LOOKUP_TIMEOUT = env.int("DATABASE_LOOKUP_TIMEOUT", default=5)
# Seconds for one statement of anything else, such as the check of a push; the server is told, too.
DATABASE_PUSH_TIMEOUT = env.int("DATABASE_PUSH_TIMEOUT", default=50)
# `redis://host:6379/0` keeps counters, notices and the rate limit; empty: the database does.
REDIS_URL = env.str("REDIS_URL", default="")
if REDIS_URL:
    redis_cache = {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
    CACHES = {"default": redis_cache}
HOURLY_JOBS = ["apps.workhorse.lfs.tasks.sweep_uploads"]
JOB_LEASE = env.int("JOB_LEASE", default=120)  # seconds after which a silent worker's job is taken back
JOB_MAX_ATTEMPTS = env.int("JOB_MAX_ATTEMPTS", default=5)  # how often a job that fails is tried

# --- Web server ---
# Proxies that are believed about where a request comes from (`X-Forwarded-For`), as addresses or networks.
TRUSTED_PROXIES = env.list("TRUSTED_PROXIES", default=["127.0.0.0/8", "::1"])
# Where Prometheus finds `/metrics`: `HOST:PORT` or `unix:/path`, not the service's own; empty: nowhere.
METRICS_BIND = env.str("METRICS_BIND", default="127.0.0.1:9168")
# Seconds in which a client must have sent the headers of a request.
REQUEST_HEAD_TIMEOUT = env.int("REQUEST_HEAD_TIMEOUT", default=10)
# Seconds in which a client must have sent a body, or taken an answer; each 16 KiB that move add one.
REQUEST_BODY_TIMEOUT = env.int("REQUEST_BODY_TIMEOUT", default=60)
# The longest body of a request, in MiB; a push of 90,000 refs needs 10.
REQUEST_MAX_SIZE = env.int("REQUEST_MAX_SIZE", default=10)
DATA_UPLOAD_MAX_MEMORY_SIZE = REQUEST_MAX_SIZE * 1024 * 1024
STATIC_URL = f"{RELATIVE_URL_ROOT}/static/"
# Where `manage.py collectstatic` puts the files of the admin site, and where they are served from.
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(DATA / "static")))
HTTPS = INSTANCE_URL.startswith("https://")
SESSION_COOKIE_SECURE = HTTPS
# Seconds after which an operator who does nothing is logged out; a working day.
SESSION_COOKIE_AGE = env.int("SESSION_COOKIE_AGE", default=8 * 3600)
CSRF_COOKIE_SECURE = HTTPS
CSRF_TRUSTED_ORIGINS = [INSTANCE_URL]
# Seconds for which browsers insist on HTTPS; an hour where INSTANCE_URL has it.
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=3600 if HTTPS else 0)
LOGGING = {"level": LOG_LEVEL}
