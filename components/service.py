"""The ECS service: blue/green deployments with bake, approval, alarms and rollback (runbook, "Blue-Green Deployment").

The program does not wait for a deployment to finish: the provider gives up after 20 minutes, long before a bake ends.
The command line follows it instead.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.approval import Approval, ApprovalArgs
from components.component import Component
from components.deployment_guard import Guarded, deployment_guard
from components.deployment_registry import AwsDeploymentRegistry, DeploymentRegistry
from components.deployment_roles import DeploymentRoles, DeploymentRolesArgs
from components.task_definition import CONTAINER_NAME, TaskDefinition, TaskDefinitionArgs
from components.task_roles import TaskRoles, TaskRolesArgs
from runbook import settings
from runbook.deployments import withdrawn_parameter_name, write_withdrawals
from runbook.whereabouts import deployment_parameter_name

REQUIRED_SECRETS = frozenset({"DATABASE_URL", "JWT_SECRET", "PROMETHEUS_SCRAPE_TOKEN"})
# Green starts at full size beside blue, and blue never shrinks meanwhile.
MAXIMUM_PERCENT = 200
MINIMUM_HEALTHY_PERCENT = 100
SMOKE_TEST_STAGE = "POST_TEST_TRAFFIC_SHIFT"  # test traffic is fully on green, users are not
APPROVAL_STAGE = (
    "PRE_PRODUCTION_TRAFFIC_SHIFT"  # the next stage: a person never approves what the smoke test has not seen
)


@dataclass(frozen=True, kw_only=True)
class ServiceArgs:
    """Settings sections, and the outputs of what stands before the service."""

    service: settings.Service
    deployment: settings.Deployment
    first_tasks: int
    """Tasks at the very first start; autoscaling decides from then on."""
    environment_name: str
    prefix: str
    """Name of the service and of the task definition's family."""
    url: str
    region: str
    account_id: pulumi.Input[str]
    protected: bool
    cluster_name: str
    cluster_arn: pulumi.Input[str]
    log_group_name: str
    exec_log_group_name: str
    log_groups: Sequence[pulumi.Resource]
    """Must exist before a task writes to them."""
    subnet_ids: Sequence[pulumi.Input[str]]
    security_group_id: pulumi.Input[str]
    private_routes: Sequence[pulumi.Resource]
    """The way out of the subnets: without it a task cannot pull its image."""
    security_rules: Sequence[pulumi.Resource]
    """What the security groups let pass: without them a task reaches nothing, and nobody reaches it."""
    blue_arn: pulumi.Input[str]
    green_arn: pulumi.Input[str]
    production_rule_arn: pulumi.Input[str]
    test_rule_arn: pulumi.Input[str]
    rules: Sequence[pulumi.Resource]
    deployment_alarm_names: Sequence[pulumi.Input[str]]
    """While one of these fires, a deployment is rolled back."""
    secrets: Mapping[str, pulumi.Input[str]]
    """Variable to `valueFrom`: every one the application gets, those of the settings included."""
    secret_versions: Sequence[pulumi.Resource]
    secret_key_arns: Sequence[pulumi.Input[str]] = ()
    objects_bucket: pulumi.Input[str]
    objects_bucket_arn: pulumi.Input[str]
    objects_key_arns: Sequence[pulumi.Input[str]]
    approval_topic_arn: pulumi.Input[str]
    smoke_test_function_arn: pulumi.Input[str] | None = None
    smoke_test_resources: Sequence[pulumi.Resource] = ()
    """What must exist before the smoke test is called, its permission for instance."""
    registry: DeploymentRegistry | None = None
    """Who knows of running deployments. Unset: AWS."""


