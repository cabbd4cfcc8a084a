"""Rights of the deploy and preview role against what the stacks register; the program's roles against the boundary.

AWS publishes which actions the making, reading, changing and deleting of each of its types take; cfn-lint has that.
It is written for CloudFormation, which can set everything a type has: what our program never sets is listed with why.
"""

import json
import re
from fnmatch import fnmatchcase
from typing import Any

import pytest

from tests.bootstrap.pulumi_types import AWS_TYPES, known_actions, rights
from tests.bootstrap.resolved import ACCOUNT, actions, allows, listed, stack
from tests.harness import Registered
from tests.stacks.stack import STACKS, stack_named

NOT_NEEDED = {
    "acm-pca:*": "no private certificate authority",
    "amplify:*": "the firewall stands before a load balancer, and so on for the services a web ACL can stand before",
    "apigateway:*": "as amplify",
    "apprunner:*": "as amplify",
    "appsync:*": "as amplify",
    "bedrock-agentcore:*": "as amplify",
    "cognito-idp:*": "as amplify; and no listener that signs people in",
    "ec2:*VerifiedAccess*": "as amplify",
    "wafv2:PutPermissionPolicy": "no web ACL shared with another account",
    "payments:*": "no firewall rules from the marketplace",
    "application-autoscaling:*ScheduledAction": "planned changes of size are an operator's, not the program's",
    "autoscaling:*": "no instances",
    "backup:*AccessPolicy": "the vault has no policy of its own",
    "backup-storage:Mount": "older name of MountCapsule",
    "billing:*": "no billing view of another account",
    "ec2:*NatGatewayAddress": "a NAT gateway has the one address it was made with",
    "ec2:AcceptAddressTransfer": "addresses are allocated, not taken over",
    "ec2:AssociateAddress": "the NAT gateway takes its address itself",
    "ec2:CreateVpcEncryptionControl": "not set",
    "ec2:ModifyVpcTenancy": "not set",
    "ecs:PutAccountSetting*": "set for the account, not for an environment",
    "ecs:StopServiceDeployment": "the program does not wait for deployments; the operator's command stops them",
    "elasticfilesystem:*": "no file systems",
    "s3files:*": "as elasticfilesystem",
    "elasticloadbalancing:*Targets": "ECS does that, with its own role",
    "elasticloadbalancing:ModifyCapacityReservation": "not set",
    "elasticloadbalancing:ModifyIpPools": "not set",
    "firehose:*": "logs go into log groups",
    "iam:DeleteRolePermissionsBoundary": "never: it is what keeps the roles in bounds",
    "iam:ListRoles": "roles are read by name",
    "iam:DescribeOrganization": "no such action",
    "kms:*ableKey": "keys are deleted or kept, never switched off",
    "lambda:*CodeSigning*": "not set, and so on for other parts of a function",
    "lambda:*ProvisionedConcurrency*": "as code signing",
    "lambda:AssociateRuntimeAlias": "no such action",
    "lambda:GetLayerVersion": "as code signing",
    "lambda:PassCapacityProvider": "as code signing",
    "lambda:PutFunctionRecursionConfig": "as code signing",
    "lambda:PutFunctionScalingConfig": "as code signing",
    "lambda:PutRuntimeManagementConfig": "as code signing",
    "logs:*BearerToken*": "not set, and so on for other parts of a log group",
    "logs:*DataProtectionPolicy": "as bearer token",
    "logs:*IndexPolicy": "as bearer token",
    "logs:*sociateKmsKey": "as bearer token",
    "logs:PutLogGroupDeletionProtection": "as bearer token",
    "rds:*ReadReplica": "not set",
    "rds:*RoleToDBInstance": "not set",
    "rds:RemoveRoleFromDBInstance": "not set",
    "rds:RestoreDBInstance*": "a restore is an operator's; its result is imported",
    "rds:*AutomatedBackupsReplication": "AWS Backup copies",
    "route53-recovery-control-config:*": "not set",
    "s3:*Analytics*": "not set, and so on for other parts of a bucket",
    "s3:*BucketCors": "as analytics",
    "s3:*BucketAbac": "as analytics",
    "s3:*Inventory*": "as analytics",
    "s3:*IntelligentTiering*": "as analytics",
    "s3:*Metadata*Table*": "as analytics",
    "s3:*Metrics*": "as analytics",
    "s3:*ObjectLock*": "as analytics",
    "s3:*Replication*": "as analytics",
    "s3:*Website": "as analytics",
    "s3:DeleteBucketEncryption": "never: buckets stay encrypted",
    "s3:DeleteBucketLifecycle": "no such action",
    "s3:PutAccelerateConfiguration": "as analytics",
    "s3:Put*Acl": "access lists are off in every bucket",
    "s3:PutBucketCORS": "as analytics",
    "s3:GetObjectVersion": "code of functions is sent, not put into a bucket",
    "s3:REST.PUT.OBJECT": "no such action",
    "s3tables:*": "as analytics",
    "secretsmanager:GetRandomPassword": "the engine makes up secrets",
    "sns:*DataProtectionPolicy": "not set",
    "vpc-lattice:*": "no endpoint of that kind",
    "vpce:*": "as vpc-lattice",
}
CHANGES_BY_READING = {"AWS::WAFv2::WebACLAssociation", "AWS::Events::Rule"}
"""AWS lists rights to change among those to read there."""
PERHAPS = {"iam:PassRole", "iam:CreateServiceLinkedRole"}
"""On another thing than the one that is made."""


