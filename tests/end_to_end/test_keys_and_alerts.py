"""Keys as people paste them, deploy keys that push or cannot, reports of agents: at a running instance."""

import base64
import json
import struct
from pathlib import Path
from typing import Any

import pytest

from apps.ssh_keys.models.keys import NEEDS_CREATOR
from tests.agent.conftest import kas_of
from tests.agent.kas import Answer
from tests.agent.test_fingerprints import MINIMAL
from tests.agent.test_starboard_vulnerability import example
from tests.end_to_end.chains import AnyChain, Chain
from tests.gitaly.workspaces import Workspace
from tests.ssh_keys import public_halves

LONG = "1" + "0" * 4_999
PRIVATE = "This is a private key: never paste it anywhere. Use the .pub file beside it."


def pasted_rsa() -> tuple[str, str]:
    """Return a key with one more zero before its modulus, and its blob as OpenSSH writes it."""
    algorithm, encoded = public_halves.line("ssh-rsa").split()
    blob = base64.b64decode(encoded)
    modulus = blob[-257:]
    padded = blob[: -257 - 4] + struct.pack(">I", 258) + b"\0" + modulus
    return f"{algorithm} {base64.b64encode(padded).decode()} old\n", encoded


def pasted_hardware(algorithm: str, application: bytes) -> tuple[str, str]:
    """Return a key with a tab, and with breaks in its blob, and this blob."""
    _, encoded = public_halves.of_hardware(algorithm, application).split()
    return f"{algorithm}\t{encoded[:40]}\r\n{encoded[40:80]}\n{encoded[80:]}\tmine at  home\n", encoded


@pytest.mark.parametrize(
    ("text", "blob"),
    [
        pytest.param(*pasted_hardware("sk-ssh-ed25519@openssh.com", b"https://example.com"), id="hardware"),
        pytest.param(*pasted_hardware("sk-ecdsa-sha2-nistp256@openssh.com", b""), id="no application"),
        pytest.param(*pasted_rsa(), id="rsa"),
    ],
)
def test_a_pasted_key_is_found_as_openssh_offers_it(
    everybodys_chain: AnyChain, tmp_path: Path, text: str, blob: str
) -> None:
    file = tmp_path / "key.pub"
    file.write_text(text)

    added = json.loads(
        everybodys_chain.instance.manage("keys", "add", "--user=root", f"--file={file}", "--json")
    )
    told = everybodys_chain.authorized_keys(blob)

    assert f'gitlab-shell key-{added["id"]}",' in told
    assert f"{text.split(maxsplit=1)[0]} {blob} " in told


def test_a_private_key_is_refused_with_the_reason(chain: Chain, tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n")

    refused = chain.instance.attempt("keys", "add", "--user=root", f"--file={file}")

    assert (refused.returncode, refused.stdout) == (1, "")
    assert PRIVATE in refused.stderr


def test_a_deploy_key_pushes_with_a_creator_and_never_without(
    everybodys_chain: AnyChain, workspace: Workspace, tmp_path: Path
) -> None:
    chain, path = everybodys_chain, "root/deployed"
    chain.make_project(workspace, path)
    file = tmp_path / "deploy.pub"
    file.write_text(f"{public_halves.of_hardware('sk-ssh-ed25519@openssh.com')} deployment\n")
    add = ("keys", "add", "--deploy", f"--project={path}", "--can-push", f"--file={file}")

    refused = chain.instance.attempt(*add)
    key = json.loads(chain.instance.manage(*add, "--user=root", "--json"))["id"]
    pushed = chain.push(workspace, "main:topic", to=path, key=f"key-{key}")
    # As a former release has stored it.
    chain.shell_says(f"from apps.ssh_keys.models import Key; Key.objects.filter(pk={key}).update(user=None)")
    orphan = chain.push(workspace, "main:other", to=path, key=f"key-{key}")
    explained = chain.instance.attempt(
        "access", "explain", f"--project={path}", f"--key={key}", "--action=git-receive-pack"
    )

    assert (refused.returncode, NEEDS_CREATOR in refused.stderr) == (1, True)
    assert (pushed.status, orphan.status) == (0, 1)
    assert "GitLab: You are not allowed to push code to this project." in orphan.remote
    assert explained.returncode == 1
    assert explained.stdout.startswith(
        "Refused: this deploy key has no creator, with whose rights it would push."
    )


def reported(chain: Chain, method: str, module: str, body: Any) -> Answer:
    """Send what an agent's module reports, as kas passes it on; ``LONG`` in it is a number."""
    token = (chain.instance.data / "agent_token").read_text().strip()
    content = json.dumps(body).replace(f'"{LONG}"', LONG).encode()
    headers = {"Content-Type": "application/json"}
    return kas_of(chain.instance).module(token, method, module, [content], headers)


def test_an_identifier_may_have_a_blank_in_its_url(chain: Chain) -> None:
    url = "https://example.com/CVE 1"
    body = example("vulnerability", "identifiers", 0, "url", value=url)

    answer = reported(chain, "PUT", "starboard_vulnerability", {**body, "number": LONG})

    assert (answer.status, list(answer.json())) == (200, ["uuid"])
    uuid = answer.json()["uuid"]
    code = (
        "from apps.agent.models import Finding as F; print(F.objects.get(uuid={!r}).primary_identifier.url)"
    )
    assert chain.shell_says(code.format(uuid)) == url


def test_an_alert_that_ends_in_the_year_one_is_not_over(chain: Chain) -> None:
    alert = {**MINIMAL, "end_time": "0001-01-01T00:00:00Z", "number": LONG}

    answer = reported(chain, "POST", "cilium_alert", {"alert": alert})

    assert (answer.status, answer.json()) == (200, 200)
    code = (
        "from apps.agent.models import Alert; a = Alert.objects.latest('pk');"
        "print(a.status, a.ended_at, a.payload['number'] == 10**4_999)"
    )
    assert chain.shell_says(code) == "triggered None True"
