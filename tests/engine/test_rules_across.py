"""What the rules across resources look like to somebody at the real engine."""

import pulumi_aws as aws
import pytest
from pulumi import automation

from tests.engine.conftest import Project, changes

pytestmark = pytest.mark.engine


def alarm(name: str, **more: object) -> aws.cloudwatch.MetricAlarm:
    return aws.cloudwatch.MetricAlarm(
        name,
        name="cpu",
        comparison_operator="GreaterThanThreshold",
        evaluation_periods=1,
        metric_name="CPUUtilization",
        namespace="AWS/ECS",
        period=60,
        statistic="Average",
        threshold=80,
        **more,  # pyright: ignore[reportArgumentType]
    )


def test_an_update_says_what_is_missing_in_one_sentence_and_makes_nothing(project: Project):
    def program() -> None:
        alarm("cpu", alarm_actions=["arn:aws:sns:us-east-1:123456789012:nobody"])

    with pytest.raises(automation.CommandError) as refused:
        project.open(program).up()
    assert (
        "error: cloudwatch.MetricAlarm cpu is refused: alarmActions[0]: arn:aws:sns:us-east-1:123456789012:nobody does "
        "not exist: nothing created it (sns.Topic) and no data source found it" in str(refused.value)
    )
    assert "Exception calling application" not in str(refused.value)
    assert project.cloud.all() == []


def test_a_preview_refuses_what_it_can_know(project: Project):
    def program() -> None:
        alarm("first")
        alarm("second")

    with pytest.raises(
        automation.CommandError, match=r"the name 'cpu' is taken in us-east-1 by cloudwatch\.MetricAlarm"
    ):
        project.open(program).preview()


def test_a_preview_of_a_healthy_program_knows_too_little_to_refuse_it(project: Project):
    def program() -> None:
        topic = aws.sns.Topic("pages")
        aws.sns.TopicPolicy(
            "pages",
            arn=topic.arn,
            policy=topic.arn.apply(
                lambda arn: (
                    '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sns:Publish", "Principal": '
                    f'{{"Service": "cloudwatch.amazonaws.com"}}, "Resource": "{arn}"}}}}'
                )
            ),
        )
        alarm("cpu", alarm_actions=[topic.arn])

    assert changes(project.open(program).preview()) == {"create": 4}
