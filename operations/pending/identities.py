"""How each type of resource is known again in the cloud when nobody wrote down what became of its creation.

One row a type that the program registers (a test compares). Ids as the provider's documentation gives them under
"Import", labels as AWS writes ARNs.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, kw_only=True)
class Identity:
    """One or two of three ways; with none of them it stands in no cloud, and is simply made again.

    `id`: made of inputs, so that there can be only one (`{role}:{name}`). `label`: AWS keeps our tags, and the ARN's
    service and resource part begin with this; its tail is the id, unless the ARN is. `among`: AWS keeps no tags; these
    inputs, and the start of a name that was made up, tell it apart.
    """

    id: str = ""
    label: str = ""
    among: tuple[str, ...] = ()
    id_is_arn: bool = False
    numbered: bool = False
    """Each creation is one more of its kind, and the older ones may be kept on purpose."""


def _id(template: str, label: str = "", *, among: tuple[str, ...] = ()) -> Identity:
    return Identity(id=template, label=label, among=among)


def _tagged(label: str, *, id_is_arn: bool = False) -> Identity:
    return Identity(label=label, id_is_arn=id_is_arn)


def _among(*inputs: str) -> Identity:
    return Identity(among=inputs)


NOWHERE: Final = Identity()

IDENTITIES: Final[Mapping[str, Identity]] = {
    "aws:acm/certificate:Certificate": _tagged("acm:certificate", id_is_arn=True),
    "aws:acm/certificateValidation:CertificateValidation": NOWHERE,
    "aws:appautoscaling/policy:Policy": _id("{name}"),
    "aws:appautoscaling/target:Target": _id("{resourceId}"),
    "aws:backup/plan:Plan": _tagged("backup:backup-plan"),
    "aws:backup/restoreTestingPlan:RestoreTestingPlan": _id("{name}", "backup:restore-testing-plan"),
    "aws:backup/restoreTestingSelection:RestoreTestingSelection": _id("{restoreTestingPlanName}:{name}"),
    "aws:backup/selection:Selection": _among("planId", "name"),
    "aws:backup/vault:Vault": _id("{name}", "backup:backup-vault"),
    "aws:backup/vaultLockConfiguration:VaultLockConfiguration": _id("{backupVaultName}"),
    "aws:backup/vaultNotifications:VaultNotifications": _id("{backupVaultName}"),
    "aws:budgets/budget:Budget": _id("{account}:{name}", "budgets:budget"),
    "aws:cloudwatch/compositeAlarm:CompositeAlarm": _id("{alarmName}", "cloudwatch:alarm"),
    "aws:cloudwatch/dashboard:Dashboard": _id("{dashboardName}"),
    "aws:cloudwatch/eventRule:EventRule": _id("{name}", "events:rule"),
    "aws:cloudwatch/eventTarget:EventTarget": _among("rule", "arn"),
    "aws:cloudwatch/logGroup:LogGroup": _id("{name}", "logs:log-group"),
    "aws:cloudwatch/logMetricFilter:LogMetricFilter": _id("{name}"),
    "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": _id("{policyName}"),
    "aws:cloudwatch/metricAlarm:MetricAlarm": _id("{name}", "cloudwatch:alarm"),
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": _among("vpcId"),
    "aws:ec2/eip:Eip": _tagged("ec2:elastic-ip"),
    "aws:ec2/flowLog:FlowLog": _tagged("ec2:vpc-flow-log"),
    "aws:ec2/internetGateway:InternetGateway": _tagged("ec2:internet-gateway"),
    "aws:ec2/natGateway:NatGateway": _tagged("ec2:natgateway"),
    "aws:ec2/route:Route": _among("routeTableId", "destinationCidrBlock", "destinationIpv6CidrBlock"),
    "aws:ec2/routeTable:RouteTable": _tagged("ec2:route-table"),
    "aws:ec2/routeTableAssociation:RouteTableAssociation": _among("routeTableId", "subnetId"),
    "aws:ec2/securityGroup:SecurityGroup": _tagged("ec2:security-group"),
    "aws:ec2/subnet:Subnet": _tagged("ec2:subnet"),
    "aws:ec2/vpc:Vpc": _tagged("ec2:vpc"),
    "aws:ec2/vpcEndpoint:VpcEndpoint": _tagged("ec2:vpc-endpoint"),
    "aws:ecs/cluster:Cluster": _tagged("ecs:cluster", id_is_arn=True),
    "aws:ecs/clusterCapacityProviders:ClusterCapacityProviders": _id("{clusterName}"),
    "aws:ecs/service:Service": _tagged("ecs:service", id_is_arn=True),
    "aws:ecs/taskDefinition:TaskDefinition": Identity(id="{family}", label="ecs:task-definition", numbered=True),
    "aws:iam/role:Role": _id("{name}", "iam:role"),
    "aws:iam/rolePolicy:RolePolicy": _id("{role}:{name}", among=("role",)),
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": _id("{role}/{policyArn}"),
    "aws:kms/alias:Alias": _id("{name}"),
    "aws:kms/key:Key": _tagged("kms:key"),
    "aws:lambda/function:Function": _id("{name}", "lambda:function"),
    "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": _id("{functionName}"),
    "aws:lambda/permission:Permission": _id("{statementId}", among=("function",)),
    "aws:lb/listener:Listener": _tagged("elasticloadbalancing:listener", id_is_arn=True),
    "aws:lb/listenerRule:ListenerRule": _tagged("elasticloadbalancing:listener-rule", id_is_arn=True),
    "aws:lb/loadBalancer:LoadBalancer": _tagged("elasticloadbalancing:loadbalancer", id_is_arn=True),
    "aws:lb/targetGroup:TargetGroup": _tagged("elasticloadbalancing:targetgroup", id_is_arn=True),
    "aws:rds/eventSubscription:EventSubscription": _id("{name}", "rds:es"),
    "aws:rds/instance:Instance": _tagged("rds:db"),
    "aws:rds/parameterGroup:ParameterGroup": _id("{name}", "rds:pg"),
    "aws:rds/subnetGroup:SubnetGroup": _id("{name}", "rds:subgrp"),
    "aws:route53/healthCheck:HealthCheck": _tagged("route53:healthcheck"),
    "aws:route53/record:Record": _id("{zoneId}_{name}_{type}"),
    "aws:s3/bucket:Bucket": _id("{bucket}", "s3:"),
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": _id("{bucket}"),
    "aws:s3/bucketLogging:BucketLogging": _id("{bucket}"),
    "aws:s3/bucketNotification:BucketNotification": _id("{bucket}"),
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": _id("{bucket}"),
    "aws:s3/bucketPolicy:BucketPolicy": _id("{bucket}"),
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": _id("{bucket}"),
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": _id("{bucket}"),
    "aws:s3/bucketVersioning:BucketVersioning": _id("{bucket}"),
    "aws:scheduler/schedule:Schedule": _id("{groupName}/{name}", among=("groupName",)),
    "aws:scheduler/scheduleGroup:ScheduleGroup": _id("{name}", "scheduler:schedule-group"),
    "aws:secretsmanager/secret:Secret": _tagged("secretsmanager:secret", id_is_arn=True),
    "aws:secretsmanager/secretVersion:SecretVersion": _among("secretId"),
    "aws:sfn/stateMachine:StateMachine": _tagged("states:stateMachine", id_is_arn=True),
    "aws:sns/topic:Topic": _tagged("sns:", id_is_arn=True),
    "aws:sns/topicPolicy:TopicPolicy": _id("{arn}"),
    "aws:sns/topicSubscription:TopicSubscription": _among("topic", "protocol", "endpoint"),
    "aws:ssm/maintenanceWindow:MaintenanceWindow": _tagged("ssm:maintenancewindow"),
    "aws:ssm/maintenanceWindowTask:MaintenanceWindowTask": _among("windowId"),
    "aws:ssm/parameter:Parameter": _id("{name}", "ssm:parameter"),
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": _tagged("ec2:security-group-rule"),
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": _tagged("ec2:security-group-rule"),
    "aws:wafv2/webAcl:WebAcl": _tagged("wafv2:regional/webacl"),
    "aws:wafv2/webAclAssociation:WebAclAssociation": _id("{webAclArn},{resourceArn}"),
    "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration": _id("{resourceArn}"),
}


def identity_of(type_: str) -> Identity | None:
    """The row of a type token; None where nobody has said how to know it again."""
    if not type_.startswith("aws:"):
        return NOWHERE  # passwords of `random`, providers: they stand in the state alone
    return IDENTITIES.get(type_)
