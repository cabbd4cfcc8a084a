"""Load balancer, listeners, rules, target groups, certificate, firewall, records, access logs."""

from collections.abc import Iterator
from typing import Final

from offline.provider.facts import ACCOUNT
from offline.provider.lookups import given
from offline.provider.naming import Refusal
from offline.provider.rules_across.documents import allowed, statements
from offline.provider.rules_across.network import subnets_of, vpc_of
from offline.provider.rules_across.world import AcrossRule, Case, Refusals, World, logical, under
from offline.provider.store import Row
from offline.provider.wire import Value, has_unknown

RULES_PER_LOAD_BALANCER: Final = 100
LISTENERS_PER_LOAD_BALANCER: Final = 50
SECURITY_GROUPS_PER_LOAD_BALANCER: Final = 5
TARGET_GROUPS_PER_ACTION: Final = 5
CONDITION_VALUES_PER_RULE: Final = 5
"""Elastic Load Balancing guide, "Quotas for your Application Load Balancers"."""
LOG_PRINCIPAL: Final = "logdelivery.elasticloadbalancing.amazonaws.com"
_ACTIONS: Final = {"lb.ListenerRule": "actions", "lb.Listener": "defaultActions"}


def forwarded(inputs: Value, actions: str = "actions") -> list[tuple[str, int]]:
    """Target groups and weights that a rule's or a listener's actions name."""
    found = [
        (group["arn"], weight if isinstance(weight := group.get("weight"), int) else 0)
        for _, group in under(inputs, f"{actions}[*].forward.targetGroups[*]")
        if isinstance(group.get("arn"), str)
    ]
    found += [(arn, 1) for _, arn in under(inputs, f"{actions}[*].targetGroupArn") if isinstance(arn, str)]
    return found


def balancer_of(world: World, listener: Row | None) -> Row | None:
    """The load balancer that a listener belongs to."""
    return world.by_arn(listener.inputs.get("loadBalancerArn")) if listener else None


def users_of(world: World, group_arn: str) -> Iterator[tuple[Row, Row]]:
    """Load balancer and listener or rule for each use of a target group."""
    for kind, actions in _ACTIONS.items():
        for row in world.all(kind):
            if group_arn in [arn for arn, _ in forwarded(row.inputs, actions)]:
                listener = row if kind == "lb.Listener" else world.by_arn(row.inputs.get("listenerArn"))
                if (balancer := balancer_of(world, listener)) is not None:
                    yield balancer, row


def one_rule_per_priority(case: Case) -> Refusals:
    """No two rules of a listener have one priority.

    Source: ELB API CreateRule, PriorityInUse.
    """
    for row in case.others("lb.ListenerRule"):
        same = row.inputs.get("listenerArn") == case.text("listenerArn") != ""
        if same and case.get("priority") is not None and row.inputs.get("priority") == case.get("priority"):
            yield Refusal(
                property="priority",
                reason=f"priority {case.get('priority')} is in use on this listener ({logical(row.urn)})",
            )


def one_listener_per_port(case: Case) -> Refusals:
    """A load balancer listens once on a port.

    Source: ELB API CreateListener, DuplicateListener.
    """
    for row in case.others("lb.Listener"):
        same = row.inputs.get("loadBalancerArn") == case.text("loadBalancerArn") != ""
        if same and row.inputs.get("port") == case.get("port"):
            yield Refusal(
                property="port", reason=f"port {case.get('port')} has a listener already ({logical(row.urn)})"
            )


def groups_of_its_vpc(case: Case) -> Refusals:
    """A target group is in the load balancer's VPC, and of one load balancer.

    Source: ELB API CreateRule and CreateListener (InvalidConfigurationRequest, "must be in the same VPC";
    TargetGroupAssociationLimit).
    """
    path = _ACTIONS[case.kind]
    listener = case.world.by_arn(case.get("listenerArn"))
    own = case.world.by_arn(case.get("loadBalancerArn")) or balancer_of(case.world, listener)
    if own is None:
        return
    vpcs = {vpc_of(subnet) for subnet in subnets_of(case.world, own.inputs.get("subnets"))} - {None}
    for arn, _ in forwarded(case.inputs, path):
        group = case.world.by_arn(arn)
        if vpcs and vpc_of(group) and vpc_of(group) not in vpcs:
            yield Refusal(
                property=path,
                reason=f"target group {arn.split('/')[1]} is in {vpc_of(group)}, the load balancer in "
                f"{', '.join(sorted(map(str, vpcs)))}",
            )
        for balancer, row in users_of(case.world, arn):
            if balancer.id != own.id and row.urn != case.urn:
                yield Refusal(
                    property=path,
                    reason=f"target group {arn.split('/')[1]} belongs to load balancer {logical(balancer.urn)} already "
                    f"({logical(row.urn)}): a target group has one load balancer",
                )


