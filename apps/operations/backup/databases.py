"""Copying a database while it is used, and putting the copy in the place of an empty one."""

import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from shutil import copyfile
from typing import Any

from django.db import DatabaseError, connection


class DatabaseToolFailed(Exception):
    """The program that copies the database is missing or has failed; its words are the text."""


class DatabaseNotEmpty(Exception):
    """Something stands where the backup would have to go. Nothing is overwritten."""


@dataclass(frozen=True, slots=True)
class Copier:
    """How one kind of database is copied to a file, how a copy is proved good, and put back."""

    file_name: str
    dump: Callable[[Path], None]
    verify: Callable[[Path], None]
    require_empty: Callable[[], None]
    restore: Callable[[Path], None]


def own() -> Copier:
    """Return the copier of the instance's database."""
    return COPIERS[connection.vendor]


def _dump_sqlite(target: Path) -> None:
    """One moment's state, while others read and write."""
    _ask_sqlite(connection.settings_dict["NAME"], "VACUUM INTO %s", str(target))


def _verify_sqlite(copy: Path) -> None:
    verdict = _ask_sqlite(copy, "PRAGMA integrity_check(1)")
    if verdict != ("ok",):
        raise DatabaseToolFailed(f"SQLite: {verdict}")


def _ask_sqlite(path: Path, query: str, *values: str) -> Any:
    """Return the first row, over a connection of its own that knows the functions of our constraints."""
    opened = connection.copy()
    opened.settings_dict["NAME"] = path
    opened.settings_dict["OPTIONS"].pop("init_command", None)  # a copy's journal is its own business
    try:
        with opened.cursor() as cursor:
            cursor.execute(query, values)
            return cursor.fetchone()
    except DatabaseError as error:
        raise DatabaseToolFailed(f"SQLite: {error}") from error
    finally:
        opened.close()


def _require_no_sqlite() -> None:
    path = Path(connection.settings_dict["NAME"])
    if path.exists() and path.stat().st_size:
        raise DatabaseNotEmpty(f"There is a database already: {path}.")


def _restore_sqlite(copy: Path) -> None:
    target = Path(connection.settings_dict["NAME"])
    unfinished = target.with_name(f".{target.name}.restoring")
    copyfile(copy, unfinished)
    unfinished.chmod(0o600)
    unfinished.replace(target)


def _dump_postgresql(target: Path) -> None:
    _run("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={target}", *_server())


def _verify_postgresql(copy: Path) -> None:
    _run("pg_restore", "--list", str(copy))


def _require_empty_postgresql() -> None:
    if connection.introspection.table_names():
        raise DatabaseNotEmpty(f"The database {connection.settings_dict['NAME']} has tables already.")


def _restore_postgresql(copy: Path) -> None:
    connection.close()
    options = ("--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction")
    _run("pg_restore", *options, *_server(), str(copy))


def _server() -> list[str]:
    """Options that lead PostgreSQL's programs to the database."""
    parameters = connection.settings_dict
    names = {"host": "HOST", "port": "PORT", "username": "USER", "dbname": "NAME"}
    return [f"--{option}={parameters[name]}" for option, name in names.items() if parameters[name]]


def _run(program: str, *arguments: str) -> None:
    environment = dict(os.environ)
    if password := connection.settings_dict["PASSWORD"]:
        environment["PGPASSWORD"] = password  # the list of processes shows arguments to everybody
    try:
        subprocess.run(  # noqa: S603 -- PostgreSQL's own programs, from the operator's PATH
            [program, *arguments], env=environment, check=True, capture_output=True, text=True
        )
    except FileNotFoundError:
        raise DatabaseToolFailed(f"{program} is not installed: it belongs to PostgreSQL's client.") from None
    except subprocess.CalledProcessError as error:
        raise DatabaseToolFailed(f"{program}: {error.stderr.strip()}") from None


COPIERS = {
    "sqlite": Copier("database.sqlite3", _dump_sqlite, _verify_sqlite, _require_no_sqlite, _restore_sqlite),
    "postgresql": Copier(
        "database.dump", _dump_postgresql, _verify_postgresql, _require_empty_postgresql, _restore_postgresql
    ),
}
