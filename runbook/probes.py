"""How many requests a minute are nobody's: health probes count against the server's own limit and in its metrics."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from runbook.settings import Environment

# Route 53 asks from its default regions, "about 16 checkers" each at the chosen interval (Route 53 developer guide,
# "How Route 53 determines whether a health check is healthy").
OUTSIDE_CHECKERS = 16
# One load balancer node in each zone asks every target.
TARGET_HEALTH_INTERVAL_SECONDS = 10


def outside_probes_per_minute(environment: "Environment") -> int:
    """Requests of the outside check; they reach the load balancer like anybody's, so its metrics count them."""
    return OUTSIDE_CHECKERS * 60 // environment.alerts.outside_check_seconds


def probes_per_minute(environment: "Environment") -> int:
    """Most that one task may have to answer: each zone's load balancer node, and the whole outside check."""
    nodes = len(environment.network.zones) * 60 // TARGET_HEALTH_INTERVAL_SECONDS
    return nodes + outside_probes_per_minute(environment)
