"""Our own server keeps the contract, over TCP and over a socket, as gunicorn serves it."""

from urllib.parse import quote

from apps.operations.conformance.checks import every
from apps.operations.conformance.world import SEEDED, load
from tests.conformance.conftest import Conformance, arguments, differing
from tests.instances import Instance


def test_every_check_passes_and_passes_again(gunicorn: Instance, conformance: Conformance) -> None:
    for _ in range(2):
        report = conformance(gunicorn.url, "--write")

        assert differing(report) == {}
        assert (report["exit"], report["differs"], report["skipped"]) == (0, 0, 0)
        assert report["passed"] == len(every(load(SEEDED)))


def test_it_passes_over_a_socket_as_the_command_prints_it(gunicorn_on_socket: Instance) -> None:
    url = f"http+unix://{quote(str(gunicorn_on_socket.socket), safe='')}"

    printed = gunicorn_on_socket.manage("conformance", "--url", url, *arguments(gunicorn_on_socket))

    *table, _, total = printed.splitlines()
    results = [line.split(maxsplit=1)[1] for line in table]
    assert set(results) == {"passed", "skipped  (it writes: --write)"}
    assert (
        total
        == f"{results.count('passed')} passed, 0 differs, {len(results) - results.count('passed')} skipped"
    )


def test_without_its_credential_a_consumer_is_left_out(gunicorn: Instance) -> None:
    secret = str(gunicorn.data / ".gitlab_shell_secret")

    printed = gunicorn.manage("conformance", "--url", gunicorn.url, "--secret-file", secret, "--only", "kas")

    *table, _, total = printed.splitlines()
    assert {line.split(maxsplit=1)[1] for line in table} == {"skipped  (it needs --kas-secret-file)"} | {
        "skipped  (it writes: --write)"
    }
    assert total.startswith("0 passed, 0 differs")


def test_the_names_of_checks_are_unique() -> None:
    names = [check.name for check in every(load(SEEDED))]

    assert len(set(names)) == len(names)
