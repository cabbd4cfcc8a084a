"""Which of AWS's types a type of ours is, and which call of AWS's API makes it: one row per type of the catalogue.

`resource` is the name in AWS's registry of resource types, `within` a property of it whose own properties count as well
(S3 keeps a bucket's versioning in a resource of its own at Pulumi, in one property at AWS). `calls` are operations of
botocore's service models, `service.Operation`, again with the members that count as well. Where AWS publishes no
resource type, the calls alone speak; where neither does, `documented.py` has the rule with its source.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, kw_only=True)
class Sources:
    """`resource`: `AWS::ECS::Service`, or "" where AWS publishes none. Paths are dotted."""

    resource: str = ""
    within: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()


def _of(resource: str, *calls: str, within: str = "") -> Sources:
    return Sources(resource=f"AWS::{resource}" if resource else "", calls=calls, within=tuple(within.split()))


SOURCES: Final[Mapping[str, Sources]] = {
    "acm/certificate:Certificate": _of("CertificateManager::Certificate", "acm.RequestCertificate"),
    "acm/certificateValidation:CertificateValidation": _of("", "acm.DescribeCertificate"),
    "appautoscaling/policy:Policy": _of(
        "ApplicationAutoScaling::ScalingPolicy", "application-autoscaling.PutScalingPolicy"
    ),
    "appautoscaling/scheduledAction:ScheduledAction": _of("", "application-autoscaling.PutScheduledAction"),
    "appautoscaling/target:Target": _of(
        "ApplicationAutoScaling::ScalableTarget", "application-autoscaling.RegisterScalableTarget"
    ),
    "backup/plan:Plan": _of("Backup::BackupPlan", "backup.CreateBackupPlan:BackupPlan", within="BackupPlan"),
    "backup/restoreTestingPlan:RestoreTestingPlan": _of(
        "Backup::RestoreTestingPlan", "backup.CreateRestoreTestingPlan:RestoreTestingPlan"
    ),
    "backup/restoreTestingSelection:RestoreTestingSelection": _of(
        "Backup::RestoreTestingSelection", "backup.CreateRestoreTestingSelection:RestoreTestingSelection"
    ),
    "backup/selection:Selection": _of(
        "Backup::BackupSelection", "backup.CreateBackupSelection:BackupSelection", within="BackupSelection"
    ),
    "backup/vault:Vault": _of("Backup::BackupVault", "backup.CreateBackupVault"),
    "backup/vaultLockConfiguration:VaultLockConfiguration": _of(
        "Backup::BackupVault", "backup.PutBackupVaultLockConfiguration", within="LockConfiguration"
    ),
    "backup/vaultNotifications:VaultNotifications": _of(
        "Backup::BackupVault", "backup.PutBackupVaultNotifications", within="Notifications"
    ),
    "backup/vaultPolicy:VaultPolicy": _of("Backup::BackupVault", "backup.PutBackupVaultAccessPolicy"),
    "budgets/budget:Budget": _of("Budgets::Budget", "budgets.CreateBudget:Budget", within="Budget"),
    "cloudtrail/trail:Trail": _of("CloudTrail::Trail", "cloudtrail.CreateTrail"),
    "cloudwatch/alarmMuteRule:AlarmMuteRule": _of("CloudWatch::AlarmMuteRule", "cloudwatch.PutAlarmMuteRule"),
    "cloudwatch/compositeAlarm:CompositeAlarm": _of("CloudWatch::CompositeAlarm", "cloudwatch.PutCompositeAlarm"),
    "cloudwatch/contributorInsightRule:ContributorInsightRule": _of("", "cloudwatch.PutInsightRule"),
    "cloudwatch/dashboard:Dashboard": _of("CloudWatch::Dashboard", "cloudwatch.PutDashboard"),
    "cloudwatch/eventArchive:EventArchive": _of("Events::Archive", "events.CreateArchive"),
    "cloudwatch/eventRule:EventRule": _of("Events::Rule", "events.PutRule"),
    "cloudwatch/eventTarget:EventTarget": _of("", "events.PutTargets", "events.PutTargets:Targets"),
    "cloudwatch/logDataProtectionPolicy:LogDataProtectionPolicy": _of("", "logs.PutDataProtectionPolicy"),
    "cloudwatch/logGroup:LogGroup": _of("Logs::LogGroup", "logs.CreateLogGroup", "logs.PutRetentionPolicy"),
    "cloudwatch/logMetricFilter:LogMetricFilter": _of("Logs::MetricFilter", "logs.PutMetricFilter"),
    "cloudwatch/logResourcePolicy:LogResourcePolicy": _of("Logs::ResourcePolicy", "logs.PutResourcePolicy"),
    "cloudwatch/logSubscriptionFilter:LogSubscriptionFilter": _of(
        "Logs::SubscriptionFilter", "logs.PutSubscriptionFilter"
    ),
    "cloudwatch/metricAlarm:MetricAlarm": _of("CloudWatch::Alarm", "cloudwatch.PutMetricAlarm"),
    "cloudwatch/queryDefinition:QueryDefinition": _of("Logs::QueryDefinition", "logs.PutQueryDefinition"),
    "costexplorer/anomalyMonitor:AnomalyMonitor": _of("CE::AnomalyMonitor", "ce.CreateAnomalyMonitor:AnomalyMonitor"),
    "costexplorer/anomalySubscription:AnomalySubscription": _of(
        "CE::AnomalySubscription", "ce.CreateAnomalySubscription:AnomalySubscription"
    ),
    "costexplorer/costAllocationTag:CostAllocationTag": _of(
        "", "ce.UpdateCostAllocationTagsStatus:CostAllocationTagsStatus"
    ),
    "ec2/defaultNetworkAcl:DefaultNetworkAcl": _of("EC2::NetworkAcl"),
    "ec2/defaultRouteTable:DefaultRouteTable": _of("EC2::RouteTable", "ec2.CreateRoute"),
    "ec2/defaultSecurityGroup:DefaultSecurityGroup": _of("EC2::SecurityGroup", "ec2.CreateSecurityGroup"),
    "ec2/eip:Eip": _of("EC2::EIP", "ec2.AllocateAddress"),
    "ec2/flowLog:FlowLog": _of("EC2::FlowLog", "ec2.CreateFlowLogs"),
    "ec2/internetGateway:InternetGateway": _of("EC2::InternetGateway", "ec2.AttachInternetGateway"),
    "ec2/mainRouteTableAssociation:MainRouteTableAssociation": _of("", "ec2.ReplaceRouteTableAssociation"),
    "ec2/natGateway:NatGateway": _of("EC2::NatGateway", "ec2.CreateNatGateway"),
    "ec2/networkAcl:NetworkAcl": _of("EC2::NetworkAcl", "ec2.CreateNetworkAcl"),
    "ec2/route:Route": _of("EC2::Route", "ec2.CreateRoute"),
    "ec2/routeTable:RouteTable": _of("EC2::RouteTable", "ec2.CreateRouteTable"),
    "ec2/routeTableAssociation:RouteTableAssociation": _of(
        "EC2::SubnetRouteTableAssociation", "ec2.AssociateRouteTable"
    ),
    "ec2/securityGroup:SecurityGroup": _of("EC2::SecurityGroup", "ec2.CreateSecurityGroup"),
    "ec2/securityGroupRule:SecurityGroupRule": _of("EC2::SecurityGroupIngress", "ec2.AuthorizeSecurityGroupIngress"),
    "ec2/subnet:Subnet": _of("EC2::Subnet", "ec2.CreateSubnet"),
    "ec2/vpc:Vpc": _of("EC2::VPC", "ec2.CreateVpc"),
    "ec2/vpcEndpoint:VpcEndpoint": _of("EC2::VPCEndpoint", "ec2.CreateVpcEndpoint"),
    "ec2/vpcEndpointRouteTableAssociation:VpcEndpointRouteTableAssociation": _of("", "ec2.AssociateRouteTable"),
    "ecr/lifecyclePolicy:LifecyclePolicy": _of("ECR::Repository", "ecr.PutLifecyclePolicy", within="LifecyclePolicy"),
    "ecr/repository:Repository": _of("ECR::Repository", "ecr.CreateRepository"),
    "ecr/repositoryPolicy:RepositoryPolicy": _of("", "ecr.SetRepositoryPolicy"),
    "ecs/cluster:Cluster": _of("ECS::Cluster", "ecs.CreateCluster"),
    "ecs/clusterCapacityProviders:ClusterCapacityProviders": _of(
        "ECS::ClusterCapacityProviderAssociations", "ecs.PutClusterCapacityProviders"
    ),
    "ecs/service:Service": _of("ECS::Service", "ecs.CreateService", "ecs.CreateService:deploymentConfiguration"),
    "ecs/taskDefinition:TaskDefinition": _of("ECS::TaskDefinition", "ecs.RegisterTaskDefinition"),
    "guardduty/detector:Detector": _of("GuardDuty::Detector", "guardduty.CreateDetector"),
    "iam/instanceProfile:InstanceProfile": _of("IAM::InstanceProfile", "iam.CreateInstanceProfile"),
    "iam/openIdConnectProvider:OpenIdConnectProvider": _of("IAM::OIDCProvider", "iam.CreateOpenIDConnectProvider"),
    "iam/policy:Policy": _of("IAM::ManagedPolicy", "iam.CreatePolicy"),
    "iam/role:Role": _of("IAM::Role", "iam.CreateRole"),
    "iam/rolePoliciesExclusive:RolePoliciesExclusive": _of("", "iam.DeleteRolePolicy"),
    "iam/rolePolicy:RolePolicy": _of("IAM::RolePolicy", "iam.PutRolePolicy"),
    "iam/rolePolicyAttachment:RolePolicyAttachment": _of("", "iam.AttachRolePolicy"),
    "iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive": _of("", "iam.AttachRolePolicy"),
    "iam/serviceLinkedRole:ServiceLinkedRole": _of("IAM::ServiceLinkedRole", "iam.CreateServiceLinkedRole"),
    "kms/alias:Alias": _of("KMS::Alias", "kms.CreateAlias"),
    "kms/grant:Grant": _of("", "kms.CreateGrant"),
    "kms/key:Key": _of("KMS::Key", "kms.CreateKey", "kms.EnableKeyRotation", "kms.ScheduleKeyDeletion"),
    "kms/keyPolicy:KeyPolicy": _of("", "kms.PutKeyPolicy"),
    "kms/replicaKey:ReplicaKey": _of("KMS::ReplicaKey", "kms.ReplicateKey"),
    "lambda/alias:Alias": _of("Lambda::Alias", "lambda.CreateAlias"),
    "lambda/eventSourceMapping:EventSourceMapping": _of(
        "Lambda::EventSourceMapping", "lambda.CreateEventSourceMapping"
    ),
    "lambda/function:Function": _of("Lambda::Function", "lambda.CreateFunction", within="Code"),
    "lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": _of(
        "Lambda::EventInvokeConfig", "lambda.PutFunctionEventInvokeConfig"
    ),
    "lambda/layerVersion:LayerVersion": _of("Lambda::LayerVersion", "lambda.PublishLayerVersion", within="Content"),
    "lambda/permission:Permission": _of("Lambda::Permission", "lambda.AddPermission"),
    "lb/listener:Listener": _of("ElasticLoadBalancingV2::Listener", "elbv2.CreateListener"),
    "lb/listenerCertificate:ListenerCertificate": _of(
        "ElasticLoadBalancingV2::ListenerCertificate", "elbv2.AddListenerCertificates"
    ),
    "lb/listenerRule:ListenerRule": _of("ElasticLoadBalancingV2::ListenerRule", "elbv2.CreateRule"),
    "lb/loadBalancer:LoadBalancer": _of("ElasticLoadBalancingV2::LoadBalancer", "elbv2.CreateLoadBalancer"),
    "lb/targetGroup:TargetGroup": _of("ElasticLoadBalancingV2::TargetGroup", "elbv2.CreateTargetGroup"),
    "rds/eventSubscription:EventSubscription": _of("RDS::EventSubscription", "rds.CreateEventSubscription"),
    "rds/instance:Instance": _of("RDS::DBInstance", "rds.CreateDBInstance", "rds.DeleteDBInstance"),
    "rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication": _of(
        "", "rds.StartDBInstanceAutomatedBackupsReplication"
    ),
    "rds/parameterGroup:ParameterGroup": _of(
        "RDS::DBParameterGroup", "rds.CreateDBParameterGroup", "rds.ModifyDBParameterGroup"
    ),
    "rds/snapshot:Snapshot": _of("", "rds.CreateDBSnapshot"),
    "rds/subnetGroup:SubnetGroup": _of("RDS::DBSubnetGroup", "rds.CreateDBSubnetGroup"),
    "resourcegroups/group:Group": _of("ResourceGroups::Group", "resource-groups.CreateGroup"),
    "route53/healthCheck:HealthCheck": _of(
        "Route53::HealthCheck", "route53.CreateHealthCheck:HealthCheckConfig", within="HealthCheckConfig"
    ),
    "route53/record:Record": _of(
        "Route53::RecordSet", "route53.ChangeResourceRecordSets:ChangeBatch.Changes.ResourceRecordSet"
    ),
    "route53/zone:Zone": _of("Route53::HostedZone", "route53.CreateHostedZone", within="HostedZoneConfig"),
    "s3/bucket:Bucket": _of("S3::Bucket", "s3.CreateBucket"),
    "s3/bucketAcl:BucketAcl": _of("", "s3.PutBucketAcl"),
    "s3/bucketCorsConfiguration:BucketCorsConfiguration": _of(
        "S3::Bucket", "s3.PutBucketCors:CORSConfiguration", within="CorsConfiguration"
    ),
    "s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": _of(
        "S3::Bucket", "s3.PutBucketLifecycleConfiguration:LifecycleConfiguration", within="LifecycleConfiguration"
    ),
    "s3/bucketLogging:BucketLogging": _of(
        "S3::Bucket", "s3.PutBucketLogging:BucketLoggingStatus.LoggingEnabled", within="LoggingConfiguration"
    ),
    "s3/bucketMetric:BucketMetric": _of("", "s3.PutBucketMetricsConfiguration:MetricsConfiguration"),
    "s3/bucketNotification:BucketNotification": _of(
        "S3::Bucket",
        "s3.PutBucketNotificationConfiguration:NotificationConfiguration",
        within="NotificationConfiguration",
    ),
    "s3/bucketObject:BucketObject": _of("", "s3.PutObject"),
    "s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration": _of(
        "S3::Bucket", "s3.PutObjectLockConfiguration:ObjectLockConfiguration", within="ObjectLockConfiguration"
    ),
    "s3/bucketObjectv2:BucketObjectv2": _of("", "s3.PutObject"),
    "s3/bucketOwnershipControls:BucketOwnershipControls": _of(
        "S3::Bucket", "s3.PutBucketOwnershipControls:OwnershipControls", within="OwnershipControls"
    ),
    "s3/bucketPolicy:BucketPolicy": _of("S3::BucketPolicy", "s3.PutBucketPolicy"),
    "s3/bucketPublicAccessBlock:BucketPublicAccessBlock": _of(
        "S3::Bucket",
        "s3.PutPublicAccessBlock:PublicAccessBlockConfiguration",
        within="PublicAccessBlockConfiguration",
    ),
    "s3/bucketReplicationConfig:BucketReplicationConfig": _of(
        "S3::Bucket", "s3.PutBucketReplication:ReplicationConfiguration", within="ReplicationConfiguration"
    ),
    "s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": _of(
        "S3::Bucket", "s3.PutBucketEncryption:ServerSideEncryptionConfiguration", within="BucketEncryption"
    ),
    "s3/bucketVersioning:BucketVersioning": _of("S3::Bucket", "s3.PutBucketVersioning"),
    "scheduler/schedule:Schedule": _of("Scheduler::Schedule", "scheduler.CreateSchedule"),
    "scheduler/scheduleGroup:ScheduleGroup": _of("Scheduler::ScheduleGroup", "scheduler.CreateScheduleGroup"),
    "secretsmanager/secret:Secret": _of(
        "SecretsManager::Secret", "secretsmanager.CreateSecret", "secretsmanager.DeleteSecret"
    ),
    "secretsmanager/secretPolicy:SecretPolicy": _of(
        "SecretsManager::ResourcePolicy", "secretsmanager.PutResourcePolicy"
    ),
    "secretsmanager/secretRotation:SecretRotation": _of(
        "SecretsManager::RotationSchedule", "secretsmanager.RotateSecret"
    ),
    "secretsmanager/secretVersion:SecretVersion": _of("", "secretsmanager.PutSecretValue"),
    "servicediscovery/privateDnsNamespace:PrivateDnsNamespace": _of(
        "ServiceDiscovery::PrivateDnsNamespace", "servicediscovery.CreatePrivateDnsNamespace"
    ),
    "sfn/stateMachine:StateMachine": _of("StepFunctions::StateMachine", "stepfunctions.CreateStateMachine"),
    "sns/topic:Topic": _of("SNS::Topic", "sns.CreateTopic"),
    "sns/topicPolicy:TopicPolicy": _of("SNS::TopicPolicy", "sns.SetTopicAttributes"),
    "sns/topicSubscription:TopicSubscription": _of("SNS::Subscription", "sns.Subscribe"),
    "sqs/queue:Queue": _of("SQS::Queue", "sqs.CreateQueue"),
    "sqs/queuePolicy:QueuePolicy": _of("SQS::QueuePolicy", "sqs.SetQueueAttributes"),
    "ssm/document:Document": _of("SSM::Document", "ssm.CreateDocument"),
    "ssm/maintenanceWindow:MaintenanceWindow": _of("SSM::MaintenanceWindow", "ssm.CreateMaintenanceWindow"),
    "ssm/maintenanceWindowTarget:MaintenanceWindowTarget": _of(
        "SSM::MaintenanceWindowTarget", "ssm.RegisterTargetWithMaintenanceWindow"
    ),
    "ssm/maintenanceWindowTask:MaintenanceWindowTask": _of(
        "SSM::MaintenanceWindowTask", "ssm.RegisterTaskWithMaintenanceWindow"
    ),
    "ssm/parameter:Parameter": _of("SSM::Parameter", "ssm.PutParameter"),
    "synthetics/canary:Canary": _of("Synthetics::Canary", "synthetics.CreateCanary"),
    "vpc/securityGroupEgressRule:SecurityGroupEgressRule": _of(
        "EC2::SecurityGroupEgress", "ec2.AuthorizeSecurityGroupEgress"
    ),
    "vpc/securityGroupIngressRule:SecurityGroupIngressRule": _of(
        "EC2::SecurityGroupIngress", "ec2.AuthorizeSecurityGroupIngress"
    ),
    "wafv2/ipSet:IpSet": _of("WAFv2::IPSet", "wafv2.CreateIPSet"),
    "wafv2/ruleGroup:RuleGroup": _of("WAFv2::RuleGroup", "wafv2.CreateRuleGroup"),
    "wafv2/webAcl:WebAcl": _of("WAFv2::WebACL", "wafv2.CreateWebACL"),
    "wafv2/webAclAssociation:WebAclAssociation": _of("WAFv2::WebACLAssociation", "wafv2.AssociateWebACL"),
    "wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration": _of(
        "WAFv2::LoggingConfiguration", "wafv2.PutLoggingConfiguration:LoggingConfiguration"
    ),
}
