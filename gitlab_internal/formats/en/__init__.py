"""Dates that sort and that nobody reads the wrong way round."""
