"""Running an instance: what it needs on disk, in the database, and as processes."""
