"""The directory as a stream of lines, one JSON object each, for another instance on any database.

Rows are known by what people know them by: usernames, full paths, addresses, fingerprints. Ids do not travel.
"""

FORMAT = "gitlab-internal directory"
VERSION = 1
