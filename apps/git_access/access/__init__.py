"""May a Git command run: the pipeline of steps, and what explains and records it."""
