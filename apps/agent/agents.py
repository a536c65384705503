"""Register and find agents."""

from apps.agent.models import Agent
from apps.directory.models import Project, User


class UnknownAgent(LookupError):
    """No agent has this id."""


def find(agent_id: int) -> Agent:
    """Return an agent by its id.

    Raises:
        UnknownAgent: there is none.
    """
    agent = Agent.objects.select_related("project__route").filter(pk=agent_id).first()
    if agent is None:
        raise UnknownAgent(f"There is no agent {agent_id}.")
    return agent


def register(*, project: Project, name: str, created_by: User | None) -> Agent:
    """Create an agent.

    Raises:
        ValidationError: the name is malformed, too long, or taken in the project.
    """
    agent = Agent(project=project, name=name, created_by=created_by)
    agent.full_clean()
    agent.save()
    return agent
