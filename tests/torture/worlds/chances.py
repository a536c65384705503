"""What random worlds are made of; what is listed more often is more frequent."""

from typing import Any

LEVELS = (0, 5, 10, 15, 20, 25, 30, 30, 40, 50)
VISIBILITIES = (0, 10, 20)
FEATURES = (0, 10, 20, 20, 30)
STATES = (*["active"] * 30, "blocked", "blocked_pending_approval", "banned", "deactivated")
KINDS = (*["human"] * 16, "project_bot", "service_account", "support_bot")
ALGORITHMS = (
    ("ssh-ed25519", 256),
    ("ssh-ed25519", 256),
    ("ssh-rsa", 2048),
    ("sk-ssh-ed25519@openssh.com", 256),
)
SETTINGS: dict[str, tuple[Any, ...]] = {
    "MAINTENANCE_MODE": (True,),
    "READ_ONLY": (True,),
    "ENABLED_GIT_ACCESS_PROTOCOL": ("ssh", "http"),
    "UPLOAD_PACK": (False,),
    "RECEIVE_PACK": (False,),
    "GIT_TWO_FACTOR_ENFORCEMENT": (True,),
    "ENFORCE_TERMS": (True,),
    "EMAIL_CONFIRMATION_REQUIRED": (True,),
    "PASSWORD_AUTHENTICATION_ENABLED": (False,),
    "GLOBALLY_ALLOWED_IPS": (["203.0.113.0/24"],),
    "REPOSITORY_SIZE_LIMIT": (5,),
    "DEFAULT_BRANCH_PROTECTION": (0, 1, 3, 4),
    "DEFAULT_PROJECT_CREATION": (0, 1, 3, 4),
    "KEY_RESTRICTIONS": (
        {"rsa": 3072, "dsa": 0, "ecdsa": 0, "ed25519": 0, "ecdsa_sk": 0, "ed25519_sk": -1},
        {"rsa": -1, "dsa": -1, "ecdsa": -1, "ed25519": 0, "ecdsa_sk": -1, "ed25519_sk": 0},
    ),
}
RANGES = ("192.0.2.0/24", "10.0.0.0/8")
BRANCH_RULES = ("main", "release/*", "*", "v*")
TAG_RULES = ("v*", "v1", "*")
