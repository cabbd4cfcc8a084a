"""Where each entry of the rows' `replaces` comes from, and where CloudFormation says otherwise.

The provider's own rule decides, because it is the provider that plans a replacement. An entry's source is one of: a
file of the provider that was read; CloudFormation's `createOnlyProperties`, a hint that agrees; that the property is
the name or names the thing of which the resource is a part; that AWS has no call to change it. `DIFFERENCES` lists what
CloudFormation can only set at creation and the row lets change in place, with the reason.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from offline.provider.catalog import ResourceType
from offline.provider.schema.published import published


class Source(StrEnum):
    """Why a change of a property makes a new resource."""

    PROVIDER = "the provider's source"
    CREATE_ONLY = "CloudFormation's createOnlyProperties agree"
    NAME = "the name, or part of what the resource is known by"
    PART_OF = "names what the resource is a part of"
    NO_CALL = "AWS has no call that changes it"


@dataclass(frozen=True, kw_only=True)
class Read:
    """A file under `internal/service` of the provider's source, and what it marks as forcing a new resource."""

    file: str
    properties: tuple[str, ...]


READ: Final[Mapping[str, Read]] = {
    "backup/vaultLockConfiguration:VaultLockConfiguration": Read(
        file="backup/vault_lock_configuration.go",
        properties=("backupVaultName", "changeableForDays", "maxRetentionDays", "minRetentionDays"),
    ),
    "backup/vaultNotifications:VaultNotifications": Read(
        file="backup/vault_notifications.go", properties=("backupVaultName", "backupVaultEvents", "snsTopicArn")
    ),
    "cloudwatch/compositeAlarm:CompositeAlarm": Read(
        file="cloudwatch/composite_alarm.go", properties=("actionsEnabled", "alarmName")
    ),
    "ecs/service:Service": Read(
        file="ecs/service.go",
        properties=("cluster", "deploymentController", "iamRole", "launchType", "name", "schedulingStrategy"),
    ),
    "kms/key:Key": Read(
        file="kms/key.go",
        properties=("customKeyStoreId", "customerMasterKeySpec", "keyUsage", "multiRegion", "xksKeyId"),
    ),
    "lb/loadBalancer:LoadBalancer": Read(
        file="elbv2/load_balancer.go",
        properties=("customerOwnedIpv4Pool", "internal", "loadBalancerType", "name", "namePrefix"),
    ),
    "rds/instance:Instance": Read(
        file="rds/instance.go",
        properties=(
            *("availabilityZone", "characterSetName", "customIamInstanceProfile", "dbName", "engine", "kmsKeyId"),
            *("ncharCharacterSetName", "restoreToPointInTime", "snapshotIdentifier", "storageEncrypted", "timezone"),
            "username",
        ),
    ),
    "ssm/parameter:Parameter": Read(file="ssm/parameter.go", properties=("dataType", "name")),
}
PART_OF: Final = frozenset(
    {
        *("alias", "api", "arn", "backupVaultName", "bucket", "cluster", "clusterName", "defaultNetworkAclId"),
        *(
            "defaultRouteTableId",
            "function",
            "functionName",
            "keyId",
            "listenerArn",
            "logGroup",
            "logGroupName",
            "planId",
        ),
        *(
            "queueUrl",
            "repository",
            "resourceArn",
            "restoreTestingPlanName",
            "role",
            "roleName",
            "routeTableId",
            "rule",
        ),
        *(
            "secretArn",
            "secretId",
            "securityGroupId",
            "topic",
            "vpcEndpointId",
            "vpcId",
            "webAclArn",
            "windowId",
            "zoneId",
        ),
        *("primaryKeyArn", "sourceDbInstanceArn", "dbInstanceIdentifier", "subnetId", "eniId", "gatewayId"),
    }
)
"""Properties that name the thing of which the resource is a part."""
KNOWN_BY: Final = frozenset(
    {
        *(
            "name",
            "namePrefix",
            "alarmName",
            "dashboardName",
            "ruleName",
            "policyName",
            "statementId",
            "targetId",
            "key",
        ),
        *("statementIdPrefix", "bucketPrefix", "bucketNamespace", "family", "layerName", "eventBusName", "groupName"),
        *("tagKey", "dbSnapshotIdentifier", "setIdentifier", "type", "path", "url", "accountId", "resourceType"),
        *("qualifier", "certificateArn", "policyArn", "delegationSetId", "referenceName", "awsServiceName"),
    }
)
"""Properties that are the name, or belong to what AWS knows the resource by."""
NO_CALL: Final[Mapping[str, tuple[str, ...]]] = {
    "acm/certificate:Certificate": ("validationMethod",),
    "acm/certificateValidation:CertificateValidation": ("validationRecordFqdns",),
    "appautoscaling/scheduledAction:ScheduledAction": ("resourceId", "scalableDimension", "serviceNamespace"),
    "backup/selection:Selection": ("conditions", "iamRoleArn", "notResources", "resources", "selectionTags"),
    "cloudwatch/eventArchive:EventArchive": ("eventSourceArn",),
    "cloudwatch/logGroup:LogGroup": ("logGroupClass",),
    "cloudwatch/logSubscriptionFilter:LogSubscriptionFilter": ("destinationArn",),
    "ec2/eip:Eip": ("domain", "publicIpv4Pool"),
    "ec2/natGateway:NatGateway": ("privateIp",),
    "ec2/securityGroup:SecurityGroup": ("description",),
    "ec2/securityGroupRule:SecurityGroupRule": ("cidrBlocks", "ipv6CidrBlocks", "prefixListIds", "protocol", "self"),
    "kms/grant:Grant": ("constraints", "granteePrincipal", "operations", "retiringPrincipal"),
    "lambda/layerVersion:LayerVersion": ("code", "sourceCodeHash"),
    "rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication": ("kmsKeyId", "retentionPeriod"),
    "route53/healthCheck:HealthCheck": ("routingControlArn",),
    "s3/bucket:Bucket": ("objectLockEnabled",),
    "secretsmanager/secretVersion:SecretVersion": ("secretBinary", "secretString", "secretStringWoVersion"),
    "wafv2/ipSet:IpSet": ("ipAddressVersion",),
    "wafv2/ruleGroup:RuleGroup": ("capacity",),
}
"""Properties that no update call of the service takes (its API reference); the provider's source was not read."""
DIFFERENCES: Final[Mapping[str, Mapping[str, str]]] = {
    "budgets/budget:Budget": {"notifications": "the provider makes and deletes single notifications"},
    "ec2/eip:Eip": {
        "address": "not set here; unconfirmed",
        "ipamPoolId": "not set here; unconfirmed",
    },
    "ec2/flowLog:FlowLog": {
        "deliverCrossAccountRole": "not set here; unconfirmed",
        "tagFieldSpecifications": "not set here; unconfirmed",
    },
    "ec2/natGateway:NatGateway": {"availabilityMode": "not set here; unconfirmed"},
    "ec2/routeTableAssociation:RouteTableAssociation": {
        "routeTableId": "the provider replaces the association in place (ReplaceRouteTableAssociation)"
    },
    "ec2/subnet:Subnet": dict.fromkeys(
        ("ipv4IpamPoolId", "ipv4NetmaskLength", "ipv6IpamPoolId", "ipv6NetmaskLength", "outpostArn"),
        "not set here; unconfirmed",
    ),
    "ec2/vpcEndpoint:VpcEndpoint": dict.fromkeys(
        ("resourceConfigurationArn", "serviceNetworkArn", "serviceRegion"), "not set here; unconfirmed"
    ),
    "iam/instanceProfile:InstanceProfile": {"path": "not set here; unconfirmed"},
    "lambda/eventSourceMapping:EventSourceMapping": dict.fromkeys(
        ("selfManagedEventSource", "startingPositionTimestamp"), "not set here; unconfirmed"
    ),
    "lambda/function:Function": {"tenancyConfig": "not set here; unconfirmed"},
    "lambda/layerVersion:LayerVersion": {"licenseInfo": "not set here; unconfirmed"},
    "lambda/permission:Permission": dict.fromkeys(
        ("functionUrlAuthType", "invokedViaFunctionUrl", "principalOrgId"), "not set here; unconfirmed"
    ),
    "rds/eventSubscription:EventSubscription": {"snsTopic": "ModifyEventSubscription takes another topic"},
    "rds/instance:Instance": {
        "backupTarget": "not set here; unconfirmed",
        "dbSubnetGroupName": "the provider moves the instance in place (rds/instance.go)",
        "identifier": "the provider renames in place since version 5",
    },
    **dict.fromkeys(
        (
            "vpc/securityGroupEgressRule:SecurityGroupEgressRule",
            "vpc/securityGroupIngressRule:SecurityGroupIngressRule",
        ),
        dict.fromkeys(
            ("cidrIpv4", "cidrIpv6", "fromPort", "ipProtocol", "referencedSecurityGroupId", "toPort"),
            "the provider changes the rule in place (ModifySecurityGroupRules)",
        ),
    ),
}
"""What CloudFormation can only set at creation, and the row lets change in place."""


def source_of(row: ResourceType, property_: str) -> Source | None:
    """Why the row says that a change of the property replaces the resource, the strongest first; None: nobody knows."""
    token = row.token.removeprefix("aws:")
    if token in READ and property_ in READ[token].properties:
        return Source.PROVIDER
    content = published(row.token) or {}
    if property_ in content.get("createOnly", []):
        return Source.CREATE_ONLY
    if property_ in KNOWN_BY:
        return Source.NAME
    if property_ in PART_OF:
        return Source.PART_OF
    return Source.NO_CALL if property_ in NO_CALL.get(token, ()) else None


def change_in_place(row: ResourceType) -> set[str]:
    """What CloudFormation would replace and the row changes in place."""
    content = published(row.token) or {}
    return set(content.get("createOnly", [])) - row.replaces
