"""Who and what exists: users, namespaces, projects, memberships, tokens. It has no endpoint."""
