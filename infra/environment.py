"""One environment of MockForge Cloud, in the order in which AWS wants it.

`compose` is the table of contents of what `pulumi up` brings up: one call per component, each given its own section of
the settings and what its neighbours made. Environments differ by settings alone.
"""

import contextlib
from collections.abc import Mapping
from typing import Any

import pulumi

from components.alarms import Alarms, AlarmsArgs
from components.alerts import Alerts, AlertsArgs
from components.application_secrets import ApplicationSecrets, ApplicationSecretsArgs
from components.autoscaling import Autoscaling, AutoscalingArgs
from components.backup_plan import BackupPlan, BackupPlanArgs
from components.blue_green import BlueGreenTargetGroups, BlueGreenTargetGroupsArgs
from components.budget import Budget, BudgetArgs
from components.cluster import Cluster, ClusterArgs
from components.dashboard import Dashboard, DashboardArgs
from components.deployment_registry import DeploymentRegistry
from components.load_balancer import LoadBalancer, LoadBalancerArgs
from components.log_errors import LogErrors, LogErrorsArgs
from components.maintenance_alarm import MaintenanceAlarm, MaintenanceAlarmArgs
from components.maintenance_window import MaintenanceWindow, MaintenanceWindowArgs
from components.network import Network, NetworkArgs
from components.notifications import Notifications, NotificationsArgs
from components.object_storage import ObjectStorage, ObjectStorageArgs
from components.operations_manifest import OperationsManifest, OperationsManifestArgs
from components.outside_check import OutsideCheck, OutsideCheckArgs
from components.service import Service, ServiceArgs
from components.smoke_test import SmokeTest, SmokeTestArgs
from infra.configuration import read_environment
from infra.database import choose_database
from infra.lookups import look_up
from infra.manifest import Parts, manifest_fields
from infra.provider import ENVIRONMENT_TAG, aws_provider
from runbook import schedule
from runbook.alarm import Subject, alerts
from runbook.alarms import ERROR_LINES_METRIC, catalogue, own_namespace
from runbook.settings import Environment


def program(registry: DeploymentRegistry | None = None) -> None:
    """What the engine runs. `registry`: who knows of running deployments; unset, AWS."""
    environment = read_environment()

    async def composed() -> Mapping[str, Any]:
        outputs = compose(environment, registry)
        # Pulumi's own waiting looks at every pending output each time one is ready, a quarter of a preview's time. The
        # manifest depends on everything: once it is known, little is left to wait for.
        with contextlib.suppress(Exception):  # told where it happened
            await outputs["operations"].future()
        return outputs

    pulumi.run(composed)