def registered() -> dict[str, Registered]:
    found = {f"{name} {one.name} {one.type}": one for name in STACKS for one in stack_named(name).up.resources}
    return {key: one for key, one in found.items() if one.type.startswith("aws:")}


def not_needed(action: str) -> bool:
    return any(fnmatchcase(action.lower(), pattern.lower()) for pattern in NOT_NEEDED)


def test_every_type_that_is_registered_is_known_to_this_test_and_no_other():
    assert {one.type for one in registered().values()} == AWS_TYPES.keys()


@pytest.mark.parametrize("aws_type", sorted({one for one in AWS_TYPES.values() if one}))
def test_the_deploy_role_may_make_change_and_delete_what_the_stacks_register(aws_type: str):
    wanted = set[str]().union(*(found for name, found in rights(aws_type).items() if name != "list"))
    assert wanted, "AWS publishes what it takes"
    statements = stack().policies("DeployRole")
    assert {one for one in wanted if not allows(statements, one) and not not_needed(one)} == set()


def test_what_is_listed_as_not_needed_is_asked_for_by_some_type_and_not_allowed():
    asked = {one for aws_type in AWS_TYPES.values() if aws_type for found in rights(aws_type).values() for one in found}
    statements = stack().policies("DeployRole")
    idle = [
        pattern
        for pattern in NOT_NEEDED
        if not any(fnmatchcase(one.lower(), pattern.lower()) and not allows(statements, one) for one in asked)
    ]
    assert idle == []


@pytest.mark.parametrize("name", STACKS)
def test_it_may_do_so_by_the_names_that_things_really_have(name: str):
    """The stand-in AWS names them as AWS does: what the program auto-names ends in seven characters of the engine's."""
    statements = stack(EnvironmentName=name).policies("DeployRole")
    wrong: list[str] = []
    looked_at = 0
    for key, one in registered().items():
        aws_type = AWS_TYPES[one.type]
        arn = str(one.outputs.get("arn", ""))
        if not key.startswith(f"{name} ") or not aws_type or not arn.startswith("arn:"):
            continue
        service = arn.split(":")[2]
        for action in set[str]().union(*(rights(aws_type).get(kind, set()) for kind in ("create", "update", "delete"))):
            ours = action.split(":")[0] == service and action not in PERHAPS and not not_needed(action)
            if not ours or re.search(r":(Describe|List|Get)", action):
                continue
            looked_at += 1
            if not allows(statements, action, arn):
                wrong.append(f"{one.name}: {action} on {arn}")
    assert wrong == []
    assert looked_at > 1000


@pytest.mark.parametrize("aws_type", sorted({one for one in AWS_TYPES.values() if one} - CHANGES_BY_READING))
def test_the_preview_role_may_read_what_the_stacks_register(aws_type: str):
    statements = stack().policies("PreviewRole")
    wanted = rights(aws_type).get("read", set())
    assert {one for one in wanted if not allows(statements, one) and not not_needed(one)} == set()


def test_the_preview_role_changes_nothing():
    words = re.compile(r":(Describe|Get|List|View|Validate|Decrypt)")
    assert [one for one in actions(stack().policies("PreviewRole")) if not words.search(one)] == []


