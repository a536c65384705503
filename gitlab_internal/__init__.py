"""The project: composition root on top, the plumbing that every app shares at the bottom."""
