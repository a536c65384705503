"""Print a token as kas signs them."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from gitlab_internal.operations import kas_token
from gitlab_internal.secret_files import MalformedSecret


class Command(BaseCommand):
    help = "Print a token for the header Gitlab-Kas-Api-Request, good for a minute."

    def handle(self, **options: Any) -> None:
        try:
            self.stdout.write(kas_token.fresh(at=time.time()))
        except (OSError, MalformedSecret) as error:
            raise CommandError(f"No key of kas: {error}") from error
