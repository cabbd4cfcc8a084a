"""What is pointed at is not there."""

from tests.offline.across.mistake import Mistake, changed, gone

LATENCY = "cloudwatch.CompositeAlarm alerts-latency"
DATABASE = "rds.Instance database"
SUBNETS = "rds.SubnetGroup database-subnets"
HOURLY = "backup.Plan backups-database"
NOTICE = "scheduler.Schedule maintenance-notice"


MISTAKES = (
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
        done="the same plan a second time",
        at="backup.Plan backups-database",
        rule="one_of_a_name",
        refused="is taken in us-east-1 by twin: its rules are the same too",
        by=lambda draft: draft.twin("backup.Plan backups-database", "twin", "twin-plan"),
    ),
    Mistake(
        done="a parameter under aws/",
        at="ssm.Parameter operations-parameter",
        rule="reserved_names",
        refused="begins with 'aws', which is AWS's own",
        by=changed("ssm.Parameter operations-parameter", name="/aws/mockforge/operations"),
    ),
)
