"""The map of bide's own paths. Each stands in the description too (`bide.gateway.api.description`); a test holds it.

Keys have no path: whoever could make them over HTTP would not need one. `bide keys` does it, beside the database.
"""

from collections.abc import Sequence

from bide.gateway.api import (
    advise,
    audit,
    calculate,
    description,
    estimate,
    events,
    explain,
    jobs,
    providers,
    queue,
    report,
    requests,
    schedules,
)
from bide.gateway.surface import Handler

PATHS: Sequence[tuple[str, str, Handler]] = (
    ("GET", "/bide/v1/requests", requests.list_requests),
    ("GET", "/bide/v1/requests/{request_id}", requests.show),
    ("GET", "/bide/v1/requests/{request_id}/response", requests.response),
    ("GET", "/bide/v1/requests/{request_id}/explain", explain.explain),
    ("POST", "/bide/v1/requests/{request_id}/cancel", requests.cancel),
    ("GET", "/bide/v1/jobs", jobs.list_jobs),
    ("GET", "/bide/v1/jobs/{job_id}", jobs.show),
    ("GET", "/bide/v1/jobs/{job_id}/receipt", jobs.receipt),
    ("POST", "/bide/v1/jobs/{job_id}/cancel", jobs.cancel),
    ("POST", "/bide/v1/estimate", estimate.estimate),
    ("POST", "/bide/v1/calculate", calculate.calculate),
    ("POST", "/bide/v1/advise", advise.advise),
    ("POST", "/bide/v1/audit", audit.audit),
    ("GET", "/bide/v1/providers", providers.list_providers),
    ("GET", "/bide/v1/providers/{account}", providers.show),
    ("GET", "/bide/v1/queue", queue.show),
    ("GET", "/bide/v1/report", report.show),
    ("GET", "/bide/v1/schedules", schedules.list_schedules),
    ("GET", "/bide/v1/events", events.follow),
    ("GET", "/bide/v1/openapi.json", description.show),
)
