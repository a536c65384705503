"""Register agents."""

from apps.agent.models import Agent
from apps.directory.models import Project, User


def register(*, project: Project, name: str, created_by: User | None) -> Agent:
    """Create an agent.

    Raises:
        ValidationError: the name is malformed, too long, or taken in the project.
    """
    agent = Agent(project=project, name=name, created_by=created_by)
    agent.full_clean()
    agent.save()
    return agent
