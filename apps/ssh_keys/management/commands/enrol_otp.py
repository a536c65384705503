import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.directory.models import User
from apps.ssh_keys import one_time_passwords
from gitlab_internal.encryption import NoEncryptionKey


class Command(BaseCommand):
    help = "Turn one-time passwords on for a user and print, once, what the authenticator app scans."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument(
            "--import",
            dest="imported",
            action="store_true",
            help="read an existing Base32 secret from standard input; nothing is printed",
        )

    def handle(self, *, username: str, imported: bool, **options: Any) -> None:
        user = User.objects.named(username).first()
        if user is None:
            raise CommandError(f"There is no user {username}.")
        secret = sys.stdin.readline().strip().replace(" ", "") if imported else None
        try:
            uri = one_time_passwords.enrol(user, secret)
        except ValueError:
            raise CommandError("The secret is no Base32 text of at least 112 bits.") from None
        except NoEncryptionKey as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"One-time passwords are on for @{user.username}.")
        if not imported:
            self.stdout.write(uri)