def compose(environment: Environment, registry: DeploymentRegistry | None = None) -> Mapping[str, Any]:
    """Registers everything; returns the stack's outputs."""
    prefix, region, recovery_region = (
        environment.prefix,
        environment.location.region,
        environment.location.recovery_region,
    )
    protected, log_retention_days = environment.protection.protected, environment.logs.retention_days
    guide_url = environment.notifications.guide_url

    provider = aws_provider(environment)
    lookups = look_up(environment, provider)
    account_id = lookups.account_id
    opts = pulumi.ResourceOptions(providers=[provider])

    network = Network(
        "network",
        NetworkArgs(
            network=environment.network,
            prefix=prefix,
            region=region,
            account_id=account_id,
            service_port=environment.service.port,
            external_database=environment.database.kind == "external",
            log_retention_days=log_retention_days,
            protected=protected,
        ),
        opts,
    )

    notifications = Notifications(
        "notifications",
        NotificationsArgs(
            notifications=environment.notifications,
            prefix=prefix,
            region=region,
            account_id=account_id,
            pagerduty_key=lookups.pagerduty_key,
            protected=protected,
        ),
        opts,
    )

    # Before the load balancer, which writes its access logs into a bucket of these.
    storage = ObjectStorage(
        "storage",
        ObjectStorageArgs(
            storage=environment.storage,
            prefix=prefix,
            region=region,
            account_id=account_id,
            log_retention_days=log_retention_days,
            protected=protected,
        ),
        opts,
    )

    load_balancer = LoadBalancer(
        "web",
        LoadBalancerArgs(
            address=environment.address,
            firewall=environment.firewall,
            hosted_zone_id=lookups.hosted_zone_id,
            subnet_ids=network.public_subnet_ids,
            public_routes=network.public_routes,
            security_group_id=network.load_balancer_security_group_id,
            logs_bucket=storage.logs_bucket,
            logs_bucket_policy=storage.logs_bucket_policy,
            prefix=prefix,
            region=region,
            account_id=account_id,
            log_retention_days=log_retention_days,
            protected=protected,
        ),
        opts,
    )

    secrets = ApplicationSecrets(
        "secrets",
        ApplicationSecretsArgs(environment_name=environment.name, recovery_region=recovery_region, protected=protected),
        opts,
    )

    colours = BlueGreenTargetGroups(
        "colours",
        BlueGreenTargetGroupsArgs(
            service=environment.service,
            address=environment.address,
            vpc_id=network.vpc_id,
            listener_arn=load_balancer.listener_arn,
            test_header_value=secrets.test_header_value,
            protected=protected,
        ),
        opts,
    )

    database = choose_database(environment, lookups, network, notifications, opts)

    cluster = Cluster(
        "cluster",
        ClusterArgs(prefix=prefix, environment_name=environment.name, log_retention_days=log_retention_days),
        opts,
    )

    rows = catalogue(environment)
    subjects: dict[Subject, pulumi.Input[str]] = {
        "load_balancer": load_balancer.arn_suffix,
        "blue_target_group": colours.blue_arn_suffix,
        "green_target_group": colours.green_arn_suffix,
        **database.subjects,
    }

    # The load balancer's alarms stand before the service: while one of them fires, a deployment is rolled back.
    deployment_alarms = Alarms(
        "deployment-alarms",
        AlarmsArgs(rows=[row for row in rows if row.deployment], prefix=prefix, subjects=subjects, guide_url=guide_url),
        opts,
    )

    smoke_test = SmokeTest(
        "smoke-test",
        SmokeTestArgs(
            service=environment.service,
            address=environment.address,
            alerts=environment.alerts,
            prefix=prefix,
            region=region,
            account_id=account_id,
            log_retention_days=log_retention_days,
            test_header_secret_arn=secrets.test_header_secret_arn,
            warning_topic_arn=notifications.warning_topic_arn,
            warning_topic_key_arn=notifications.key_arns["warning"],
        ),
        opts,
    )

    service = Service(
        "service",
        ServiceArgs(
            service=environment.service,
            deployment=environment.deployment,
            first_tasks=environment.scaling.first_tasks,
            environment_name=environment.name,
            prefix=prefix,
            url=environment.url,
            region=region,
            account_id=account_id,
            protected=protected,
            cluster_name=cluster.cluster_name,
            cluster_arn=cluster.cluster_arn,
            log_group_name=cluster.service_log_group_name,
            exec_log_group_name=cluster.exec_log_group_name,
            log_groups=cluster.log_groups,
            subnet_ids=network.private_subnet_ids,
            security_group_id=network.service_security_group_id,
            private_routes=network.private_routes,
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
                **{name: lookups.secret_arns[secret] for name, secret in environment.service.secrets.items()},
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
        opts,
    )

    autoscaling = Autoscaling(
        "autoscaling",
        AutoscalingArgs(
            scaling=environment.scaling,
            prefix=prefix,
            cluster_name=cluster.cluster_name,
            service_name=service.service_name_output,
        ),
        opts,
    )

    backups = BackupPlan(
        "backups",
        BackupPlanArgs(
            backups=environment.backups,
            maintenance=environment.maintenance,
            prefix=prefix,
            account_id=account_id,
            objects_bucket_arn=storage.objects_bucket_arn,
            configuration_bucket_arn=storage.configuration_bucket_arn,
            database_arn=database.rds.instance_arn if database.rds else None,
            subnet_group_name=database.rds.subnet_group_name if database.rds else None,
            security_group_id=network.database_security_group_id if database.rds else None,
            warning_topic_arn=notifications.warning_topic_arn,
            recovery_region=recovery_region,
            covered=[storage, *([database.rds] if database.rds else [])],
            protected=protected,
        ),
        opts,
    )

    subjects |= {
        "cluster": cluster.cluster_name,
        "service": service.service_name_output,
        "backup_vault": backups.vault_name,
    }
    remaining_alarms = Alarms(
        "alarms",
        AlarmsArgs(
            rows=[row for row in rows if not row.deployment and not row.outside],
            prefix=prefix,
            subjects=subjects,
            guide_url=guide_url,
        ),
        opts,
    )
    log_errors = LogErrors(
        "log-errors",
        LogErrorsArgs(
            log_group_name=cluster.service_log_group_name,
            namespace=own_namespace(environment),
            metric_name=ERROR_LINES_METRIC,
            prefix=prefix,
        ),
        pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=cluster.log_groups)),
    )
    outside_check = OutsideCheck(
        "outside-check",
        OutsideCheckArgs(
            alerts=environment.alerts,
            host_name=environment.address.host_name,
            rows=[row for row in rows if row.outside],
            prefix=prefix,
            topic_arn=notifications.outside_topic_arn,
            guide_url=guide_url,
        ),
        opts,
    )

    # What tells people is held back while this one says that it is maintenance.
    maintenance_alarm = MaintenanceAlarm(
        "maintenance-alarm",
        MaintenanceAlarmArgs(
            maintenance=environment.maintenance, prefix=prefix, load_balancer_arn_suffix=load_balancer.arn_suffix
        ),
        opts,
    )
    pages = Alerts(
        "alerts",
        AlertsArgs(
            alerts=alerts(rows),
            prefix=prefix,
            alarm_names={**deployment_alarms.names, **remaining_alarms.names},
            critical_topic_arn=notifications.critical_topic_arn,
            warning_topic_arn=notifications.warning_topic_arn,
            maintenance_alarm_name=maintenance_alarm.alarm_name,
            guide_url=guide_url,
        ),
        opts,
    )

    dashboard = Dashboard(
        "dashboard",
        DashboardArgs(
            prefix=prefix,
            region=region,
            url=environment.url,
            guide_url=guide_url,
            window=schedule.spell_window(environment.maintenance),
            objectives=environment.objectives,
            alerts=environment.alerts,
            subjects={**subjects, "health_check": outside_check.health_check_id},
            instance_class=environment.database.instance_class if database.rds else None,
            log_group_name=cluster.service_log_group_name,
            own_namespace=own_namespace(environment),
            alarm_arns=[*deployment_alarms.arns.values(), *remaining_alarms.arns.values()],
            outside_alarm_arns=list(outside_check.arns.values()),
        ),
        opts,
    )

    window = MaintenanceWindow(
        "maintenance",
        MaintenanceWindowArgs(
            maintenance=environment.maintenance,
            prefix=prefix,
            announcement_topic_arn=notifications.announcement_topic_arn,
            announcement_key_arn=notifications.announcement_key_arn,
            url=environment.url,
        ),
        opts,
    )

    budget = Budget(
        "budget",
        BudgetArgs(
            budget=environment.budget,
            prefix=prefix,
            emails=environment.notifications.emails,
            tag_key=ENVIRONMENT_TAG,
            tag_value=environment.name,
        ),
        opts,
    )

    manifest = OperationsManifest(
        "operations",
        OperationsManifestArgs(
            environment_name=environment.name,
            fields=manifest_fields(
                environment,
                Parts(
                    account_id=account_id,
                    cluster=cluster,
                    service=service,
                    smoke_test=smoke_test,
                    load_balancer=load_balancer,
                    colours=colours,
                    secrets=secrets,
                    database=database,
                    storage=storage,
                    backups=backups,
                    notifications=notifications,
                    maintenance_alarm=maintenance_alarm,
                    deployment_alarms=deployment_alarms,
                    dashboard=dashboard,
                    window=window,
                ),
            ),
            # Everything: what nothing else depends on, above all (a destroy begins there).
            after=[
                network,
                notifications,
                storage,
                load_balancer,
                secrets,
                colours,
                *([database.rds] if database.rds else []),
                cluster,
                smoke_test,
                deployment_alarms,
                service,
                autoscaling,
                backups,
                remaining_alarms,
                log_errors,
                outside_check,
                maintenance_alarm,
                pages,
                dashboard,
                window,
                budget,
            ],
            protected=protected,
        ),
        opts,
    )

    return {
        "url": environment.url,
        "dashboard": dashboard.url,
        "cluster": cluster.cluster_name,
        "service": service.service_name_output,
        "operations": manifest.parameter_name,
        "outgoing_addresses": network.outgoing_addresses,
        "maintenance_window": schedule.spell_window(environment.maintenance),
    }
