"""Properties whose name at AWS is another one than letters tell, and those that AWS does not have at all.

Keys are `<class of the provider without Args>.<property>`; values are dotted paths in AWS's schema or in the call's
model, of which the first that exists there counts.
"""

from collections.abc import Mapping
from typing import Final

RENAMES: Final[Mapping[str, tuple[str, ...]]] = {
    # backup
    "PlanRule.completionWindow": ("CompletionWindowMinutes",),
    "PlanRule.startWindow": ("StartWindowMinutes",),
    "PlanRule.targetVaultName": ("TargetBackupVault", "TargetBackupVaultName"),
    "PlanRule.schedule": ("ScheduleExpression",),
    "PlanRuleCopyAction.destinationVaultArn": ("DestinationBackupVaultArn",),
    "PlanRuleCopyActionLifecycle.coldStorageAfter": ("MoveToColdStorageAfterDays",),
    "PlanRuleCopyActionLifecycle.deleteAfter": ("DeleteAfterDays",),
    "PlanRuleLifecycle.coldStorageAfter": ("MoveToColdStorageAfterDays",),
    "PlanRuleLifecycle.deleteAfter": ("DeleteAfterDays",),
    "Selection.planId": ("BackupPlanId",),
    "Vault.kmsKeyArn": ("EncryptionKeyArn",),
    # budgets, alarms, events, logs
    "Budget.costFilters": (),
    "Budget.limitAmount": ("BudgetLimit.Amount",),
    "Budget.limitUnit": ("BudgetLimit.Unit",),
    "Budget.notifications": ("NotificationsWithSubscribers",),
    "BudgetNotification.comparisonOperator": ("Notification.ComparisonOperator",),
    "BudgetNotification.notificationType": ("Notification.NotificationType",),
    "BudgetNotification.threshold": ("Notification.Threshold",),
    "BudgetNotification.thresholdType": ("Notification.ThresholdType",),
    "BudgetNotification.subscriberEmailAddresses": ("Subscribers.Address",),
    "BudgetNotification.subscriberSnsTopicArns": ("Subscribers.Address",),
    "CompositeAlarm.actionsSuppressor": (),
    "CompositeAlarmActionsSuppressor.alarm": ("ActionsSuppressor",),
    "CompositeAlarmActionsSuppressor.extensionPeriod": ("ActionsSuppressorExtensionPeriod",),
    "CompositeAlarmActionsSuppressor.waitPeriod": ("ActionsSuppressorWaitPeriod",),
    "EventTargetInputTransformer.inputPaths": ("InputPathsMap",),
    "LogMetricFilter.metricTransformation": ("MetricTransformations", "metricTransformations"),
    "LogMetricFilter.pattern": ("FilterPattern", "filterPattern"),
    "LogMetricFilter.name": ("FilterName", "filterName"),
    "LogMetricFilterMetricTransformation.name": ("MetricName", "metricName"),
    "LogMetricFilterMetricTransformation.namespace": ("MetricNamespace", "metricNamespace"),
    "LogMetricFilterMetricTransformation.value": ("MetricValue", "metricValue"),
    "MetricAlarm.name": ("AlarmName",),
    "MetricAlarm.metricQueries": ("Metrics",),
    "MetricAlarmMetricQuery.metric": ("MetricStat",),
    "MetricAlarmMetricQueryMetric.dimensions": ("Metric.Dimensions",),
    "MetricAlarmMetricQueryMetric.metricName": ("Metric.MetricName",),
    "MetricAlarmMetricQueryMetric.namespace": ("Metric.Namespace",),
    # network
    "FlowLog.iamRoleArn": ("DeliverLogsPermissionArn",),
    "Vpc.assignGeneratedIpv6CidrBlock": ("AmazonProvidedIpv6CidrBlock",),
    "SecurityGroupEgressRule.cidrIpv4": ("CidrIp",),
    "SecurityGroupEgressRule.referencedSecurityGroupId": ("DestinationSecurityGroupId",),
    "SecurityGroupEgressRule.securityGroupId": ("GroupId",),
    "SecurityGroupIngressRule.cidrIpv4": ("CidrIp",),
    "SecurityGroupIngressRule.referencedSecurityGroupId": ("SourceSecurityGroupId",),
    "SecurityGroupIngressRule.securityGroupId": ("GroupId",),
    # compute
    "Service.deploymentMaximumPercent": (
        "DeploymentConfiguration.MaximumPercent",
        "deploymentConfiguration.maximumPercent",
    ),
    "Service.deploymentMinimumHealthyPercent": (
        "DeploymentConfiguration.MinimumHealthyPercent",
        "deploymentConfiguration.minimumHealthyPercent",
    ),
    **{
        f"ServiceNetworkConfiguration.{name}": (
            f"AwsvpcConfiguration.{name[0].upper()}{name[1:]}",
            f"awsvpcConfiguration.{name}",
        )
        for name in ("securityGroups", "subnets")
    },
    "ServiceNetworkConfiguration.assignPublicIp": (),  # true or false at the provider, ENABLED or DISABLED at AWS
    "Permission.function": ("FunctionName",),
    "RolePolicy.role": ("RoleName",),
    "RolePolicy.name": ("PolicyName",),
    "RolePolicyAttachment.role": ("RoleName",),
    # load balancing
    "Listener.certificateArn": ("Certificates.CertificateArn",),
    "ListenerRuleActionForwardTargetGroup.arn": ("TargetGroupArn",),
    "TargetGroupHealthCheck.healthyThreshold": ("HealthyThresholdCount",),
    "TargetGroupHealthCheck.unhealthyThreshold": ("UnhealthyThresholdCount",),
    "TargetGroupHealthCheck.matcher": ("Matcher.HttpCode",),
    # data
    "Instance.replicateSourceDb": ("SourceDBInstanceIdentifier",),
    "Instance.backupWindow": ("PreferredBackupWindow",),
    "Instance.maintenanceWindow": ("PreferredMaintenanceWindow",),
    "Instance.caCertIdentifier": ("CACertificateIdentifier",),
    "Instance.enabledCloudwatchLogsExports": ("EnableCloudwatchLogsExports",),
    "Instance.password": ("MasterUserPassword",),
    "Instance.username": ("MasterUsername",),
    "Instance.performanceInsightsEnabled": ("EnablePerformanceInsights",),
    "Instance.finalSnapshotIdentifier": ("FinalDBSnapshotIdentifier",),
    "HealthCheck.fqdn": ("FullyQualifiedDomainName",),
    "Record.aliases": ("AliasTarget",),
    "Record.records": ("ResourceRecords",),
    "Record.zoneId": ("HostedZoneId",),
    "RecordAlias.name": ("DNSName",),
    "RecordAlias.zoneId": ("HostedZoneId",),
    "BucketServerSideEncryptionConfigurationRule.blockedEncryptionTypes": ("BlockedEncryptionTypes.EncryptionType",),
    "Secret.replicas": ("ReplicaRegions", "AddReplicaRegions"),
    "Key.deletionWindowInDays": ("PendingWindowInDays",),
    # the rest
    "StateMachineLoggingConfiguration.logDestination": ("destinations.cloudWatchLogsLogGroup.logGroupArn",),
    "TopicPolicy.arn": ("TopicArn",),
    "TopicPolicy.policy": ("PolicyDocument",),
    "Parameter.insecureValue": ("Value",),
    "MaintenanceWindowTaskTaskInvocationParameters.stepFunctionsParameters": (
        "MaintenanceWindowStepFunctionsParameters",
        "StepFunctions",
    ),
    "WebAclRuleOverrideAction.none": ("None",),
}
"""An empty row: there is a namesake, and it means something else."""

ELSEWHERE: Final[Mapping[str, str]] = {
    "Bucket.forceDestroy": "the provider empties the bucket before it deletes it",
    "Vault.forceDestroy": "the provider deletes the recovery points first",
    "CertificateValidation.validationRecordFqdns": "the provider compares them with what ACM asks for",
    "Instance.applyImmediately": "an argument of the call that changes an instance",
    "Instance.skipFinalSnapshot": "an argument of the call that deletes an instance",
    "Record.allowOverwrite": "the provider's choice of the call's action",
    "Service.forceDelete": "an argument of the call that deletes a service",
    "Service.waitForSteadyState": "the provider waits",
    "TaskDefinition.skipDestroy": "the provider does not deregister the revision",
    "TopicSubscription.endpointAutoConfirms": "the provider waits for the confirmation",
    "RandomPassword.special": "the provider draws the characters",
    "RandomId.keepers": "another value means another number",
}
"""Property → why AWS's resource does not know it: the provider's own switch. So is every `region`."""
