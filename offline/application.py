"""The application as users of the offline cloud meet it: a healthy server without Redis and e-mail, or a broken one.

What it answers follows MockForge's registry server 0.3, as far as the smoke tests ask.
"""

from typing import Any, Final

from offline import deployments
from offline.clock import OfflineClock
from offline.course import Failure
from offline.deployments import Deployment
from offline.provider.store import Row, Store

MILLISECONDS: Final = 24.0
"""How long an answer takes."""
UNKNOWN_VERSION: Final = "unknown"
_FUNCTION: Final = "lambda/function:Function"


def answer(
    cloud: Store, clock: OfflineClock, host: str, path: str, *, test_traffic: bool
) -> tuple[int, dict[str, Any]] | None:
    """Status and JSON of a GET or POST; None where no environment of this name stands."""
    found = next((row for row in cloud.all(deployments.SERVICE)), None)
    if found is None or not any(row.outputs.get("name") == host for row in cloud.all("record:Record")):
        return None
    serving, broken = _serving(cloud, clock, found, test_traffic=test_traffic)
    version = serving.version or UNKNOWN_VERSION
    match path:
        case "/health/live":
            return 200, {"status": "healthy", "version": version}
        case "/health/ready":
            database = {"status": "unhealthy", "message": "connection refused"} if broken else {"status": "healthy"}
            components = {
                "database": database,
                "redis": {"status": "degraded", "message": "Redis not configured"},
                "storage": {"status": "healthy", "latency_ms": 12},
                "email": {"status": "degraded", "message": "Email service disabled"},
            }
            state = "unhealthy" if broken else "degraded"
            return (503 if broken else 200), {"status": state, "version": version, "components": components}
        case "/api/v1/status":
            state = "down" if broken else "operational"
            return 200, {"status": state, "services": [{"name": "Database", "status": state}], "incidents": []}
        case "/api/v1/plugins/search":
            return (500, {"error": "Database error"}) if broken else (200, {"plugins": [], "total": 0, "page": 0})
        case _:
            return 404, {}


def _serving(cloud: Store, clock: OfflineClock, row: Row, *, test_traffic: bool) -> tuple[Deployment, bool]:
    """Whose tasks answer, and whether they are broken."""
    now = clock.now()
    found = deployments.standing(cloud, row, clock)
    newest = found[-1]
    reached = newest.state.live or (test_traffic and newest.state.tested)
    if not reached and (before := deployments.live(found)) is not None:
        return before, False
    failure = newest.deployment.course.failure if newest.deployment.course else None
    broken = failure is Failure.SMOKE_TEST or (failure is Failure.ALARM and newest.deployment.state(now).live)
    return newest.deployment, broken
