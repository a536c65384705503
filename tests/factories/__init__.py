"""Rows for tests: each factory makes the smallest valid row, and what it needs."""
