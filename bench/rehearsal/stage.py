"""Two hosts and all that they share, put together; and what may happen to them."""

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from bench.cases import PUSHED_TO
from bench.gitalies import with_branch
from bench.instances import ROOT, Instance, prepared
from bench.rehearsal import engines
from bench.rehearsal.engines import Balancer, Pair, PgBouncer
from bench.rehearsal.hosts import PREVIOUS, SHELL_SECRET, Host
from tests.servers import redis_server

DETECTION = 2.0  # seconds that a failover manager takes until it is sure


@dataclass
class Stage:
    """What runs."""

    hosts: list[Host]
    databases: Pair
    database: str
    bouncer: PgBouncer
    balancer: Balancer
    redis: ExitStack
    folder: Path

    @property
    def secret(self) -> Path:
        """The copy of the secret that the clients read for every request."""
        return self.folder / "secret"

    def ask(self, statement: str) -> list[tuple[object, ...]]:
        """Ask the standby, which is the primary at the end."""
        return engines.ask(self.databases.standby, statement, self.database)

    def kill_web(self) -> None:
        """Kill the web processes of the second host, and start them again as systemd would."""
        time.sleep(1)
        self.hosts[1].kill_web()
        time.sleep(2)
        self.hosts[1].start_web()

    def rotate_secret(self) -> None:
        """Rotate the secret of GitLab Shell as docs/secrets.md says it for several hosts."""
        first, second = self.hosts
        first.instance.manage("secret", "rotate", "shell")
        second.take_secrets(first)
        self.give_secret()
        time.sleep(1)  # for what is under way with the old one
        first.instance.manage("secret", "retire", "shell", "--force")
        (second.instance.data / PREVIOUS).unlink()

    def give_secret(self) -> None:
        """Copy the secret to the clients."""
        new = self.secret.with_suffix(".new")
        shutil.copy(self.hosts[0].instance.data / SHELL_SECRET, new)
        new.rename(self.secret)

    def restart_redis(self) -> None:
        """End Redis, and start an empty one a second later."""
        self.redis.close()
        time.sleep(1)
        self.redis.enter_context(redis_server(self.folder / "redis"))

    def fail_over(self) -> None:
        """End the primary, and do what a failover manager does."""
        self.databases.crash_primary()
        time.sleep(DETECTION)
        self.databases.promote()
        self.bouncer.lead_to(self.databases.standby)

    def copy_logs(self, target: Path) -> None:
        """Keep the logs of the hosts."""
        target.mkdir(exist_ok=True)
        for host in self.hosts:
            shutil.copy(host.instance.data / "log", target / host.instance.data.name)


@contextmanager
def stage() -> Iterator[Stage]:
    """Run everything."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="rehearsal-")))
        folder.chmod(0o755)  # PgBouncer has an account of its own
        gitaly = stack.enter_context(with_branch(PUSHED_TO, folder / "gitaly"))
        databases = stack.enter_context(engines.pair())
        url = databases.primary.create_database()
        database = url.rpartition("/")[2]
        bouncer = stack.enter_context(
            engines.pgbouncer(databases.primary, folder / "bouncer", databases.account)
        )
        redis = stack.enter_context(ExitStack())
        (folder / "redis").mkdir()
        redis_url = redis.enter_context(redis_server(folder / "redis")).url
        # Migrations go past PgBouncer.
        direct = prepared(Instance(ROOT, folder / "first", url, gitaly.address))
        first = Host(replace(direct, database_url=bouncer.url(database), settings=_settings(redis_url)))
        hosts = [first, first.beside(folder / "second")]
        for host in hosts:
            stack.callback(host.stop)
            host.start()
        balancer = stack.enter_context(engines.nginx([host.port for host in hosts], folder / "nginx"))
        made = Stage(hosts, databases, database, bouncer, balancer, redis, folder)
        made.give_secret()
        yield made


def _settings(redis_url: str) -> dict[str, str]:
    return {
        "REDIS_URL": redis_url,
        "DATABASE_PUSH_TIMEOUT": "0",  # PgBouncer's servers are everybody's
        "WEB_CONCURRENCY": "1",
        "GITLAB_SHELL_OPERATION_LIMIT": "1000000000",  # counted, and never reached by one person's clients
        "DJANGO_SETTINGS_MODULE": "gitlab_internal.settings",
    }
