"""The template of what must exist before the first `up`: that AWS takes it, and what it promises.

Guards: a state that can be lost or read, a bucket made public, a key that goes with its stack, an image under a tag
that moves, a repository of somebody else that comes in.
"""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from operations.aws.service_roles import SERVICE_ROLES
from operations.bootstrapping import names
from operations.bootstrapping.template import TEMPLATE_FILE, load_template, template_body
from tests.bootstrap.resolved import ACCOUNT, REGION, actions, listed, stack

ROOT = Path(__file__).resolve().parents[2]
WORKFLOWS = {file.name: yaml.safe_load(file.read_text()) for file in (ROOT / ".github" / "workflows").glob("*.yml")}


def resource(name: str) -> dict[str, Any]:
    return stack().resources[name]


def test_cloudformation_takes_it():
    """Types, properties, values, actions of IAM: cfn-lint compares with what AWS publishes."""
    command = [Path(sys.executable).with_name("cfn-lint"), TEMPLATE_FILE]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_it_is_small_enough_to_be_sent_by_a_command():
    assert len(template_body().encode()) <= 51_200
    assert json.loads(template_body()) == load_template()


@pytest.mark.parametrize("name", [name for name, one in stack().resources.items() if one["Type"].endswith("Policy")])
def test_a_policy_is_short_enough(name: str):
    """IAM: 6,144 characters in a managed policy, white space not counted. With the longest name an environment has."""
    longest = stack(EnvironmentName="a-long-name-abc")
    text = json.dumps(longest.resources[name]["PolicyDocument"], separators=(",", ":"))
    assert len(text) <= 6_144


def test_the_state_is_versioned_encrypted_private_and_reached_by_tls_only():
    bucket = resource("StateBucket")
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    [rule] = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule["ServerSideEncryptionByDefault"] == {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "SecretsKey.Arn"}
    assert list(bucket["PublicAccessBlockConfiguration"].values()) == [True] * 4
    [statement] = resource("StateBucketPolicy")["PolicyDocument"]["Statement"]
    assert (statement["Effect"], statement["Action"], statement["Principal"]) == ("Deny", "s3:*", "*")
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert statement["Resource"] == [bucket_arn(), f"{bucket_arn()}/*"]
    assert resource("SecretsKey")["EnableKeyRotation"] is True


def bucket_arn() -> str:
    return f"arn:aws:s3:::mockforge-production-state-{ACCOUNT}-{REGION}"


def test_what_holds_something_outlives_the_stack_and_what_failed_half_way_leaves_nothing():
    """CloudFormation: RetainExceptOnCreate keeps on delete, and cleans up after a creation that failed."""
    resources = load_template()["Resources"]
    keeping = {
        "SecretsKey",
        "SecretsKeyAlias",
        "StateBucket",
        "StateBucketPolicy",
        "ImageRepository",
        "GithubProvider",
    }
    assert {name: resources[name]["DeletionPolicy"] for name in keeping} == dict.fromkeys(
        keeping, "RetainExceptOnCreate"
    )
    assert {resources[name]["UpdateReplacePolicy"] for name in keeping} == {"Retain"}
    shared = {name for name, one in resources.items() if one["Type"] == "AWS::IAM::ServiceLinkedRole"}
    assert {resources[name]["DeletionPolicy"] for name in shared} == {"Retain"}, "others in the account use them"


def test_names_that_commands_use_are_those_of_the_template():
    assert resource("StateBucket")["BucketName"] == names.state_bucket("production", ACCOUNT, REGION)
    assert resource("SecretsKeyAlias")["AliasName"] == names.key_alias("production")
    assert len(names.state_bucket("a-long-name-abc", ACCOUNT, "ap-southeast-1")) <= 63, "S3's longest name"


