"""Git over HTTP: whether a clone, fetch or push may run, and where its repository is."""
