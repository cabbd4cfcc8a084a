"""Checks of a restored database instance. Pure: what RDS answers in, checks out."""

from collections.abc import Mapping
from typing import Any

from functions.restore_validation.verdicts import Check

# What an instance goes through right after a restore; anything else is no state that it comes back from by itself.
ON_ITS_WAY = frozenset({"backing-up", "configuring-enhanced-monitoring", "creating", "modifying", "rebooting"})


def database_checks(
    instance: Mapping[str, Any], *, engine_version: str, subnet_group: str, backup_bytes: int
) -> list[Check]:
    """Available, encrypted, in the isolated subnets, of the version that the stack file names, and not empty.

    `engine_version` "16" accepts every 16.x, "16.4" only itself.
    """
    status, engine = str(instance.get("DBInstanceStatus")), str(instance.get("Engine"))
    version = str(instance.get("EngineVersion"))
    groups: Mapping[str, Any] = instance.get("DBSubnetGroup") or {}
    group = str(groups.get("DBSubnetGroupName"))
    allocated = instance.get("AllocatedStorage") or 0
    right_version = engine == "postgres" and (version == engine_version or version.startswith(f"{engine_version}."))
    return [
        Check(name="status", good=status == "available", found=status),
        Check(
            name="encryption",
            good=instance.get("StorageEncrypted") is True,
            found="on" if instance.get("StorageEncrypted") is True else "OFF",
        ),
        Check(
            name="subnet group",
            good=group == subnet_group,
            found=group if group == subnet_group else f"{group}, expected {subnet_group}",
        ),
        Check(
            name="public access",
            good=instance.get("PubliclyAccessible") is False,
            found="none" if instance.get("PubliclyAccessible") is False else "OPEN",
        ),
        Check(
            name="engine",
            good=right_version,
            found=f"{engine} {version}" + ("" if right_version else f", expected postgres {engine_version}"),
        ),
        Check(
            name="size",
            good=allocated > 0 and backup_bytes > 0,
            found=f"{backup_bytes} bytes restored to {allocated} GiB",
        ),
    ]
