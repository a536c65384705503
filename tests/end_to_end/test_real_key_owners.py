"""What a person sees who types ``ssh git@host …``, with real GitLab Shell programs; see real_shell.py."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyotp
import pytest

from tests.end_to_end import real_shell
from tests.end_to_end.real_shell import SHELLS, Shell
from tests.instances import Instance, running_instance

PROGRAMS: list[Path | None] = [*SHELLS] or [None]
KEY = 7  # of rubi
GIT = "git-upload-pack gnuwget/wget2.git"
OTP_REQUIRED = "OTP verification is required to access the repository."
VERIFIED = "OTP validation successful. Git operations are now allowed."
VALID_SCOPES = (
    '["api", "read_api", "read_registry", "read_repository", "read_user", '
    '"write_registry", "write_repository"]'
)
REGISTER = """
from apps.directory.models import Member, Namespace, User
from apps.ssh_keys.models import SshCertificateAuthority
group = Namespace.objects.at_path("gnuwget").get()
SshCertificateAuthority.objects.create(group=group, title="CA", key="{key}")
Member.objects.get_or_create(user=User.objects.get(pk=7), group=group, defaults={{"access_level": 30}})
"""


@pytest.fixture(scope="module")
def instance() -> Iterator[Instance]:
    with running_instance(GIT_TWO_FACTOR_ENFORCEMENT="true", SSH_HOST="git.example.com") as instance:
        yield instance


@pytest.fixture(params=PROGRAMS, ids=str)
def shell(request: pytest.FixtureRequest, tmp_path: Path) -> Shell:
    """Each generation in turn; the instance starts only where one is there."""
    if request.param is None:
        pytest.skip(real_shell.MISSING)
    return real_shell.shell(request.param, request.getfixturevalue("instance"), tmp_path / "shell")


@pytest.fixture
def otp(shell: Shell, instance: Instance) -> pyotp.TOTP:
    """A new authenticator app of rubi; no session is open."""
    otp = pyotp.parse_uri(instance.manage("user", "enrol-otp", "rubi", "--replace").split()[-1])
    assert isinstance(otp, pyotp.TOTP)
    return otp


def box(text: str) -> str:
    """A text as GitLab Shell frames it."""
    rule = f"remote: \nremote: {'=' * 72}\nremote: \n"
    return f"{rule}remote: {text}\n{rule}"


def test_new_recovery_codes_are_shown(shell: Shell, otp: pyotp.TOTP) -> None:
    terminal = shell.type("2fa_recovery_codes", key_id=KEY, then="yes")

    assert "Your two-factor authentication recovery codes are:\n\n" in terminal.out
    assert len(re.findall(r"^[0-9a-f]{16}$", terminal.out, re.MULTILINE)) == 10
    assert (terminal.err, terminal.code) == ("", 0)


def test_who_has_no_second_factor_reads_why_there_are_no_codes(shell: Shell) -> None:
    terminal = shell.type("2fa_recovery_codes", key_id=11, then="yes")

    text = "An error occurred while trying to generate new recovery codes.\n"
    assert terminal.out.endswith(f"{text}Two-factor authentication is not enabled for this user\n")


def test_a_right_code_opens_git_and_counts_once(shell: Shell, otp: pyotp.TOTP) -> None:
    closed = shell.type(GIT, key_id=KEY)
    code = otp.now()

    right = shell.type("2fa_verify", key_id=KEY, then=code)
    opened = shell.type(GIT, key_id=KEY)
    again = shell.type("2fa_verify", key_id=KEY, then=code)

    assert closed.err == box(f"{OTP_REQUIRED}\n\n   Use: ssh git@git.example.com 2fa_verify")
    assert right.out.endswith(f"OTP: \n{VERIFIED}\n")
    assert OTP_REQUIRED not in opened.err
    assert re.search(r"OTP validation failed[.:]\s+Invalid OTP\n$", again.out)


@pytest.mark.parametrize("typed", ["000000", "nonsense", ""])
def test_what_is_no_code_is_refused_in_words(shell: Shell, otp: pyotp.TOTP, typed: str) -> None:
    terminal = shell.type("2fa_verify", key_id=KEY, then=typed)

    # Today's programs refuse an empty line themselves.
    assert re.search(r"OTP validation failed[.:]\s+(Invalid OTP|OTP cannot be blank)\n$", terminal.out)
    assert (terminal.err, terminal.code) == ("", 0)


def test_a_token_is_shown(shell: Shell) -> None:
    terminal = shell.type("personal_access_token name read_api,read_repository 30", key_id=KEY)

    token, scopes, expires = terminal.out.splitlines()
    # The program counts the days, up to the end of the last one.
    days = {str((datetime.now(UTC) + timedelta(days=30 + more)).date()) for more in (0, 1, 2)}
    assert re.fullmatch(r"Token:   glpat-[A-Za-z0-9_-]{20}", token)
    assert scopes == "Scopes:  read_api,read_repository"
    assert expires.removeprefix("Expires: ") in days
    assert (terminal.err, terminal.code) == ("", 0)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ("name read_api,sudo 30", f"Invalid scope: 'sudo'. Valid scopes are: {VALID_SCOPES}"),
        ("name read_api soon", "Invalid value for days_ttl: 'soon'"),
    ],
)
def test_a_token_that_cannot_be_is_refused_in_words(shell: Shell, arguments: str, text: str) -> None:
    terminal = shell.type(f"personal_access_token {arguments}", key_id=KEY)

    assert (terminal.out, terminal.err, terminal.code) == ("", box(text), 1)


def test_a_certificate_opens_the_group_of_its_authority_only(
    shell: Shell, instance: Instance, tmp_path: Path
) -> None:
    if not shell.knows_certificates:
        pytest.skip(f"{shell.programs} knows no certificates")
    real_shell.make_key(shell.root / "host_key")
    key, registered, other = (real_shell.make_key(tmp_path / name) for name in ("key", "ca", "other_ca"))
    public = Path(f"{registered}.pub").read_text().strip()
    instance.manage("shell", "--no-imports", "-c", REGISTER.format(key=public))

    with shell.server(FF_GITLAB_SHELL_SSH_CERTIFICATES="1"):
        inside, outside, refused, stranger = (
            shell.ssh(command, key=key, certificate=real_shell.sign(key, by=authority, holder=holder))
            for command, authority, holder in (
                (GIT, registered, "rubi"),
                ("git-upload-pack other/project.git", registered, "rubi"),
                (GIT, other, "rubi"),
                (GIT, registered, "nadia"),
            )
        )

    assert "Gitaly" in inside.err  # let in; there is no Gitaly behind this instance
    assert "ERROR: You are not allowed to access projects in this namespace." in outside.err
    assert "Permission denied (publickey)" in refused.err
    assert "Permission denied (publickey)" in stranger.err
