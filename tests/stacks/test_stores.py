"""What holds data, in both environments: for how long, how locked, and whether it can be deleted.

Guards: a log that is kept for ever, a bucket that a new component made its own way, a production store without
`protect`, a staging that cannot be taken down.
"""

import json

import pytest

from tests.harness import Registered
from tests.stacks.stack import Stack

# What holds data or traffic, or cannot be had again as it was.
STATEFUL = (
    "backup/vault:Vault",
    "backup/vaultLockConfiguration:VaultLockConfiguration",
    "ec2/eip:Eip",
    "ec2/natGateway:NatGateway",
    "ec2/subnet:Subnet",
    "ec2/vpc:Vpc",
    "ecs/service:Service",
    "index/randomPassword:RandomPassword",
    "kms/key:Key",
    "lb/listener:Listener",
    "lb/listenerRule:ListenerRule",
    "lb/loadBalancer:LoadBalancer",
    "lb/targetGroup:TargetGroup",
    "rds/instance:Instance",
    "s3/bucket:Bucket",
    "secretsmanager/secret:Secret",
    "ssm/parameter:Parameter",
)
# Log groups that AWS makes by itself, without an end, where the program does not make them first.
MADE_BY_AWS = (
    "/aws/ecs/containerinsights/mockforge-{name}/performance",
    "/aws/rds/instance/mockforge-{name}/postgresql",
    "/aws/rds/instance/mockforge-{name}/upgrade",
)


def test_every_log_group_forgets_after_thirty_days(stack: Stack):
    days = {one.name: one.get("retentionInDays") for one in stack.up.all("LogGroup")}
    assert len(days) >= 7
    assert days == dict.fromkeys(days, 30)


def test_log_groups_that_aws_would_make_are_made_first(stack: Stack):
    names = {one["name"] for one in stack.up.all("LogGroup")}
    assert {wanted.format(name=stack.name) for wanted in MADE_BY_AWS} <= names
    by_name = {one["name"]: one for one in stack.up.all("LogGroup")}
    database, cluster = stack.up.one("rds/instance:Instance"), stack.up.one("ecs/cluster:Cluster")
    for wanted, writer in zip(MADE_BY_AWS, (cluster, database, database), strict=True):
        assert stack.up.waits_for(writer, by_name[wanted.format(name=stack.name)])


def test_every_function_writes_into_a_log_group_of_ours(stack: Stack):
    names = {one["name"] for one in stack.up.all("LogGroup")}
    functions = stack.up.all("lambda/function:Function")
    assert [one.name for one in functions if one["loggingConfig"]["logGroup"] not in names] == []


def test_the_log_bucket_forgets_after_thirty_days(stack: Stack):
    (rule,) = stack.up.one("BucketLifecycleConfiguration", "storage-logs-lifecycle")["rules"]
    assert (rule["status"], rule["filter"], rule["expiration"]) == ("Enabled", {"prefix": ""}, {"days": 30})


def of_bucket(stack: Stack, bucket: Registered, type_tail: str) -> Registered:
    (found,) = (one for one in stack.up.all(type_tail) if one["bucket"] == bucket.outputs["id"])
    return found


def test_every_bucket_is_private(stack: Stack):
    for bucket in stack.up.all("s3/bucket:Bucket"):
        block = of_bucket(stack, bucket, "BucketPublicAccessBlock")
        switches = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
        assert [block[switch] for switch in switches] == [True] * 4, bucket.name
        owned = of_bucket(stack, bucket, "BucketOwnershipControls")
        assert owned["rule"] == {"objectOwnership": "BucketOwnerEnforced"}


def test_every_bucket_is_encrypted(stack: Stack):
    ways = {
        bucket.name: of_bucket(stack, bucket, "BucketServerSideEncryptionConfiguration")["rules"][0][
            "applyServerSideEncryptionByDefault"
        ]["sseAlgorithm"]
        for bucket in stack.up.all("s3/bucket:Bucket")
    }
    # the load balancer writes access logs only where S3's own keys encrypt
    assert ways == {"storage-objects": "aws:kms", "storage-configuration": "aws:kms", "storage-logs": "AES256"}


