"""What has to hold: nothing public, nothing in the clear, previous versions kept, logs gone after 30 days."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from components.object_storage import ObjectStorage, ObjectStorageArgs
from runbook.settings import Storage
from tests.harness import Program

Run = Callable[..., Program]

ACCOUNT = "123456789012"
BUCKETS = ["storage-objects", "storage-configuration", "storage-logs"]


def storage(name: str = "storage", prefix: str = "mockforge-staging", **changes: Any):
    args: dict[str, Any] = {
        "storage": Storage(),
        "prefix": prefix,
        "region": "eu-central-1",
        "account_id": ACCOUNT,
        "log_retention_days": 30,
        "protected": False,
    }
    return lambda: ObjectStorage(name, ObjectStorageArgs(**{**args, **changes}))


def statements(program: Program, bucket: str):
    return {
        one["Sid"]: one for one in json.loads(program.one("BucketPolicy", f"{bucket}-policy")["policy"])["Statement"]
    }


@pytest.mark.parametrize("preview", [True, False])
@pytest.mark.parametrize("bucket", BUCKETS)
def test_no_bucket_is_ever_public_and_access_lists_are_off(registered: Run, bucket: str, preview: bool):
    program = registered(storage(), preview=preview)
    blocked = program.one("BucketPublicAccessBlock", f"{bucket}-private")
    switches = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
    assert [blocked[switch] for switch in switches] == [True] * 4
    assert program.one("BucketOwnershipControls", f"{bucket}-ownership")["rule"] == {
        "objectOwnership": "BucketOwnerEnforced"
    }


@pytest.mark.parametrize("bucket", BUCKETS)
def test_every_bucket_refuses_what_comes_without_tls_for_itself_and_all_it_holds(registered: Run, bucket: str):
    program = registered(storage())
    arn = program.one("s3/bucket:Bucket", bucket).outputs["arn"]
    refusal = statements(program, bucket)["RefuseWhatComesWithoutTls"]
    assert (refusal["Effect"], refusal["Principal"], refusal["Action"]) == ("Deny", "*", "s3:*")
    assert refusal["Resource"] == [arn, f"{arn}/*"]
    assert refusal["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


@pytest.mark.parametrize("bucket", BUCKETS)
def test_a_policy_comes_after_what_makes_its_bucket_private(registered: Run, bucket: str):
    program = registered(storage())
    policy = program.one("BucketPolicy", f"{bucket}-policy")
    for first in ("BucketPublicAccessBlock", "BucketOwnershipControls"):
        [settings] = [one for one in program.all(first) if one.name.startswith(bucket)]
        assert program.waits_for(policy, settings)


def test_objects_and_configuration_lie_under_an_own_key_and_logs_under_that_of_s3(registered: Run):
    program = registered(storage())
    key = program.one("kms/key:Key", "storage-key")
    used = {}
    for one in program.all("BucketServerSideEncryptionConfiguration"):
        default = one["rules"][0]["applyServerSideEncryptionByDefault"]
        used[one.name] = (default["sseAlgorithm"], default.get("kmsMasterKeyId"))
    assert used == {
        "storage-objects-encryption": ("aws:kms", key.outputs["arn"]),
        "storage-configuration-encryption": ("aws:kms", key.outputs["arn"]),
        # the load balancer delivers its access logs under no other encryption
        "storage-logs-encryption": ("AES256", None),
    }


@pytest.mark.parametrize("bucket", ["storage-objects", "storage-configuration"])
def test_what_is_overwritten_or_deleted_can_be_brought_back_as_long_as_the_settings_say(registered: Run, bucket: str):
    program = registered(storage(storage=Storage(previous_version_days=20)))
    versions = program.one("BucketVersioning", f"{bucket}-versions")
    assert versions["versioningConfiguration"] == {"status": "Enabled"}
    lifecycle = program.one("BucketLifecycleConfiguration", f"{bucket}-lifecycle")
    [rule] = lifecycle["rules"]
    assert rule["status"] == "Enabled"
    assert rule["noncurrentVersionExpiration"] == {"noncurrentDays": 20}
    assert "days" not in rule["expiration"]  # what is current stays
    assert program.waits_for(lifecycle, versions)


def test_logs_end_after_exactly_30_days_in_every_form(registered: Run):
    [rule] = registered(storage()).one("BucketLifecycleConfiguration", "storage-logs-lifecycle")["rules"]
    assert (rule["status"], rule["filter"], rule["expiration"]) == ("Enabled", {"prefix": ""}, {"days": 30})
    assert rule["noncurrentVersionExpiration"] == {"noncurrentDays": 1}
    assert rule["abortIncompleteMultipartUpload"] == {"daysAfterInitiation": 1}


def test_the_load_balancer_may_deliver_its_access_logs_of_this_account_and_region_and_nothing_else(registered: Run):
    program = registered(storage())
    arn = program.one("s3/bucket:Bucket", "storage-logs").outputs["arn"]
    delivery = statements(program, "storage-logs")["LoadBalancerAccessLogs"]
    assert delivery["Principal"] == {"Service": "logdelivery.elasticloadbalancing.amazonaws.com"}
    assert delivery["Action"] == "s3:PutObject"
    assert delivery["Resource"] == f"{arn}/load-balancer/AWSLogs/{ACCOUNT}/*"
    # the source's ARN names account and region; a condition on more would refuse the load balancer's own test file
    assert delivery["Condition"] == {
        "ArnLike": {"aws:SourceArn": f"arn:aws:elasticloadbalancing:eu-central-1:{ACCOUNT}:loadbalancer/*"}
    }


@pytest.mark.parametrize("kind", ["objects", "configuration"])
def test_accesses_to_data_are_logged_once_the_log_bucket_lets_them_in(registered: Run, kind: str):
    program = registered(storage())
    logging = program.one("BucketLogging", f"storage-{kind}-access-log")
    source = program.one("s3/bucket:Bucket", f"storage-{kind}")
    assert logging["bucket"] == source.outputs["bucket"]
    assert logging["targetBucket"] == program.one("s3/bucket:Bucket", "storage-logs").outputs["bucket"]
    assert program.waits_for(logging, program.one("BucketPolicy", "storage-logs-policy"))

    delivery = statements(program, "storage-logs")[f"AccessLogsOf{kind.capitalize()}"]
    assert delivery["Principal"] == {"Service": "logging.s3.amazonaws.com"}
    assert delivery["Resource"].endswith(f"/{logging['targetPrefix']}*")
    assert delivery["Condition"] == {
        "ArnLike": {"aws:SourceArn": source.outputs["arn"]},
        "StringEquals": {"aws:SourceAccount": ACCOUNT},  # a bucket's ARN does not tell whose it is
    }


def test_buckets_that_are_backed_up_tell_eventbridge_and_the_log_bucket_does_not(registered: Run):
    events = registered(storage()).all("BucketNotification")
    assert {one.name: one["eventbridge"] for one in events} == {
        "storage-objects-events": True,
        "storage-configuration-events": True,
    }


def test_protected_buckets_stay_and_others_are_emptied_and_go_with_the_stack(registered: Run):
    kept = registered(storage(protected=True)).all("s3/bucket:Bucket")
    assert [(one["forceDestroy"], one.options["protect"]) for one in kept] == [(False, True)] * 3
    gone = registered(storage(protected=False)).all("s3/bucket:Bucket")
    assert [(one["forceDestroy"], one.options.get("protect", False)) for one in gone] == [(True, False)] * 3


def test_two_environments_stand_side_by_side(registered: Run):
    program = registered(lambda: (storage("one", "mockforge-one")(), storage("two", "mockforge-two")()))
    assert len({one.outputs["bucket"] for one in program.all("s3/bucket:Bucket")}) == 6
    assert len({one["name"] for one in program.all("Alias")}) == 2
