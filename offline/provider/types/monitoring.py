"""CloudWatch alarms, dashboards and logs; SNS; budgets and cost alarms."""

from typing import Final

from offline.provider.catalog import Name, ResourceType, row
from offline.provider.facts import CREATED, Facts

_CLOUDWATCH: Final = "arn:aws:cloudwatch:{region}:{account}:"
_LOGS: Final = "arn:aws:logs:{region}:{account}:"


def _subscription_arn(facts: Facts) -> str:
    return f"{facts.inputs.get('topic', '')}:{facts.uuid()}"


def _waits_for_a_click(facts: Facts) -> bool:
    return str(facts.inputs.get("protocol", "")).startswith("email")


TYPES: Final[tuple[ResourceType, ...]] = (
    row(
        "cloudwatch/metricAlarm:MetricAlarm",
        id="{name}",
        arn=_CLOUDWATCH + "alarm:{name}",
        name=Name(),
        sets=("alarmActions", "okActions", "insufficientDataActions"),
    ),
    row(
        "cloudwatch/compositeAlarm:CompositeAlarm",
        id="{name}",
        arn=_CLOUDWATCH + "alarm:{name}",
        name=Name(property="alarmName", required=True),
        replaces=("actionsEnabled",),
        sets=("alarmActions", "okActions", "insufficientDataActions"),
    ),
    row(
        "cloudwatch/dashboard:Dashboard",
        id="{name}",
        name=Name(property="dashboardName", required=True),
        computed={"dashboardArn": "arn:aws:cloudwatch::{account}:dashboard/{name}"},
        tagged=False,
    ),
    row(
        "cloudwatch/logGroup:LogGroup",
        id="{name}",
        arn=_LOGS + "log-group:{name}",
        name=Name(limit=512),
        replaces=("logGroupClass",),
    ),
    row(
        "cloudwatch/logMetricFilter:LogMetricFilter",
        id="{name}",
        name=Name(limit=512),
        replaces=("logGroupName",),
        tagged=False,
    ),
    row(
        "cloudwatch/logResourcePolicy:LogResourcePolicy",
        id="{in[policyName]}",
        computed={"policyScope": "ACCOUNT", "revisionId": "{hex32}"},
        replaces=("policyName", "resourceArn"),
        tagged=False,
    ),
    row(
        "cloudwatch/logSubscriptionFilter:LogSubscriptionFilter",
        id="cwlsf-{digits10}",
        name=Name(limit=512),
        replaces=("logGroup", "destinationArn"),
        tagged=False,
    ),
    row(
        "cloudwatch/logDataProtectionPolicy:LogDataProtectionPolicy",
        id="{in[logGroupName]}",
        replaces=("logGroupName",),
        tagged=False,
    ),
    row(
        "cloudwatch/queryDefinition:QueryDefinition",
        id="{uuid}",
        arn=_LOGS + "query-definition:{uuid}",
        name=Name(property="name", required=True),
        computed={"queryDefinitionId": "{uuid}"},
        replaces=("-name",),
        tagged=False,
    ),
    row(
        "cloudwatch/contributorInsightRule:ContributorInsightRule",
        id="{in[ruleName]}",
        computed={"resourceArn": _CLOUDWATCH + "insight-rule/{in[ruleName]}"},
        replaces=("ruleName",),
    ),
    row(
        "cloudwatch/alarmMuteRule:AlarmMuteRule",
        id="{name}",
        arn=_CLOUDWATCH + "alarm-mute-rule:{name}",
        name=Name(),
        computed={"status": "SCHEDULED", "muteType": "RECURRING", "lastUpdatedTimestamp": CREATED},
    ),
    row(
        "sns/topic:Topic",
        arn="arn:aws:sns:{region}:{account}:{name}",
        name=Name(limit=256),
        computed={"owner": "{account}", "beginningArchiveTime": ""},
        replaces=("fifoTopic",),
    ),
    row(
        "sns/topicPolicy:TopicPolicy", id="{in[arn]}", computed={"owner": "{account}"}, replaces=("arn",), tagged=False
    ),
    row(
        "sns/topicSubscription:TopicSubscription",
        arn=_subscription_arn,
        computed={
            "ownerId": "{account}",
            "pendingConfirmation": _waits_for_a_click,
            "confirmationWasAuthenticated": lambda facts: not _waits_for_a_click(facts),
        },
        replaces=("topic", "protocol", "endpoint"),
        tagged=False,
    ),
    row(
        "budgets/budget:Budget",
        id="{account}:{name}",
        arn="arn:aws:budgets::{account}:budget/{name}",
        name=Name(limit=100),
        sets=("notifications", "costFilters"),
        is_global=True,
    ),
    row(
        "costexplorer/anomalyMonitor:AnomalyMonitor",
        arn="arn:aws:ce::{account}:anomalymonitor/{uuid}",
        name=Name(limit=1024),
        replaces=("monitorType", "monitorDimension", "monitorSpecification", "-name"),
        is_global=True,
    ),
    row(
        "costexplorer/anomalySubscription:AnomalySubscription",
        arn="arn:aws:ce::{account}:anomalysubscription/{uuid}",
        name=Name(limit=1024),
        replaces=("accountId",),
        is_global=True,
    ),
    row(
        "costexplorer/costAllocationTag:CostAllocationTag",
        id="{in[tagKey]}",
        computed={"type": "UserDefined"},
        replaces=("tagKey",),
        is_global=True,
        tagged=False,
    ),
    row(
        "synthetics/canary:Canary",
        id="{name}",
        arn="arn:aws:synthetics:{region}:{account}:canary:{name}",
        name=Name(limit=255, lower=True),
        computed={"engineArn": "arn:aws:lambda:{region}:{account}:function:cwsyn-{name}", "status": "READY"},
    ),
)
