"""The facts: what is read about one Git command, on either database."""
