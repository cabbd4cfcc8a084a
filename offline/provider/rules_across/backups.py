"""Vaults, their locks, plans, and what they back up."""

import re
from collections.abc import Iterator
from typing import Final

from offline.provider.naming import Refusal
from offline.provider.rules_across.publishing import key_of
from offline.provider.rules_across.world import AcrossRule, Case, Refusals, logical, objects, part, under, values_of
from offline.provider.store import Row
from offline.provider.wire import Value, has_unknown, is_object

RULES_PER_PLAN: Final = 10
COPIES_PER_RULE: Final = 5
LONGEST_CONTINUOUS_DAYS: Final = 35


def plan_within_the_quotas(case: Case) -> Refusals:
    """At most 10 rules per plan, 5 copies per rule; a continuous rule keeps 35 days at most.

    Source: AWS Backup guide, "Quotas" (LimitExceededException) and "Point-in-time recovery"
    (InvalidParameterValueException).
    """
    rules = [one for _, one in case.found("rules[*]") if is_object(one)]
    if len(rules) > RULES_PER_PLAN:
        yield Refusal(property="rules", reason=f"a plan has at most {RULES_PER_PLAN} rules, not {len(rules)}")
    for number, rule in enumerate(rules):
        copies, days = objects(rule.get("copyActions")), _days(rule)
        if len(copies) > COPIES_PER_RULE:
            yield Refusal(
                property=f"rules[{number}].copyActions",
                reason=f"a rule copies at most {COPIES_PER_RULE} times, not {len(copies)}",
            )
        too_long = (days is None or days > LONGEST_CONTINUOUS_DAYS) and not has_unknown(rule.get("lifecycle"))
        if rule.get("enableContinuousBackup") is True and too_long:
            yield Refusal(
                property=f"rules[{number}].lifecycle.deleteAfter",
                reason=f"a continuous backup is kept 1 to {LONGEST_CONTINUOUS_DAYS} days, not {days or 'for ever'}",
            )


def _days(rule: dict[str, Value]) -> int | None:
    found = part(rule.get("lifecycle")).get("deleteAfter")
    return found if isinstance(found, int) else None


def retention_fits_the_lock(case: Case) -> Refusals:
    """What a locked vault receives is kept within the lock's bounds.

    Source: AWS Backup guide, "Vault Lock": jobs with another retention fail.
    """
    for number, (_, rule) in enumerate(list(case.found("rules[*]"))):
        if not is_object(rule):
            continue
        vault = case.world.named("backup.Vault", rule.get("targetVaultName"), case.region)
        yield from _fits(case, vault, rule, f"rules[{number}].lifecycle.deleteAfter")
        for path, copy in under(rule, "copyActions[*]"):
            vault = case.world.by_arn(copy.get("destinationVaultArn"))
            yield from _fits(case, vault, copy, f"rules[{number}].{path}.lifecycle.deleteAfter")


def _fits(case: Case, vault: Row | None, kept: dict[str, Value], path: str) -> Iterator[Refusal]:
    lock = case.world.by_id("backup.VaultLockConfiguration", vault.id, vault.region) if vault else None
    if lock is None or vault is None or has_unknown(kept.get("lifecycle")):
        return
    days, low, high = _days(kept), lock.inputs.get("minRetentionDays"), lock.inputs.get("maxRetentionDays")
    if isinstance(low, int) and days is not None and days < low:
        yield Refusal(property=path, reason=f"vault {vault.id} is locked to at least {low} days, the rule says {days}")
    if isinstance(high, int) and (days is None or days > high):
        yield Refusal(
            property=path,
            reason=f"vault {vault.id} is locked to at most {high} days, the rule says {days or 'for ever'}",
        )


