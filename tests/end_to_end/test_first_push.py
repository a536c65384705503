"""What a person finds after the first pushes to a new project: with the doubles, and with real programs."""

from pathlib import Path

from tests.end_to_end.chains import AnyChain
from tests.gitaly.workspaces import Outcome, Workspace

RULES = (
    "from apps.git_access.models import ProtectedBranch as B, ProtectedTag as T;"
    "print([*B.objects.filter(project__route__path={path!r}).values_list('name', flat=True),"
    " *T.objects.filter(project__route__path={path!r}).values_list('name', flat=True)])"
)
# The worker works in batches here: that nobody is at work just now is no finding.
EXAMINE = (
    "from django.utils import timezone; from apps.operations.doctor import examination as e;"
    "print([f for name in ('gitaly', 'queue', 'stuck jobs') for f in e.of(name, now=timezone.now())"
    " if not f.is_well])"
)
PROJECT = (
    "from apps.directory.models import Project; p = Project.objects.get(route__path={path!r});"
    "print(p.default_branch, p.statistics.repository_size > 10_000)"
)
REFUSED_DELETION = "GitLab: The default branch of a project cannot be deleted."


def name(chain: AnyChain, project: str) -> str:
    """Return a path that no other test of the chain uses."""
    return f"root/first-{project}"


def test_a_first_push_is_found_by_whoever_clones_and_everything_is_well(
    everybodys_chain: AnyChain, workspace: Workspace, tmp_path: Path
) -> None:
    chain, path = everybodys_chain, name(everybodys_chain, "trunk")
    workspace.git("branch", "--move", "trunk")
    workspace.commit("Large", large="".join(map(str, range(20_000))))
    for tag in ("v1", "v2"):
        workspace.git("tag", "--annotate", "--message", tag, tag)

    pushed = chain.push(workspace, "trunk", "v1", "v2", to=path)
    chain.work()
    clone = chain.clone(tmp_path / "other", of=path)

    assert pushed.status == 0
    assert clone.git("symbolic-ref", "--short", "HEAD") == "trunk"
    assert clone.git("rev-parse", "HEAD") == workspace.git("rev-parse", "trunk")
    assert clone.git("tag").split() == ["v1", "v2"]
    assert chain.shell_says(PROJECT.format(path=path)) == "trunk True"
    assert chain.shell_says(RULES.format(path=path)) == "['trunk']"
    assert chain.shell_says(EXAMINE) == "[]"


def test_later_branches_do_not_become_the_default(everybodys_chain: AnyChain, workspace: Workspace) -> None:
    chain, path = everybodys_chain, name(everybodys_chain, "wandering")
    chain.push(workspace, "main:trunk", to=path)
    chain.work()

    chain.push(workspace, "main:alpha", "main:main", to=path)
    chain.work()
    gone = chain.push(workspace, ":alpha", to=path)
    kept = chain.push(workspace, ":trunk", to=path)

    assert (gone.status, kept.status) == (0, 1)
    assert kept.remote == [REFUSED_DELETION]
    assert chain.shell_says(RULES.format(path=path)) == "['trunk']"


def test_a_tag_alone_leaves_no_rule(everybodys_chain: AnyChain, workspace: Workspace) -> None:
    chain, path = everybodys_chain, name(everybodys_chain, "tag")
    workspace.git("tag", "v1")

    pushed = chain.push(workspace, "v1", to=path)
    chain.work()
    later = chain.push(workspace, "main:trunk", to=path)
    chain.work()

    assert (pushed.status, later.status) == (0, 0)
    assert chain.shell_says(RULES.format(path=path)) == "['trunk']"


