"""The application: database, cluster, the service with its deployments, and how many tasks run."""

from dataclasses import dataclass

import pulumi

from components.alarms import Alarms, AlarmsArgs
from components.autoscaling import Autoscaling, AutoscalingArgs
from components.cluster import Cluster, ClusterArgs
from components.deployment_registry import DeploymentRegistry
from components.service import Service, ServiceArgs
from components.smoke_test import SmokeTest, SmokeTestArgs
from infra.database import ChosenDatabase, choose_database
from infra.foundation import Foundation
from infra.ground import Ground
from infra.traffic import Traffic
from runbook.alarm import Subject
from runbook.alarms import catalogue


@dataclass(frozen=True, kw_only=True)
class Application:
    """What serves users."""

    database: ChosenDatabase
    cluster: Cluster
    deployment_alarms: Alarms
    smoke_test: SmokeTest
    service: Service
    autoscaling: Autoscaling


def traffic_subjects(traffic: Traffic, database: ChosenDatabase) -> dict[Subject, pulumi.Input[str]]:
    """Dimension values of what stands before the service does."""
    return {
        "load_balancer": traffic.load_balancer.arn_suffix,
        "blue_target_group": traffic.colours.blue_arn_suffix,
        "green_target_group": traffic.colours.green_arn_suffix,
        **database.subjects,
    }


def run_application(
    ground: Ground, foundation: Foundation, traffic: Traffic, registry: DeploymentRegistry | None
) -> Application:
    """Registers it."""
    environment = ground.environment
    network, notifications, storage = foundation.network, foundation.notifications, foundation.storage
    load_balancer, secrets, colours = traffic.load_balancer, traffic.secrets, traffic.colours

    database = choose_database(environment, ground.lookups, network, notifications, ground.opts)

    cluster = Cluster(
        "cluster",
        ClusterArgs(
            prefix=ground.prefix, environment_name=environment.name, log_retention_days=ground.log_retention_days
        ),
        ground.opts,
    )

    # The load balancer's alarms stand before the service: while one of them fires, a deployment is rolled back.
    deployment_alarms = Alarms(
        "deployment-alarms",
        AlarmsArgs(
            rows=[row for row in catalogue(environment) if row.deployment],
            prefix=ground.prefix,
            subjects=traffic_subjects(traffic, database),
            guide_url=ground.guide_url,
        ),
        ground.opts,
    )

    smoke_test = SmokeTest(
        "smoke-test",
        SmokeTestArgs(
            service=environment.service,
            address=environment.address,
            alerts=environment.alerts,
            prefix=ground.prefix,
            region=ground.region,
            account_id=ground.account_id,
            log_retention_days=ground.log_retention_days,
            test_header_secret_arn=secrets.test_header_secret_arn,
            warning_topic_arn=notifications.warning_topic_arn,
            warning_topic_key_arn=notifications.key_arns["warning"],
        ),
        ground.opts,
    )

    service = Service(
        "service",
        ServiceArgs(
            service=environment.service,
            deployment=environment.deployment,
            first_tasks=environment.scaling.first_tasks,
            environment_name=environment.name,
            prefix=ground.prefix,
            url=environment.url,
            region=ground.region,
            account_id=ground.account_id,
            protected=ground.protected,
            cluster_name=cluster.cluster_name,
            cluster_arn=cluster.cluster_arn,
            log_group_name=cluster.service_log_group_name,
            exec_log_group_name=cluster.exec_log_group_name,
            log_groups=cluster.log_groups,
            subnet_ids=network.private_subnet_ids,
            security_group_id=network.service_security_group_id,
            private_routes=network.private_routes,
            security_rules=network.security_rules,
            blue_arn=colours.blue_arn,
            green_arn=colours.green_arn,
            production_rule_arn=colours.production_rule_arn,
            test_rule_arn=colours.test_rule_arn,
            rules=colours.rules,
            deployment_alarm_names=list(deployment_alarms.names.values()),
            secrets={
                **database.secrets,
                "JWT_SECRET": secrets.jwt_secret_arn,
                "PROMETHEUS_SCRAPE_TOKEN": secrets.scrape_token_arn,
                **{name: ground.lookups.secret_arns[secret] for name, secret in environment.service.secrets.items()},
            },
            secret_versions=[*database.secret_versions, *secrets.versions],
            objects_bucket=storage.objects_bucket,
            objects_bucket_arn=storage.objects_bucket_arn,
            objects_key_arns=[storage.key_arn],
            approval_topic_arn=notifications.warning_topic_arn,
            smoke_test_function_arn=smoke_test.function_arn,
            smoke_test_resources=load_balancer.way_in,
            registry=registry,
        ),
        ground.opts,
    )

    autoscaling = Autoscaling(
        "autoscaling",
        AutoscalingArgs(
            scaling=environment.scaling,
            prefix=ground.prefix,
            cluster_name=cluster.cluster_name,
            service_name=service.service_name_output,
        ),
        ground.opts,
    )

    return Application(
        database=database,
        cluster=cluster,
        deployment_alarms=deployment_alarms,
        smoke_test=smoke_test,
        service=service,
        autoscaling=autoscaling,
    )
