"""Topics and keys: whoever is to publish may, and may encrypt; keys let the services use them that must."""

from collections.abc import Iterator
from typing import Final

from offline.provider.facts import ACCOUNT
from offline.provider.naming import Refusal
from offline.provider.rules_across.documents import Statement, allowed, granting, matches, statements
from offline.provider.rules_across.rights import granted
from offline.provider.rules_across.world import AcrossRule, Case, Refusals, World, logical
from offline.provider.store import Row
from offline.provider.wire import Value

ALARM_ACTIONS: Final = ("alarmActions[*]", "okActions[*]", "insufficientDataActions[*]")
PUBLISHERS: Final[tuple[tuple[tuple[str, ...], tuple[str, ...], str], ...]] = (
    # who publishes, where the topic stands, as which principal
    (("cloudwatch.MetricAlarm", "cloudwatch.CompositeAlarm"), ALARM_ACTIONS, "cloudwatch.amazonaws.com"),
    (("cloudwatch.EventTarget",), ("arn",), "events.amazonaws.com"),
    (("rds.EventSubscription",), ("snsTopic",), "events.rds.amazonaws.com"),
    (("backup.VaultNotifications",), ("snsTopicArn",), "backup.amazonaws.com"),
    (("budgets.Budget",), ("notifications[*].subscriberSnsTopicArns[*]",), "budgets.amazonaws.com"),
)
WITHOUT_SOURCE: Final = ("events.amazonaws.com", "events.rds.amazonaws.com", "budgets.amazonaws.com")
"""These do not send aws:SourceArn and aws:SourceAccount to KMS."""
_SOURCES: Final = ("aws:sourcearn", "aws:sourceaccount")
_ENCRYPT: Final = ("kms:GenerateDataKey", "kms:Decrypt")


def may_publish(case: Case) -> Refusals:
    """The topic's policy lets the publishing service in.

    Source: CloudWatch guide, "Alarm actions"; EventBridge guide, "Amazon SNS permissions"; AWS Backup guide,
    "Notifications"; RDS guide, "Amazon RDS event notification": a topic without a policy of its own lets only its
    account's own alarms in, any policy takes the place of that default.
    """
    for path, topic, service in _topics(case):
        said = _policy_of(case.world, topic)
        if said is not None and not _may(said, service, topic, case):
            yield Refusal(
                property=path,
                reason=f"topic {logical(topic.urn)} does not let {service} publish (yet): add it to the topic's policy",
            )


def _may(said: tuple[Statement, ...], service: str, topic: Row, case: Case) -> bool:
    arn = topic.outputs.get("arn")
    if not allowed(said, "sns:Publish", arn if isinstance(arn, str) else None, service=service):
        return False
    if service != "cloudwatch.amazonaws.com":
        return True
    source = f"arn:aws:cloudwatch:{case.region}:{ACCOUNT}:alarm:{case.name}"
    for one in granting(said, "sns:Publish", service=service):
        condition = one.condition("aws:SourceArn")
        if condition is None or any(matches(value, source) for value in condition[1]):
            return True
    return False


def _topics(case: Case) -> Iterator[tuple[str, Row, str]]:
    seen: set[str] = set()
    for kinds, paths, service in PUBLISHERS:
        for path, arn in case.found(*paths) if case.kind in kinds else ():
            topic = case.world.by_arn(arn)
            if topic is not None and topic.type.endswith(":Topic") and topic.id not in seen:
                seen.add(topic.id)
                yield path, topic, service


def _policy_of(world: World, topic: Row) -> tuple[Statement, ...] | None:
    """The topic's policy; SNS's own where it has none; None where that is not known."""
    arn = topic.outputs.get("arn")
    found = next((row for row in world.all("sns.TopicPolicy") if row.inputs.get("arn") == arn), None)
    if found is not None:
        return statements(found.inputs.get("policy"))
    if topic.inputs.get("policy") is not None:
        return statements(topic.inputs["policy"])
    return () if world.complete else None


def may_encrypt(case: Case) -> Refusals:
    """The key of an encrypted topic lets the publishing service make data keys with it.

    Source: SNS guide, "Managing encryption keys": kms:GenerateDataKey* and kms:Decrypt for the service principal; for
    EventBridge and RDS events without conditions on the source; `alias/aws/sns` cannot be opened to them at all.
    """
    for path, topic, service in _topics(case):
        key_id = topic.inputs.get("kmsMasterKeyId")
        if not isinstance(key_id, str):
            continue
        if key_id.endswith("alias/aws/sns"):
            yield Refusal(
                property=path,
                reason=f"topic {logical(topic.urn)} is encrypted with alias/aws/sns, which {service} cannot use: take "
                "a customer managed key",
            )
            continue
        key = key_of(case.world, key_id)
        said = statements(key.inputs.get("policy")) if key else None
        if key is None or said is None:
            continue
        for action in _ENCRYPT:
            if not _may_use(said, action, service):
                yield Refusal(
                    property=path,
                    reason=f"key {logical(key.urn)} of topic {logical(topic.urn)} does not let {service} do {action}: "
                    f"its messages would be lost{_why(said, action, service)}",
                )
                break


def _may_use(said: tuple[Statement, ...], action: str, service: str) -> bool:
    for one in granting(said, action, service=service):
        if service not in WITHOUT_SOURCE or not any(one.condition(key) for key in _SOURCES):
            return True
    return False


