"""What the service notes about its own work: log lines, metrics, traces. Who asks reads ``monitoring``."""
