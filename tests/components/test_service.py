import json
from collections.abc import Callable

import pytest

from runbook.settings import Deployment
from tests.components.service_program import CLUSTER_ARN, FUNCTION_ARN, GROUP, RULE, TOPIC_ARN, service_program
from tests.harness import Program

Run = Callable[..., Program]


def service(program: Program):
    return program.one("ecs/service:Service", "service")


def hooks(program: Program):
    return service(program)["deploymentConfiguration"].get("lifecycleHooks", [])


def test_deployments_are_blue_green_and_bake_for_an_hour(registered: Run):
    one = service(registered(service_program()))
    assert one["deploymentController"] == {"type": "ECS"}
    assert one["deploymentConfiguration"]["strategy"] == "BLUE_GREEN"
    assert one["deploymentConfiguration"]["bakeTimeInMinutes"] == "60"  # AWS wants text


def test_the_bake_is_a_setting(registered: Run):
    one = service(registered(service_program(deployment=Deployment(bake_minutes=15))))
    assert one["deploymentConfiguration"]["bakeTimeInMinutes"] == "15"


def test_a_person_answers_before_users_reach_the_new_version_and_silence_rolls_back(registered: Run):
    assert hooks(registered(service_program())) == [
        {
            "targetType": "PAUSE",
            "lifecycleStages": ["PRE_PRODUCTION_TRAFFIC_SHIFT"],
            "timeoutConfiguration": {"timeoutInMinutes": "1440", "action": "ROLLBACK"},
        }
    ]


def test_without_approval_nothing_waits_and_nobody_is_told(registered: Run):
    program = registered(service_program(deployment=Deployment(approval_required=False)))
    assert hooks(program) == []
    assert program.all("EventRule") == []


def test_the_smoke_test_runs_when_test_traffic_is_on_green_and_before_the_approval(registered: Run):
    program = registered(service_program(smoke_test_function_arn=FUNCTION_ARN))
    smoke, pause = hooks(program)
    assert (smoke["targetType"], smoke["hookTargetArn"]) == ("AWS_LAMBDA", FUNCTION_ARN)
    assert smoke["lifecycleStages"] == ["POST_TEST_TRAFFIC_SHIFT"]
    assert "timeoutConfiguration" not in smoke
    assert pause["lifecycleStages"] == ["PRE_PRODUCTION_TRAFFIC_SHIFT"]
    role = program.by_arn(smoke["roleArn"])
    [statement] = json.loads(program.one("RolePolicy", "service-deploy-hook-policy")["policy"])["Statement"]
    assert (statement["Action"], statement["Resource"]) == (["lambda:InvokeFunction"], FUNCTION_ARN)
    [trusted] = json.loads(role["assumeRolePolicy"])["Statement"]
    assert trusted["Principal"] == {"Service": "ecs.amazonaws.com"}


def test_both_colours_and_both_rules_are_handed_to_ecs(registered: Run):
    program = registered(service_program())
    [balancer] = service(program)["loadBalancers"]
    assert balancer["targetGroupArn"] == GROUP + "blue/1"
    assert (balancer["containerName"], balancer["containerPort"]) == ("mockforge", 8080)
    advanced = balancer["advancedConfiguration"]
    assert advanced["alternateTargetGroupArn"] == GROUP + "green/2"
    assert advanced["productionListenerRule"] == RULE + "production"
    assert advanced["testListenerRule"] == RULE + "test"
    assert program.by_arn(advanced["roleArn"]).name == "service-deploy-infra"


def test_ecs_moves_traffic_with_aws_own_policy(registered: Run):
    attached = registered(service_program()).one("RolePolicyAttachment", "service-deploy-infra-policy")
    assert attached["policyArn"] == "arn:aws:iam::aws:policy/AmazonECSInfrastructureRolePolicyForLoadBalancers"


def test_alarms_and_failing_tasks_roll_a_deployment_back(registered: Run):
    one = service(registered(service_program()))
    assert one["alarms"] == {
        "alarmNames": ["mockforge-staging-deployment-errors"],
        "enable": True,
        "rollback": True,
    }
    assert one["deploymentCircuitBreaker"] == {"enable": True, "rollback": True}


def test_a_service_without_deployment_alarms_names_none(registered: Run):
    assert "alarms" not in service(registered(service_program(deployment_alarm_names=[])))


def test_autoscaling_moves_the_number_of_tasks_and_an_up_leaves_it(registered: Run):
    one = service(registered(service_program(first_tasks=3)))
    assert one["desiredCount"] == 3
    assert one.options["ignore_changes"] == ["desiredCount"]


def test_migrations_have_five_minutes_before_a_failed_check_counts(registered: Run):
    assert service(registered(service_program()))["healthCheckGracePeriodSeconds"] == 300