def test_every_bucket_refuses_what_comes_without_tls(stack: Stack):
    for bucket in stack.up.all("s3/bucket:Bucket"):
        arn = bucket.outputs["arn"]
        statements = json.loads(of_bucket(stack, bucket, "BucketPolicy")["policy"])["Statement"]
        assert {
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": [arn, f"{arn}/*"],
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        } in [{key: value for key, value in one.items() if key != "Sid"} for one in statements], bucket.name


def test_buckets_with_data_of_users_or_operators_keep_versions(stack: Stack):
    versioned = {one["bucket"] for one in stack.up.all("BucketVersioning")}
    kept = {one.name for one in stack.up.all("s3/bucket:Bucket") if one.outputs["id"] in versioned}
    assert kept == {"storage-objects", "storage-configuration"}


def test_topics_database_and_vaults_are_encrypted_with_keys_of_ours(stack: Stack):
    keys = {one.outputs["arn"] for one in stack.up.all("kms/key:Key")}
    assert {one["kmsMasterKeyId"] for one in stack.up.all("sns/topic:Topic")} <= keys
    assert {one["kmsKeyArn"] for one in stack.up.all("backup/vault:Vault")} <= keys
    database = stack.up.one("rds/instance:Instance")
    assert database["storageEncrypted"] is True
    assert {database["kmsKeyId"], database["performanceInsightsKmsKeyId"]} <= keys


def test_a_key_encrypts_in_its_own_region_only(stack: Stack):
    region_of = {one.outputs["arn"]: one.region or "us-east-1" for one in stack.up.all("kms/key:Key")}
    users = [(one, one["kmsMasterKeyId"]) for one in stack.up.all("sns/topic:Topic")]
    users += [(one, one["kmsKeyArn"]) for one in stack.up.all("backup/vault:Vault")]
    assert [one.name for one, key in users if region_of[key] != (one.region or "us-east-1")] == []


@pytest.mark.parametrize("type_tail", STATEFUL)
def test_what_is_stateful_is_protected_in_production(production: Stack, type_tail: str):
    found = production.up.all(type_tail)
    assert found, "nothing of this kind is registered"
    # the operator's word lasts a night: a new one is as good
    unprotected = [str(one) for one in found if not one.options.get("protect") and one.name != "checklist-word"]
    assert unprotected == []


def test_nothing_is_protected_in_staging(staging: Stack):
    assert [str(one) for one in staging.up.resources if one.options.get("protect")] == []
    assert [str(one) for one in staging.up.resources if one.options.get("retain_on_delete")] == []


# type: what must be so for a deletion in one go
DELETABLE = {
    "s3/bucket:Bucket": {"forceDestroy": True},
    "backup/vault:Vault": {"forceDestroy": True},
    "rds/instance:Instance": {"skipFinalSnapshot": True, "deletionProtection": False},
    "secretsmanager/secret:Secret": {"recoveryWindowInDays": 0},
    "lb/loadBalancer:LoadBalancer": {"enableDeletionProtection": False},
}


@pytest.mark.parametrize("type_tail", DELETABLE)
def test_everything_in_staging_can_be_deleted_in_one_go(staging: Stack, type_tail: str):
    found = staging.up.all(type_tail)
    assert found
    wanted = DELETABLE[type_tail]
    assert [str(one) for one in found if {key: one.get(key) for key in wanted} != wanted] == []
    assert staging.up.all("VaultLockConfiguration") == []


def test_a_service_of_staging_goes_without_being_scaled_to_nothing_first(staging: Stack, production: Stack):
    assert staging.up.one("ecs/service:Service")["forceDelete"] is True
    assert production.up.one("ecs/service:Service")["forceDelete"] is False


@pytest.mark.parametrize("type_tail", DELETABLE)
def test_production_refuses_all_of_that(production: Stack, type_tail: str):
    refusing = {
        "forceDestroy": False,
        "skipFinalSnapshot": False,
        "deletionProtection": True,
        "recoveryWindowInDays": 30,
        "enableDeletionProtection": True,
    }
    for one in production.up.all(type_tail):
        found = {key: one.get(key) for key in DELETABLE[type_tail]}
        assert found == {key: refusing[key] for key in found}, one.name


def test_the_listener_rules_are_not_moved_back_by_an_update(stack: Stack):
    for name in ("colours-production", "colours-test"):
        rule = stack.up.one("ListenerRule", name)
        assert rule.options["ignore_changes"] == ["actions"]
        weights = [group["weight"] for group in rule["actions"][0]["forward"]["targetGroups"]]
        assert weights == [100, 0]
    assert stack.up.one("ecs/service:Service").options["ignore_changes"] == ["desiredCount"]
