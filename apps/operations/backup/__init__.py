"""Backups: the database, and on demand the secrets, in one archive that says what it holds."""
