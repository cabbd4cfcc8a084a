"""Mistakes that one resource's own schema cannot show, each put into production as its stack file describes it.

A row: what was done, at which resource it must be refused, by which rule, with which sentence. The environment as it
stands is refused nowhere, and no rule is without a mistake that it catches.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from offline.provider.catalog import catalog
from offline.provider.rules_across import table
from offline.provider.rules_across.judging import objections
from tests.offline.neighbourhood import Draft, rows_of

SERVICE = "ecs.Service service"
TASK = "ecs.TaskDefinition service-task"
LATENCY = "cloudwatch.CompositeAlarm alerts-latency"
CPU = "cloudwatch.MetricAlarm alarms-cpu"
BALANCER = "lb.LoadBalancer web-alb"
DATABASE = "rds.Instance database"
SUBNETS = "rds.SubnetGroup database-subnets"
HOURLY = "backup.Plan backups-database"
OF_DATABASE = "backup.Selection backups-database-of-database"
OF_OBJECTS = "backup.Selection backups-storage-of-objects"
RESTORE_OF_DATABASE = "backup.RestoreTestingSelection backups-restore-test-database"
NOTICE = "scheduler.Schedule maintenance-notice"
FRESHNESS = "scheduler.Schedule backup-freshness-schedule"
WAITS = "cloudwatch.EventTarget service-approval-message"
VERDICT = "cloudwatch.EventTarget restore-validation-judge"
PUBLIC = "ec2.Subnet network-public-a"
PRIVATE = "ec2.Subnet network-private-a"
OTHER_VPC = "vpc-0123456789abcdef0"


@dataclass(frozen=True, kw_only=True)
class Mistake:
    done: str
    at: str
    rule: str
    refused: str
    by: Callable[[Draft], object]


def changed(said: str, **inputs: object) -> Callable[[Draft], object]:
    return lambda draft: draft[said].update(inputs)


def gone(*said: str) -> Callable[[Draft], object]:
    return lambda draft: draft.remove(*said)


def forwarding(draft: Draft, rule: str) -> list[dict[str, object]]:
    """The target groups of a listener rule, as ECS reads them."""
    of_rule = draft.rows[f"lb.ListenerRule {rule}"]
    of_rule.outputs["actions"] = of_rule.inputs["actions"]
    groups: list[dict[str, object]] = of_rule.inputs["actions"][0]["forward"]["targetGroups"]
    return groups


def advanced(draft: Draft) -> dict[str, object]:
    found: dict[str, object] = draft[SERVICE]["loadBalancers"][0]["advancedConfiguration"]
    return found


def elsewhere(said: str) -> Callable[[Draft], object]:
    return changed(said, vpcId=OTHER_VPC)


def second_hook(draft: Draft) -> None:
    pause = draft[SERVICE]["deploymentConfiguration"]["lifecycleHooks"][1]
    draft[SERVICE]["deploymentConfiguration"]["lifecycleHooks"] += [pause] * 10


def pause_in_a_shift(draft: Draft) -> None:
    draft[SERVICE]["deploymentConfiguration"]["lifecycleHooks"][1]["lifecycleStages"] = ["PRODUCTION_TRAFFIC_SHIFT"]


def without_service(principal: str, *policies: str) -> Callable[[Draft], object]:
    """Take a service principal out of policies."""

    def spoil(draft: Draft) -> None:
        for said in policies:
            draft.policy(said, lambda statements: statements.__setitem__(slice(None), _without(statements, principal)))

    return spoil


def _without(statements: list[dict[str, Any]], principal: str) -> list[dict[str, Any]]:
    for one in statements:
        services = one["Principal"].get("Service") if isinstance(one["Principal"], dict) else None
        if isinstance(services, list):
            one["Principal"]["Service"] = [name for name in services if name != principal]
    return [one for one in statements if one["Principal"] != {"Service": principal}]


def events_under_a_condition(draft: Draft) -> None:
    draft.policy(
        "kms.Key notifications-key",
        lambda statements: statements[1].update(Condition={"StringEquals": {"aws:SourceAccount": "123456789012"}}),
    )


def trust(said: str, service: str) -> Callable[[Draft], object]:
    return lambda draft: draft.policy(
        said, lambda statements: statements[0].update(Principal={"Service": service}), "assumeRolePolicy"
    )


def rule_of_plan(number: int, **inputs: object) -> Callable[[Draft], object]:
    return lambda draft: draft[HOURLY]["rules"][number].update(inputs)


def queue_without_policy(draft: Draft) -> None:
    topic = draft.rows["sns.Topic notifications-warning"]
    draft.rows["sqs.Queue late"] = type(topic)(
        type="aws:sqs/queue:Queue",
        region="us-east-1",
        key="https://sqs.us-east-1.amazonaws.com/123456789012/late",
        id="https://sqs.us-east-1.amazonaws.com/123456789012/late",
        urn="urn:pulumi:production::mockforge-cloud::aws:sqs/queue:Queue::late",
        inputs={"name": "late"},
        outputs={"name": "late", "arn": "arn:aws:sqs:us-east-1:123456789012:late"},
    )
    draft[WAITS]["arn"] = "arn:aws:sqs:us-east-1:123456789012:late"


def circle(draft: Draft) -> None:
    draft["cloudwatch.CompositeAlarm alerts-log-errors"]["alarmRule"] = 'ALARM("mockforge-production-latency-alert")'
    draft[LATENCY]["alarmRule"] = 'ALARM("mockforge-production-log-errors-alert")'


def alias_elsewhere(draft: Draft) -> None:
    draft["route53.Record web-ipv4"]["aliases"][0]["zoneId"] = "Z3AADJGX6KTTL2"


def second_listener_port(draft: Draft) -> None:
    draft["lb.Listener web-http"]["port"] = 443


def many(draft: Draft, said: str, count: int) -> None:
    for number in range(count):
        draft.twin(said, f"more-{number}", f"more-{number}")


def second_balancer(draft: Draft) -> None:
    arn = draft.twin(BALANCER, "second", "second")
    listener = draft.twin("lb.Listener web-https", "second", "second-listener", loadBalancerArn=arn)
    draft.twin("lb.ListenerRule web-no-metrics", "second", "second-rule", listenerArn=listener)
    draft["lb.ListenerRule second"]["actions"] = draft["lb.ListenerRule colours-production"]["actions"]


def second_continuous(draft: Draft) -> None:
    plan = draft.twin(HOURLY, "second", "second-plan")
    assert plan
    draft.twin(OF_DATABASE, "second", "second-selection", planId="second-plan")


MISTAKES = (
    # -- what is pointed at -------------------------------------------------------------------------------------------
    Mistake(
        done="a topic's ARN with a slip of the pen",
        at=LATENCY,
        rule="arns_exist",
        refused="notifications-warming does not exist: nothing created it (sns.Topic)",
        by=changed(LATENCY, alarmActions=["arn:aws:sns:us-east-1:123456789012:notifications-warming"]),
    ),
    Mistake(
        done="a role that was taken away while a schedule still uses it",
        at=NOTICE,
        rule="arns_exist",
        refused="does not exist: nothing created it (iam.Role)",
        by=gone("iam.Role maintenance-notice-role"),
    ),
    Mistake(
        done="a subnet's id from another account",
        at=SUBNETS,
        rule="ids_exist",
        refused="subnet-0aaaaaaaaaaaaaaaa does not exist in us-east-1",
        by=lambda draft: draft[SUBNETS]["subnetIds"].append("subnet-0aaaaaaaaaaaaaaaa"),
    ),
    Mistake(
        done="a security group of another region",
        at=DATABASE,
        rule="ids_exist",
        refused="does not exist in us-east-1: it is in us-west-2",
        by=lambda draft: draft.move("ec2.SecurityGroup network-groups-database", "us-west-2"),
    ),
    Mistake(
        done="a metric filter on a log group that nobody makes",
        at="cloudwatch.LogMetricFilter log-errors-lines",
        rule="names_exist",
        refused="there is no cloudwatch.LogGroup '/mockforge-cloud/production/tasks'",
        by=changed("cloudwatch.LogMetricFilter log-errors-lines", logGroupName="/mockforge-cloud/production/tasks"),
    ),
    Mistake(
        done="a plan that writes to a vault of another region",
        at=HOURLY,
        rule="names_exist",
        refused="there is no backup.Vault 'mockforge-production' in us-east-1 for backup.Plan: it is in us-west-2",
        by=gone("backup.Vault backups-vault"),
    ),
    Mistake(
        done="a key policy for a role that does not exist",
        at="kms.Key storage-key",
        rule="principals_exist",
        refused="invalid principal in policy: arn:aws:iam::123456789012:role/reader does not exist",
        by=lambda draft: draft.policy(
            "kms.Key storage-key",
            lambda said: said.append(
                {
                    "Effect": "Allow",
                    "Principal": {"AWS": "arn:aws:iam::123456789012:role/reader"},
                    "Action": "kms:Decrypt",
                    "Resource": "*",
                }
            ),
        ),
    ),
    Mistake(
        done="AWS's policy for backups of S3 under service-role/",
        at="iam.RolePolicyAttachment backups-role-s3-backup",
        rule="managed_policies_exist",
        refused="AWS's policy is arn:aws:iam::aws:policy/AWSBackupServiceRolePolicyForS3Backup",
        by=changed(
            "iam.RolePolicyAttachment backups-role-s3-backup",
            policyArn="arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForS3Backup",
        ),
    ),
    Mistake(
        done="two roles of one name",
        at="iam.Role backups-role",
        rule="one_of_a_name",
        refused="is taken by twin: names are unique",
        by=lambda draft: draft.twin("iam.Role backups-role", "twin", "backups-role-2"),
    ),
    Mistake(
        done="a parameter under aws/",
        at="ssm.Parameter operations-parameter",
        rule="reserved_names",
        refused="begins with 'aws', which is AWS's own",
        by=changed("ssm.Parameter operations-parameter", name="/aws/mockforge/operations"),
    ),
    # -- network ------------------------------------------------------------------------------------------------------
    Mistake(
        done="a database in one zone",
        at=SUBNETS,
        rule="in_two_zones",
        refused="at least 2 Availability Zones are needed, these are in ['us-east-1a']",
        by=lambda draft: draft[SUBNETS].update(subnetIds=draft[SUBNETS]["subnetIds"][:1]),
    ),
    Mistake(
        done="a load balancer with two subnets of a zone",
        at=BALANCER,
        rule="in_two_zones",
        refused="one subnet per Availability Zone: 3 subnets are in ['us-east-1a', 'us-east-1b']",
        by=lambda draft: draft["ec2.Subnet network-public-c"].update(availabilityZone="us-east-1b"),
    ),
    Mistake(
        done="a subnet of another VPC in the group",
        at=SUBNETS,
        rule="in_one_vpc",
        refused="these subnets belong to 2 VPCs",
        by=elsewhere("ec2.Subnet network-isolated-a"),
    ),
    Mistake(
        done="the service's security group in another VPC",
        at=SERVICE,
        rule="security_groups_of_the_vpc",
        refused=f"belongs to {OTHER_VPC}, the subnets to vpc-",
        by=elsewhere("ec2.SecurityGroup network-groups-service"),
    ),
    Mistake(
        done="the database's security group in another VPC",
        at=DATABASE,
        rule="security_groups_of_the_database",
        refused=f"belongs to {OTHER_VPC}, the subnets to vpc-",
        by=elsewhere("ec2.SecurityGroup network-groups-database"),
    ),
    Mistake(
        done="a rule that names a group of another VPC",
        at="vpc.SecurityGroupIngressRule network-groups-database-from-service",
        rule="referenced_group_of_the_same_vpc",
        refused=f"the group is in {OTHER_VPC}",
        by=elsewhere("ec2.SecurityGroup network-groups-service"),
    ),
    Mistake(
        done="the same way in twice",
        at="vpc.SecurityGroupIngressRule network-groups-database-from-service",
        rule="no_second_equal_rule",
        refused="the same rule exists in the group already: twin",
        by=lambda draft: draft.twin(
            "vpc.SecurityGroupIngressRule network-groups-database-from-service", "twin", "sgr-0aaaaaaaaaaaaaaaa"
        ),
    ),
    Mistake(
        done="a subnet outside the VPC's addresses",
        at=PRIVATE,
        rule="subnet_inside_its_vpc",
        refused="10.99.0.0/20 is not inside the VPC's 10.20.0.0/16",
        by=changed(PRIVATE, cidrBlock="10.99.0.0/20"),
    ),
    Mistake(
        done="two subnets with the same addresses",
        at=PRIVATE,
        rule="subnet_inside_its_vpc",
        refused="10.20.16.0/24 overlaps 10.20.16.0/20 of subnet network-private-b",
        by=changed(PRIVATE, cidrBlock="10.20.16.0/24"),
    ),
    Mistake(
        done="a zone of another region",
        at=PRIVATE,
        rule="zone_of_the_region",
        refused="us-west-2a is not a zone of us-east-1",
        by=changed(PRIVATE, availabilityZone="us-west-2a"),
    ),
    Mistake(
        done="a route through another VPC's gateway",
        at="ec2.Route network-routes-public-ipv4",
        rule="gateway_of_the_vpc",
        refused=f"the gateway is in {OTHER_VPC}",
        by=elsewhere("ec2.InternetGateway network-routes-internet"),
    ),
    Mistake(
        done="a second default route in a table",
        at="ec2.Route network-routes-private-a",
        rule="gateway_of_the_vpc",
        refused="the table has a route to 0.0.0.0/0 already (twin)",
        by=lambda draft: draft.twin("ec2.Route network-routes-private-a", "twin", "r-twin"),
    ),
    Mistake(
        done="a subnet with two route tables",
        at="ec2.RouteTableAssociation network-routes-private-a",
        rule="one_table_per_subnet",
        refused="has a route table already (twin)",
        by=lambda draft: draft.twin("ec2.RouteTableAssociation network-routes-private-a", "twin", "rtbassoc-twin"),
    ),
    Mistake(
        done="a NAT gateway before the internet gateway",
        at="ec2.NatGateway network-routes-nat-a",
        rule="internet_gateway_there",
        refused="has no internet gateway (yet)",
        by=gone("ec2.InternetGateway network-routes-internet"),
    ),
    Mistake(
        done="a public load balancer in subnets without a way out",
        at=BALANCER,
        rule="facing_subnets_reach_the_internet",
        refused="subnet network-public-a has no route to an internet gateway (yet)",
        by=gone("ec2.RouteTableAssociation network-routes-public-a"),
    ),
    Mistake(
        done="an endpoint for the route tables of another VPC",
        at="ec2.VpcEndpoint network-routes-s3",
        rule="route_tables_of_the_vpc",
        refused=f"is in {OTHER_VPC}, the endpoint in vpc-",
        by=elsewhere("ec2.RouteTable network-routes-private-a"),
    ),
    # -- traffic ------------------------------------------------------------------------------------------------------
    Mistake(
        done="two rules with one priority",
        at="lb.ListenerRule colours-test",
        rule="one_rule_per_priority",
        refused="priority 200 is in use on this listener (colours-production)",
        by=changed("lb.ListenerRule colours-test", priority=200),
    ),
    Mistake(
        done="two listeners on one port",
        at="lb.Listener web-https",
        rule="one_listener_per_port",
        refused="port 443 has a listener already (web-http)",
        by=second_listener_port,
    ),
    Mistake(
        done="green in another VPC",
        at="lb.ListenerRule colours-production",
        rule="groups_of_its_vpc",
        refused=f"is in {OTHER_VPC}, the load balancer in vpc-",
        by=elsewhere("lb.TargetGroup colours-green"),
    ),
    Mistake(
        done="a target group behind two load balancers",
        at="lb.ListenerRule second",
        rule="groups_of_its_vpc",
        refused="belongs to load balancer web-alb already",
        by=second_balancer,
    ),
    Mistake(
        done="a listener that does not wait for its certificate",
        at="lb.Listener web-https",
        rule="certificate_is_issued_here",
        refused="the certificate is not issued (yet)",
        by=gone("acm.CertificateValidation web-certificate-validated"),
    ),
    Mistake(
        done="a web ACL of another region",
        at="wafv2.WebAclAssociation web-firewall-association",
        rule="firewall_of_the_region",
        refused="is not a regional web ACL of us-east-1",
        by=changed(
            "wafv2.WebAclAssociation web-firewall-association",
            webAclArn="arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/a/b",
        ),
    ),
    Mistake(
        done="a firewall log whose name does not begin as it must",
        at="wafv2.WebAclLoggingConfiguration web-firewall-logging",
        rule="firewall_log_name",
        refused='the destination\'s name must begin with "aws-waf-logs-"',
        by=changed(
            "wafv2.WebAclLoggingConfiguration web-firewall-logging",
            logDestinationConfigs=["arn:aws:logs:us-east-1:123456789012:log-group:firewall"],
        ),
    ),
    Mistake(
        done="access logs before the bucket's policy",
        at=BALANCER,
        rule="access_logs_can_be_written",
        refused="access denied for bucket storage-logs-",
        by=gone("s3.BucketPolicy storage-logs-policy"),
    ),
    Mistake(
        done="access logs into a bucket with a key of KMS",
        at=BALANCER,
        rule="access_logs_can_be_written",
        refused="the bucket is encrypted with aws:kms: access logs need S3's own key",
        by=changed(
            "s3.BucketServerSideEncryptionConfiguration storage-logs-encryption",
            rules=[{"applyServerSideEncryptionByDefault": {"sseAlgorithm": "aws:kms"}}],
        ),
    ),
    Mistake(
        done="an alias in another region's zone",
        at="route53.Record web-ipv4",
        rule="alias_points_to_a_load_balancer",
        refused="lies in zone Z35SXDOTRQ7X7K, not in Z3AADJGX6KTTL2",
        by=alias_elsewhere,
    ),
    Mistake(
        done="a hundred and one rules",
        at="lb.ListenerRule colours-production",
        rule="rules_within_the_quota",
        refused="rules; 100 are allowed",
        by=lambda draft: many(draft, "lb.ListenerRule web-no-metrics", 98),
    ),
    Mistake(
        done="fifty-one listeners",
        at="lb.Listener web-https",
        rule="listeners_within_the_quota",
        refused="50 are allowed",
        by=lambda draft: many(draft, "lb.Listener web-http", 49),
    ),
    Mistake(
        done="six security groups on a load balancer",
        at=BALANCER,
        rule="security_groups_within_the_quota",
        refused="at most 5 security groups, not 6",
        by=lambda draft: draft[BALANCER].update(securityGroups=draft[BALANCER]["securityGroups"] * 6),
    ),
    # -- the service --------------------------------------------------------------------------------------------------
    Mistake(
        done="green missing from the test rule",
        at=SERVICE,
        rule="two_colours",
        refused="rule colours-test does not forward to colours-green",
        by=lambda draft: forwarding(draft, "colours-test").pop(1),
    ),
    Mistake(
        done="blue twice instead of blue and green",
        at=SERVICE,
        rule="two_colours",
        refused="blue and green are the same target group",
        by=lambda draft: advanced(draft).update(
            alternateTargetGroupArn=draft[SERVICE]["loadBalancers"][0]["targetGroupArn"]
        ),
    ),
    Mistake(
        done="weight on both colours before the first deployment",
        at=SERVICE,
        rule="two_colours",
        refused="gives weight to 2 target groups",
        by=lambda draft: forwarding(draft, "colours-production")[1].update(weight=50),
    ),
    Mistake(
        done="one rule for production and test traffic",
        at=SERVICE,
        rule="two_colours",
        refused="production and test traffic need two rules",
        by=lambda draft: advanced(draft).update(testListenerRule=advanced(draft)["productionListenerRule"]),
    ),
    Mistake(
        done="a listener instead of its rule",
        at=SERVICE,
        rule="two_colours",
        refused="a listener rule is needed",
        by=lambda draft: advanced(draft).update(productionListenerRule=draft.out("lb.Listener web-https", "arn")),
    ),
    Mistake(
        done="target groups for instances",
        at=SERVICE,
        rule="groups_take_addresses",
        refused="targetType is to be \"ip\", not 'instance'",
        by=changed("lb.TargetGroup colours-blue", targetType="instance"),
    ),
    Mistake(
        done="a service before any rule leads to it",
        at=SERVICE,
        rule="groups_have_a_load_balancer",
        refused="has no associated load balancer (yet)",
        by=gone("lb.ListenerRule colours-production", "lb.ListenerRule colours-test"),
    ),
    Mistake(
        done="a port that the container does not have",
        at=SERVICE,
        rule="container_is_there",
        refused="container 'mockforge' has no port 3000; it has [8080]",
        by=lambda draft: draft[SERVICE]["loadBalancers"][0].update(containerPort=3000),
    ),
    Mistake(
        done="a container renamed in the task definition only",
        at=SERVICE,
        rule="container_is_there",
        refused="no container 'mockforge' in the task definition: application",
        by=lambda draft: draft.container(lambda one: one.update(name="application")),
    ),
    Mistake(
        done="a task definition for EC2",
        at=SERVICE,
        rule="fits_fargate",
        refused="is not for Fargate: requiresCompatibilities lacks FARGATE",
        by=changed(TASK, requiresCompatibilities=["EC2"]),
    ),
    Mistake(
        done="a task definition whose revisions Pulumi deregisters",
        at=SERVICE,
        rule="revisions_stay",
        refused="would be deregistered by the next deployment",
        by=lambda draft: draft[TASK].pop("skipDestroy"),
    ),
    Mistake(
        done="eleven pauses",
        at=SERVICE,
        rule="hooks_within_the_quota",
        refused="at most 10 hooks of type PAUSE, not 11",
        by=second_hook,
    ),
    Mistake(
        done="a pause where a rollback passes again",
        at=SERVICE,
        rule="hooks_within_the_quota",
        refused="no PAUSE in PRODUCTION_TRAFFIC_SHIFT",
        by=pause_in_a_shift,
    ),
    Mistake(
        done="blue/green without the other colour",
        at=SERVICE,
        rule="all_or_none_advanced",
        refused="BLUE_GREEN needs advancedConfiguration",
        by=lambda draft: draft[SERVICE]["loadBalancers"][0].pop("advancedConfiguration"),
    ),
    Mistake(
        done="a mount of a volume that is not declared",
        at=TASK,
        rule="task_volumes_are_declared",
        refused="mounts 'scratch', which is not among the volumes []",
        by=changed(TASK, volumes=[]),
    ),
    Mistake(
        done="a deployment alarm that is not there",
        at=SERVICE,
        rule="deployment_alarms_exist",
        refused="there is no alarm 'mockforge-production-latency' in us-east-1 (yet)",
        by=gone("cloudwatch.MetricAlarm deployment-alarms-latency"),
    ),
    Mistake(
        done="scaling of a service of another name",
        at="appautoscaling.Target autoscaling-tasks",
        rule="scaled_service_exists",
        refused="there is no ECS service mockforge-production/web (yet)",
        by=changed("appautoscaling.Target autoscaling-tasks", resourceId="service/mockforge-production/web"),
    ),
    Mistake(
        done="a scaling policy before its target",
        at="appautoscaling.Policy autoscaling-scale-out",
        rule="scaled_service_exists",
        refused="no scalable target service/mockforge-production/mockforge-production is registered (yet)",
        by=gone("appautoscaling.Target autoscaling-tasks"),
    ),
    # -- tasks that start too early -----------------------------------------------------------------------------------
    Mistake(
        done="a secret without a value",
        at=SERVICE,
        rule="secrets_have_a_value",
        refused="secret secrets-jwt (JWT_SECRET) has no value (yet)",
        by=gone("secretsmanager.SecretVersion secrets-jwt-version"),
    ),
    Mistake(
        done="no log group for the tasks",
        at=SERVICE,
        rule="log_groups_are_there",
        refused="there is no log group '/mockforge-cloud/production/service' in us-east-1 (yet)",
        by=gone("cloudwatch.LogGroup cluster-service-logs"),
    ),
    Mistake(
        done="tasks before their way out",
        at=SERVICE,
        rule="tasks_have_a_way_out",
        refused="subnet network-private-b has no route out (yet)",
        by=gone("ec2.Route network-routes-private-b"),
    ),
    Mistake(
        done="no way into the tasks",
        at=SERVICE,
        rule="load_balancer_reaches_tasks",
        refused="port 8080 is not let into the tasks' security groups (yet)",
        by=gone("vpc.SecurityGroupIngressRule network-groups-service-from-load-balancer"),
    ),
    Mistake(
        done="tasks that may not call the registry",
        at=SERVICE,
        rule="tasks_may_call_out",
        refused="port 443 is not let out (yet)",
        by=gone("vpc.SecurityGroupEgressRule network-groups-service-to-https"),
    ),
    # -- roles --------------------------------------------------------------------------------------------------------
    Mistake(
        done="the tasks' role for ecs instead of ecs-tasks",
        at=TASK,
        rule="trusts",
        refused="cannot be taken by ecs-tasks.amazonaws.com: it trusts ecs.amazonaws.com",
        by=trust("iam.Role service-tasks-task", "ecs.amazonaws.com"),
    ),
    Mistake(
        done="the infrastructure role for ecs-tasks instead of ecs",
        at=SERVICE,
        rule="trusts",
        refused="cannot be taken by ecs.amazonaws.com: it trusts ecs-tasks.amazonaws.com",
        by=trust("iam.Role service-deploy-infra", "ecs-tasks.amazonaws.com"),
    ),
    Mistake(
        done="a schedule in another group than its role trusts",
        at=FRESHNESS,
        rule="trusts",
        refused="will never be taken: aws:SourceArn is to be",
        by=changed(FRESHNESS, groupName="mockforge-production-maintenance"),
    ),
    Mistake(
        done="a hook that ECS may not call",
        at=SERVICE,
        rule="may",
        refused="may not (yet) do lambda:InvokeFunction on arn:aws:lambda:us-east-1:123456789012:function:"
        "mockforge-production-smoke-test",
        by=gone("iam.RolePolicy service-deploy-hook-policy"),
    ),
    Mistake(
        done="backups of S3 without the policy for S3",
        at=OF_OBJECTS,
        rule="may",
        refused="may not (yet) do s3:PutBucketNotification",
        by=gone("iam.RolePolicyAttachment backups-role-s3-backup"),
    ),
    Mistake(
        done="copies to another vault without the right to copy",
        at=OF_DATABASE,
        rule="may",
        refused="may not (yet) do backup:CopyIntoBackupVault",
        by=gone("iam.RolePolicyAttachment backups-role-backup"),
    ),
    Mistake(
        done="restore tests without the right to restore",
        at=RESTORE_OF_DATABASE,
        rule="may",
        refused="may not (yet) do rds:RestoreDBInstanceFromDBSnapshot",
        by=gone("iam.RolePolicyAttachment backups-role-restore"),
    ),
    Mistake(
        done="an infrastructure role that may not move traffic",
        at=SERVICE,
        rule="may",
        refused="may not (yet) do elasticloadbalancing:ModifyRule: ECS could not move the traffic",
        by=gone("iam.RolePolicyAttachment service-deploy-infra-policy"),
    ),
    Mistake(
        done="an execution role that may not read a secret",
        at=SERVICE,
        rule="may",
        refused="may not (yet) do secretsmanager:GetSecretValue",
        by=lambda draft: draft.policy(
            "iam.RolePolicy service-tasks-execution-policy",
            lambda said: said[1].update(Resource=draft.out("secretsmanager.Secret secrets-jwt", "arn")),
        ),
    ),
    Mistake(
        done="a state machine that may not call its function",
        at="sfn.StateMachine checklist-machine",
        rule="may",
        refused="may not (yet) do lambda:InvokeFunction",
        by=gone("iam.RolePolicy checklist-policy"),
    ),
    Mistake(
        done="a maintenance window that may not start its checklist",
        at="ssm.MaintenanceWindowTask maintenance-checklist",
        rule="may",
        refused="may not (yet) do states:StartExecution",
        by=gone("iam.RolePolicy maintenance-checklist-policy"),
    ),
    # -- publishing and keys ------------------------------------------------------------------------------------------
    Mistake(
        done="a rule whose function does not let it in",
        at=VERDICT,
        rule="function_lets_events_in",
        refused="no lambda.Permission (yet) lets this rule invoke restore-validation-function",
        by=gone("lambda.Permission restore-validation-call"),
    ),
    Mistake(
        done="a queue without a policy as a rule's target",
        at=WAITS,
        rule="queue_lets_events_in",
        refused="queue late does not let events.amazonaws.com send (yet)",
        by=queue_without_policy,
    ),
    Mistake(
        done="a topic that lets no alarm in",
        at=LATENCY,
        rule="may_publish",
        refused="topic notifications-warning does not let cloudwatch.amazonaws.com publish (yet)",
        by=without_service("cloudwatch.amazonaws.com", "sns.TopicPolicy notifications-warning-policy"),
    ),
    Mistake(
        done="a message before the topic's policy",
        at=WAITS,
        rule="may_publish",
        refused="topic notifications-warning does not let events.amazonaws.com publish (yet)",
        by=gone("sns.TopicPolicy notifications-warning-policy"),
    ),
    Mistake(
        done="a key that alarms may not use",
        at=LATENCY,
        rule="may_encrypt",
        refused="does not let cloudwatch.amazonaws.com do kms:GenerateDataKey: its messages would be lost",
        by=without_service("cloudwatch.amazonaws.com", "kms.Key notifications-key"),
    ),
    Mistake(
        done="a key that events may use under a condition they never meet",
        at=WAITS,
        rule="may_encrypt",
        refused="it does not send aws:SourceArn or aws:SourceAccount, so that condition never holds",
        by=events_under_a_condition,
    ),
    Mistake(
        done="SNS's own key for a topic of alarms",
        at=LATENCY,
        rule="may_encrypt",
        refused="is encrypted with alias/aws/sns, which cloudwatch.amazonaws.com cannot use",
        by=changed("sns.Topic notifications-warning", kmsMasterKeyId="alias/aws/sns"),
    ),
    Mistake(
        done="a function that may publish but not encrypt",
        at="lambda.FunctionEventInvokeConfig smoke-test-function-failures",
        rule="functions_may_publish",
        refused="may not do kms:GenerateDataKey with key notifications-key",
        by=lambda draft: draft.policy(
            "iam.RolePolicy smoke-test-function-policy",
            lambda said: said.__setitem__(slice(None), [one for one in said if one["Sid"] != "EncryptWhatItTells"]),
        ),
    ),
    Mistake(
        done="a key that nobody could administer any more",
        at="kms.Key storage-key",
        rule="key_can_be_administered",
        refused="nobody could change the key's policy any more",
        by=lambda draft: draft.policy("kms.Key storage-key", lambda said: said[0].update(Action=["kms:Decrypt"])),
    ),
    Mistake(
        done="a log group with a key that CloudWatch Logs may not use",
        at="cloudwatch.LogGroup cluster-service-logs",
        rule="log_group_may_encrypt",
        refused="key storage-key does not let logs.us-east-1.amazonaws.com use it",
        by=lambda draft: draft["cloudwatch.LogGroup cluster-service-logs"].update(
            kmsKeyId=draft.out("kms.Key storage-key", "arn")
        ),
    ),
    Mistake(
        done="the database with the other region's key",
        at=DATABASE,
        rule="key_of_the_region",
        refused="the key is in us-west-2, what it is to encrypt in us-east-1",
        by=lambda draft: draft[DATABASE].update(kmsKeyId=draft.out("kms.Key backups-recovery-vault-key", "arn")),
    ),
    # -- alarms -------------------------------------------------------------------------------------------------------
    Mistake(
        done="a composite alarm over an alarm that is not there",
        at=LATENCY,
        rule="children_exist",
        refused="there is no alarm 'mockforge-production-latencies' in us-east-1 (yet)",
        by=changed(LATENCY, alarmRule='ALARM("mockforge-production-latencies")'),
    ),
    Mistake(
        done="a composite alarm over an alarm of another region",
        at=LATENCY,
        rule="children_exist",
        refused="in us-east-1: it is in eu-west-1",
        by=lambda draft: draft.move("cloudwatch.MetricAlarm deployment-alarms-latency", "eu-west-1"),
    ),
    Mistake(
        done="two composite alarms over each other",
        at=LATENCY,
        rule="children_exist",
        refused="speaks of this one: a circle",
        by=circle,
    ),
    Mistake(
        done="a suppressor of another region",
        at=LATENCY,
        rule="suppressor_exists",
        refused="there is no alarm 'mockforge-production-maintenance' in us-east-1: it is in us-west-2",
        by=lambda draft: draft.move("cloudwatch.MetricAlarm maintenance-alarm-window", "us-west-2"),
    ),
    Mistake(
        done="an alarm that notifies another region's topic",
        at=LATENCY,
        rule="actions_in_the_region",
        refused="invalid region us-west-2 of arn:aws:sns:us-west-2:123456789012:pages",
        by=changed(LATENCY, alarmActions=["arn:aws:sns:us-west-2:123456789012:pages"]),
    ),
    Mistake(
        done="a composite alarm that is to scale",
        at=LATENCY,
        rule="composites_do_not_scale",
        refused="a composite alarm cannot do",
        by=lambda draft: draft[LATENCY].update(
            alarmActions=[draft.out("appautoscaling.Policy autoscaling-scale-out", "arn")]
        ),
    ),
    Mistake(
        done="an alarm that calls a scaling policy which is gone",
        at="cloudwatch.MetricAlarm autoscaling-scale-out-memory",
        rule="scaling_alarm_in_the_region",
        refused="there is no scaling policy arn:aws:autoscaling:",
        by=gone("appautoscaling.Policy autoscaling-scale-out"),
    ),
    Mistake(
        done="the outside check's alarm in the home region of somebody else",
        at="cloudwatch.MetricAlarm outside-outside-check",
        rule="route53_metrics_at_home",
        refused="AWS/Route53 has metrics in us-east-1 only",
        by=lambda draft: draft.move("cloudwatch.MetricAlarm outside-outside-check", "eu-west-1"),
    ),
    Mistake(
        done="an alarm on a load balancer that was replaced",
        at="cloudwatch.MetricAlarm deployment-alarms-latency",
        rule="watches_something",
        refused="there is no lb.LoadBalancer",
        by=gone(BALANCER),
    ),
    Mistake(
        done="a composite alarm over a hundred and one",
        at=LATENCY,
        rule="within_the_quotas",
        refused="at most 100 alarms, this one 101",
        by=changed(LATENCY, alarmRule=" OR ".join(f'ALARM("a-{number}")' for number in range(101))),
    ),
    Mistake(
        done="a composite alarm with a metric alarm's name",
        at=LATENCY,
        rule="one_alarm_per_name",
        refused="is taken in us-east-1 by cloudwatch.MetricAlarm deployment-alarms-latency",
        by=changed(LATENCY, alarmName="mockforge-production-latency"),
    ),
    # -- time ---------------------------------------------------------------------------------------------------------
    Mistake(
        done="the crontab of a server",
        at=NOTICE,
        rule="schedules_parse",
        refused="EventBridge Scheduler takes 6 fields",
        by=changed(NOTICE, scheduleExpression="cron(0 2 * * 0)"),
    ),
    Mistake(
        done="a day of the month and a day of the week at once",
        at="ssm.MaintenanceWindow maintenance-window",
        rule="schedules_parse",
        refused="exactly one of day of month and day of week is ?",
        by=changed("ssm.MaintenanceWindow maintenance-window", schedule="cron(0 2 1 * SUN *)"),
    ),
    Mistake(
        done="a rate of one hours",
        at=FRESHNESS,
        rule="schedules_parse",
        refused="1 goes with the singular (hour)",
        by=changed(FRESHNESS, scheduleExpression="rate(1 hours)"),
    ),
    Mistake(
        done="a time zone that does not exist",
        at=NOTICE,
        rule="schedules_parse",
        refused="'UTC+1' is no time zone",
        by=changed(NOTICE, scheduleExpressionTimezone="UTC+1"),
    ),
    Mistake(
        done="the database's backup inside its maintenance",
        at=DATABASE,
        rule="database_windows",
        refused="overlaps the backup window 03:00-04:00",
        by=changed(DATABASE, backupWindow="03:00-04:00"),
    ),
    Mistake(
        done="two rules of a plan at the same hour",
        at=HOURLY,
        rule="plan_windows",
        refused="the start window of 'daily' overlaps that of 'hourly'",
        by=rule_of_plan(1, schedule="cron(30 7 ? * * *)"),
    ),
    Mistake(
        done="the daily backup in the database's own window",
        at=OF_DATABASE,
        rule="backups_keep_clear_of_the_database",
        refused="'daily' may start in the backup window 05:30-06:00 of database database",
        by=changed(DATABASE, backupWindow="05:30-06:00"),
    ),
    # -- backups ------------------------------------------------------------------------------------------------------
    Mistake(
        done="a continuous backup kept for a year",
        at=HOURLY,
        rule="plan_within_the_quotas",
        refused="a continuous backup is kept 1 to 35 days, not 365",
        by=rule_of_plan(0, lifecycle={"deleteAfter": 365}),
    ),
    Mistake(
        done="eleven rules in a plan",
        at=HOURLY,
        rule="plan_within_the_quotas",
        refused="at most 10 rules, not 12",
        by=lambda draft: draft[HOURLY].update(rules=draft[HOURLY]["rules"] * 6),
    ),
    Mistake(
        done="a retention that the vault's lock does not let in",
        at=HOURLY,
        rule="retention_fits_the_lock",
        refused="is locked to at least 7 days, the rule says 3",
        by=rule_of_plan(1, lifecycle={"deleteAfter": 3}),
    ),
    Mistake(
        done="a lock that makes the plan's own jobs fail",
        at="backup.VaultLockConfiguration backups-vault-lock",
        rule="lock_fits_the_plans",
        refused="keeps 35 days, which the lock (60 to 90) would make fail",
        by=changed("backup.VaultLockConfiguration backups-vault-lock", minRetentionDays=60, maxRetentionDays=90),
    ),
    Mistake(
        done="backups of a bucket without versions",
        at=OF_OBJECTS,
        rule="buckets_can_be_backed_up",
        refused="bucket storage-objects does not keep versions (yet)",
        by=changed("s3.BucketVersioning storage-objects-versions", versioningConfiguration={"status": "Suspended"}),
    ),
    Mistake(
        done="notifications that turn EventBridge off",
        at=OF_OBJECTS,
        rule="buckets_can_be_backed_up",
        refused="turn EventBridge off: backups need it",
        by=changed("s3.BucketNotification storage-objects-events", eventbridge=False),
    ),
    Mistake(
        done="two plans with a continuous rule for one database",
        at=OF_DATABASE,
        rule="one_continuous_rule_per_resource",
        refused="has 2 continuous rules (hourly and hourly): one is allowed",
        by=second_continuous,
    ),
    Mistake(
        done="copies of a database to a vault with AWS's key",
        at=OF_DATABASE,
        rule="copies_can_be_decrypted",
        refused="vault backups-recovery-vault, the copies' target, has no customer managed key",
        by=lambda draft: draft["backup.Vault backups-recovery-vault"].pop("kmsKeyArn"),
    ),
    Mistake(
        done="a restore test into another VPC's security group",
        at=RESTORE_OF_DATABASE,
        rule="restores_land_in_one_vpc",
        refused="is of another VPC than the subnet group",
        by=elsewhere("ec2.SecurityGroup network-groups-database"),
    ),
    Mistake(
        done="a restore test of what nothing backs up",
        at=RESTORE_OF_DATABASE,
        rule="restored_is_backed_up",
        refused="no backup.Selection backs arn:aws:rds:us-east-1:123456789012:db:mockforge-production up",
        by=gone(OF_DATABASE),
    ),
)


@pytest.mark.parametrize("mistake", MISTAKES, ids=[row.done for row in MISTAKES])
def test_it_is_refused_with_its_sentence(mistake: Mistake):
    draft = Draft.of("production")
    mistake.by(draft)
    said = [refusal.reason for rule, refusal in draft.refusals(mistake.at) if rule == mistake.rule]
    assert any(mistake.refused in reason for reason in said), said or draft.refusals(mistake.at)


@pytest.mark.parametrize("stack", ["staging", "production"])
def test_our_own_environments_are_refused_nowhere(stack: str):
    assert objections(rows_of(stack), catalog()) == []


def test_no_rule_is_without_a_mistake_that_it_catches():
    assert {rule.judge.__name__ for rule in table.ALL} == {row.rule for row in MISTAKES}


def test_no_mistake_stands_twice():
    assert len({row.done for row in MISTAKES}) == len(MISTAKES) >= 60
