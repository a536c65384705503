"""The counters and histograms that the service keeps while it works; docs/observability.md describes each.

Every label has a bounded number of values: never a path, a name, an id or a text of a caller's. What can be
counted when somebody asks, such as waiting jobs, is not here but in ``monitoring.gauges``.
"""

from prometheus_client import CollectorRegistry, Counter, Histogram, disable_created_metrics

disable_created_metrics()  # type: ignore[no-untyped-call]  # a second series for each, which nothing reads

RECORDED = CollectorRegistry()
SECONDS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)

REQUESTS = Counter(
    "gitlab_internal_requests",
    "Requests answered, by the class of the status.",
    ("method", "route", "status"),
    registry=RECORDED,
)
REQUEST_SECONDS = Histogram(
    "gitlab_internal_request_duration_seconds",
    "How long requests took.",
    ("method", "route"),
    buckets=SECONDS,
    registry=RECORDED,
)
DECISIONS = Counter(
    "gitlab_internal_decisions",
    "Git and LFS commands decided about; of a refusal its class and the rule that refused.",
    ("endpoint", "decision", "refusal", "rule"),
    registry=RECORDED,
)
AUTHENTICATION_FAILURES = Counter(
    "gitlab_internal_authentication_failures",
    "Requests refused for their credential, by the scheme that they should have used.",
    ("scheme",),
    registry=RECORDED,
)
LFS_LINKED_BYTES = Counter(
    "gitlab_internal_lfs_linked_bytes",
    "Bytes of LFS files that projects were given.",
    registry=RECORDED,
)
GITALY_CALLS = Counter(
    "gitlab_internal_gitaly_calls",
    "Calls to Gitaly, by gRPC's status code.",
    ("method", "code"),
    registry=RECORDED,
)
GITALY_SECONDS = Histogram(
    "gitlab_internal_gitaly_call_duration_seconds",
    "How long calls to Gitaly took.",
    ("method",),
    buckets=SECONDS,
    registry=RECORDED,
)
JOBS = Counter(
    "gitlab_internal_jobs",
    "Jobs that workers have ended, by how; one that failed may be tried again.",
    ("task", "outcome"),
    registry=RECORDED,
)
JOB_SECONDS = Histogram(
    "gitlab_internal_job_duration_seconds",
    "How long jobs took.",
    ("task",),
    buckets=SECONDS,
    registry=RECORDED,
)
REFERENCE_COUNTER = Counter(
    "gitlab_internal_reference_counter_changes",
    "Changes of the counters of pushes under way.",
    ("change", "outcome"),
    registry=RECORDED,
)