def test_an_up_does_not_wait_for_the_bake(registered: Run):
    assert service(registered(service_program()))["waitForSteadyState"] is False


def test_tasks_run_in_private_subnets_spread_over_zones_and_carry_the_tags(registered: Run):
    one = service(registered(service_program()))
    assert one["networkConfiguration"] == {
        "subnets": ["subnet-1", "subnet-2"],
        "securityGroups": ["sg-service"],
        "assignPublicIp": False,
    }
    assert one["availabilityZoneRebalancing"] == "ENABLED"
    assert (one["propagateTags"], one["launchType"]) == ("SERVICE", "FARGATE")
    assert (one["deploymentMaximumPercent"], one["deploymentMinimumHealthyPercent"]) == (200, 100)


@pytest.mark.parametrize("before", ["a-route", "a-rule", "a-secret-version", "a-log-group", "a-permission"])
def test_no_task_starts_before_what_it_needs_exists(registered: Run, before: str):
    program = registered(service_program())
    assert program.waits_for(service(program), program.one("Parameter", before))


@pytest.mark.parametrize(
    ("type_", "before"),
    [
        ("RolePolicy", "service-tasks-execution-policy"),
        ("RolePolicy", "service-tasks-task-policy"),
        ("RolePolicy", "service-deploy-hook-policy"),
        ("RolePolicyAttachment", "service-deploy-infra-policy"),
        ("EventRule", "service-approval-waits"),
        ("EventTarget", "service-approval-message"),
        ("Parameter", "service-withdrawn"),
        ("Parameter", "service-deployment"),
    ],
)
def test_rights_and_messages_stand_before_the_first_deployment(registered: Run, type_: str, before: str):
    program = registered(service_program(smoke_test_function_arn=FUNCTION_ARN))
    assert program.waits_for(service(program), program.one(type_, before))


def test_the_record_of_withdrawn_images_starts_empty_and_an_up_never_empties_it_again(registered: Run):
    program = registered(service_program(protected=True))
    record = program.one("Parameter", "service-withdrawn")
    assert (record["name"], record["type"]) == ("/mockforge-cloud/staging/withdrawn", "String")
    assert json.loads(record["insecureValue"]) == []
    assert record.options["ignore_changes"] == ["insecureValue"]
    assert record.options["protect"] is True


def test_the_record_of_deployments_starts_empty_and_an_up_never_empties_it_again(registered: Run):
    program = registered(service_program(protected=True))
    record = program.one("Parameter", "service-deployment")
    assert (record["name"], record["type"]) == ("/mockforge-cloud/staging/deployment", "String")
    assert record["insecureValue"] == "{}"
    assert record.options["ignore_changes"] == ["insecureValue"]
    assert record.options["protect"] is True


def test_a_protected_service_is_not_deleted_and_another_goes_without_help(registered: Run):
    protected = service(registered(service_program(protected=True)))
    assert (protected.options["protect"], protected["forceDelete"]) == (True, False)
    free = service(registered(service_program(protected=False)))
    assert (free.options.get("protect"), free["forceDelete"]) == (False, True)


def test_an_update_of_the_service_passes_the_guard_and_its_creation_does_not(registered: Run):
    program = registered(service_program())
    assert service(program).options["hooks"] == {"before_update": ["service-deployment-guard"]}
    assert list(program.hooks) == ["service-deployment-guard"]


def test_a_waiting_deployment_of_this_cluster_tells_a_person_what_to_do(registered: Run):
    program = registered(service_program())
    assert json.loads(program.one("EventRule")["eventPattern"]) == {
        "source": ["aws.ecs"],
        "detail-type": ["ECS Hook State Change"],
        "detail": {"eventName": ["HOOK_AWAITING_ACTION"], "clusterArn": [CLUSTER_ARN]},
    }
    target = program.one("EventTarget")
    assert target["arn"] == TOPIC_ARN
    text = json.loads(target["inputTransformer"]["inputTemplate"])
    assert text == (
        "A deployment of MockForge Cloud to staging is ready and waits for your answer before users reach it. "
        "Approve: ./mfcloud approve staging. Reject: ./mfcloud reject staging. "
        "Without an answer it is rolled back after 1440 minutes, at <expires>. "
        "Runbook: docs/runbook.md#standard-deployment. Deployment: <deployment>"
    )
    assert target["inputTransformer"]["inputPaths"] == {
        "expires": "$.detail.expiresAt",
        "deployment": "$.detail.serviceDeploymentArn",
    }


def test_a_preview_knows_the_names_that_others_need(registered: Run):
    program = registered(service_program(), preview=True)
    assert service(program)["name"] == "mockforge-staging"
    assert program.one("ecs/taskDefinition:TaskDefinition")["family"] == "mockforge-staging"
