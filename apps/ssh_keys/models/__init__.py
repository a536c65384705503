"""The models of the SSH keys app, one module per topic."""

from apps.ssh_keys.models.certificates import SshCertificateAuthority
from apps.ssh_keys.models.keys import DeployKeyGrant, Key, KeyKind, KeyState, UsageType
from apps.ssh_keys.models.second_factors import DeviceKind, OtpSecret, RecoveryCode, SecondFactorDevice

__all__ = [
    "DeployKeyGrant",
    "DeviceKind",
    "Key",
    "KeyKind",
    "KeyState",
    "OtpSecret",
    "RecoveryCode",
    "SecondFactorDevice",
    "SshCertificateAuthority",
    "UsageType",
]
