"""What Django and its libraries are told and nobody sets: the applications, the layers, the defaults."""

from apps.core.admin_site.look import UNFOLD  # noqa: F401 -- a setting, as every name here

INSTALLED_APPS = [
    "apps.core",  # before unfold: of two files of a name, its own counts
    "unfold",  # before the admin: its templates are the same ones with another look
    "unfold.contrib.filters",
    "unfold.contrib.import_export",
    "import_export",
    "apps.core.admin_site.discovery.PagesOnDemandConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_tasks",
    "django_tasks_db",
    "auditlog",
    "axes",
    "apps.operations",
    "apps.core.shared_store",
    "apps.directory",
    "apps.ssh_keys",
    "apps.git_access",
    "apps.workhorse",
    "apps.agent",
    "apps.billing",
]
MIDDLEWARE = [
    "gitlab_internal.middleware.CorrelationMiddleware",
    "apps.operations.monitoring.port.MetricsPortMiddleware",
    "gitlab_internal.middleware.PathMiddleware",
    # What follows is for the pages of the site alone.
    "gitlab_internal.direct_path.DirectPathMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "apps.core.admin_site.sessions.IdleMiddleware",
    "apps.core.admin_site.audit.AuditMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "apps.core.admin_site.content_security.ContentSecurityMiddleware",
    "axes.middleware.AxesMiddleware",
]
DEBUG = False
ROOT_URLCONF = "gitlab_internal.urls"
WSGI_APPLICATION = "gitlab_internal.wsgi.application"
APPEND_SLASH = False  # clients turn a redirected POST into a GET without a body
AUTH_USER_MODEL = "directory.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATA_UPLOAD_MAX_NUMBER_FIELDS = 100_000  # `scopes[]` and nested forms count every element
USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = False
FORMAT_MODULE_PATH = "gitlab_internal.formats"
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
LOGIN_REDIRECT_URL = "admin:index"
CSRF_FAILURE_VIEW = "apps.core.api.errors.expired_form"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",  # first: it only says who has to wait
    "apps.ssh_keys.login_backend.AccountBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
LOGGING_CONFIG = "gitlab_internal.logs.configure"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SILENCED_SYSTEM_CHECKS = [
    "security.W008",  # TLS redirects belong to the proxy: a redirected POST loses its body
    "security.W005",  # other names under the domain are not ours to bind
    "security.W021",  # preloading is the domain owner's decision
]

# --- The operators' site ---
# The brake at the door counts failures by address; accounts have their own count, which Git shares.
AXES_LOCKOUT_PARAMETERS = ["ip_address"]
AXES_CLIENT_IP_CALLABLE = "apps.core.client_address.of"
AXES_USERNAME_CALLABLE = "apps.ssh_keys.login_backend.nobody"
AXES_LOCKOUT_CALLABLE = "apps.ssh_keys.login_backend.too_many"
AXES_SENSITIVE_PARAMETERS = ["username", "code", "csrfmiddlewaretoken", "ip_address"]
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_DISABLE_ACCESS_LOG = True  # the audit log has every login
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
AUDITLOG_CID_GETTER = "apps.core.correlation.current"

# --- REST framework: everything is refused and JSON unless a view says otherwise ---
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["apps.core.api.authentication.RefuseEveryone"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["apps.core.api.rendering.CompactJSONRenderer"],
    "DEFAULT_PARSER_CLASSES": [
        "apps.core.api.parsers.StrictJSONParser",
        "apps.core.api.parsers.BracketFormParser",
        "apps.core.api.parsers.BracketMultiPartParser",
    ],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "apps.core.api.negotiation.AlwaysJSON",
    "EXCEPTION_HANDLER": "apps.core.api.errors.exception_handler",
    "UNAUTHENTICATED_USER": None,
    "DEFAULT_SCHEMA_CLASS": "apps.operations.openapi.auto_schema.CatalogueSchema",
}
SPECTACULAR_SETTINGS = {
    "OAS_VERSION": "3.1.0",
    "TITLE": "GitLab Internal API",
    "VERSION": "v4",
    "DESCRIPTION": (
        "What GitLab's own components ask: GitLab Shell, Gitaly, kas, CustomersDot.\n\n"
        "Parameters may stand in the query string or in the body; the body wins. A body is JSON, a form or a "
        "multipart form, with `a[]=` for lists and `a[b]=` for objects; unknown parameters are ignored. "
        "An unknown path is 404 and another method on a known path is 405, both for everybody and with the "
        "reason under `error`. Paths of kas and CustomersDot are also known with a slash behind them. "
        "Nothing is ever redirected."
    ),
    "PREPROCESSING_HOOKS": ["apps.operations.openapi.hooks.routes_in_order"],
    "POSTPROCESSING_HOOKS": ["apps.operations.openapi.hooks.with_shared_parts"],
    "SORT_OPERATIONS": False,
}
