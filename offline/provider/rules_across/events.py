"""What an EventBridge rule is to reach lets it in."""

from typing import Final

from offline.provider.naming import Refusal
from offline.provider.rules_across.documents import allowed, statements
from offline.provider.rules_across.world import AcrossRule, Case, Refusals, logical


def function_lets_events_in(case: Case) -> Refusals:
    """A rule may invoke the function that is its target before it is told to.

    Source: EventBridge guide, "Using resource-based policies", Lambda permissions: without one the event is dropped,
    and counts as a FailedInvocation.
    """
    function = case.world.by_arn(case.get("arn"))
    if function is None or not case.world.complete or "/function:Function" not in function.type:
        return
    rule = case.world.by_id("cloudwatch.EventRule", case.get("rule"), case.region)
    for row in case.world.all("lambda.Permission"):
        fits = row.inputs.get("function") in (function.id, function.outputs.get("arn"))
        source = row.inputs.get("sourceArn")
        from_rule = source is None or rule is None or source == rule.outputs.get("arn")
        if fits and from_rule and row.inputs.get("principal") == "events.amazonaws.com":
            return
    yield Refusal(
        property="arn",
        reason=f"no lambda.Permission (yet) lets this rule invoke {logical(function.urn)}: its events would be lost",
    )


def queue_lets_events_in(case: Case) -> Refusals:
    """A queue that is a rule's target has a policy for EventBridge.

    Source: EventBridge guide, "Using resource-based policies", Amazon SQS permissions.
    """
    queue = case.world.by_arn(case.get("arn"))
    if queue is None or not case.world.complete or not queue.type.endswith(":Queue"):
        return
    policies = [row for row in case.world.all("sqs.QueuePolicy") if row.inputs.get("queueUrl") == queue.id]
    documents = [row.inputs.get("policy") for row in policies] + [queue.inputs.get("policy")]
    said = [one for document in documents for one in statements(document) or ()]
    if not allowed(said, "sqs:SendMessage", case.text("arn"), service="events.amazonaws.com"):
        yield Refusal(property="arn", reason=f"queue {logical(queue.urn)} does not let events.amazonaws.com send (yet)")


RULES: Final = (
    AcrossRule(judge=function_lets_events_in, kinds=("cloudwatch.EventTarget",)),
    AcrossRule(judge=queue_lets_events_in, kinds=("cloudwatch.EventTarget",)),
)
