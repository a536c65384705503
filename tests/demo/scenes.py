"""What happens in the demonstration, and how each step must end."""

from tests.demo.stage import Person, Stage

ADDRESS = "ssh://git@localhost/alice/hello.git"
REFUSED = (
    "access", "explain", "--project", "alice/hello", "--user", "bob", "--ref", "refs/heads/main",
)  # fmt: skip


def play(stage: Stage) -> None:
    """Show a clone, a push that is allowed and one that is refused.

    Raises:
        Failed: a step ended otherwise than it should.
    """
    stage.say(f"It answers at {stage.url} until the end. Alice has a project; Bob may develop in it:")
    alice, bob = (_welcome(stage, name) for name in ("alice", "bob"))
    stage.manage("project", "create", "alice/hello")
    stage.manage("member", "add", "alice/hello", "bob", "--level", "developer")
    _first_commit(stage, alice)

    stage.say("1. Bob clones it. The service knows him by his key.")
    bob.git("clone", ADDRESS, "hello")

    stage.say("2. Bob pushes a branch of his own: allowed.")
    bob.git("-C", "hello", "switch", "--quiet", "--create", "greeting")
    bob.commit("Greet everybody")
    bob.git("-C", "hello", "push", "origin", "greeting")

    stage.say("3. Bob pushes to the protected default branch: refused, and Git says why.")
    bob.git("-C", "hello", "push", "origin", "greeting:main", ends_with=1)

    stage.say("All three went as they should; everything is stopped and removed. To keep one: make serve")


def _welcome(stage: Stage, name: str) -> Person:
    person = stage.person(name)
    email = f"{name}@example.com"
    stage.manage("user", "create", name, "--name", name.title(), "--email", email)
    stage.manage("keys", "add", "--user", name, "--file", person.key.name)
    return person


def _first_commit(stage: Stage, alice: Person) -> None:
    """Put something into the project, and wait for the worker to protect its first branch."""
    alice.git("init", "--quiet", "--initial-branch", "main", "hello")
    alice.commit("Begin")
    alice.git("-C", "hello", "push", "--quiet", ADDRESS, "main")
    stage.wait_for(*REFUSED, ends_with=1)
