"""The calls to kas, the one direction in which this service is its client."""