def test_the_preview_role_reads_no_data_but_the_state_and_our_own_secrets():
    """Pulumi compares secrets with its state, which the same role reads: who can open a pull request can see them."""
    statements = stack().policies("PreviewRole")
    state = f"arn:aws:s3:::mockforge-production-state-{ACCOUNT}-us-east-1"
    assert allows(statements, "s3:GetObject", f"{state}/.pulumi/stacks/mockforge-cloud/production.json")
    assert not allows(statements, "s3:GetObject", "arn:aws:s3:::storage-objects-1a2b3c4/plugins/one")
    [denied] = [one for one in statements if one["Effect"] == "Deny"]
    assert (denied["Action"], denied["NotResource"]) == (["s3:GetObject", "s3:GetObjectVersion"], f"{state}/*")
    for action in ("logs:GetLogEvents", "logs:FilterLogEvents", "rds:DownloadDBLogFilePortion", "kms:Encrypt"):
        assert not allows(statements, action), action
    secrets = f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:"
    assert allows(statements, "secretsmanager:GetSecretValue", f"{secrets}mockforge-cloud/production/pagerduty-AbCdEf")
    assert not allows(statements, "secretsmanager:GetSecretValue", f"{secrets}mockforge-cloud/staging/jwt-AbCdEf")


# --- roles


def roles() -> list[Registered]:
    return [one for one in registered().values() if one.type == "aws:iam/role:Role"]


def test_the_deploy_role_makes_the_programs_roles_and_none_of_the_bootstraps():
    statements = stack().policies("DeployRole")
    assert roles()
    for role in roles():
        assert allows(statements, "iam:CreateRole", f"arn:aws:iam::{ACCOUNT}:role/{role.name}-1a2b3c4"), role.name
    for name in (
        "mockforge-production-deploy",
        "mockforge-production-operator",
        "Admin",
        "OrganizationAccountAccessRole",
    ):
        for action in ("iam:PutRolePolicy", "iam:UpdateAssumeRolePolicy", "iam:PassRole"):
            assert not allows(statements, action, f"arn:aws:iam::{ACCOUNT}:role/{name}"), name
    assert [one for one in actions(statements) if re.search(r"iam:.*(PolicyVersion|ManagedPolicy)", one)] == []


def test_no_role_without_the_boundary_and_passed_only_to_services_that_the_program_uses():
    denied = {one["Sid"]: one for one in stack().policies("DeployRightsPolicy") if one["Effect"] == "Deny"}
    bounded = denied["NoneWithoutTheBoundary"]
    assert (bounded["Resource"], bounded["Condition"]) == (
        "*",
        {"StringNotEquals": {"iam:PermissionsBoundary": "Boundary"}},
    )
    assert set(bounded["Action"]) == {
        f"iam:{name}"
        for name in (
            "AttachRolePolicy",
            "CreateRole",
            "DeleteRolePermissionsBoundary",
            "DeleteRolePolicy",
            "DetachRolePolicy",
            "PutRolePermissionsBoundary",
            "PutRolePolicy",
        )
    }, "all actions on roles that know this condition (IAM, service authorization reference)"
    passed = set(denied["PassedOnlyToWhomTheyAreFor"]["Condition"]["StringNotEquals"]["iam:PassedToService"])
    trusted = {
        listed(statement["Principal"]["Service"])[0]
        for role in roles()
        for statement in json.loads(str(role["assumeRolePolicy"]))["Statement"]
    }
    assert passed == trusted | {"restore-testing.backup.amazonaws.com"}


def test_the_boundary_lets_every_role_of_the_program_do_what_its_policies_say():
    boundary = stack().policies("Boundary")
    said: list[tuple[str, str, str]] = []
    for one in registered().values():
        if one.type == "aws:iam/rolePolicy:RolePolicy":
            for statement in json.loads(str(one["policy"]))["Statement"]:
                said += [
                    (one.name, action, arn)
                    for action in listed(statement["Action"])
                    for arn in listed(statement["Resource"])
                ]
    assert len(said) > 100
    outside = [(name, action) for name, action, arn in said if not allows(boundary, action, "*" if arn == "*" else arn)]
    assert sorted(set(outside)) == []


def test_the_boundary_gives_no_way_to_more():
    boundary = stack().policies("Boundary")
    for action in (
        "iam:CreateRole",
        "iam:PutRolePolicy",
        "sts:AssumeRole",
        "lambda:CreateFunction",
        "ec2:RunInstances",
    ):
        assert not allows(boundary, action), action
    assert not allows(boundary, "iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/Admin")
    denied: list[dict[str, Any]] = [one for one in boundary if one["Effect"] == "Deny"]
    assert denied[0]["Resource"][1] == f"arn:aws:s3:::mockforge-production-state-{ACCOUNT}-us-east-1/*"


@pytest.mark.slow
def test_every_action_that_is_named_exists():
    for name in ("DeployRole", "PreviewRole", "OperatorRole", "Boundary"):
        for action in actions(stack().policies(name)):
            known = [one for one in known_actions() if fnmatchcase(one, action.lower())]
            assert known, f"{name}: {action}"