def test_links_lead_where_the_operator_says_and_are_ten_at_most(
    everybodys_chain: AnyChain, workspace: Workspace
) -> None:
    chain, path = everybodys_chain, name(everybodys_chain, "links")
    chain.push(workspace, "main", to=path)
    chain.work()

    outcome = chain.push(workspace, *(f"main:b{n:02}" for n in range(12)), to=path)
    wished = chain.push(workspace, "--push-option=merge_request.create", "main:one", to=path)

    links = [line for line in outcome.remote if line.startswith("  https://")]
    assert links == [f"  https://forge.example.com/{path}/compare/b{n:02}" for n in range(10)]
    assert "Merge requests can be created for 2 more of the pushed branches." in outcome.remote
    said = " ".join(" ".join(wished.remote).split())
    assert "this server creates no merge requests" in said


def test_a_sha256_clone_is_told_what_it_needs_and_then_pushes(
    everybodys_chain: AnyChain, workspace: Workspace, tmp_path: Path
) -> None:
    """Git does not say before a push how its objects are named, so a project made by it has SHA-1."""
    chain, path = everybodys_chain, name(everybodys_chain, "sha256")
    modern = Workspace.create(tmp_path / "modern", "--object-format=sha256")
    modern.commit("First", file="1")
    modern.git("tag", "v1")

    refused = chain.push(modern, "main", to=path)
    chain.instance.manage("project", "create-repository", path, "--object-format=sha256")
    pushed = chain.push(modern, "main", "v1", to=path)
    chain.work()
    modern.commit("Second", file="2")
    again = chain.push(modern, "main", "main:topic", to=path)
    deleted = chain.push(modern, ":topic", to=path)
    clone = chain.clone(tmp_path / "other", of=path)
    of_sha1 = chain.push(workspace, "main", to=path)

    assert refused.status != 0
    assert f"manage.py project create-repository {path} --object-format sha256" in spoken(refused)
    assert [pushed.status, again.status, deleted.status] == [0, 0, 0]
    assert clone.git("rev-parse", "HEAD", "v1") == modern.git("rev-parse", "main", "v1")
    assert clone.git("rev-parse", "--show-object-format") == "sha256"
    assert of_sha1.status != 0
    assert chain.shell_says(RULES.format(path=path)) == "['main']"
    assert chain.shell_says(EXAMINE) == "[]"


def test_a_wiki_begins_with_its_first_push(everybodys_chain: AnyChain, tmp_path: Path) -> None:
    chain, path = everybodys_chain, name(everybodys_chain, "wiki")
    for folder, to in (("code", path), ("pages", f"{path}.wiki")):
        pages = Workspace.create(tmp_path / folder)
        pages.commit("First", home="Hello\n")
        assert chain.push(pages, "main:trunk", to=to).status == 0
        chain.work()

    clone = chain.clone(tmp_path / "other", of=f"{path}.wiki")

    assert (clone.path / "home").read_text() == "Hello\n"
    assert clone.git("symbolic-ref", "--short", "HEAD") == "trunk"


def test_an_operator_moves_the_default_branch(
    everybodys_chain: AnyChain, workspace: Workspace, tmp_path: Path
) -> None:
    chain, path = everybodys_chain, name(everybodys_chain, "moved")
    chain.push(workspace, "main", "main:trunk", to=path)
    chain.work()

    chain.instance.manage("project", "set-default-branch", path, "trunk")

    clone = chain.clone(tmp_path / "other", of=path)
    assert clone.git("symbolic-ref", "--short", "HEAD") == "trunk"


def test_a_branch_that_was_chosen_before_it_was_there_is_protected(
    everybodys_chain: AnyChain, workspace: Workspace
) -> None:
    chain, path = everybodys_chain, name(everybodys_chain, "chosen")
    chain.instance.manage("project", "create", path)
    chain.instance.manage("project", "set-default-branch", path, "trunk")

    pushed = chain.push(workspace, "main:alpha", "main:trunk", to=path)
    chain.work()

    assert pushed.status == 0
    assert chain.shell_says(RULES.format(path=path)) == "['trunk']"


def spoken(outcome: Outcome) -> str:
    """Return what the other side said on one line: what is framed is broken into lines first."""
    return " ".join(" ".join(outcome.remote).split())
