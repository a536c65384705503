"""Measurements: each module prints a table and fails where a goal is missed."""
