"""May this Git command run, and what follows a push."""
