"""What AWS does not delete: because something else uses it, because it is not empty, or because it is protected.

Rows, and a small engine. The sources are the API references of the delete calls (botocore carries their texts) unless a
row says otherwise.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from offline.provider.store import Row, Store
from offline.provider.wire import Value, is_list, is_object


class InUse(Exception):
    """AWS refuses the deletion. The message says why in AWS's words, and names what is in the way."""


@dataclass(frozen=True, kw_only=True)
class Use:
    """Rows of type `by` whose inputs at `at` name the row to be deleted keep it.

    `at` are top-level inputs; whatever they contain is looked through. `within`: a text that contains the name in
    quotes counts, as an alarm's rule does.
    """

    of: str
    by: str
    at: tuple[str, ...]
    error: str
    source: str
    within: bool = False


@dataclass(frozen=True, kw_only=True)
class Protection:
    """A property of the row itself that forbids its deletion while it has this value."""

    of: str
    at: str
    value: bool
    error: str
    source: str


@dataclass(frozen=True, kw_only=True)
class Contents:
    """What may lie in it, put there by `put_into`; with `emptied_by` the provider deletes that first."""

    of: str
    what: str
    emptied_by: str
    error: str
    source: str


def _uses(of: str, error: str, source: str, *by: tuple[str, tuple[str, ...]], within: bool = False) -> Iterator[Use]:
    for type_, at in by:
        yield Use(of=f"aws:{of}", by=f"aws:{type_}", at=at, error=error, source=source, within=within)


_DEPENDENT: Final = "DependencyViolation: {what} has dependencies and cannot be deleted"
_NETWORKED: Final = (
    ("lb/loadBalancer:LoadBalancer", ("subnets", "securityGroups")),
    ("ecs/service:Service", ("networkConfiguration",)),
    ("lambda/function:Function", ("vpcConfig",)),
    ("ec2/vpcEndpoint:VpcEndpoint", ("subnetIds", "securityGroupIds")),
)
"""What puts network interfaces into subnets and security groups."""

USES: Final[tuple[Use, ...]] = (
    *_uses(
        "ec2/vpc:Vpc",
        _DEPENDENT,
        "EC2 DeleteVpc: detach or delete all gateways and resources that are associated with it first",
        ("ec2/subnet:Subnet", ("vpcId",)),
        ("ec2/securityGroup:SecurityGroup", ("vpcId",)),
        ("ec2/routeTable:RouteTable", ("vpcId",)),
        ("ec2/internetGateway:InternetGateway", ("vpcId",)),
        ("ec2/vpcEndpoint:VpcEndpoint", ("vpcId",)),
    ),
    *_uses(
        "ec2/subnet:Subnet",
        _DEPENDENT,
        "EC2 DeleteSubnet; a network interface of any service counts as an instance does",
        *_NETWORKED,
        ("ec2/natGateway:NatGateway", ("subnetId",)),
        ("rds/subnetGroup:SubnetGroup", ("subnetIds",)),
    ),
    *_uses(
        "ec2/securityGroup:SecurityGroup",
        "DependencyViolation: resource {what} has a dependent object",
        "EC2 DeleteSecurityGroup: associated with a network interface, or referenced by another security group",
        *_NETWORKED,
        ("rds/instance:Instance", ("vpcSecurityGroupIds",)),
        ("vpc/securityGroupIngressRule:SecurityGroupIngressRule", ("referencedSecurityGroupId",)),
        ("vpc/securityGroupEgressRule:SecurityGroupEgressRule", ("referencedSecurityGroupId",)),
    ),
    *_uses(
        "ec2/routeTable:RouteTable",
        _DEPENDENT,
        "EC2 DeleteRouteTable: disassociate it from any subnets first",
        ("ec2/routeTableAssociation:RouteTableAssociation", ("routeTableId",)),
    ),
    *_uses(
        "ec2/eip:Eip",
        "InvalidIPAddress.InUse: Address {what} is in use",
        "EC2 ReleaseAddress: disassociate it before you can release it",
        ("ec2/natGateway:NatGateway", ("allocationId",)),
    ),
    *_uses(
        "lb/targetGroup:TargetGroup",
        "ResourceInUse: Target group '{what}' is currently in use by a listener or a rule",
        "ELB DeleteTargetGroup: only if it is not referenced by any actions",
        ("lb/listener:Listener", ("defaultActions",)),
        ("lb/listenerRule:ListenerRule", ("actions",)),
    ),
    *_uses(
        "acm/certificate:Certificate",
        "ResourceInUseException: Certificate {what} is in use",
        "ACM DeleteCertificate: not while it is being used by another service",
        ("lb/listener:Listener", ("certificateArn",)),
    ),
    *_uses(
        "wafv2/webAcl:WebAcl",
        "WAFAssociatedItemException: AWS WAF couldn't perform the operation because {what} is being used",
        "WAF DeleteWebACL: first disassociate it from all resources",
        ("wafv2/webAclAssociation:WebAclAssociation", ("webAclArn",)),
    ),
    *_uses(
        "rds/subnetGroup:SubnetGroup",
        "InvalidDBSubnetGroupStateFault: Cannot delete the subnet group {what} because a database uses it",
        "RDS DeleteDBSubnetGroup: must not be associated with any DB instances",
        ("rds/instance:Instance", ("dbSubnetGroupName",)),
    ),
    *_uses(
        "rds/parameterGroup:ParameterGroup",
        "InvalidDBParameterGroupState: One or more database instances are still members of this parameter group {what}",
        "RDS DeleteDBParameterGroup: can't be associated with any DB instances",
        ("rds/instance:Instance", ("parameterGroupName",)),
    ),
    *_uses(
        "ecs/cluster:Cluster",
        "ClusterContainsServicesException: The Cluster {what} cannot be deleted while Services are active",
        "ECS DeleteCluster, errors",
        ("ecs/service:Service", ("cluster",)),
    ),
    *_uses(
        "iam/role:Role",
        "DeleteConflict: Cannot delete entity, must delete or detach policies of {what} first",
        "IAM DeleteRole: remove inline policies and attached managed policies before",
        ("iam/rolePolicy:RolePolicy", ("role",)),
        ("iam/rolePolicyAttachment:RolePolicyAttachment", ("role",)),
    ),
    *_uses(
        "iam/policy:Policy",
        "DeleteConflict: Cannot delete a policy attached to entities: {what}",
        "IAM DeletePolicy: detach it from all users, groups and roles first",
        ("iam/rolePolicyAttachment:RolePolicyAttachment", ("policyArn",)),
    ),
    *_uses(
        "cloudwatch/eventRule:EventRule",
        "ValidationException: Rule {what} can't be deleted since it has targets",
        "EventBridge DeleteRule: remove all targets before",
        ("cloudwatch/eventTarget:EventTarget", ("rule",)),
    ),
    *_uses(
        "cloudwatch/metricAlarm:MetricAlarm",
        "ValidationError: Cannot delete {what} as there are composite alarm(s) depending on it",
        "the error as AWS gives it in hashicorp/terraform-provider-aws issue 34807 and ekristen/aws-nuke issue 462",
        ("cloudwatch/compositeAlarm:CompositeAlarm", ("alarmRule", "actionsSuppressor")),
        within=True,
    ),
    *_uses(
        "backup/plan:Plan",
        "InvalidRequestException: Related backup plan selections must be deleted prior to backup plan deletion: {what}",
        "Backup DeleteBackupPlan: only after all associated selections have been deleted",
        ("backup/selection:Selection", ("planId",)),
    ),
    *_uses(
        "backup/restoreTestingPlan:RestoreTestingPlan",
        "InvalidRequestException: Restore testing plan {what} has selections",
        "Backup DeleteRestoreTestingPlan: only if all associated restore testing selections are deleted first",
        ("backup/restoreTestingSelection:RestoreTestingSelection", ("restoreTestingPlanName",)),
    ),
)

