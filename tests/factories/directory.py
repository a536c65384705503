"""Users, namespaces, projects and who belongs to what."""

# factory_boy types its factories, but not their declarations.
# mypy: allow-untyped-calls

from typing import Any

from factory.declarations import LazyAttribute, LazyFunction, SelfAttribute, Sequence, SubFactory
from factory.django import DjangoModelFactory

from apps.directory import models
from apps.directory.models import AccessLevel, NamespaceKind


class UserFactory(DjangoModelFactory[models.User]):
    class Meta:
        model = models.User

    username = Sequence("user{}".format)
    name = Sequence("User {}".format)
    email = LazyAttribute(lambda user: f"{user.username}@example.com")
    # A digest as Django stores it, of no known password: hashing one takes too long for a test.
    password = Sequence("pbkdf2_sha256$1$salt${:044d}".format)


class EmailFactory(DjangoModelFactory[models.Email]):
    class Meta:
        model = models.Email

    user = SubFactory(UserFactory)
    email = Sequence("second{}@example.com".format)


class GroupFactory(DjangoModelFactory[models.Namespace]):
    class Meta:
        model = models.Namespace

    kind = NamespaceKind.GROUP
    path = Sequence("group{}".format)
    name = SelfAttribute("path")


class PersonalNamespaceFactory(DjangoModelFactory[models.Namespace]):
    class Meta:
        model = models.Namespace

    kind = NamespaceKind.USER
    owner = SubFactory(UserFactory)
    path = SelfAttribute("owner.username")
    name = SelfAttribute("owner.name")


class ProjectFactory(DjangoModelFactory[models.Project]):
    class Meta:
        model = models.Project

    namespace = SubFactory(GroupFactory)
    path = Sequence("project{}".format)
    name = SelfAttribute("path")


class MemberFactory(DjangoModelFactory[models.Member]):
    class Meta:
        model = models.Member

    user = SubFactory(UserFactory)
    access_level = AccessLevel.DEVELOPER


class GroupGroupLinkFactory(DjangoModelFactory[models.GroupGroupLink]):
    class Meta:
        model = models.GroupGroupLink

    shared_group = SubFactory(GroupFactory)
    shared_with_group = SubFactory(GroupFactory)


class ProjectGroupLinkFactory(DjangoModelFactory[models.ProjectGroupLink]):
    class Meta:
        model = models.ProjectGroupLink

    project = SubFactory(ProjectFactory)
    group = SubFactory(GroupFactory)


class ProjectAliasFactory(DjangoModelFactory[models.ProjectAlias]):
    class Meta:
        model = models.ProjectAlias

    name = Sequence("alias{}".format)
    project = SubFactory(ProjectFactory)


class RedirectRouteFactory(DjangoModelFactory[models.RedirectRoute]):
    class Meta:
        model = models.RedirectRoute

    path = Sequence("old/path{}".format)


class SnippetFactory(DjangoModelFactory[models.Snippet]):
    class Meta:
        model = models.Snippet

    author = SubFactory(UserFactory)


class PersonalAccessTokenFactory(DjangoModelFactory[models.PersonalAccessToken]):
    class Meta:
        model = models.PersonalAccessToken

    user = SubFactory(UserFactory)
    name = "token"
    scopes = LazyFunction(lambda: ["api"])
    token_digest = Sequence("{:064x}".format)


def subgroup(parent: models.Namespace, **fields: Any) -> models.Namespace:
    """Return a new group below ``parent``."""
    return GroupFactory.create(parent=parent, **fields)
