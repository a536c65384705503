from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from gitlab_internal import encryption


class Command(BaseCommand):
    help = (
        "Put a new key on top of the file of encryption keys (create it if there is none) and bring every "
        "stored secret under it. Copy the file to the other hosts, then run it again with --finish."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--finish", action="store_true", help="bring what is left under the newest key, forget the others"
        )

    def handle(self, *, finish: bool, **options: Any) -> None:
        path = settings.ENCRYPTION_KEYS_FILE
        if finish and not path.is_file():
            raise CommandError(f"{path} is missing.")
        if not finish:
            encryption.add_key(path)
            self.stdout.write(f"{path} has a new key.")
        try:
            renewed = encryption.renew()
        except (encryption.Undecryptable, encryption.NoEncryptionKey) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{renewed} stored secrets are under the newest key.")
        if finish:
            self.stdout.write(f"{encryption.forget_old_keys(path)} old keys are forgotten.")
