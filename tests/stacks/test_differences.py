"""How staging and production differ, and in nothing else that matters, as read from what is registered."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.harness import Program
from tests.stacks.stack import Stack


def number_of(type_tail: str) -> Callable[[Program], int]:
    return lambda program: len(program.all(type_tail))


def value(type_tail: str, name: str, *path: str) -> Callable[[Program], Any]:
    def read(program: Program) -> Any:
        found: Any = program.one(type_tail, name).inputs
        for step in path:
            found = found.get(step)
        return found

    return read


def zones(program: Program) -> str:
    return " ".join(sorted({one["availabilityZone"] for one in program.all("Subnet")}))


def approvals(program: Program) -> list[str]:
    """Stages at which a deployment waits for a person."""
    hooks = program.one("ecs/service:Service")["deploymentConfiguration"].get("lifecycleHooks") or []
    return [stage for hook in hooks if hook["targetType"] == "PAUSE" for stage in hook["lifecycleStages"]]


def ways_to_people(program: Program) -> list[str]:
    return sorted({one["protocol"] for one in program.all("TopicSubscription")})


def copy_regions(program: Program) -> set[str]:
    """Regions that daily backups are copied to."""
    rules = [rule for plan in program.all("backup/plan:Plan") for rule in plan["rules"]]
    return {copy["destinationVaultArn"].split(":")[3] for rule in rules for copy in rule.get("copyActions") or []}


def replica_regions(program: Program) -> set[str]:
    return {copy["region"] for one in program.all("secret:Secret") for copy in one.get("replicas") or []}


def rate_rule(program: Program) -> int | None:
    statements = [rule["statement"] for rule in program.one("WebAcl")["rules"]]
    limits = [one["rateBasedStatement"]["limit"] for one in statements if "rateBasedStatement" in one]
    return limits[0] if limits else None


def protected(program: Program) -> bool:
    return any(one.options.get("protect") for one in program.resources)


BAKE = ("deploymentConfiguration", "bakeTimeInMinutes")
DIFFERENCES: tuple[tuple[str, Callable[[Program], Any], Any, Any], ...] = (
    # what, how it is read, staging, production
    ("zones", zones, "us-east-1a us-east-1b", "us-east-1a us-east-1b us-east-1c"),
    ("NAT gateways", number_of("NatGateway"), 1, 3),
    ("subnets", number_of("Subnet"), 6, 9),
    ("standby of the database", value("rds/instance:Instance", "database", "multiAz"), False, True),
    ("fewest tasks", value("Target", "autoscaling-tasks", "minCapacity"), 1, 2),
    ("most tasks", value("Target", "autoscaling-tasks", "maxCapacity"), 4, 10),
    ("tasks at the very start", value("ecs/service:Service", "service", "desiredCount"), 1, 2),
    ("bake", value("ecs/service:Service", "service", *BAKE), "15", "60"),
    ("approval", approvals, [], ["PRE_PRODUCTION_TRAFFIC_SHIFT"]),
    ("who is told how", ways_to_people, ["email"], ["email", "https"]),
    ("vault locks", number_of("VaultLockConfiguration"), 0, 2),
    ("vaults", number_of("backup/vault:Vault"), 1, 2),
    ("regions of backup copies", copy_regions, set(), {"us-west-2"}),
    ("regions of secret replicas", replica_regions, set(), {"us-west-2"}),
    ("requests from one address in 5 minutes", rate_rule, None, 2000),
    ("database refuses deletion", value("rds/instance:Instance", "database", "deletionProtection"), False, True),
    ("last snapshot is skipped", value("rds/instance:Instance", "database", "skipFinalSnapshot"), True, False),
    ("load balancer refuses deletion", value("LoadBalancer", "web-alb", "enableDeletionProtection"), False, True),
    ("Pulumi protects", protected, False, True),
    ("budget", value("budgets/budget:Budget", "budget", "limitAmount"), "400", "1420"),
)


@pytest.mark.parametrize(
    ("what", "read", "in_staging", "in_production"), DIFFERENCES, ids=[row[0] for row in DIFFERENCES]
)
def test_the_environments_differ_as_wanted(
    staging: Stack, production: Stack, what: str, read: Callable[[Program], Any], in_staging: Any, in_production: Any
):
    assert (read(staging.up), read(production.up)) == (in_staging, in_production)


def test_nothing_is_in_one_environment_only_but_what_the_table_explains(staging: Stack, production: Stack):
    def names(stack: Stack) -> set[str]:
        return {f"{one.type.rsplit(':', 1)[-1]} {one.name}" for one in stack.up.resources[1:]}

    explained = (
        "-c",  # the third zone
        "-recovery-vault",
        "vault-lock",
        "-recovery-vault-key",
        "-recovery-vault-key-alias",
        "-recovery-vault-lock",
        "-pagerduty",
        "customers@mockforge.dev",
        "operations@mockforge.dev",
        "nat-b",  # a NAT gateway per zone, and with it a way out per zone
        "routes-private-b",
        "routes-private",
        "events-copy-failed",  # only where copies are made
        "events-copy-failed-message",
        "-recovery-late",
        "-recovery-too-late",
        "service-approval",
        "service-approval-waits",
        "service-approval-message",
        "staging-alerts@mockforge.dev",
        "database-final-snapshot",
    )
    different = names(staging) ^ names(production)
    assert sorted(name for name in different if not name.endswith(explained)) == []