PROTECTIONS: Final[tuple[Protection, ...]] = (
    Protection(
        of="aws:lb/loadBalancer:LoadBalancer",
        at="enableDeletionProtection",
        value=True,
        error="OperationNotPermitted: Load balancer '{what}' cannot be deleted because deletion protection is enabled",
        source="ELB DeleteLoadBalancer",
    ),
    Protection(
        of="aws:rds/instance:Instance",
        at="deletionProtection",
        value=True,
        error="InvalidParameterCombination: Cannot delete protected DB Instance {what}, please disable deletion "
        "protection and try again",
        source="RDS DeleteDBInstance",
    ),
)

CONTENTS: Final[tuple[Contents, ...]] = (
    Contents(
        of="aws:s3/bucket:Bucket",
        what="objects",
        emptied_by="forceDestroy",
        error="BucketNotEmpty: The bucket {what} you tried to delete is not empty",
        source="S3 DeleteBucket: all objects, versions and delete markers must be deleted before",
    ),
    Contents(
        of="aws:backup/vault:Vault",
        what="recovery points",
        emptied_by="forceDestroy",
        error="InvalidRequestException: Backup vault {what} cannot be deleted because it contains recovery points",
        source="Backup DeleteBackupVault: only if it is empty",
    ),
)


def put_into(store: Store, type_: str, id_: str, count: int) -> None:
    """Play whoever fills a bucket or a vault: from now on `count` things lie in it."""
    store.remember(_contents_key(type_, id_), count)


def refuse_deletion(store: Store, row: Row) -> None:
    """Raises `InUse` for the first reason why AWS would keep it."""
    for protection in PROTECTIONS:
        if protection.of == row.type and row.outputs.get(protection.at) is protection.value:
            raise InUse(protection.error.format(what=row.id))
    for kind in CONTENTS:
        held = store.recall(_contents_key(row.type, row.id)) if kind.of == row.type else None
        if held and row.inputs.get(kind.emptied_by) is not True:
            raise InUse(f"{kind.error.format(what=row.id)} ({held} {kind.what})")
    for use in USES:
        if use.of == row.type and (users := list(_users(store, use, row))):
            names = ", ".join(f"{one.type.rsplit(':', 1)[1]} {one.urn.rsplit('::', 1)[-1]}" for one in users)
            raise InUse(f"{use.error.format(what=row.id)} (used by {names})")


def forget_contents(store: Store, row: Row) -> None:
    """What is gone holds nothing any more."""
    if any(kind.of == row.type for kind in CONTENTS):
        store.remember(_contents_key(row.type, row.id), 0)


def _users(store: Store, use: Use, row: Row) -> Iterator[Row]:
    names = {row.id, row.outputs.get("arn"), row.outputs.get("name")} - {None, ""}
    for one in store.all(use.by):
        said = list(_texts(one.inputs.get(key) for key in use.at))
        if names & set(said) or (use.within and any(f'"{name}"' in text for name in names for text in said)):
            yield one


def _texts(values: Iterable[Value]) -> Iterator[str]:
    for value in values:
        if isinstance(value, str):
            yield value
        elif is_list(value):
            yield from _texts(value)
        elif is_object(value):
            yield from _texts(value.values())


def _contents_key(type_: str, id_: str) -> str:
    return f"contents/{type_}/{id_}"
