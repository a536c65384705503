"""A rehearsal of what happens to two hosts under load: the command is ``python -m bench.rehearsal``."""
