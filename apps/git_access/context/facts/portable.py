"""The facts in small queries that every database understands; what they must be is plain to read here."""

from django.db.models import Exists, OuterRef, Subquery

from apps.directory.access_levels import level_in_group, level_in_project
from apps.directory.feature_flags import gitaly_flags
from apps.directory.models import (
    Namespace,
    PersonalAccessToken,
    Project,
    Terms,
    TermsAcceptance,
    User,
)
from apps.git_access.context.facts import (
    Facts,
    KeyFacts,
    NamespaceFacts,
    ProjectFacts,
    Question,
    SnippetFacts,
    TokenFacts,
    UserFacts,
)
from apps.git_access.models import IpRestriction, Maintenance
from apps.git_access.repositories import containers
from apps.git_access.repositories.containers import Container
from apps.git_access.repositories.ids import RepositoryType
from apps.ssh_keys import actors
from apps.ssh_keys.actors import Actor
from apps.ssh_keys.models import DeployKeyGrant, Key, KeyKind, SecondFactorDevice


def read(question: Question) -> Facts:
    """Return the facts."""
    actor = actors.of(question.actor)
    container = _container(question)
    namespace = container.namespace if container else _named_namespace(question)
    project = container.project if container else None
    return Facts(
        type=_type(question, container),
        token=_token(question.actor.token_digest) if question.actor.token_digest else None,
        key=_key(actor.key) if actor.key else None,
        user=_user(actor.user) if actor.user else None,
        namespace=_namespace(namespace) if namespace else None,
        project=_project(project) if project else None,
        snippet=_snippet(container) if container else None,
        container_id=container.id.container_id if container else None,
        by_alias=container.by_alias if container else False,
        level=_level(question, actor.user, project, namespace),
        can_push=_can_push(actor, project),
        features=gitaly_flags(project),
        maintenance=Maintenance.objects.values_list("message", flat=True).first(),
    )


def _container(question: Question) -> Container | None:
    if question.repository:
        return containers.of_id(question.repository)
    return containers.of_path(question.path)


def _type(question: Question, container: Container | None) -> RepositoryType:
    if container:
        return container.type
    return question.repository.type if question.repository else RepositoryType.PROJECT


def _named_namespace(question: Question) -> Namespace | None:
    """Return the namespace in the path; renames are not followed."""
    parent, slash, _ = question.path.rpartition("/")
    if question.repository or not slash:
        return None
    return Namespace.objects.at_path(parent).select_related("route").first()


def _level(
    question: Question, user: User | None, project: Project | None, namespace: Namespace | None
) -> int:
    if project:
        return level_in_project(user=user, project=project, on=question.on)
    return level_in_group(user=user, group=namespace, on=question.on) if namespace else 0


def _can_push(actor: Actor, project: Project | None) -> bool | None:
    grants = DeployKeyGrant.objects.filter(key=actor.deploy_key, project=project)
    return grants.values_list("can_push", flat=True).first() if actor.deploy_key and project else None


def _token(digest: str) -> TokenFacts | None:
    token = PersonalAccessToken.objects.filter(token_digest=digest).first()
    if token is None:
        return None
    return TokenFacts(
        id=token.pk,
        scopes=tuple(token.scopes),
        expires_at=token.expires_at,
        revoked=token.revoked,
        last_used_at=token.last_used_at,
    )


def _key(key: Key) -> KeyFacts:
    return KeyFacts(
        id=key.pk,
        deploy=key.kind == KeyKind.DEPLOY_KEY,
        algorithm=key.algorithm,
        bits=key.bits,
        expires_at=key.expires_at,
        last_used_at=key.last_used_at,
    )


def _user(user: User) -> UserFacts:
    has_device, terms_accepted = _device_and_terms(user)
    return UserFacts(
        id=user.pk,
        username=user.username,
        state=user.state,
        user_type=user.user_type,
        admin=user.admin,
        external=user.external,
        confirmed=user.confirmed_at is not None,
        password_expires_at=user.password_expires_at,
        password_automatically_set=user.password_automatically_set,
        locked_at=user.locked_at,
        two_factor=user.otp_required_for_login or has_device,
        terms_accepted=terms_accepted,
        last_activity_on=user.last_activity_on,
    )


def _device_and_terms(user: User) -> tuple[bool, bool]:
    """Whether the user has a second-factor device, and has accepted the latest terms; true without terms."""
    latest = Terms.objects.order_by("-id").values("pk")[:1]
    accepted = TermsAcceptance.objects.filter(user=OuterRef("pk"), terms=Subquery(latest))
    devices = SecondFactorDevice.objects.filter(user=OuterRef("pk"))
    row = User.objects.filter(pk=user.pk).values_list(
        Exists(devices), Exists(Terms.objects.all()), Exists(accepted)
    )
    has_device, has_terms, has_accepted = row.get()
    return has_device, has_accepted or not has_terms


def _namespace(namespace: Namespace) -> NamespaceFacts:
    ancestors = Namespace.objects.filter(pk__in=namespace.ancestor_ids).select_related("route")
    upwards = sorted(ancestors, key=lambda above: -above.depth)
    root = upwards[-1]
    limits = (above.repository_size_limit for above in upwards)
    switches = (above.lfs_enabled for above in upwards)
    ranges = IpRestriction.objects.filter(group=root).order_by("id").values_list("cidr", flat=True)
    return NamespaceFacts(
        id=namespace.pk,
        kind=namespace.kind,
        full_path=namespace.full_path,
        owner_id=namespace.owner_id,
        visibility_level=namespace.visibility_level,
        wiki_access_level=namespace.wiki_access_level,
        wiki_repository_exists=namespace.wiki_repository_exists,
        repository_read_only=namespace.repository_read_only,
        project_creation_level=namespace.project_creation_level,
        default_branch_protection=namespace.default_branch_protection,
        archived=any(above.archived for above in upwards),
        repository_size_limit=next((limit for limit in limits if limit is not None), None),
        lfs_enabled=next((switch for switch in switches if switch is not None), None),
        root_id=root.pk,
        root_path=root.full_path,
        root_kind=root.kind,
        root_protocol=root.enabled_git_access_protocol,
        root_enforces_certificates=root.enforce_ssh_certificates,
        ip_ranges=tuple(ranges),
    )


def _project(project: Project) -> ProjectFacts:
    measured = getattr(project, "statistics", None)
    return ProjectFacts(
        id=project.pk,
        full_path=project.full_path,
        visibility_level=project.visibility_level,
        archived=project.archived,
        repository_read_only=project.repository_read_only,
        storage=project.storage,
        disk_path=project.disk_path,
        repository_exists=project.repository_exists,
        wiki_repository_exists=project.wiki_repository_exists,
        default_branch=project.default_branch,
        repository_access_level=project.repository_access_level,
        wiki_access_level=project.wiki_access_level,
        snippets_access_level=project.snippets_access_level,
        repository_size_limit=project.repository_size_limit,
        repository_size=measured.repository_size + measured.lfs_objects_size if measured else 0,
        lfs_enabled=project.lfs_enabled,
    )


def _snippet(container: Container) -> SnippetFacts | None:
    snippet = container.snippet
    if snippet is None:
        return None
    return SnippetFacts(
        id=snippet.pk,
        author_id=snippet.author_id,
        visibility_level=snippet.visibility_level,
        storage=snippet.storage,
        repository_read_only=snippet.repository_read_only,
        repository_exists=snippet.repository_exists,
        default_branch=snippet.default_branch,
    )
