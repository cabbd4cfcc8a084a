"""The maintenance window and its notice (runbook, "Scheduled Maintenance": first Sunday, 2-4 AM UTC, 1 week ahead).

Systems Manager opens the window; where there is a checklist (a Step Functions state machine), the window starts it.
EventBridge Scheduler sends the notice on the day that `runbook.schedule` computes. A notice that could not be delivered
for a day is dropped, and counted as `InvocationDroppedCount` of the schedule group: nobody would read a queue of it.
"""

import json
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.component import Component
from components.policy import policy, trust
from runbook import schedule, settings

# `sns.publish` by way of Scheduler's universal target: its simple SNS target cannot give a subject.
PUBLISH = "arn:aws:scheduler:::aws-sdk:sns:publish"
# Scheduler's own limits (EventBridge Scheduler user guide, "Retry policy"). A day late is still six days ahead.
NOTICE_RETRIES = 185
NOTICE_RETRY_SECONDS = 86_400
# Tasks may start until the window ends; the checklist itself ends in time.
CUTOFF_HOURS = 0


@dataclass(frozen=True, kw_only=True)
class MaintenanceWindowArgs:
    """Our section of the stack file, whom to tell, and what to start."""

    maintenance: settings.Maintenance
    prefix: str
    """Start of the names people see: `mockforge-<environment>`."""
    announcement_topic_arn: pulumi.Input[str]
    announcement_key_arn: pulumi.Input[str]
    """The topic's own key: whoever publishes to it encrypts with it."""
    url: str
    """Named in the notice, so that its readers know what it is about."""
    checklist_state_machine_arn: pulumi.Input[str] | None = None
    """Started when the window opens. None: the window opens, and a person goes through the checklist."""


