#!/usr/bin/env python
"""Django's entry point for commands; ``DATA=… manage.py …`` works on the instance in that folder."""

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gitlab_internal.settings")
    # Commands are modules, whose names have no hyphens; people type `client-config`.
    program, *arguments = sys.argv
    if arguments:
        arguments[0] = arguments[0].replace("-", "_") if arguments[0][0] != "-" else arguments[0]
    execute_from_command_line([program, *arguments])
