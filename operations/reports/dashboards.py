"""The health dashboard's link, and whether the service stands as it should at this moment."""

from collections.abc import Iterator

from operations.aws.errors import code_of
from operations.reports.finding import Finding, judged, look
from operations.reports.reading import Reading
from operations.scaling.source import ScaledService


def dashboard(reading: Reading) -> Iterator[Finding]:
    """The link, if there is a dashboard behind it."""
    manifest = reading.session.manifest
    name = manifest.alerts.dashboard
    try:
        reading.client("cloudwatch").get_dashboard(DashboardName=name)
    except Exception as error:
        if code_of(error) not in ("ResourceNotFound", "DashboardNotFoundError"):
            raise
        yield look(f"there is no dashboard {name}: `mfcloud up {manifest.environment}` makes it anew")
        return
    link = f"{reading.console}/cloudwatch/home?region={manifest.region}#dashboards/dashboard/{name}"
    tasks = ScaledService(reading.session).tasks()
    yield judged(
        f"dashboard {name}; now {tasks.running} of {tasks.desired} tasks run",
        bad=tasks.running < tasks.desired or not tasks.running,
        link=link,
    )
