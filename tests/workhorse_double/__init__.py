"""A stand-in for GitLab Workhorse, for tests: it routes, asks, carries and refuses as the real one does."""
