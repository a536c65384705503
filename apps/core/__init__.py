"""What every app shares: API frame, Gitaly, jobs, shared store, observability, secrets, the site's look."""
