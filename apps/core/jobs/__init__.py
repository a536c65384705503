"""What the job library leaves open: a job outlives its worker, and is tried again when it fails."""
