"""A stand-in for Gitaly, its Git hooks and gitlab-shell, so that an unmodified ``git push`` runs end to end.

It keeps to what the real programs do on the wire and on the user's terminal. ``server`` is Gitaly's side,
``hook`` the program that Git runs during a push, ``ssh_bridge`` takes the place of ssh, and ``shell``
emulates gitlab-shell. Nothing in here is used outside of tests.
"""
