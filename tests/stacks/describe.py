"""A whole stack as text: a line per resource with what matters, readable as a diff.

A describer says one type's line; a type without one gets all its inputs. Continuation lines are indented.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from tests.harness import Program, Registered
from tests.stacks.words import Words

STACK_TYPE: Final = "pulumi:pulumi:Stack"
COMPARISONS: Final = {
    "GreaterThanThreshold": ">",
    "GreaterThanOrEqualToThreshold": "≥",
    "LessThanThreshold": "<",
    "LessThanOrEqualToThreshold": "≤",
}
Describer = Callable[[Mapping[str, Any], Words], str]


def _actions(inputs: Mapping[str, Any], words: Words) -> str:
    """`→ topic`, also where recoveries go elsewhere."""
    alarm, recovered = (words.say(inputs.get(key, [])) for key in ("alarmActions", "okActions"))
    if alarm == recovered == "none":
        return ""
    return f" → {alarm}" + (", recovery too" if alarm == recovered else f", recovery: {recovered}")


def _metric_alarm(inputs: Mapping[str, Any], words: Words) -> str:
    queries = inputs.get("metricQueries", [])
    metrics = [one["metric"] for one in queries if "metric" in one]
    period = inputs.get("period") or next((one["period"] for one in metrics), None) or queries[0].get("period")
    compared = inputs.get("metricName") or next(
        one.get("expression") or one["metric"]["metricName"] for one in queries if one.get("returnData")
    )
    periods, points = inputs["evaluationPeriods"], inputs["datapointsToAlarm"]
    of = "" if points == periods else f" ({points} of them)"
    line = (
        f"{words.named(compared)} {COMPARISONS[inputs['comparisonOperator']]} {inputs['threshold']:g}"
        f" for {periods} × {period} s{of}{_actions(inputs, words)}; no data: {inputs['treatMissingData']}"
    )
    if warm_up := inputs.get("warmUpConfiguration"):
        line += f"; warms up {warm_up['warmUpPeriodDurationInMinutes']} min"
    for one in queries:
        if "metric" in one:
            of = ", ".join(f"{key} {words.say(value)}" for key, value in sorted(one["metric"]["dimensions"].items()))
            metric = one["metric"]
            line += (
                f"\n    {one['id']} = {metric['stat']} {metric['namespace']} {metric['metricName']} of {of or 'all'}"
            )
        elif not one.get("returnData"):
            line += f"\n    {one['id']} = {words.named(one['expression'])}"
    return line


def _composite_alarm(inputs: Mapping[str, Any], words: Words) -> str:
    quiet = inputs.get("actionsSuppressor")
    held = f"; quiet while {quiet['alarm']} (± {quiet['waitPeriod']} s)" if quiet else "; never quiet"
    return f"{inputs['alarmRule']}{_actions(inputs, words)}{held}"


def _listener_action(action: Mapping[str, Any], words: Words) -> str:
    if "forward" in action:
        return ", ".join(f"{words.say(one['arn'])} {one['weight']}" for one in action["forward"]["targetGroups"])
    return words.say({key: value for key, value in action.items() if key != "type"})


def _listener_rule(inputs: Mapping[str, Any], words: Words) -> str:
    conditions = words.say(inputs["conditions"])
    actions = "; ".join(_listener_action(one, words) for one in inputs["actions"])
    return f"on {words.say(inputs['listenerArn'])}, rule {inputs['priority']}: {conditions} → {actions}"


def _backup_plan(inputs: Mapping[str, Any], words: Words) -> str:
    lines = []
    for rule in inputs["rules"]:
        continuous = " continuous" if rule.get("enableContinuousBackup") else ""
        copies = "".join(
            f", copied to {words.say(copy['destinationVaultArn'])} {copy['lifecycle']['deleteAfter']} d"
            for copy in rule.get("copyActions", [])
        )
        lines.append(
            f"{rule['ruleName']} {rule['schedule']}{continuous} {rule['lifecycle']['deleteAfter']} d"
            f" (start within {rule['startWindow']} min, done within {rule['completionWindow']}){copies}"
        )
    return "; ".join(lines)


def _role(inputs: Mapping[str, Any], words: Words) -> str:
    return f"trusts{words.statements(inputs['assumeRolePolicy'])}"


def _topic_subscription(inputs: Mapping[str, Any], words: Words) -> str:
    return f"{words.say(inputs['topic'])} → {inputs['protocol']} {words.say(inputs['endpoint'])}"


def _policy_in(key: str) -> Describer:
    def describe(inputs: Mapping[str, Any], words: Words) -> str:
        rest = {name: value for name, value in inputs.items() if name != key}
        return words.fields(rest) + words.statements(inputs[key])

    return describe


def _security_rule(direction: str) -> Describer:
    def describe(inputs: Mapping[str, Any], words: Words) -> str:
        peer = next(inputs[key] for key in ("referencedSecurityGroupId", "cidrIpv4", "cidrIpv6") if key in inputs)
        return (
            f"{words.say(inputs['securityGroupId'])}: {inputs['ipProtocol']} {inputs['fromPort']}–{inputs['toPort']}"
            f" {direction} {words.say(peer)}"
        )

    return describe


def _task_definition(inputs: Mapping[str, Any], words: Words) -> str:
    lines = [words.fields({key: value for key, value in inputs.items() if key != "containerDefinitions"})]
    for container in json.loads(inputs["containerDefinitions"]):
        plain = {**container, "environment": [], "secrets": []}
        lines.append(f"container {words.fields({key: value for key, value in plain.items() if value != []})}")
        lines += [f"{one['name']} = {words.named(one['value'])}" for one in container["environment"]]
        lines += [f"{one['name']} from {words.named(one['valueFrom'])}" for one in container["secrets"]]
    return "\n    ".join(lines)


def _lines_of(key: str) -> Describer:
    """A list of things, one per line."""

    def describe(inputs: Mapping[str, Any], words: Words) -> str:
        rest = {name: value for name, value in inputs.items() if name != key}
        return words.fields(rest) + "".join(f"\n    {words.fields(one)}" for one in inputs[key])

    return describe


def _dashboard(inputs: Mapping[str, Any], words: Words) -> str:
    body = json.loads(inputs["dashboardBody"])
    titles = [one["properties"].get("title", "(text)") for one in body["widgets"]]
    return f"{inputs['dashboardName']}: {len(titles)} widgets\n    " + "\n    ".join(titles)


def _function(inputs: Mapping[str, Any], words: Words) -> str:
    """Without the code: its own tests say what it does."""
    rest = {key: value for key, value in inputs.items() if key not in ("code", "environment", "sourceCodeHash")}
    variables = inputs.get("environment", {}).get("variables", {})
    return words.fields(rest) + "".join(f"\n    {key} = {words.say(value)}" for key, value in sorted(variables.items()))


def _parameter(inputs: Mapping[str, Any], words: Words) -> str:
    """A JSON object is spelled out, a value per line."""
    rest = words.fields({key: value for key, value in inputs.items() if key != "insecureValue"})
    if "insecureValue" not in inputs:
        return rest
    value = json.loads(inputs["insecureValue"])
    return rest + "".join(f"\n    {line}" for line in _leaves(value, words))


def _leaves(value: Any, words: Words, path: str = "") -> list[str]:
    if isinstance(value, dict):
        return [line for key, inner in value.items() for line in _leaves(inner, words, f"{path}.{key}".lstrip("."))]
    return [f"{path or 'value'} = {words.say(value)}"]


def _of(*keys: str) -> Describer:
    return lambda inputs, words: " ".join(words.say(inputs[key]) for key in keys if key in inputs)


DESCRIBERS: Final[Mapping[str, Describer]] = {
    "aws:backup/plan:Plan": _backup_plan,
    "aws:cloudwatch/compositeAlarm:CompositeAlarm": _composite_alarm,
    "aws:cloudwatch/dashboard:Dashboard": _dashboard,
    "aws:cloudwatch/logGroup:LogGroup": lambda inputs, _: f"{inputs['name']} {inputs['retentionInDays']} days",
    "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": _policy_in("policyDocument"),
    "aws:cloudwatch/metricAlarm:MetricAlarm": _metric_alarm,
    "aws:ec2/routeTableAssociation:RouteTableAssociation": _of("subnetId", "routeTableId"),
    "aws:ec2/subnet:Subnet": _of("cidrBlock", "availabilityZone"),
    "aws:ec2/vpcEndpoint:VpcEndpoint": _policy_in("policy"),
    "aws:ecs/taskDefinition:TaskDefinition": _task_definition,
    "aws:iam/role:Role": _role,
    "aws:iam/rolePolicy:RolePolicy": _policy_in("policy"),
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": _of("role", "policyArn"),
    "aws:kms/key:Key": _policy_in("policy"),
    "aws:lb/listenerRule:ListenerRule": _listener_rule,
    "aws:s3/bucketPolicy:BucketPolicy": _policy_in("policy"),
    "aws:lambda/function:Function": _function,
    "aws:ssm/parameter:Parameter": _parameter,
    "aws:sns/topicPolicy:TopicPolicy": _policy_in("policy"),
    "aws:sns/topicSubscription:TopicSubscription": _topic_subscription,
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": _security_rule("to"),
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": _security_rule("from"),
    "aws:wafv2/webAcl:WebAcl": _lines_of("rules"),
}


def _flags(one: Registered, words: Words) -> str:
    """What protects, and whose changes are left alone."""
    flags = ["protect"] if one.options.get("protect") else []
    flags += [f"ignore {', '.join(one.options['ignore_changes'])}"] if "ignore_changes" in one.options else []
    flags += [f"{when} {', '.join(names)}" for when, names in one.options.get("hooks", {}).items()]
    flags += [
        f"{option} {words.say(one.options[option])}"
        for option in ("retain_on_delete", "delete_before_replace", "custom_timeouts", "replace_on_changes")
        if option in one.options
    ]
    return f" [{'; '.join(flags)}]" if flags else ""


def _line(one: Registered, words: Words) -> str:
    # secrets stay wrapped, so that no describer can spell one out
    inputs = {key: value for key, value in one.raw_inputs.items() if key != "region"}
    described = DESCRIBERS.get(one.type, lambda values, all_words: all_words.fields(dict(values)))(inputs, words)
    first, *more = described.split("\n")
    where = f" in {one.region}" if one.region else ""
    head = f"{one.name} ({one.type.rsplit(':', 1)[-1]}{where})"
    return "\n".join([f"  {head}  {first}".rstrip() + _flags(one, words), *(f"  {line}" for line in more)])


def describe(program: Program) -> str:
    """The stack's whole text: composition's order of components, names in order within."""
    words = Words(program)
    by_urn = {one.urn: one for one in program.resources}

    def component(one: Registered) -> str:
        while (above := by_urn.get(one.parent)) is not None and above.type != STACK_TYPE:
            one = above
        return one.urn

    def lines() -> Iterator[str]:
        custom = [one for one in program.resources if one.custom and one.type != STACK_TYPE]
        (root,) = (one.urn for one in program.resources if one.type == STACK_TYPE)
        parts = [one for one in program.resources if not one.custom and one.parent == root]
        yield f"{program.stack}: {len(custom)} resources in {len(parts)} components"
        for part in [*(one for one in custom if component(one) == one.urn), *parts]:
            yield ""
            yield f"{part.type} {part.name}"
            inside = [one for one in custom if component(one) == part.urn]
            yield from (_line(one, words) for one in sorted(inside, key=lambda one: (one.name, one.type)))
        yield ""
        yield "outputs"
        for name, value in sorted(program.raw_stack_outputs.items()):
            yield f"  {name}: {words.say(value)}"
        yield ""
        yield "lookups"
        for token, arguments in sorted(program.lookups, key=str):
            yield f"  {token} {words.say(arguments)}"

    return "\n".join(lines()) + "\n"