def lock_fits_the_plans(case: Case) -> Refusals:
    """A lock's bounds hold what the plans already send there.

    Source: as `retention_fits_the_lock`; this is the lock's side, whichever comes last.
    """
    vault, low, high = case.text("backupVaultName"), case.get("minRetentionDays"), case.get("maxRetentionDays")
    for plan in case.others("backup.Plan"):
        for rule in objects(plan.inputs.get("rules")):
            kept = [rule] if rule.get("targetVaultName") == vault and plan.region == case.region else []
            kept += [
                copy
                for copy in objects(rule.get("copyActions"))
                if str(copy.get("destinationVaultArn")).split(":")[3::3] == [case.region, vault]
            ]
            for one in kept:
                days = _days(one)
                if has_unknown(one.get("lifecycle")):
                    continue
                if (isinstance(low, int) and days is not None and days < low) or (
                    isinstance(high, int) and (days is None or days > high)
                ):
                    yield Refusal(
                        property="backupVaultName",
                        reason=f"rule {rule.get('ruleName')!r} of plan {logical(plan.urn)} keeps {days or 'for ever'} "
                        f"days, which the lock ({low} to {high}) would make fail",
                    )


def buckets_can_be_backed_up(case: Case) -> Refusals:
    """A bucket is backed up when its versions are kept, and its notifications, if any, go to EventBridge too.

    Source: AWS Backup guide, "Amazon S3 backups": versioning is required ("Bucket … doesn't have versioning enabled");
    EventBridge must stay on.
    """
    if not case.world.complete:
        return
    for path, arn in case.found("resources[*]", "protectedResourceArns[*]"):
        bucket = case.world.by_arn(arn)
        if bucket is None or not bucket.type.endswith(":Bucket"):
            continue
        versioning = case.world.by_id("s3.BucketVersioning", bucket.id)
        status = part(versioning.inputs.get("versioningConfiguration")).get("status") if versioning else None
        inline = part(bucket.inputs.get("versioning")).get("enabled") is True
        if status != "Enabled" and not inline:
            yield Refusal(
                property=path,
                reason=f"bucket {logical(bucket.urn)} does not keep versions (yet): no backup without them",
            )
        events = case.world.by_id("s3.BucketNotification", bucket.id)
        if events is not None and events.inputs.get("eventbridge") is not True:
            yield Refusal(
                property=path,
                reason=f"the notifications of bucket {logical(bucket.urn)} turn EventBridge off: backups need it",
            )


def one_continuous_rule_per_resource(case: Case) -> Refusals:
    """A resource has one continuous backup, and a bucket's continuous and other backups are in one vault.

    Source: AWS Backup guide, "Point-in-time recovery" (a second continuous rule makes snapshots) and "Amazon S3
    backups".
    """
    plans = {row.id: row for row in case.world.all("backup.Plan")}
    chosen: dict[str, list[tuple[dict[str, Value], str]]] = {}
    mine = [(case.text("planId"), arn, "") for _, arn in case.found("resources[*]")]
    theirs = [
        (str(row.inputs.get("planId")), arn, row.urn)
        for row in case.others("backup.Selection")
        for arn in values_of(row.inputs.get("resources"))
    ]
    for plan, arn, _ in [*mine, *theirs]:
        for _, rule in under(plans[plan].inputs, "rules[*]") if plan in plans else ():
            chosen.setdefault(str(arn), []).append((rule, plan))
    for path, arn in case.found("resources[*]"):
        rules = [rule for rule, _ in chosen.get(str(arn), [])]
        continuous = [rule for rule in rules if rule.get("enableContinuousBackup") is True]
        if len(continuous) > 1:
            names = " and ".join(str(rule.get("ruleName")) for rule in continuous)
            yield Refusal(
                property=path, reason=f"{arn} has {len(continuous)} continuous rules ({names}): one is allowed"
            )
        if continuous and ":s3:::" in str(arn) and len({rule.get("targetVaultName") for rule in rules}) > 1:
            yield Refusal(property=path, reason=f"continuous and other backups of {arn} go to different vaults")