class MaintenanceWindow(Component):
    """`notice_schedule_group_name` is the dimension of Scheduler's metrics: an alarm on dropped notices needs it."""

    window_id: pulumi.Output[str]
    notice_schedule_name: pulumi.Output[str]
    notice_schedule_group_name: pulumi.Output[str]

    def __init__(self, name: str, args: MaintenanceWindowArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._name, self._args = name, args

        window = aws.ssm.MaintenanceWindow(
            f"{name}-window",
            name=f"{args.prefix}-maintenance",
            description=f"Maintenance of {args.prefix}: {schedule.spell_window(args.maintenance)}",
            schedule=schedule.ssm_window_schedule(args.maintenance),
            schedule_timezone="UTC",
            duration=args.maintenance.duration_hours,
            cutoff=CUTOFF_HOURS,
            opts=self.child(),
        )
        if args.checklist_state_machine_arn is not None:
            self._checklist(window, args.checklist_state_machine_arn)
        group = aws.scheduler.ScheduleGroup(f"{name}-notices", name=f"{args.prefix}-maintenance", opts=self.child())
        notice = self._notice(group)

        self.window_id = window.id
        self.notice_schedule_name, self.notice_schedule_group_name = notice.name, group.name
        self.register_outputs(
            {
                "window_id": self.window_id,
                "notice_schedule_name": self.notice_schedule_name,
                "notice_schedule_group_name": self.notice_schedule_group_name,
            }
        )

    def _checklist(self, window: aws.ssm.MaintenanceWindow, state_machine_arn: pulumi.Input[str]) -> None:
        """The task that starts the state machine; without targets it runs once: concurrency and errors stay unset."""
        state_machine = pulumi.Output.from_input(state_machine_arn)
        role, allowed = self._role(
            "checklist",
            trust("ssm.amazonaws.com", {"StringEquals": {"aws:SourceAccount": state_machine.apply(_account)}}),
            policy(
                [
                    {"Action": "states:StartExecution", "Resource": state_machine},
                    {
                        "Action": ["states:DescribeExecution", "states:StopExecution"],
                        "Resource": state_machine.apply(_executions),
                    },
                ]
            ),
        )
        aws.ssm.MaintenanceWindowTask(
            f"{self._name}-checklist",
            window_id=window.id,
            description="The runbook's maintenance checklist",
            task_type="STEP_FUNCTIONS",
            task_arn=state_machine,
            service_role_arn=role.arn,
            priority=1,
            task_invocation_parameters={
                "step_functions_parameters": {
                    # `{{…}}` is filled in by Systems Manager
                    "name": "{{WINDOW_EXECUTION_ID}}",
                    "input": json.dumps(
                        {
                            "window_id": "{{WINDOW_ID}}",
                            "window_execution_id": "{{WINDOW_EXECUTION_ID}}",
                            "window_minutes": self._args.maintenance.duration_hours * schedule.MINUTES_PER_HOUR,
                        }
                    ),
                }
            },
            opts=self.child(depends_on=[allowed]),
        )

    def _notice(self, group: aws.scheduler.ScheduleGroup) -> aws.scheduler.Schedule:
        role, allowed = self._role(
            "notice",
            trust("scheduler.amazonaws.com", {"StringEquals": {"aws:SourceArn": group.arn}}),
            policy(
                [
                    {"Action": "sns:Publish", "Resource": self._args.announcement_topic_arn},
                    {
                        "Action": ["kms:Decrypt", "kms:GenerateDataKey*"],
                        "Resource": self._args.announcement_key_arn,
                    },
                ]
            ),
        )
        subject, message = notice(self._args.maintenance, self._args.url)
        return aws.scheduler.Schedule(
            f"{self._name}-notice",
            description=f"Tells of the maintenance: {schedule.spell_window(self._args.maintenance)}",
            group_name=group.name,
            schedule_expression=schedule.notice_schedule(self._args.maintenance),
            schedule_expression_timezone="UTC",
            flexible_time_window={"mode": "OFF"},
            target={
                "arn": PUBLISH,
                "role_arn": role.arn,
                "input": pulumi.Output.json_dumps(
                    {"TopicArn": self._args.announcement_topic_arn, "Subject": subject, "Message": message},
                    sort_keys=True,
                    ensure_ascii=False,
                ),
                "retry_policy": {
                    "maximum_retry_attempts": NOTICE_RETRIES,
                    "maximum_event_age_in_seconds": NOTICE_RETRY_SECONDS,
                },
            },
            # Scheduler tries the role when the schedule is made
            opts=self.child(depends_on=[allowed]),
        )

    def _role(
        self, kind: str, may_assume: pulumi.Output[str], may_do: pulumi.Output[str]
    ) -> tuple[aws.iam.Role, aws.iam.RolePolicy]:
        role = aws.iam.Role(f"{self._name}-{kind}-role", assume_role_policy=may_assume, opts=self.child())
        allowed = aws.iam.RolePolicy(f"{self._name}-{kind}-policy", role=role.name, policy=may_do, opts=self.child())
        return role, allowed


def notice(maintenance: settings.Maintenance, url: str) -> tuple[str, str]:
    """Subject (ASCII, as SNS wants it) and text. A schedule cannot know the window's date, so it counts in weeks."""
    weeks = "one week" if maintenance.notice_weeks == 1 else f"{maintenance.notice_weeks} weeks"
    hours = "1 hour" if maintenance.duration_hours == 1 else f"{maintenance.duration_hours} hours"
    subject = f"MockForge Cloud: maintenance in {weeks}"
    text = (
        f"In {weeks} ({schedule.spell_window(maintenance)}) MockForge Cloud, {url}, is maintained. "
        f"It may be slow or interrupted for up to {hours}; you need do nothing. "
        f"This notice was due at <aws.scheduler.scheduled-time>, and the window opens exactly {weeks} later."
    )
    return subject, text


def _account(arn: str) -> str:
    return arn.split(":")[4]


def _executions(state_machine_arn: str) -> str:
    """Every execution of the state machine, as IAM names them."""
    return state_machine_arn.replace(":stateMachine:", ":execution:") + ":*"
