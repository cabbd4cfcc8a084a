"""What ECS itself may do during a blue/green deployment: move traffic, and call the smoke-test function."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.component import Component
from components.policy import policy, trust

# AWS's own policy for exactly this: listeners, rules, target groups and target health (ECS developer guide).
INFRASTRUCTURE_POLICY_ARN = "arn:aws:iam::aws:policy/AmazonECSInfrastructureRolePolicyForLoadBalancers"
# Nobody but ECS assumes them, and it must be able to until the last deployment has ended.
ECS_PRINCIPAL = "ecs.amazonaws.com"


@dataclass(frozen=True, kw_only=True)
class DeploymentRolesArgs:
    """The function that a lifecycle hook calls, if there is one."""

    smoke_test_function_arn: pulumi.Input[str] | None


class DeploymentRoles(Component):
    """`infrastructure_role_arn`, `hook_role_arn` (None without a function).

    The service depends on `policies`: without them at its end, ECS could not let go of the target groups, and deleting
    the service would stick in DRAINING.
    """

    infrastructure_role_arn: pulumi.Output[str]
    hook_role_arn: pulumi.Output[str] | None
    policies: list[pulumi.Resource]

    def __init__(self, name: str, args: DeploymentRolesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        infrastructure = aws.iam.Role(
            f"{name}-infra",
            description="ECS moves traffic between blue and green",
            assume_role_policy=trust(ECS_PRINCIPAL),
            opts=self.child(),
        )
        self.infrastructure_role_arn = infrastructure.arn
        self.policies = [
            aws.iam.RolePolicyAttachment(
                f"{name}-infra-policy",
                role=infrastructure.name,
                policy_arn=INFRASTRUCTURE_POLICY_ARN,
                opts=self.child(),
            )
        ]
        self.hook_role_arn = None
        if args.smoke_test_function_arn is not None:
            self.hook_role_arn = self._hook_role(name, args.smoke_test_function_arn)
        self.register_outputs({"infrastructure_role_arn": self.infrastructure_role_arn})

    def _hook_role(self, name: str, function_arn: pulumi.Input[str]) -> pulumi.Output[str]:
        role = aws.iam.Role(
            f"{name}-hook",
            description="ECS calls the smoke test between test and production traffic",
            assume_role_policy=trust(ECS_PRINCIPAL),
            opts=self.child(),
        )
        invoke = {"Sid": "CallSmokeTest", "Action": ["lambda:InvokeFunction"], "Resource": function_arn}
        self.policies.append(
            aws.iam.RolePolicy(f"{name}-hook-policy", role=role.name, policy=policy([invoke]), opts=self.child())
        )
        return role.arn
