"""Protected refs, pushes and what everybody is told."""

# factory_boy types its factories, but not their declarations.
# mypy: allow-untyped-calls

from datetime import timedelta
from typing import Any

from django.utils import timezone
from factory.declarations import LazyAttribute, LazyFunction, Sequence, SubFactory
from factory.django import DjangoModelFactory

from apps.core.encryption import Encrypted
from apps.git_access import models
from tests.factories.directory import GroupFactory, ProjectFactory, UserFactory


class ProtectedBranchFactory(DjangoModelFactory[models.ProtectedBranch]):
    class Meta:
        model = models.ProtectedBranch

    project = SubFactory(ProjectFactory)
    name = "main"


class ProtectedTagFactory(DjangoModelFactory[models.ProtectedTag]):
    class Meta:
        model = models.ProtectedTag

    project = SubFactory(ProjectFactory)
    name = "v*"


class IpRestrictionFactory(DjangoModelFactory[models.IpRestriction]):
    class Meta:
        model = models.IpRestriction

    group = SubFactory(GroupFactory)
    cidr = "192.0.2.0/24"


class BroadcastMessageFactory(DjangoModelFactory[models.BroadcastMessage]):
    class Meta:
        model = models.BroadcastMessage

    message = "Hello from post-receive"
    starts_at = LazyFunction(lambda: timezone.now() - timedelta(hours=1))
    ends_at = LazyFunction(lambda: timezone.now() + timedelta(hours=1))


class PushRecordFactory(DjangoModelFactory[models.PushRecord]):
    class Meta:
        model = models.PushRecord

    gl_repository = "project-1"


class PushRuleFactory(DjangoModelFactory[models.PushRule]):
    """Of the instance, unless a group or a project is given."""

    class Meta:
        model = models.PushRule

    scope = LazyAttribute(lambda rule: "project" if rule.project else "group" if rule.group else "instance")
    project: Any = None
    group: Any = None


class PathLockFactory(DjangoModelFactory[models.PathLock]):
    class Meta:
        model = models.PathLock

    project = SubFactory(ProjectFactory)
    user = SubFactory(UserFactory)
    path = "docs"


class LfsFileLockFactory(DjangoModelFactory[models.LfsFileLock]):
    class Meta:
        model = models.LfsFileLock

    project = SubFactory(ProjectFactory)
    user = SubFactory(UserFactory)
    path = "logo.png"


class LfsObjectFactory(DjangoModelFactory[models.LfsObject]):
    class Meta:
        model = models.LfsObject

    oid = Sequence("{:064x}".format)
    size = 12


class WebhookFactory(DjangoModelFactory[models.Webhook]):
    class Meta:
        model = models.Webhook

    project = SubFactory(ProjectFactory)
    url = "https://hooks.example.com/push"
    secret = LazyFunction(lambda: Encrypted.of("a secret of both sides"))


class ProjectPushRuleFactory(PushRuleFactory):
    """Of a project of its own."""

    project = SubFactory(ProjectFactory)


class WebhookDeliveryFactory(DjangoModelFactory[models.WebhookDelivery]):
    class Meta:
        model = models.WebhookDelivery

    webhook = SubFactory(WebhookFactory)
    record = SubFactory(PushRecordFactory)
    position = 0
    payload = LazyFunction(lambda: {"type": "push"})


class GitAuditEventFactory(DjangoModelFactory[models.GitAuditEvent]):
    class Meta:
        model = models.GitAuditEvent

    username = "rubi"
    gl_repository = "project-1"
    protocol = "ssh"
    action = "git-upload-pack"
    verb = models.GitVerb.CLONE


class DenialFactory(DjangoModelFactory[models.Denial]):
    class Meta:
        model = models.Denial

    user = SubFactory(UserFactory)
    project = SubFactory(ProjectFactory)
    place = LazyAttribute(lambda denial: denial.project.full_path)
    action = "git-receive-pack"
    protocol = "ssh"
    address = "192.0.2.1"
    rule = "push-right"
    message = "You are not allowed to push code to this project."
