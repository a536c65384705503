"""The service's own settings, with one route more: the floor that its speed is compared with."""

from gitlab_internal.settings import *  # noqa: F403 -- the settings of the service, all of them

ROOT_URLCONF = "bench.urls"
