"""Types that the stacks register → AWS's own types, whose published schemas say which rights their making takes.

None: there is no such type at AWS, it is a part of another one.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

import cfnlint

AWS_TYPES: dict[str, str | None] = {
    "aws:acm/certificate:Certificate": "AWS::CertificateManager::Certificate",
    "aws:acm/certificateValidation:CertificateValidation": None,
    "aws:appautoscaling/policy:Policy": "AWS::ApplicationAutoScaling::ScalingPolicy",
    "aws:appautoscaling/target:Target": "AWS::ApplicationAutoScaling::ScalableTarget",
    "aws:backup/plan:Plan": "AWS::Backup::BackupPlan",
    "aws:backup/restoreTestingPlan:RestoreTestingPlan": "AWS::Backup::RestoreTestingPlan",
    "aws:backup/restoreTestingSelection:RestoreTestingSelection": "AWS::Backup::RestoreTestingSelection",
    "aws:backup/selection:Selection": "AWS::Backup::BackupSelection",
    "aws:backup/vault:Vault": "AWS::Backup::BackupVault",
    "aws:backup/vaultLockConfiguration:VaultLockConfiguration": None,
    "aws:backup/vaultNotifications:VaultNotifications": None,
    "aws:budgets/budget:Budget": "AWS::Budgets::Budget",
    "aws:cloudwatch/compositeAlarm:CompositeAlarm": "AWS::CloudWatch::CompositeAlarm",
    "aws:cloudwatch/dashboard:Dashboard": "AWS::CloudWatch::Dashboard",
    "aws:cloudwatch/eventRule:EventRule": "AWS::Events::Rule",
    "aws:cloudwatch/eventTarget:EventTarget": None,
    "aws:cloudwatch/logGroup:LogGroup": "AWS::Logs::LogGroup",
    "aws:cloudwatch/logMetricFilter:LogMetricFilter": "AWS::Logs::MetricFilter",
    "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": "AWS::Logs::ResourcePolicy",
    "aws:cloudwatch/metricAlarm:MetricAlarm": "AWS::CloudWatch::Alarm",
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": None,
    "aws:ec2/eip:Eip": "AWS::EC2::EIP",
    "aws:ec2/flowLog:FlowLog": "AWS::EC2::FlowLog",
    "aws:ec2/internetGateway:InternetGateway": "AWS::EC2::InternetGateway",
    "aws:ec2/natGateway:NatGateway": "AWS::EC2::NatGateway",
    "aws:ec2/route:Route": "AWS::EC2::Route",
    "aws:ec2/routeTable:RouteTable": "AWS::EC2::RouteTable",
    "aws:ec2/routeTableAssociation:RouteTableAssociation": "AWS::EC2::SubnetRouteTableAssociation",
    "aws:ec2/securityGroup:SecurityGroup": "AWS::EC2::SecurityGroup",
    "aws:ec2/subnet:Subnet": "AWS::EC2::Subnet",
    "aws:ec2/vpc:Vpc": "AWS::EC2::VPC",
    "aws:ec2/vpcEndpoint:VpcEndpoint": "AWS::EC2::VPCEndpoint",
    "aws:ecs/cluster:Cluster": "AWS::ECS::Cluster",
    "aws:ecs/clusterCapacityProviders:ClusterCapacityProviders": "AWS::ECS::ClusterCapacityProviderAssociations",
    "aws:ecs/service:Service": "AWS::ECS::Service",
    "aws:ecs/taskDefinition:TaskDefinition": "AWS::ECS::TaskDefinition",
    "aws:iam/role:Role": "AWS::IAM::Role",
    "aws:iam/rolePolicy:RolePolicy": "AWS::IAM::RolePolicy",
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": None,
    "aws:kms/alias:Alias": "AWS::KMS::Alias",
    "aws:kms/key:Key": "AWS::KMS::Key",
    "aws:lambda/function:Function": "AWS::Lambda::Function",
    "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": "AWS::Lambda::EventInvokeConfig",
    "aws:lambda/permission:Permission": "AWS::Lambda::Permission",
    "aws:lb/listener:Listener": "AWS::ElasticLoadBalancingV2::Listener",
    "aws:lb/listenerRule:ListenerRule": "AWS::ElasticLoadBalancingV2::ListenerRule",
    "aws:lb/loadBalancer:LoadBalancer": "AWS::ElasticLoadBalancingV2::LoadBalancer",
    "aws:lb/targetGroup:TargetGroup": "AWS::ElasticLoadBalancingV2::TargetGroup",
    "aws:rds/eventSubscription:EventSubscription": "AWS::RDS::EventSubscription",
    "aws:rds/instance:Instance": "AWS::RDS::DBInstance",
    "aws:rds/parameterGroup:ParameterGroup": "AWS::RDS::DBParameterGroup",
    "aws:rds/subnetGroup:SubnetGroup": "AWS::RDS::DBSubnetGroup",
    "aws:route53/healthCheck:HealthCheck": "AWS::Route53::HealthCheck",
    "aws:route53/record:Record": "AWS::Route53::RecordSet",
    "aws:s3/bucket:Bucket": "AWS::S3::Bucket",
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": None,
    "aws:s3/bucketLogging:BucketLogging": None,
    "aws:s3/bucketNotification:BucketNotification": None,
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": None,
    "aws:s3/bucketPolicy:BucketPolicy": "AWS::S3::BucketPolicy",
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": None,
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": None,
    "aws:s3/bucketVersioning:BucketVersioning": None,
    "aws:scheduler/schedule:Schedule": "AWS::Scheduler::Schedule",
    "aws:scheduler/scheduleGroup:ScheduleGroup": "AWS::Scheduler::ScheduleGroup",
    "aws:secretsmanager/secret:Secret": "AWS::SecretsManager::Secret",
    "aws:secretsmanager/secretVersion:SecretVersion": None,
    "aws:sfn/stateMachine:StateMachine": "AWS::StepFunctions::StateMachine",
    "aws:sns/topic:Topic": "AWS::SNS::Topic",
    "aws:sns/topicPolicy:TopicPolicy": "AWS::SNS::TopicPolicy",
    "aws:sns/topicSubscription:TopicSubscription": "AWS::SNS::Subscription",
    "aws:ssm/maintenanceWindow:MaintenanceWindow": "AWS::SSM::MaintenanceWindow",
    "aws:ssm/maintenanceWindowTask:MaintenanceWindowTask": "AWS::SSM::MaintenanceWindowTask",
    "aws:ssm/parameter:Parameter": "AWS::SSM::Parameter",
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": "AWS::EC2::SecurityGroupEgress",
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": "AWS::EC2::SecurityGroupIngress",
    "aws:wafv2/webAcl:WebAcl": "AWS::WAFv2::WebACL",
    "aws:wafv2/webAclAssociation:WebAclAssociation": "AWS::WAFv2::WebACLAssociation",
    "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration": "AWS::WAFv2::LoggingConfiguration",
}
DATA = Path(cfnlint.__file__).parent / "data"


@cache
def _files() -> dict[str, str]:
    return json.loads((DATA / "schemas" / "providers" / "us-east-1.json").read_text())


@cache
def rights(aws_type: str) -> dict[str, set[str]]:
    """create, read, update, delete → actions, as AWS publishes them for CloudFormation."""
    schema: dict[str, Any] = json.loads((DATA / "schemas" / "resources" / f"{_files()[aws_type]}.json").read_text())
    return {name: set(one.get("permissions", [])) for name, one in schema.get("handlers", {}).items()}


@cache
def known_actions() -> frozenset[str]:
    """Every action of IAM there is, in lower case."""
    services: dict[str, Any] = json.loads((DATA / "AdditionalSpecs" / "Policies.json").read_text())
    return frozenset(
        f"{service}:{action}".lower() for service, one in services.items() for action in one.get("Actions", {})
    )
