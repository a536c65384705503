#!/usr/bin/env python
"""Django's entry point for commands; ``DATA=… manage.py …`` works on the instance in that folder."""

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gitlab_internal.settings")
    execute_from_command_line(sys.argv)
