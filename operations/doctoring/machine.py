"""This machine: the engine that `up` needs."""

from collections.abc import Iterator

from operations.doctoring.check import Finding, well, wrong
from operations.doctoring.patient import Patient


def engine(_patient: Patient) -> Iterator[Finding]:
    """Looks only: nothing is installed or built."""
    from offline.engine import MINIMUM_VERSION, EngineUnavailable, locate

    try:
        found = locate.there()
    except EngineUnavailable as reason:
        yield wrong(
            f"no Pulumi engine of {MINIMUM_VERSION} or newer ({reason})",
            "https://www.pulumi.com/docs/install/, or ./mfcloud engine",
        )
    else:
        yield well(f"Pulumi {found.version} ({found.origin})")