def _why(said: tuple[Statement, ...], action: str, service: str) -> str:
    conditioned = any(granting(said, action, service=service))
    return (
        " (it does not send aws:SourceArn or aws:SourceAccount, so that condition never holds)" if conditioned else ""
    )


def key_of(world: World, said: Value) -> Row | None:
    """The key that an ARN, an id or an alias means."""
    if not isinstance(said, str):
        return None
    if said.startswith("alias/") or ":alias/" in said:
        alias = next((row for row in world.all("kms.Alias") if row.id == "alias/" + said.partition("alias/")[2]), None)
        return world.by_id("kms.Key", alias.inputs.get("targetKeyId")) if alias else None
    return world.by_arn(said) or world.by_id("kms.Key", said)


def functions_may_publish(case: Case) -> Refusals:
    """Who publishes to an encrypted topic by a role also may use the topic's key.

    Source: SNS guide, "Configuring KMS permissions for Amazon SNS".
    """
    if not case.world.complete:
        return
    topic, role = _destination(case)
    key = key_of(case.world, topic.inputs.get("kmsMasterKeyId")) if topic else None
    said = granted(case.world, role) if role else None
    if key is None or said is None or role is None or topic is None:
        return
    for action in _ENCRYPT:
        if not allowed(said, action, str(key.outputs.get("arn"))):
            yield Refusal(
                property="",
                reason=f"role {logical(role.urn)} may not do {action} with key {logical(key.urn)} of topic "
                f"{logical(topic.urn)}: its messages would be lost",
            )
            break


def _destination(case: Case) -> tuple[Row | None, Row | None]:
    """Topic and role of a function's failures, or of a schedule that publishes."""
    if case.kind == "scheduler.Schedule":
        import json

        if not case.text("target.arn").endswith(":aws-sdk:sns:publish"):
            return None, None
        try:
            said = json.loads(case.text("target.input") or "{}")
        except ValueError:
            return None, None
        return case.world.by_arn(said.get("TopicArn")), case.world.by_arn(case.get("target.roleArn"))
    function = case.world.named("lambda.Function", case.get("functionName"), case.region)
    topic = case.world.by_arn(case.get("destinationConfig.onFailure.destination"))
    found = topic if topic is not None and topic.type.endswith(":Topic") else None
    return found, case.world.by_arn(function.inputs.get("role")) if function else None


def key_can_be_administered(case: Case) -> Refusals:
    """A key's policy leaves somebody who can change it.

    Source: KMS API CreateKey, BypassPolicyLockoutSafetyCheck (MalformedPolicyDocumentException, "The new key policy
    will not allow you to update the key policy in the future").
    """
    said = statements(case.get("policy"))
    if said is not None and not any(one.allows and one.covers("kms:PutKeyPolicy") and one.accounts for one in said):
        yield Refusal(
            property="policy",
            reason="nobody could change the key's policy any more: allow the account (arn:aws:iam::…:root) kms:*",
        )


def log_group_may_encrypt(case: Case) -> Refusals:
    """A log group's key lets CloudWatch Logs of its region use it.

    Source: CloudWatch Logs guide, "Encrypt log data using KMS" (InvalidParameterException, "The specified KMS key does
    not exist or is not allowed to be used").
    """
    key = key_of(case.world, case.get("kmsKeyId"))
    said = statements(key.inputs.get("policy")) if key else None
    service = f"logs.{case.region}.amazonaws.com"
    if key is None or said is None:
        return
    if not allowed(said, "kms:Encrypt", service=service) and not allowed(
        said, "kms:Encrypt", service="logs.amazonaws.com"
    ):
        yield Refusal(property="kmsKeyId", reason=f"key {logical(key.urn)} does not let {service} use it")


KEYS: Final = {
    "backup.Vault": "kmsKeyArn",
    "cloudwatch.LogGroup": "kmsKeyId",
    "rds.Instance": "kmsKeyId",
    "secretsmanager.Secret": "kmsKeyId",
    "sns.Topic": "kmsMasterKeyId",
}


def key_of_the_region(case: Case) -> Refusals:
    """A key is used in its own region.

    Source: KMS guide, "Keys": regional; RDS (KMSKeyNotAccessibleFault), SNS (KMSNotFound), Backup, Logs refuse.
    """
    arn = case.text(KEYS[case.kind])
    if arn.startswith("arn:aws:kms:") and arn.split(":")[3] != case.region:
        yield Refusal(
            property=KEYS[case.kind],
            reason=f"the key is in {arn.split(':')[3]}, what it is to encrypt in {case.region}",
        )


RULES: Final = (
    AcrossRule(judge=may_publish, kinds=tuple(kind for kinds, _, _ in PUBLISHERS for kind in kinds)),
    AcrossRule(judge=may_encrypt, kinds=tuple(kind for kinds, _, _ in PUBLISHERS for kind in kinds)),
    AcrossRule(judge=functions_may_publish, kinds=("lambda.FunctionEventInvokeConfig", "scheduler.Schedule")),
    AcrossRule(judge=key_can_be_administered, kinds=("kms.Key",), early=True),
    AcrossRule(judge=log_group_may_encrypt, kinds=("cloudwatch.LogGroup",)),
    AcrossRule(judge=key_of_the_region, kinds=tuple(KEYS), early=True),
)
