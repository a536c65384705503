"""The service is killed in the middle of uploads: what is linked is whole, and the rest is found."""

import json
import os
import signal
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from threading import Event
from typing import Any
from urllib.parse import urlencode

import jwt

from apps.core.secret_files import signing_key
from tests.environment import WORKHORSE_SECRET_NAME
from tests.instances import Instance, running_instance
from tests.workhorse.asking import basic
from tests.workhorse.lfs.asking import described, oid_of

PROJECT = "/gnuwget/wget2.git"
UPLOADS = 50
BEFORE_THE_END = 10  # uploads that are answered before the service is killed
TOKEN = """
from hashlib import sha256
from apps.directory.models import PersonalAccessToken, User
digest = sha256(b"glpat-of-a-test-of-uploads").hexdigest()
user = User.objects.get(username="root")
PersonalAccessToken.objects.create(user=user, name="lfs", scopes=["api"], token_digest=digest)
"""
LEFT = """
import json
from datetime import timedelta
from django.utils import timezone
from apps.git_access.lfs import examining, pruning
from apps.git_access.models import LfsObject, LfsObjectLink
(files,) = pruning.all_files(now=timezone.now() + timedelta(days=2))
found = list(examining.examine(everything=True))
removed = [sum(files_of()) for files_of in (
    lambda: pruning.remove_unlinked(now=timezone.now() + timedelta(days=2)),
    files.remove_unknown,
    files.remove_leftovers,
)]
linked = set(LfsObjectLink.objects.values_list("lfs_object__file", flat=True))
print(json.dumps({
    "not whole": [oid for each in found for oid in (*each.missing, *each.damaged)],
    "linked": len(linked),
    "not linked": sorted(set(kept.name for kept in files.store.files()) - linked),
    "left": sorted(str(path) for path in files.store.uploads.rglob("*")),
}))
"""


class Workhorse:
    """Carries uploads to an instance, as long as that answers."""

    def __init__(self, instance: Instance) -> None:
        self._instance = instance
        self._key = signing_key((instance.data / WORKHORSE_SECRET_NAME).read_bytes())

    def upload(self, number: int) -> int:
        """Return the status of the second question; 0 where there was no answer."""
        content = str(number).encode() * 100_000
        oid, size = oid_of(content), len(content)
        path = f"{PROJECT}/gitlab-lfs/objects/{oid}/{size}"
        try:
            folder = Path(json.loads(self._ask(f"{path}/authorize", "")[1])["TempPath"])
            folder.mkdir(parents=True, exist_ok=True)
            file = folder / f"{oid}{number}"
            file.write_bytes(content)
            said = {"upload": described(file, content)}
            form = urlencode({"file.gitlab-workhorse-upload": self._sign(said)})
            return self._ask(path, form)[0]
        except (OSError, ValueError, HTTPException):
            return 0

    def _ask(self, path: str, form: str) -> tuple[int, bytes]:
        headers = {
            "Authorization": basic("root", "glpat-of-a-test-of-uploads"),
            "Gitlab-Workhorse-Api-Request": self._sign({}),
            "Gitlab-Workhorse-Multipart-Fields": self._sign({"rewritten_fields": {"file": ""}}),
            "Content-Type": "application/x-www-form-urlencoded",
        }
        host, _, port = self._instance.url.removeprefix("http://").partition(":")
        # Nobody takes what comes after the end: the listener is this process's.
        connection = HTTPConnection(host, int(port), timeout=5)
        with closing(connection):
            connection.request("PUT", path, form, headers)
            response = connection.getresponse()
            return response.status, response.read()

    def _sign(self, claims: dict[str, Any]) -> str:
        return jwt.encode({"iss": "gitlab-workhorse", **claims}, self._key, algorithm="HS256")


def test_what_is_linked_is_whole_and_prune_finds_the_rest() -> None:
    with running_instance() as instance:
        instance.manage("shell", "--no-imports", "--command", TOKEN)
        workhorse, enough, killed = Workhorse(instance), Event(), Event()
        answered: list[int] = []

        def upload(number: int) -> None:
            answered.append(0 if killed.is_set() else workhorse.upload(number))
            if len(answered) >= BEFORE_THE_END:
                enough.set()

        with ThreadPoolExecutor(8) as pool:
            for number in range(UPLOADS):
                pool.submit(upload, number)
            assert enough.wait(60)
            os.killpg(instance.pid, signal.SIGKILL)
            killed.set()

        kept = answered.count(200)
        left = json.loads(instance.manage("shell", "--no-imports", "--command", LEFT))
        assert answered.count(0) > 0
        assert left["linked"] >= kept > 0
        assert left == {"not whole": [], "linked": left["linked"], "not linked": [], "left": []}
