"""What the owners of keys have: devices, secrets for one-time passwords, trusted authorities."""

# factory_boy types its factories, but not their declarations.
# mypy: allow-untyped-calls

from factory.declarations import Sequence, SubFactory
from factory.django import DjangoModelFactory

from apps.core.encryption import Encrypted
from apps.ssh_keys import models
from tests.factories.directory import GroupFactory, UserFactory
from tests.factories.ssh_keys import ed25519_line


class SecondFactorDeviceFactory(DjangoModelFactory[models.SecondFactorDevice]):
    class Meta:
        model = models.SecondFactorDevice

    user = SubFactory(UserFactory)
    name = "Key ring"


class OtpSecretFactory(DjangoModelFactory[models.OtpSecret]):
    """A row that nobody opens; ``one_time_passwords.enrol`` makes one that works."""

    class Meta:
        model = models.OtpSecret

    user = SubFactory(UserFactory)
    secret = Encrypted("sealed under a key that nobody has")


class SshCertificateAuthorityFactory(DjangoModelFactory[models.SshCertificateAuthority]):
    class Meta:
        model = models.SshCertificateAuthority

    group = SubFactory(GroupFactory)
    title = Sequence("Authority {}".format)
    key = Sequence(lambda n: ed25519_line(n + 1_000_000))
