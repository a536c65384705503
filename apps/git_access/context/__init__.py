"""What is known about one attempt to run a Git command, and how it can end."""
