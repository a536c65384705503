"""The model, part 2b: who reads and updates a snippet. Contract git-access, 5.7."""

from tests.torture.worlds.levels import Who, has_feature, is_archived, is_open, project_level
from tests.torture.worlds.things import Piece, World


def reads_snippet(world: World, who: Who, snippet: Piece) -> bool:
    """5.7."""
    user = who.user
    own = user is not None and (user.admin or user.id == snippet.author_id)
    if snippet.project_id is None:
        return own or is_open(snippet.visibility_level, user)
    project = world.projects[snippet.project_id]
    level = project_level(world, user, project)
    allowed = own or level >= 10 or is_open(snippet.visibility_level, user)
    return allowed and has_feature(project.snippets_access_level, user, level)


def updates_snippet(world: World, who: Who, snippet: Piece) -> bool:
    """5.7."""
    user = who.user
    own = user is not None and (user.admin or user.id == snippet.author_id)
    if snippet.project_id is None:
        return own
    project = world.projects[snippet.project_id]
    level = project_level(world, user, project)
    allowed = (own or level >= 40) and has_feature(project.snippets_access_level, user, level)
    return allowed and not is_archived(world, project)
