"""What looks like a mistake and is none: AWS takes it, so it is refused nowhere."""

from collections.abc import Callable
from dataclasses import dataclass

from offline.provider.wire import UNKNOWN
from tests.offline.across.mistake import changed
from tests.offline.neighbourhood import Draft

SERVICE = "ecs.Service service"
BALANCER = "lb.LoadBalancer web-alb"
LATENCY = "cloudwatch.CompositeAlarm alerts-latency"
WAITS = "cloudwatch.EventTarget service-approval-message"


@dataclass(frozen=True, kw_only=True)
class Fine:
    """What was done, and the resource that must not be refused for it."""

    done: str
    at: str
    by: Callable[[Draft], object]


def inside_only(draft: Draft) -> None:
    draft[BALANCER]["internal"] = True
    draft.remove("ec2.InternetGateway network-routes-internet", "ec2.Route network-routes-public-ipv4")


def in_public_subnets(draft: Draft) -> None:
    network = draft[SERVICE]["networkConfiguration"]
    network["assignPublicIp"] = True
    network["subnets"] = draft[BALANCER]["subnets"]


def by_interface_endpoints(draft: Draft) -> None:
    draft.remove("ec2.Route network-routes-private-a")
    draft.twin("ec2.VpcEndpoint network-routes-s3", "ecr", "vpce-0aaaaaaaaaaaaaaaa", vpcEndpointType="Interface")


def rolling(draft: Draft) -> None:
    draft[SERVICE]["deploymentConfiguration"] = {"strategy": "ROLLING"}
    draft["ecs.TaskDefinition service-task"].pop("skipDestroy")


def every_port_open(draft: Draft) -> None:
    for said in ("Egress", "Ingress"):
        for name in ("load-balancer-to-service", "service-from-load-balancer", "service-to-https"):
            row = draft.rows.get(f"vpc.SecurityGroup{said}Rule network-groups-{name}")
            if row is not None:
                row.inputs.update(ipProtocol="-1", cidrIpv4="0.0.0.0/0", referencedSecurityGroupId=None)
                row.inputs.update(fromPort=None, toPort=None)


def queue_with_its_policy(draft: Draft) -> None:
    arn = "arn:aws:sqs:us-east-1:123456789012:late"
    topic = draft.rows["sns.Topic notifications-warning"]
    draft.rows["sqs.Queue late"] = type(topic)(
        type="aws:sqs/queue:Queue",
        region="us-east-1",
        key="late",
        id="late",
        urn="urn:pulumi:production::mockforge-cloud::aws:sqs/queue:Queue::late",
        inputs={
            "policy": '{"Statement": {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, '
            '"Action": "sqs:SendMessage", "Resource": "*"}}'
        },
        outputs={"arn": arn},
    )
    draft[WAITS]["arn"] = arn


def child_by_arn(draft: Draft) -> None:
    arn = draft.out("cloudwatch.MetricAlarm deployment-alarms-latency", "arn")
    draft[LATENCY]["alarmRule"] = f"NOT ALARM({arn}) AND TRUE"


def policy_of_aws_that_nobody_listed(draft: Draft) -> None:
    draft["iam.RolePolicyAttachment service-deploy-infra-policy"]["policyArn"] = (
        "arn:aws:iam::aws:policy/service-role/AmazonEC2ContainerServiceRole"
    )


def rights_by_a_policy_of_our_own(draft: Draft) -> None:
    document = draft["iam.RolePolicy backup-freshness-schedule-policy"]["policy"]
    draft.remove("iam.RolePolicy backup-freshness-schedule-policy")
    attachment = draft.rows["iam.RolePolicyAttachment service-deploy-infra-policy"]
    arn = "arn:aws:iam::123456789012:policy/own"
    draft.rows["iam.Policy own"] = type(attachment)(
        type="aws:iam/policy:Policy",
        region="global",
        key=arn,
        id=arn,
        urn="urn:pulumi:production::mockforge-cloud::aws:iam/policy:Policy::own",
        inputs={"policy": document},
        outputs={"arn": arn},
    )
    role = draft.out("iam.Role backup-freshness-schedule-role", "name")
    draft.twin("iam.RolePolicyAttachment service-deploy-infra-policy", "own", "own", role=role, policyArn=arn)


