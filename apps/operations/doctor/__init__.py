"""Examining a running instance: one line for each thing looked at, and what to do where it is not well."""
