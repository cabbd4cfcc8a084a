"""Rules that neither source carries, from AWS's guides. `from` names the page.

A load balancer's settings, for instance, are a list of keys and values to the schemas: what a key may hold stands only
in the guide.
"""

from collections.abc import Mapping
from typing import Final

from offline.provider.wire import Value

_ELB: Final = "docs.aws.amazon.com/elasticloadbalancing/latest/application"
_BALANCER: Final = f"{_ELB}/edit-load-balancer-attributes"
_LISTENER: Final = f"{_ELB}/header-modification"
_GROUP: Final = f"{_ELB}/edit-target-group-attributes"
_COSTS: Final = "docs.aws.amazon.com/cost-management/latest/userguide/budgets-create-filters"
_RDS: Final = "docs.aws.amazon.com/AmazonRDS/latest/UserGuide"
_SWITCH: Final[Mapping[str, Value]] = {"enum": ["true", "false"]}


def _from(page: str, **words: Value) -> dict[str, Value]:
    return {"from": page, **words}


DOCUMENTED: Final[Mapping[str, Mapping[str, Value]]] = {
    "LoadBalancer.idleTimeout": _from(_BALANCER, minimum=1, maximum=4000),
    "LoadBalancer.clientKeepAlive": _from(_BALANCER, minimum=60, maximum=604800),
    "LoadBalancer.desyncMitigationMode": _from(_BALANCER, enum=["defensive", "monitor", "strictest"]),
    "LoadBalancer.dropInvalidHeaderFields": _from(_BALANCER, **_SWITCH),
    "LoadBalancer.enableDeletionProtection": _from(_BALANCER, **_SWITCH),
    "LoadBalancer.enableWafFailOpen": _from(_BALANCER, **_SWITCH),
    "LoadBalancer.internal": _from("docs.aws.amazon.com/elasticloadbalancing/latest/APIReference, Scheme", **_SWITCH),
    "LoadBalancer.xffHeaderProcessingMode": _from(_BALANCER, enum=["append", "preserve", "remove"]),
    "LoadBalancerAccessLogs.enabled": _from(f"{_ELB}/load-balancer-access-logs", **_SWITCH),
    "LoadBalancerAccessLogs.bucket": _from(f"{_ELB}/load-balancer-access-logs", format="AWS::S3::Bucket.Name"),
    "LoadBalancerAccessLogs.prefix": _from(f"{_ELB}/load-balancer-access-logs", **{"not": {"pattern": "AWSLogs"}}),
    "Listener.routingHttpResponseStrictTransportSecurityHeaderValue": _from(
        _LISTENER, pattern=r"^max-age=\d+(; ?includeSubDomains)?(; ?preload)?$"
    ),
    "TargetGroup.deregistrationDelay": _from(_GROUP, minimum=0, maximum=3600),
    "TargetGroup.slowStart": _from(_GROUP, anyOf=[{"enum": ["0"]}, {"minimum": 30, "maximum": 900}]),
    "TargetGroup.loadBalancingAlgorithmType": _from(
        _GROUP, enum=["least_outstanding_requests", "round_robin", "weighted_random"]
    ),
    "TargetGroupStickiness.cookieDuration": _from(_GROUP, minimum=1, maximum=604800),
    "TargetGroupStickiness.type": _from(
        _GROUP, enum=["app_cookie", "lb_cookie", "source_ip", "source_ip_dest_ip", "source_ip_dest_ip_proto"]
    ),
    "Key.deletionWindowInDays": _from(
        "docs.aws.amazon.com/kms/latest/APIReference/API_ScheduleKeyDeletion", minimum=7, maximum=30
    ),
    "Secret.recoveryWindowInDays": _from(
        "docs.aws.amazon.com/secretsmanager/latest/apireference/API_DeleteSecret",
        anyOf=[{"enum": ["0"]}, {"minimum": 7, "maximum": 30}],
    ),
    "ServiceNetworkConfiguration.assignPublicIp": _from(
        "docs.aws.amazon.com/AmazonECS/latest/APIReference/API_AwsVpcConfiguration", **_SWITCH
    ),
    "TopicSubscription.protocol": _from(
        "docs.aws.amazon.com/sns/latest/api/API_Subscribe",
        enum=["application", "email", "email-json", "firehose", "http", "https", "lambda", "sms", "sqs"],
    ),
    "BudgetCostFilter.name": _from(_COSTS, minLength=1),
    "BudgetCostFilter.values": _from(_COSTS, minItems=1),
    "BucketNotification.eventbridge": _from("docs.aws.amazon.com/AmazonS3/latest/userguide/EventBridge", **_SWITCH),
    "TargetGroupTargetGroupHealthDnsFailover.minimumHealthyTargetsCount": _from(_GROUP, pattern=r"^(off|[1-9]\d*)$"),
    **dict.fromkeys(
        ("Budget.tags", "SecurityGroupEgressRule.tags", "SecurityGroupIngressRule.tags"),
        _from(
            "docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats",
            maxProperties=50,
            additionalProperties={"maxLength": 256},
        ),
    ),
    "Instance.storageType": _from(f"{_RDS}/CHAP_Storage", enum=["gp2", "gp3", "io1", "io2", "standard"]),
    "Instance.password": _from(
        "docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance",
        minLength=8,
        maxLength=128,
        pattern='^[^/@" ]*$',
    ),
    "Function.timeout": _from("docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits", maximum=900),
    "FunctionEnvironment.variables": _from(
        "docs.aws.amazon.com/lambda/latest/dg/configuration-envvars",
        patternProperties={"^[a-zA-Z][a-zA-Z0-9_]+$": {}},
        additionalProperties=False,
    ),
    "RandomPassword.length": _from("registry.terraform.io/providers/hashicorp/random, random_password", minimum=1),
    "RandomId.byteLength": _from("registry.terraform.io/providers/hashicorp/random, random_id", minimum=1),
}
"""Class and property → the rule."""
