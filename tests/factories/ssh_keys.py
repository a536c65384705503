"""Keys: every one has a blob of its own."""

# factory_boy types its factories, but not their declarations.
# mypy: allow-untyped-calls

import base64
import struct

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from factory.declarations import Sequence, SubFactory
from factory.django import DjangoModelFactory

from apps.ssh_keys import models
from apps.ssh_keys.models import KeyKind
from tests.factories.directory import ProjectFactory, UserFactory


def ed25519_line(seed: int) -> str:
    """Return the public key line that belongs to this seed, always the same one."""
    private = Ed25519PrivateKey.from_private_bytes(seed.to_bytes(32, "big"))
    name = b"ssh-ed25519"
    point = private.public_key().public_bytes_raw()
    blob = struct.pack(">I", len(name)) + name + struct.pack(">I", len(point)) + point
    return f"ssh-ed25519 {base64.b64encode(blob).decode()}"


class KeyFactory(DjangoModelFactory[models.Key]):
    class Meta:
        model = models.Key

    user = SubFactory(UserFactory)
    title = Sequence("Key {}".format)
    key = Sequence(lambda n: ed25519_line(n + 1))


class DeployKeyFactory(KeyFactory):
    kind = KeyKind.DEPLOY_KEY


class DeployKeyGrantFactory(DjangoModelFactory[models.DeployKeyGrant]):
    class Meta:
        model = models.DeployKeyGrant

    key = SubFactory(DeployKeyFactory)
    project = SubFactory(ProjectFactory)
