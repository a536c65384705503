"""How kas reaches the repositories of an agent: its own project, and public ones."""

from dataclasses import dataclass

from apps.agent.models import Agent
from apps.core.gitaly.repository import Repository, project_path
from apps.core.gitaly.servers import Server, server_of
from apps.core.identifiers import number
from apps.directory.feature_flags import gitaly_features
from apps.directory.models import FeatureLevel, Project, Visibility

FALLBACK_BRANCH = "main"


class ProjectNotForAgent(LookupError):
    """There is no such project, as far as the agent can tell."""


@dataclass(frozen=True, slots=True)
class AgentConnection:
    """Everything that kas needs to read one project's repository."""

    project_id: int
    server: Server
    features: dict[str, str]
    repository: Repository
    default_branch: str


def connection_to(project: Project, *, flags: dict[str, bool]) -> AgentConnection:
    """Return how to reach the project's repository, given the flags that Gitaly gets for it.

    Raises:
        UnknownStorage: no Gitaly server is configured for the project's storage.
    """
    return AgentConnection(
        project_id=project.pk,
        server=server_of(project.storage),
        features=gitaly_features(flags),
        repository=Repository(
            storage_name=project.storage,
            relative_path=f"{project.disk_path}.git" if project.disk_path else project_path(project.pk),
            gl_repository=f"project-{project.pk}",
            gl_project_path=project.full_path,
        ),
        default_branch=project.default_branch or FALLBACK_BRANCH,
    )


def project_for(*, agent: Agent, id_or_path: str) -> Project:
    """Return a project that the agent may read: its own, and what everybody may download.

    Neither memberships of the agent's creator nor internal visibility count.

    Raises:
        ProjectNotForAgent: there is none, or it is not for the agent.
    """
    project = _find(id_or_path)
    if project is None or project.pending_delete:
        raise ProjectNotForAgent(id_or_path)
    if project.pk != agent.project_id and not _open_to_everybody(project):
        raise ProjectNotForAgent(id_or_path)
    return project


def _open_to_everybody(project: Project) -> bool:
    public = project.visibility_level == Visibility.PUBLIC
    return public and project.repository_access_level >= FeatureLevel.ENABLED


def _find(id_or_path: str) -> Project | None:
    projects = Project.objects.select_related("route")
    if "/" in id_or_path:
        return projects.at_path(id_or_path).first()
    return projects.filter(pk=number(id_or_path)).first()
