"""The parts of the course, in their order."""

from tests.torture import disk, faults, fuzz, load, stage, wire
from tests.torture.course import Course
from tests.torture.report import Row
from tests.torture.worlds import planted, trying


def worlds(course: Course) -> None:
    """Random worlds against the model; and three planted bugs, which have to be found."""
    offset = 0 if course.postgresql is None else 1_000_000
    tried = trying.Tried()
    with trying.instance() as answers:
        for seed in range(offset, offset + course.worlds):
            trying.attempt(answers, seed, tried)
        said = ", ".join(f"{status} x {times}" for status, times in sorted(tried.statuses.items()))
        wrong = [str(each) for each in tried.wrong[:5]]
        course.report.add(
            Row(
                "random worlds of access rules",
                tried.worlds,
                f"{said}; {len(tried.texts)} texts",
                failures=wrong,
            )
        )
        for name, bug in planted.BUGS.items():
            found = planted.worlds_until_found(answers, bug, first=offset)
            missed = [] if found else [f"not found in {planted.MOST} worlds"]
            course.report.add(
                Row(f"planted bug: {name}", found or planted.MOST, "found" * bool(found), failures=missed)
            )


def on_an_instance(course: Course) -> None:
    """What breaks around a running instance, how much it takes, and what strangers send it."""
    with stage.opened(
        course.report,
        seconds=course.seconds,
        postgresql=course.postgresql,
        redis=course.redis,
        disk=course.disk,
    ) as opened:
        if course.has("faults"):
            faults.of_processes(opened, short=course.short)
            faults.of_servers(opened, short=course.short)
            faults.of_gitaly(opened, short=course.short)
            faults.of_clients(opened)
            faults.of_secrets(opened, short=course.short)
        if course.has("disk"):
            disk.run(opened)
        if course.has("load"):
            load.run(opened, short=course.short)
        if course.has("fuzz"):
            fuzz.run(opened, short=course.short)
            wire.run(opened, short=course.short)


def run(course: Course) -> None:
    """Run the parts that were asked for."""
    if course.has("worlds"):
        worlds(course)
    if any(map(course.has, ("faults", "disk", "load", "fuzz"))):
        on_an_instance(course)