def test_an_image_keeps_its_tag_is_scanned_and_is_kept_by_number():
    repository = resource("ImageRepository")
    assert repository["ImageTagMutability"] == "IMMUTABLE"
    assert repository["ImageScanningConfiguration"] == {"ScanOnPush": True}
    rules = json.loads(repository["LifecyclePolicy"]["LifecyclePolicyText"])["rules"]
    assert [(one["selection"]["tagStatus"], one["selection"]["countType"]) for one in rules] == [
        ("untagged", "sinceImagePushed"),
        ("any", "imageCountMoreThan"),
    ]
    assert "RepositoryPolicyText" not in repository, "nobody else pulls it unless they are named"
    [statement] = stack(ImageReaderAccounts="111122223333").resources["ImageRepository"]["RepositoryPolicyText"][
        "Statement"
    ]
    assert statement["Principal"] == {"AWS": ["111122223333"]}
    assert [one for one in statement["Action"] if re.search(r"Put|Upload|Delete|Set", one)] == []


# --- who comes in


def trust(role: str, **given: str) -> dict[str, Any]:
    [statement] = stack(**given).resources[role]["AssumeRolePolicyDocument"]["Statement"]
    return statement


def subjects(role: str, **given: str) -> list[str]:
    condition = trust(role, **given)["Condition"]
    assert list(condition) == ["StringEquals"], "no pattern: a pattern lets in who only looks alike"
    equals = condition["StringEquals"]
    assert equals["token.actions.githubusercontent.com:aud"] == "sts.amazonaws.com"
    return listed(equals["token.actions.githubusercontent.com:sub"])


def jobs_with(variable: str) -> list[tuple[str, dict[str, Any]]]:
    return [
        (file, job)
        for file, workflow in WORKFLOWS.items()
        for job in workflow["jobs"].values()
        if variable in json.dumps(job)
    ]


def test_the_preview_role_lets_in_the_workflows_that_take_it_and_no_other():
    files = {file for file, _ in jobs_with("_PREVIEW_ROLE")}
    assert files == {"pull-request.yml", "drift.yml"}
    assert all("environment" not in job for _, job in jobs_with("_PREVIEW_ROLE")), "else its name were the subject"
    assert subjects("PreviewRole") == [
        "repo:mockforge/cloud-operations:pull_request",
        "repo:mockforge/cloud-operations:ref:refs/heads/main",  # schedules run on the default branch
    ]


def test_the_deploy_role_lets_in_its_own_environment_of_the_repository_only():
    assert {file for file, _ in jobs_with("vars.DEPLOY_ROLE")} == {"up.yml"}
    assert subjects("DeployRole") == ["repo:mockforge/cloud-operations:environment:production"]
    assert subjects("DeployRole", EnvironmentName="staging") == ["repo:mockforge/cloud-operations:environment:staging"]


def test_a_repository_is_spelt_as_its_tokens_spell_it():
    assert subjects("DeployRole", Repository="mockforge@12/ops@34") == [
        "repo:mockforge@12/ops@34:environment:production"
    ]


def test_githubs_provider_is_used_where_the_account_has_it_and_made_where_not():
    assert trust("DeployRole")["Principal"] == {"Federated": "GithubProvider"}
    assert "GithubProvider" not in stack(CreateGithubProvider="false").resources
    assert trust("DeployRole", CreateGithubProvider="false")["Principal"] == {
        "Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"
    }


def test_service_linked_roles_are_made_only_where_they_are_missing():
    rows = {row.logical_id: row.service for row in SERVICE_ROLES}
    made = {name: one["AWSServiceName"] for name, one in stack().resources.items() if "AWSServiceName" in one}
    assert made == rows
    for name in rows:
        assert name not in stack(**{f"Create{name}": "false"}).resources


def test_the_budget_of_the_account_tells_before_and_when_it_is_spent():
    budget = resource("AccountBudget")
    assert budget["Budget"]["BudgetLimit"] == {"Amount": "1420", "Unit": "USD"}
    assert [
        (one["Notification"]["NotificationType"], one["Notification"]["Threshold"])
        for one in budget["NotificationsWithSubscribers"]
    ] == [("FORECASTED", 100), ("ACTUAL", 80), ("ACTUAL", 100)]


def test_no_role_has_every_right_of_a_service_and_none_may_make_users_or_keys():
    for role in ("PreviewRole", "DeployRole", "OperatorRole"):
        said = list(actions(stack().policies(role)))
        assert [one for one in said if one == "*" or one.endswith(":*")] == [], role
        assert [one for one in said if re.search(r"iam:.*(User|AccessKey|LoginProfile|CreatePolicy|OpenID)", one)] == []