def certificate_is_issued_here(case: Case) -> Refusals:
    """A listener's certificate is of its region and issued: proven before the listener is made.

    Source: ELB API CreateListener (CertificateNotFound, UnsupportedCertificate); ACM guide, "DNS validation"; the
    provider's CertificateValidation is what waits for the proof.
    """
    arn = case.text("certificateArn")
    if not arn:
        return
    region = arn.split(":")[3]
    if region != case.region:
        yield Refusal(
            property="certificateArn", reason=f"the certificate is in {region}, the listener in {case.region}"
        )
        return
    issued = {row.inputs.get("certificateArn") for row in case.world.all("acm.CertificateValidation")} | given()
    if case.world.complete and case.world.by_arn(arn) is not None and arn not in issued:
        yield Refusal(
            property="certificateArn",
            reason="the certificate is not issued (yet): wait for its acm.CertificateValidation",
        )


def firewall_of_the_region(case: Case) -> Refusals:
    """A load balancer is guarded by a regional web ACL of its own region, and by one.

    Source: WAF API AssociateWebACL (WAFInvalidParameterException); a second association takes the first one's place.
    """
    acl, guarded = case.text("webAclArn"), case.text("resourceArn")
    if not acl or not guarded:
        return
    if acl.split(":")[3] != guarded.split(":")[3] or "/global/" in acl or ":global/" in acl:
        yield Refusal(property="webAclArn", reason=f"{acl} is not a regional web ACL of {guarded.split(':')[3]}")
    for row in case.others("wafv2.WebAclAssociation"):
        if row.inputs.get("resourceArn") == guarded:
            yield Refusal(property="resourceArn", reason=f"it has a web ACL already ({logical(row.urn)})")


def firewall_log_name(case: Case) -> Refusals:
    """A web ACL logs to a group (bucket, stream) whose name begins with `aws-waf-logs-`.

    Source: WAF guide, "Logging web ACL traffic" (WAFInvalidParameterException: "The ARN isn't valid").
    """
    for path, arn in case.found("logDestinationConfigs[*]"):
        name = str(arn).rpartition("/" if ":firehose:" in str(arn) else ":")[2]
        if isinstance(arn, str) and not name.startswith("aws-waf-logs-"):
            yield Refusal(
                property=path, reason=f'the destination\'s name must begin with "aws-waf-logs-", not {name!r}'
            )


def access_logs_can_be_written(case: Case) -> Refusals:
    """The bucket for access logs is in the region, lets the service write, and is encrypted with S3's own key.

    Source: Elastic Load Balancing guide, "Enable access logs": the service tries when the logs are turned on, so the
    policy must be there first (InvalidConfigurationRequest, "Access Denied for bucket"); SSE-KMS is not supported.
    """
    if case.get("accessLogs.enabled") is not True or case.untold("accessLogs") or not case.world.complete:
        return
    bucket = case.world.by_id("s3.Bucket", case.text("accessLogs.bucket"))
    if bucket is None:
        return
    if bucket.region != case.region:
        yield Refusal(property="accessLogs.bucket", reason=f"the bucket is in {bucket.region}, not in {case.region}")
    prefix = case.text("accessLogs.prefix")
    target = f"arn:aws:s3:::{bucket.id}/{prefix + '/' if prefix else ''}AWSLogs/{ACCOUNT}/log.gz"
    policy = case.world.by_id("s3.BucketPolicy", bucket.id)
    said = statements(policy.inputs.get("policy")) if policy else ()
    if said is not None and not allowed(said, "s3:PutObject", target, service=LOG_PRINCIPAL):
        yield Refusal(
            property="accessLogs.bucket",
            reason=f"access denied for bucket {bucket.id}: no policy (yet) that lets {LOG_PRINCIPAL} put objects under "
            f"{target.removesuffix('/log.gz')}",
        )
    encryption = case.world.by_id("s3.BucketServerSideEncryptionConfiguration", bucket.id)
    for _, algorithm in under(
        encryption.inputs if encryption else {}, "rules[*].applyServerSideEncryptionByDefault.sseAlgorithm"
    ):
        if algorithm != "AES256":
            yield Refusal(
                property="accessLogs.bucket",
                reason=f"the bucket is encrypted with {algorithm}: access logs need S3's own key (AES256)",
            )