def copies_can_be_decrypted(case: Case) -> Refusals:
    """Where a database's recovery points are copied to is encrypted with a customer managed key.

    Source: AWS Backup guide, "Encryption": the copy takes the destination vault's key; RDS cannot copy a snapshot to a
    vault without one of its own choosing across accounts or regions.
    """
    plan = case.world.by_id("backup.Plan", case.get("planId"))
    if plan is None or not any(":rds:" in str(arn) for _, arn in case.found("resources[*]")):
        return
    for _, arn in under(plan.inputs, "rules[*].copyActions[*].destinationVaultArn"):
        vault = case.world.by_arn(arn)
        if vault is not None and key_of(case.world, vault.inputs.get("kmsKeyArn")) is None and case.world.complete:
            yield Refusal(
                property="planId",
                reason=f"vault {logical(vault.urn)}, the copies' target, has no customer managed key, as RDS needs",
            )


def restores_land_in_one_vpc(case: Case) -> Refusals:
    """A restore test's subnet group exists, and its security groups are of that VPC.

    Source: AWS Backup guide, "Restore testing inferred metadata": dbSubnetGroupName, vpcSecurityGroupIds; RDS API
    RestoreDBInstanceFromDBSnapshot (DBSubnetGroupNotFoundFault, InvalidVPCNetworkStateFault).
    """
    name = case.text("restoreMetadataOverrides.dbSubnetGroupName")
    group = case.world.named("rds.SubnetGroup", name, case.region)
    if name and group is None and case.world.complete:
        yield Refusal(
            property="restoreMetadataOverrides.dbSubnetGroupName", reason=f"there is no rds.SubnetGroup {name!r} (yet)"
        )
    subnets = values_of(group.inputs.get("subnetIds")) if group else []
    vpcs = {row.inputs.get("vpcId") for one in subnets if (row := case.world.by_id("ec2.Subnet", one)) is not None}
    for id_ in re.findall(r"sg-[0-9a-f]+", case.text("restoreMetadataOverrides.vpcSecurityGroupIds")):
        found = case.world.by_id("ec2.SecurityGroup", id_, case.region)
        if found is None and case.world.complete:
            yield Refusal(
                property="restoreMetadataOverrides.vpcSecurityGroupIds",
                reason=f"there is no security group {id_} (yet)",
            )
        elif found is not None and vpcs and found.inputs.get("vpcId") not in vpcs:
            yield Refusal(
                property="restoreMetadataOverrides.vpcSecurityGroupIds",
                reason=f"security group {id_} is of another VPC than the subnet group {name}",
            )


def restored_is_backed_up(case: Case) -> Refusals:
    """What a restore test is to restore is in some plan's selection.

    Source: AWS Backup guide, "Restore testing": without a recovery point in the window there is nothing to test.
    """
    if not case.world.complete:
        return
    chosen = {arn for row in case.world.all("backup.Selection") for arn in values_of(row.inputs.get("resources"))}
    by_pattern = any("*" in str(arn) for arn in chosen) or any(
        row.inputs.get("selectionTags") for row in case.world.all("backup.Selection")
    )
    for path, arn in case.found("protectedResourceArns[*]"):
        if isinstance(arn, str) and "*" not in arn and arn not in chosen and not by_pattern:
            yield Refusal(property=path, reason=f"no backup.Selection backs {arn} up: nothing to restore")


RULES: Final = (
    AcrossRule(judge=plan_within_the_quotas, kinds=("backup.Plan",), early=True),
    AcrossRule(judge=retention_fits_the_lock, kinds=("backup.Plan",)),
    AcrossRule(judge=lock_fits_the_plans, kinds=("backup.VaultLockConfiguration",)),
    AcrossRule(judge=buckets_can_be_backed_up, kinds=("backup.Selection", "backup.RestoreTestingSelection")),
    AcrossRule(judge=one_continuous_rule_per_resource, kinds=("backup.Selection",)),
    AcrossRule(judge=copies_can_be_decrypted, kinds=("backup.Selection",)),
    AcrossRule(judge=restores_land_in_one_vpc, kinds=("backup.RestoreTestingSelection",)),
    AcrossRule(judge=restored_is_backed_up, kinds=("backup.RestoreTestingSelection",), finished=True),
)
