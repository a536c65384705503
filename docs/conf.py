"""How `make docs` turns these pages into a site: Sphinx, Markdown by MyST, the theme furo.

The site asks no other host for anything: no fonts, no scripts, no pictures.
"""

import logging
import os
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE / "extensions")]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gitlab_internal.settings")

logging.getLogger("environ").setLevel(logging.WARNING)  # it tells of every missing file `env`

project = "gitlab-internal"
author = "its contributors"
extensions = ["myst_parser", "setting_reference"]
exclude_patterns = ["_build", "extensions"]

html_theme = "furo"
html_title = "GitLab Internal API"
html_use_index = False
html_copy_source = False
html_show_copyright = False
html_show_sphinx = False
html_theme_options = {"navigation_with_keys": True}

myst_enable_extensions = ["deflist", "fieldlist"]
myst_heading_anchors = 3  # `page.md#a-heading` leads to a heading, as on any forge
