#!/usr/bin/env bash
# A gunicorn worker misses a SIGTERM that comes between its fork and its own signal handlers.
#
# Seen with gunicorn 27.0.1, sync workers: until `init_signals` a worker has the handlers of its master, which put the
# signal into the worker's copy of the master's queue, where nobody looks. `post_fork` runs in that time, so whatever
# it does makes it longer. A worker that was told to end there says afterwards that it is alive, and serves on; the
# master, which tells each worker once, waits for it as long as `graceful_timeout` says and then kills it with its
# requests. With the signal blocked in `pre_fork`, and let in after `init_signals`, the worker ends.
#
# Needs python3 with venv and pip; ends with 1 when the behaviour is another one.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat > "$folder/application.py" <<'PYTHON'
def application(environ, start_response):
    start_response("204 No Content", [])
    return []
PYTHON
cat > "$folder/early.py" <<'PYTHON'
import os
import signal

bind, workers, control_socket_disable = ["127.0.0.1:0"], 1, True


def post_fork(server, worker):
    os.kill(os.getpid(), signal.SIGTERM)  # as the master does it when it is stopped just now


def post_worker_init(worker):
    print("alive" if worker.alive else "ends", flush=True)
    os.kill(os.getppid(), signal.SIGQUIT)
PYTHON
cat "$folder/early.py" - > "$folder/blocked.py" <<'PYTHON'


def pre_fork(server, worker):
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])


_say = post_worker_init


def post_worker_init(worker):
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGTERM])
    _say(worker)
PYTHON
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check gunicorn==27.0.1
cd "$folder"
for settings in early blocked; do
    timeout 60 venv/bin/gunicorn --config "$settings.py" application:application > "$settings.txt" 2> "$settings.log"
    echo "gunicorn 27.0.1, $settings: the worker $(head -n 1 "$settings.txt")"
done
[ "$(head -n 1 early.txt)" = alive ] && [ "$(head -n 1 blocked.txt)" = ends ] || exit 1
echo "as described"
