"""Protected refs, pushes and what everybody is told."""

# factory_boy types its factories, but not their declarations.
# mypy: allow-untyped-calls

from datetime import timedelta

from django.utils import timezone
from factory.declarations import LazyFunction, SubFactory
from factory.django import DjangoModelFactory

from apps.git_access import models
from tests.factories.directory import GroupFactory, ProjectFactory


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


class GitAuditEventFactory(DjangoModelFactory[models.GitAuditEvent]):
    class Meta:
        model = models.GitAuditEvent

    username = "rubi"
    gl_repository = "project-1"
    protocol = "ssh"
    action = "git-upload-pack"
    verb = models.Verb.CLONE
