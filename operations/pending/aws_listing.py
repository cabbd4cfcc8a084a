"""What AWS gives an id and keeps no tags of: found among the siblings that hang on the same thing.

One function a type. Ids as the provider keeps them in the state.
"""

import zlib
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from operations.pending.finding import Found, Wanted

if TYPE_CHECKING:
    from operations.aws.clients import Clients

Listing: TypeAlias = Callable[["Clients", Wanted, str], Iterator[Found]]


def _event_targets(clients: "Clients", wanted: Wanted, region: str) -> Iterator[Found]:
    rule = _text(wanted, "rule")
    for one in clients.client("events", region=region).list_targets_by_rule(Rule=rule)["Targets"] if rule else ():
        if one["Arn"] == wanted.inputs.get("arn"):
            yield Found(id=f"{rule}-{one['Id']}")


def _routes(clients: "Clients", wanted: Wanted, region: str) -> Iterator[Found]:
    for table in _tables(clients, wanted, region):
        for one in table["Routes"]:
            there = one.get("DestinationCidrBlock"), one.get("DestinationIpv6CidrBlock")
            if there == (wanted.inputs.get("destinationCidrBlock"), wanted.inputs.get("destinationIpv6CidrBlock")):
                destination = there[0] or there[1] or ""
                yield Found(id=f"r-{table['RouteTableId']}{zlib.crc32(destination.encode())}")


def _route_table_associations(clients: "Clients", wanted: Wanted, region: str) -> Iterator[Found]:
    for table in _tables(clients, wanted, region):
        for one in table["Associations"]:
            if one.get("SubnetId") == wanted.inputs.get("subnetId"):
                yield Found(id=one["RouteTableAssociationId"])


def _tables(clients: "Clients", wanted: Wanted, region: str) -> list[dict[str, Any]]:
    table = _text(wanted, "routeTableId")
    if not table:
        return []
    return clients.client("ec2", region=region).describe_route_tables(RouteTableIds=[table])["RouteTables"]


def _default_security_groups(clients: "Clients", wanted: Wanted, region: str) -> Iterator[Found]:
    vpc = _text(wanted, "vpcId")
    filters = [{"Name": "vpc-id", "Values": [vpc]}, {"Name": "group-name", "Values": ["default"]}]
    ec2 = clients.client("ec2", region=region)
    for one in ec2.describe_security_groups(Filters=filters)["SecurityGroups"] if vpc and wanted.recorded else ():
        yield Found(id=one["GroupId"])


def _subscriptions(clients: "Clients", wanted: Wanted, region: str) -> Iterator[Found]:
    topic = _text(wanted, "topic")
    pages = clients.client("sns", region=region).get_paginator("list_subscriptions_by_topic")
    for page in pages.paginate(TopicArn=topic) if topic else ():
        for one in page["Subscriptions"]:
            is_it = one["Protocol"] == wanted.inputs.get("protocol") and wanted.may_have("endpoint", one["Endpoint"])
            if is_it and one["SubscriptionArn"].startswith("arn:"):  # unconfirmed: subscribing again is the same one
                yield Found(id=one["SubscriptionArn"])


def _secret_versions(clients: "Clients", wanted: Wanted, region: str) -> Iterator[Found]:
    secret = _text(wanted, "secretId")
    if secret:
        said: dict[str, Any] = clients.client("secretsmanager", region=region).describe_secret(SecretId=secret)
        staged: dict[str, list[str]] = said.get("VersionIdsToStages") or {}
        for version, stages in staged.items():
            if "AWSCURRENT" in stages:
                yield Found(id=f"{secret}|{version}")


def _backup_selections(clients: "Clients", wanted: Wanted, region: str) -> Iterator[Found]:
    plan = _text(wanted, "planId")
    backup = clients.client("backup", region=region)
    for one in backup.list_backup_selections(BackupPlanId=plan)["BackupSelectionsList"] if plan else ():
        if one["SelectionName"] == wanted.inputs.get("name"):
            yield Found(id=one["SelectionId"])


def _window_tasks(clients: "Clients", wanted: Wanted, region: str) -> Iterator[Found]:
    window = _text(wanted, "windowId")
    ssm = clients.client("ssm", region=region)
    for one in ssm.describe_maintenance_window_tasks(WindowId=window)["Tasks"] if window else ():
        if wanted.may_be_called(one.get("Name", "")):
            yield Found(id=one["WindowTaskId"])


def _role_policies(clients: "Clients", wanted: Wanted, region: str) -> Iterator[Found]:
    role = _text(wanted, "role")
    for name in clients.client("iam", region=region).list_role_policies(RoleName=role)["PolicyNames"] if role else ():
        if wanted.may_be_called(name):
            yield Found(id=f"{role}:{name}")


def _permissions(clients: "Clients", wanted: Wanted, region: str) -> Iterator[Found]:
    from json import loads

    function = _text(wanted, "function")
    client = clients.client("lambda", region=region)
    if not function:
        return
    try:
        policy: Mapping[str, Any] = loads(client.get_policy(FunctionName=function)["Policy"])
    except client.exceptions.ResourceNotFoundException:
        return
    for one in policy["Statement"]:
        if wanted.may_be_called(one["Sid"]):
            yield Found(id=one["Sid"])


def _schedules(clients: "Clients", wanted: Wanted, region: str) -> Iterator[Found]:
    group = _text(wanted, "groupName")
    for one in clients.client("scheduler", region=region).list_schedules(GroupName=group)["Schedules"] if group else ():
        if wanted.may_be_called(one["Name"]):
            yield Found(id=f"{group}/{one['Name']}")


def _text(wanted: Wanted, key: str) -> str:
    """An input that is a known text; empty for what is not known yet, so that AWS is not asked for it."""
    value = wanted.inputs.get(key)
    return value if isinstance(value, str) and wanted.may_have(key, value) and not wanted.is_open(key) else ""


LISTINGS: Final[Mapping[str, Listing]] = {
    "aws:backup/selection:Selection": _backup_selections,
    "aws:cloudwatch/eventTarget:EventTarget": _event_targets,
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": _default_security_groups,
    "aws:ec2/route:Route": _routes,
    "aws:ec2/routeTableAssociation:RouteTableAssociation": _route_table_associations,
    "aws:iam/rolePolicy:RolePolicy": _role_policies,
    "aws:lambda/permission:Permission": _permissions,
    "aws:scheduler/schedule:Schedule": _schedules,
    "aws:secretsmanager/secretVersion:SecretVersion": _secret_versions,
    "aws:sns/topicSubscription:TopicSubscription": _subscriptions,
    "aws:ssm/maintenanceWindowTask:MaintenanceWindowTask": _window_tasks,
}
"""Every type whose identity has `among` (a test compares)."""
