"""``manage.py`` as somebody meets it: the list of commands, wrong usage, and completion in the shell."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import get_commands, load_command_class
from typer.main import get_command

from apps.operations import completions
from apps.operations.completions import Shell
from gitlab_internal import command_line, command_overview
from tests.instances import ROOT, environment

OURS = {name.replace("_", "-") for name, app in get_commands().items() if str(app).startswith("apps.")}


def manage(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, str(ROOT / "manage.py"), *arguments]
    settings = environment(folder)
    return subprocess.run(command, env=settings, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("arguments", [[], ["help"], ["--help"]])
def test_our_commands_come_first_and_djangos_stand_behind_one_line(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    command_line.main(["manage.py", *arguments])

    page = capsys.readouterr().out
    named = [line.split()[0] for line in page.splitlines() if line.startswith("  ") and line[2] != " "]
    assert named == sorted(OURS)
    assert page.splitlines()[-1].endswith("manage.py help --all")
    assert "squashmigrations" not in page


@pytest.mark.django_db
def test_what_is_no_text_is_refused_in_one_line() -> None:
    """A terminal may send any bytes; no database takes all of them."""
    with pytest.raises(SystemExit, match=r"^What was typed is not UTF-8\.$"):
        command_line.main(["manage.py", "user", "show", "\udcff"])


def test_every_verb_is_in_the_list() -> None:
    entries = list(command_overview.entries())

    paths = [place.path for place in completions.places()]
    leaves = {path for path in paths if path and not any(other.startswith(f"{path} ") for other in paths)}
    verbs = {path for path in paths if path and not path.split()[-1].startswith("--")}
    listed = {f"{entry.name} {verb}" for entry in entries for verb in entry.verbs}
    assert listed <= verbs
    assert {leaf for leaf in leaves & verbs if " " in leaf} <= listed


def test_the_list_needs_neither_django_nor_an_instance() -> None:
    code = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r}); from gitlab_internal import command_overview as o; "
    )
    code += "o.text(); print('django' in sys.modules)"

    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert loaded.stdout == "False\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["keys"], "Usage: manage.py keys [OPTIONS] COMMAND [ARGS]...\nMissing command.\nVerbs: add, find"),
        (["keys", "add", "--nope"], "Usage: manage.py keys add [OPTIONS]\nNo such option: --nope\nMore: "),
        (["completion", "tcsh"], "'tcsh' is not one of 'bash', 'zsh', 'fish'.\nMore: "),
        (["serve", "--nope"], "usage: manage.py serve"),
    ],
)
def test_wrong_usage_is_told_on_standard_error_and_ends_with_2(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["manage.py"])
    command = load_command_class(get_commands()[words[0]], words[0])

    with pytest.raises(SystemExit) as end:
        command.run_from_argv(["manage.py", *words])

    printed = capsys.readouterr()
    assert (end.value.code, printed.out) == (2, "")
    assert said in printed.err


def verbs() -> Iterator[tuple[str, Any, Any]]:
    """Every verb, and every command without any, with what parses its words."""
    for name in sorted(OURS):
        command = load_command_class(get_commands()[name.replace("-", "_")], name.replace("-", "_"))
        if hasattr(command, "typer_app"):  # else it is one of Django's own kind, such as serve
            yield from ((path, command, verb) for path, verb in _leaves(name, get_command(command.typer_app)))


def _leaves(path: str, command: Any) -> Iterator[tuple[str, Any]]:
    below = getattr(command, "commands", {})
    if not below or command.invoke_without_command:
        yield path, command
    for name, verb in below.items():
        yield from _leaves(f"{path} {name}", verb)


@pytest.mark.parametrize(
    ("path", "command", "verb"), [pytest.param(*found, id=found[0]) for found in verbs()]
)
def test_the_help_of_every_verb_has_an_example_that_it_takes(path: str, command: Any, verb: Any) -> None:
    (example,) = re.findall(
        r"^Example: (?:journalctl .* [|] )?manage\.py (.+)$", verb.help or command.help, re.MULTILINE
    )
    typed, words = shlex.split(re.split(r" [<|>] ", example)[0]), path.split()

    assert typed[: len(words)] == words
    with verb.context_class(verb, info_name=path, django_command=command) as context:
        verb.parse_args(context, typed[len(words) :])


def test_usage_names_a_command_as_it_is_typed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["manage.py"])

    with pytest.raises(SystemExit):
        load_command_class(get_commands()["push_rule"], "push_rule").run_from_argv(
            ["manage.py", "push_rule", "show", "--nope"]
        )

    assert capsys.readouterr().err.startswith("Usage: manage.py push-rule show [OPTIONS]\n")


def test_a_command_that_is_none_is_wrong_usage(tmp_path: Path) -> None:
    ended = manage(tmp_path, "frobnicate")

    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith("Unknown command: 'frobnicate'")


# What is on the line, and what is offered for its last word.
ASKED = [
    ("manage.py ke", ["keys"]),
    ("manage.py agent token ", ["create", "list", "revoke", "--help"]),
    ("manage.py keys add --t", ["--title"]),
    ("manage.py member add acme bob --level dev", ["developer"]),
    ("manage.py member add acme bob --level developer --e", ["--expires"]),
    ("manage.py client-config git", ["gitlab-shell", "gitaly"]),
    ("manage.py serve --on", ["--only-prepare"]),
]


@pytest.fixture(scope="module")
def scripts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("completion")
    for shell in Shell:
        (folder / shell).write_text(completions.script(shell))
    return folder


@pytest.mark.parametrize(("line", "offered"), ASKED)
def test_bash_completes_what_is_typed(scripts: Path, line: str, offered: list[str]) -> None:
    script = """source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
    complete -p manage.py gitlab-internal >/dev/null || exit 9
    _gitlab_internal; printf '%s\\n' "${COMPREPLY[@]}" """

    typed = ["bash", "-c", script, "bash", str(scripts / "bash"), *line.split(" ")]
    ran = subprocess.run(typed, capture_output=True, text=True, check=True)

    assert (ran.stdout.split(), ran.stderr) == (offered, "")


@pytest.mark.skipif(shutil.which("fish") is None, reason="no fish on PATH")
@pytest.mark.parametrize(("line", "offered"), ASKED)
def test_fish_completes_what_is_typed(scripts: Path, line: str, offered: list[str], tmp_path: Path) -> None:
    script = f"source {scripts / 'fish'}; complete --do-complete '{line}'"
    home = {**os.environ, "HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path)}

    (empty := tmp_path / "empty").mkdir()
    typed = ["fish", "-c", script]
    ran = subprocess.run(typed, cwd=empty, env=home, capture_output=True, text=True, check=True)

    assert sorted(text.split("\t")[0] for text in ran.stdout.splitlines()) == sorted(offered)


@pytest.mark.skipif(shutil.which("zsh") is None, reason="no zsh on PATH")
@pytest.mark.parametrize(("line", "offered"), ASKED)
def test_zsh_completes_what_is_typed(scripts: Path, line: str, offered: list[str]) -> None:
    words = " ".join(f"'{word}'" for word in line.split(" "))
    script = f"""compdef() {{ :; }}; _files() {{ :; }}
    compadd() {{ shift; for word in "$@"; do [[ $word == "$PREFIX"* ]] && print -r -- $word; done; :; }}
    source {scripts / "zsh"}; words=({words}); CURRENT=$#words; PREFIX=$words[-1]; _gitlab_internal"""

    ran = subprocess.run(["zsh", "-fc", script], capture_output=True, text=True, check=True)

    assert (ran.stdout.split(), ran.stderr) == (offered, "")