def alias_points_to_a_load_balancer(case: Case) -> Refusals:
    """An alias record names a load balancer's DNS name with that load balancer's own zone.

    Source: Route 53 API ChangeResourceRecordSets (InvalidChangeBatch, "the alias target name does not lie within the
    target zone").
    """
    for path, alias in case.found("aliases[*]"):
        name = alias.get("name") if hasattr(alias, "get") else None
        if not isinstance(name, str) or ".elb.amazonaws.com" not in name or has_unknown(alias):
            continue
        plain = name.removeprefix("dualstack.").rstrip(".").lower()
        found = next((row for row in case.world.all("lb.LoadBalancer") if row.outputs.get("dnsName") == plain), None)
        if found is None and case.world.complete:
            yield Refusal(property=f"{path}.name", reason=f"no load balancer has the name {name}")
        elif found is not None and alias.get("zoneId") != found.outputs.get("zoneId"):
            yield Refusal(
                property=f"{path}.zoneId",
                reason=f"{name} lies in zone {found.outputs.get('zoneId')}, not in {alias.get('zoneId')}",
            )


def rules_within_the_quota(case: Case) -> Refusals:
    """At most 100 rules per load balancer, default rules not counted; 5 target groups an action, 5 values a rule.

    Source: Elastic Load Balancing guide, "Quotas for your Application Load Balancers" (TooManyRules,
    TooManyTargetGroups).
    """
    listener = case.text("listenerArn")
    balancer = listener.partition("/")[2].rpartition("/")[0]
    same = [
        row for row in case.others("lb.ListenerRule") if balancer and balancer in str(row.inputs.get("listenerArn"))
    ]
    if len(same) + 1 > RULES_PER_LOAD_BALANCER:
        yield Refusal(
            property="listenerArn",
            reason=f"the load balancer has {len(same)} rules; {RULES_PER_LOAD_BALANCER} are allowed",
        )
    for path, action in case.found("actions[*]"):
        groups = len(forwarded({"actions": [action]}))
        if groups > TARGET_GROUPS_PER_ACTION:
            yield Refusal(
                property=path, reason=f"an action forwards to at most {TARGET_GROUPS_PER_ACTION} groups, not {groups}"
            )
    values = len([1 for _ in case.found(*(f"conditions[*].{kind}.values[*]" for kind in _CONDITIONS))])
    if values > CONDITION_VALUES_PER_RULE:
        yield Refusal(
            property="conditions",
            reason=f"a rule has at most {CONDITION_VALUES_PER_RULE} condition values, this one {values}",
        )


_CONDITIONS: Final = ("hostHeader", "httpHeader", "httpRequestMethod", "pathPattern", "queryString", "sourceIp")


def listeners_within_the_quota(case: Case) -> Refusals:
    """At most 50 listeners per load balancer.

    Source: Elastic Load Balancing guide, "Quotas for your Application Load Balancers" (TooManyListeners).
    """
    own = case.text("loadBalancerArn")
    same = [row for row in case.others("lb.Listener") if own and row.inputs.get("loadBalancerArn") == own]
    if len(same) + 1 > LISTENERS_PER_LOAD_BALANCER:
        yield Refusal(
            property="loadBalancerArn",
            reason=f"the load balancer has {len(same)} listeners; {LISTENERS_PER_LOAD_BALANCER} are allowed",
        )


def security_groups_within_the_quota(case: Case) -> Refusals:
    """At most 5 security groups per load balancer.

    Source: Elastic Load Balancing guide, "Quotas for your Application Load Balancers".
    """
    groups = len([1 for _ in case.found("securityGroups[*]")])
    if groups > SECURITY_GROUPS_PER_LOAD_BALANCER:
        yield Refusal(
            property="securityGroups",
            reason=f"a load balancer has at most {SECURITY_GROUPS_PER_LOAD_BALANCER} security groups, not {groups}",
        )


RULES: Final = (
    AcrossRule(judge=one_rule_per_priority, kinds=("lb.ListenerRule",)),
    AcrossRule(judge=one_listener_per_port, kinds=("lb.Listener",)),
    AcrossRule(judge=groups_of_its_vpc, kinds=("lb.ListenerRule", "lb.Listener")),
    AcrossRule(judge=certificate_is_issued_here, kinds=("lb.Listener",)),
    AcrossRule(judge=firewall_of_the_region, kinds=("wafv2.WebAclAssociation",)),
    AcrossRule(judge=firewall_log_name, kinds=("wafv2.WebAclLoggingConfiguration",), early=True),
    AcrossRule(judge=access_logs_can_be_written, kinds=("lb.LoadBalancer",)),
    AcrossRule(judge=alias_points_to_a_load_balancer, kinds=("route53.Record",)),
    AcrossRule(judge=rules_within_the_quota, kinds=("lb.ListenerRule",)),
    AcrossRule(judge=listeners_within_the_quota, kinds=("lb.Listener",)),
    AcrossRule(judge=security_groups_within_the_quota, kinds=("lb.LoadBalancer",), early=True),
)
