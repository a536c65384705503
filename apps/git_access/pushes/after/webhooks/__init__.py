"""Telling others about pushes: one signed message per ref, tried again until it arrives."""