def statements_in_one(draft: Draft) -> None:
    draft["kms.Key storage-key"]["policy"] = (
        '{"Statement": {"Effect": "Allow", "Principal": {"AWS": "123456789012"}, "Action": "kms:*", "Resource": "*"}}'
    )


FINE = (
    Fine(done="an internal load balancer without the internet", at=BALANCER, by=inside_only),
    Fine(done="tasks with public addresses in public subnets", at=SERVICE, by=in_public_subnets),
    Fine(done="tasks that reach AWS by interface endpoints", at=SERVICE, by=by_interface_endpoints),
    Fine(done="a rolling service whose revisions are deregistered", at=SERVICE, by=rolling),
    Fine(done="security groups that let everything pass", at=SERVICE, by=every_port_open),
    Fine(
        done="a log group that the tasks may make",
        at=SERVICE,
        by=lambda draft: (
            draft.container(lambda one: one["logConfiguration"]["options"].update({"awslogs-create-group": "true"})),
            draft.remove("cloudwatch.LogGroup cluster-service-logs"),
        ),
    ),
    Fine(done="a queue with a policy as a rule's target", at=WAITS, by=queue_with_its_policy),
    Fine(done="a composite alarm over an alarm by its ARN", at=LATENCY, by=child_by_arn),
    Fine(
        done="an alarm of the same name in another region",
        at="cloudwatch.MetricAlarm deployment-alarms-latency",
        by=lambda draft: (
            draft.twin("cloudwatch.MetricAlarm deployment-alarms-latency", "twin", "twin"),
            draft.move("cloudwatch.MetricAlarm twin", "eu-west-1"),
        ),
    ),
    Fine(
        done="a topic's key by its alias",
        at=LATENCY,
        by=changed("sns.Topic notifications-warning", kmsMasterKeyId="alias/mockforge-production-notifications"),
    ),
    Fine(done="one of AWS's policies that is not in the table", at=SERVICE, by=policy_of_aws_that_nobody_listed),
    Fine(
        done="rights by a policy of our own",
        at="scheduler.Schedule backup-freshness-schedule",
        by=rights_by_a_policy_of_our_own,
    ),
    Fine(done="one statement that is not in a list", at="kms.Key storage-key", by=statements_in_one),
    Fine(
        done="a subnet that only the update will tell",
        at="rds.SubnetGroup database-subnets",
        by=lambda draft: draft["rds.SubnetGroup database-subnets"].update(
            subnetIds=[draft["rds.SubnetGroup database-subnets"]["subnetIds"][0], UNKNOWN]
        ),
    ),
    Fine(
        done="two backups whose start windows only touch",
        at="backup.Plan backups-database",
        by=lambda draft: draft["backup.Plan backups-database"]["rules"][0].update(schedule="cron(0 6 ? * * *)"),
    ),
    Fine(
        done="backups by pattern, and a restore test of one of them",
        at="backup.RestoreTestingSelection backups-restore-test-objects",
        by=changed("backup.Selection backups-storage-of-objects", resources=["arn:aws:s3:::*"]),
    ),
    Fine(
        done="a vault without a lock",
        at="backup.Plan backups-database",
        by=lambda draft: (
            draft.remove("backup.VaultLockConfiguration backups-vault-lock"),
            draft["backup.Plan backups-database"]["rules"][1].update(lifecycle={"deleteAfter": 3}),
        ),
    ),
    Fine(
        done="a second plan of the same name with other rules",
        at="backup.Plan backups-database",
        by=lambda draft: draft.twin(
            "backup.Plan backups-database", "twin", "twin-plan", rules=draft["backup.Plan backups-storage"]["rules"]
        ),
    ),
)
