"""The web server's worker: one loop reads whole requests and writes answers, threads only compute.

gunicorn starts, restarts and reloads the processes; what a process does with its sockets is here. A client
that sends slowly, or takes its answer slowly, costs the loop a little memory and no thread.
"""
