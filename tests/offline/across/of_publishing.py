"""Messages that nobody would get, keys that nobody could use."""

from collections.abc import Callable
from typing import Any

from tests.offline.across.mistake import Mistake, changed, gone
from tests.offline.neighbourhood import Draft

LATENCY = "cloudwatch.CompositeAlarm alerts-latency"
DATABASE = "rds.Instance database"
WAITS = "cloudwatch.EventTarget service-approval-message"
VERDICT = "cloudwatch.EventTarget restore-validation-judge"


def without_service(principal: str, *policies: str) -> Callable[[Draft], object]:
    """Take a service principal out of policies."""

    def spoil(draft: Draft) -> None:
        for said in policies:
            draft.policy(said, lambda statements: statements.__setitem__(slice(None), _without(statements, principal)))

    return spoil


def _without(statements: list[dict[str, Any]], principal: str) -> list[dict[str, Any]]:
    for one in statements:
        services = one["Principal"].get("Service") if isinstance(one["Principal"], dict) else None
        if isinstance(services, list):
            one["Principal"]["Service"] = [name for name in services if name != principal]
    return [one for one in statements if one["Principal"] != {"Service": principal}]


def events_under_a_condition(draft: Draft) -> None:
    draft.policy(
        "kms.Key notifications-key",
        lambda statements: statements[1].update(Condition={"StringEquals": {"aws:SourceAccount": "123456789012"}}),
    )


def queue_without_policy(draft: Draft) -> None:
    topic = draft.rows["sns.Topic notifications-warning"]
    draft.rows["sqs.Queue late"] = type(topic)(
        type="aws:sqs/queue:Queue",
        region="us-east-1",
        key="https://sqs.us-east-1.amazonaws.com/123456789012/late",
        id="https://sqs.us-east-1.amazonaws.com/123456789012/late",
        urn="urn:pulumi:production::mockforge-cloud::aws:sqs/queue:Queue::late",
        inputs={"name": "late"},
        outputs={"name": "late", "arn": "arn:aws:sqs:us-east-1:123456789012:late"},
    )
    draft[WAITS]["arn"] = "arn:aws:sqs:us-east-1:123456789012:late"


MISTAKES = (
    Mistake(
        done="a rule whose function does not let it in",
        at=VERDICT,
        rule="function_lets_events_in",
        refused="no lambda.Permission (yet) lets this rule invoke restore-validation-function",
        by=gone("lambda.Permission restore-validation-call"),
    ),
    Mistake(
        done="a queue without a policy as a rule's target",
        at=WAITS,
        rule="queue_lets_events_in",
        refused="queue late does not let events.amazonaws.com send (yet)",
        by=queue_without_policy,
    ),
    Mistake(
        done="a topic that lets no alarm in",
        at=LATENCY,
        rule="may_publish",
        refused="topic notifications-warning does not let cloudwatch.amazonaws.com publish (yet)",
        by=without_service("cloudwatch.amazonaws.com", "sns.TopicPolicy notifications-warning-policy"),
    ),
    Mistake(
        done="a message before the topic's policy",
        at=WAITS,
        rule="may_publish",
        refused="topic notifications-warning does not let events.amazonaws.com publish (yet)",
        by=gone("sns.TopicPolicy notifications-warning-policy"),
    ),
    Mistake(
        done="a key that alarms may not use",
        at=LATENCY,
        rule="may_encrypt",
        refused="does not let cloudwatch.amazonaws.com do kms:GenerateDataKey: its messages would be lost",
        by=without_service("cloudwatch.amazonaws.com", "kms.Key notifications-key"),
    ),
    Mistake(
        done="a key that events may use under a condition they never meet",
        at=WAITS,
        rule="may_encrypt",
        refused="it does not send aws:SourceArn or aws:SourceAccount, so that condition never holds",
        by=events_under_a_condition,
    ),
    Mistake(
        done="SNS's own key for a topic of alarms",
        at=LATENCY,
        rule="may_encrypt",
        refused="is encrypted with alias/aws/sns, which cloudwatch.amazonaws.com cannot use",
        by=changed("sns.Topic notifications-warning", kmsMasterKeyId="alias/aws/sns"),
    ),
    Mistake(
        done="a function that may publish but not encrypt",
        at="lambda.FunctionEventInvokeConfig smoke-test-function-failures",
        rule="functions_may_publish",
        refused="may not do kms:GenerateDataKey with key notifications-key",
        by=lambda draft: draft.policy(
            "iam.RolePolicy smoke-test-function-policy",
            lambda said: said.__setitem__(slice(None), [one for one in said if one["Sid"] != "EncryptWhatItTells"]),
        ),
    ),
    Mistake(
        done="a key that nobody could administer any more",
        at="kms.Key storage-key",
        rule="key_can_be_administered",
        refused="nobody could change the key's policy any more",
        by=lambda draft: draft.policy("kms.Key storage-key", lambda said: said[0].update(Action=["kms:Decrypt"])),
    ),
    Mistake(
        done="a log group with a key that CloudWatch Logs may not use",
        at="cloudwatch.LogGroup cluster-service-logs",
        rule="log_group_may_encrypt",
        refused="key storage-key does not let logs.us-east-1.amazonaws.com use it",
        by=lambda draft: draft["cloudwatch.LogGroup cluster-service-logs"].update(
            kmsKeyId=draft.out("kms.Key storage-key", "arn")
        ),
    ),
    Mistake(
        done="the database with the other region's key",
        at=DATABASE,
        rule="key_of_the_region",
        refused="the key is in us-west-2, what it is to encrypt in us-east-1",
        by=lambda draft: draft[DATABASE].update(kmsKeyId=draft.out("kms.Key backups-recovery-vault-key", "arn")),
    ),
    Mistake(
        done="a notice to an encrypted topic whose key its role may not use",
        at="scheduler.Schedule maintenance-notice",
        rule="functions_may_publish",
        refused="may not do kms:GenerateDataKey with key notifications-key",
        by=lambda draft: draft.policy(
            "iam.RolePolicy maintenance-notice-policy",
            lambda said: said.__setitem__(slice(None), [one for one in said if "kms:Decrypt" not in one["Action"]]),
        ),
    ),
    Mistake(
        done="a topic that lets only other alarms in",
        at=LATENCY,
        rule="may_publish",
        refused="does not let cloudwatch.amazonaws.com publish (yet)",
        by=lambda draft: draft.policy(
            "sns.TopicPolicy notifications-warning-policy",
            lambda said: said[1].update(
                Condition={"ArnLike": {"aws:SourceArn": "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:*"}}
            ),
        ),
    ),
    Mistake(
        done="a key by its alias that alarms may not use",
        at=LATENCY,
        rule="may_encrypt",
        refused="key storage-key of topic notifications-warning does not let cloudwatch.amazonaws.com",
        by=changed("sns.Topic notifications-warning", kmsMasterKeyId="alias/mockforge-production-objects"),
    ),
)
