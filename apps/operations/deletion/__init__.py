"""Deleting users, groups and projects, with everything that goes with them.

``subjects`` finds what is meant, ``preview`` says what goes with it, ``beginning`` shuts it and queues the
job, ``removing`` is what the job does. The admin site and the commands call the same functions.
"""
