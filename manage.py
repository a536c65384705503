#!/usr/bin/env python
"""Django's entry point for commands; ``DATA=… manage.py …`` works on the instance in that folder."""

import os
import sys

from gitlab_internal.command_line import main

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gitlab_internal.settings")
    main(sys.argv)
