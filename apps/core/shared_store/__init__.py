"""Short-lived values that all processes of an instance share: counters, notices, sessions."""