class Service(Component):
    """The running application.

    `service_name` is plain text, known early; `service_name_output` is the same, but waits for the service. Raises
    ValueError when a secret that the application cannot start without is missing from `secrets`.
    """

    service_name: str
    service_name_output: pulumi.Output[str]
    service_arn: pulumi.Output[str]
    task_definition_arn: pulumi.Output[str]
    task_role_arn: pulumi.Output[str]
    execution_role_arn: pulumi.Output[str]
    withdrawn_parameter_name: str
    task_family: str
    container_name: str

    def __init__(self, name: str, args: ServiceArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        _refuse_missing_secrets(args)
        self._name, self._args = name, args
        self.service_name = self.task_family = args.prefix
        self.container_name = CONTAINER_NAME
        self.withdrawn_parameter_name = withdrawn_parameter_name(args.environment_name)

        task_roles = self._task_roles()
        deployment_roles = DeploymentRoles(
            f"{name}-deploy",
            DeploymentRolesArgs(smoke_test_function_arn=args.smoke_test_function_arn),
            self.child(),
        )
        task_definition = self._task_definition(task_roles)
        service = self._service(
            task_definition,
            deployment_roles,
            before=[
                *task_roles.policies,
                *deployment_roles.policies,
                *self._approval(),
                self._withdrawn_record(),
                self._deployment_record(),
                *args.log_groups,
                *args.private_routes,
                *args.security_rules,
                *args.rules,
                *args.secret_versions,
                *args.smoke_test_resources,
            ],
        )

        self.service_name_output, self.service_arn = service.name, service.arn
        self.task_definition_arn = task_definition.arn
        self.task_role_arn, self.execution_role_arn = task_roles.task_role_arn, task_roles.execution_role_arn
        self.register_outputs({"service_name": service.name, "service_arn": self.service_arn})

    def _task_roles(self) -> TaskRoles:
        args = self._args
        return TaskRoles(
            f"{self._name}-tasks",
            TaskRolesArgs(
                image=args.service.image,
                region=args.region,
                account_id=args.account_id,
                log_group_name=args.log_group_name,
                exec_log_group_name=args.exec_log_group_name,
                exec_enabled=args.service.exec_enabled,
                secrets=args.secrets,
                secret_key_arns=args.secret_key_arns,
                objects_bucket_arn=args.objects_bucket_arn,
                objects_key_arns=args.objects_key_arns,
            ),
            self.child(),
        )

    def _task_definition(self, roles: TaskRoles) -> TaskDefinition:
        args = self._args
        return TaskDefinition(
            f"{self._name}-task",
            TaskDefinitionArgs(
                service=args.service,
                family=self.task_family,
                environment_name=args.environment_name,
                region=args.region,
                url=args.url,
                objects_bucket=args.objects_bucket,
                secrets=args.secrets,
                log_group_name=args.log_group_name,
                execution_role_arn=roles.execution_role_arn,
                task_role_arn=roles.task_role_arn,
            ),
            self.child(),
        )

    def _approval(self) -> list[pulumi.Resource]:
        args = self._args
        if not args.deployment.approval_required:
            return []
        return Approval(
            f"{self._name}-approval",
            ApprovalArgs(
                environment_name=args.environment_name,
                cluster_arn=args.cluster_arn,
                topic_arn=args.approval_topic_arn,
                timeout_minutes=args.deployment.approval_timeout_minutes,
            ),
            self.child(),
        ).resources

    def _withdrawn_record(self) -> aws.ssm.Parameter:
        return aws.ssm.Parameter(
            f"{self._name}-withdrawn",
            name=self.withdrawn_parameter_name,
            description="Images that a rollback withdrew; written by `mfcloud rollback`, read before every deployment",
            type="String",
            insecure_value=write_withdrawals([]),  # no secret: a preview may show it
            # A rollback writes it; an `up` must never forget what was withdrawn.
            opts=self.child(ignore_changes=["insecureValue"], protect=self._args.protected),
        )

    def _deployment_record(self) -> aws.ssm.Parameter:
        return aws.ssm.Parameter(
            f"{self._name}-deployment",
            name=deployment_parameter_name(self._args.environment_name),
            description="Who deploys what, for which ticket; written by `mfcloud deploy`, its history is the list",
            type="String",
            insecure_value="{}",
            opts=self.child(ignore_changes=["insecureValue"], protect=self._args.protected),
        )

    def _service(
        self, task_definition: TaskDefinition, roles: DeploymentRoles, before: list[pulumi.Resource]
    ) -> aws.ecs.Service:
        args = self._args
        return aws.ecs.Service(
            self._name,
            name=self.service_name,
            cluster=args.cluster_arn,
            task_definition=task_definition.arn,
            launch_type="FARGATE",
            desired_count=args.first_tasks,
            deployment_controller={"type": "ECS"},
            deployment_maximum_percent=MAXIMUM_PERCENT,
            deployment_minimum_healthy_percent=MINIMUM_HEALTHY_PERCENT,
            deployment_configuration={
                "strategy": "BLUE_GREEN",
                "bake_time_in_minutes": str(args.deployment.bake_minutes),
                "lifecycle_hooks": self._hooks(roles),
            },
            deployment_circuit_breaker={"enable": True, "rollback": True},
            alarms={"alarm_names": [*args.deployment_alarm_names], "enable": True, "rollback": True}
            if args.deployment_alarm_names
            else None,
            load_balancers=[
                {
                    "container_name": CONTAINER_NAME,
                    "container_port": args.service.port,
                    "target_group_arn": args.blue_arn,
                    "advanced_configuration": {
                        "alternate_target_group_arn": args.green_arn,
                        "production_listener_rule": args.production_rule_arn,
                        "test_listener_rule": args.test_rule_arn,
                        "role_arn": roles.infrastructure_role_arn,
                    },
                }
            ],
            network_configuration={
                "subnets": [*args.subnet_ids],
                "security_groups": [args.security_group_id],
                "assign_public_ip": False,
            },
            health_check_grace_period_seconds=args.service.health_grace_seconds,
            availability_zone_rebalancing="ENABLED",
            enable_execute_command=args.service.exec_enabled,
            enable_ecs_managed_tags=True,
            propagate_tags="SERVICE",
            wait_for_steady_state=False,
            # Where nothing is protected, `destroy` does not wait for tasks to drain one by one.
            force_delete=not args.protected,
            opts=self.child(
                depends_on=before,
                protect=args.protected,
                ignore_changes=["desiredCount"],  # autoscaling's and the operators' business after the first start
                hooks=pulumi.ResourceHookBinding(before_update=[self._guard()]),
            ),
        )

    def _hooks(self, roles: DeploymentRoles) -> list[aws.ecs.ServiceDeploymentConfigurationLifecycleHookArgsDict]:
        args = self._args
        hooks: list[aws.ecs.ServiceDeploymentConfigurationLifecycleHookArgsDict] = []
        if args.smoke_test_function_arn is not None and roles.hook_role_arn is not None:
            hooks.append(
                {
                    "target_type": "AWS_LAMBDA",
                    "hook_target_arn": args.smoke_test_function_arn,
                    "role_arn": roles.hook_role_arn,
                    "lifecycle_stages": [SMOKE_TEST_STAGE],
                }
            )
        if args.deployment.approval_required:
            hooks.append(
                {
                    "target_type": "PAUSE",
                    "lifecycle_stages": [APPROVAL_STAGE],
                    "timeout_configuration": {
                        "timeout_in_minutes": str(args.deployment.approval_timeout_minutes),
                        "action": "ROLLBACK",
                    },
                }
            )
        return hooks

    def _guard(self) -> pulumi.ResourceHook:
        args = self._args
        registry = args.registry or AwsDeploymentRegistry(
            region=args.region,
            cluster=args.cluster_name,
            service=self.service_name,
            withdrawn_parameter=self.withdrawn_parameter_name,
        )
        return deployment_guard(
            f"{self._name}-deployment-guard",
            Guarded(
                environment_name=args.environment_name,
                service_name=self.service_name,
                image=args.service.image,
                registry=registry,
            ),
        )


def _refuse_missing_secrets(args: ServiceArgs) -> None:
    if missing := sorted((REQUIRED_SECRETS | args.service.secrets.keys()) - args.secrets.keys()):
        raise ValueError(f"secrets lacks {', '.join(missing)}: the application's tasks would not get them")
