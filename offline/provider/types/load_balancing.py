"""Load balancer, target groups, listeners and rules, certificates, DNS records, web ACLs."""

from typing import Final

from offline.provider.catalog import Name, ResourceType, empty_list, row
from offline.provider.facts import CREATED, Facts
from offline.provider.wire import Value

_ELB: Final = "arn:aws:elasticloadbalancing:{region}:{account}:"
LOAD_BALANCER_ZONES: Final = {
    "us-east-1": "Z35SXDOTRQ7X7K",
    "us-east-2": "Z3AADJGX6KTTL2",
    "us-west-1": "Z368ELLRRE2KJ0",
    "us-west-2": "Z1H1FL5HABSF5",
    "eu-central-1": "Z215JYRZR1TBD5",
    "eu-west-1": "Z32O12XQLNTSW2",
}
"""Hosted zones of application load balancers (AWS General Reference, Elastic Load Balancing endpoints)."""


def _under(arn: object) -> str:
    """Listener and rule ARNs repeat what they hang on: `…:listener/app/<name>/<id>` → `app/<name>/<id>`."""
    return str(arn).partition("/")[2] or "app/unknown/0000000000000000"


def _listener_arn(facts: Facts) -> str:
    return facts.fill(_ELB + "listener/") + f"{_under(facts.inputs.get('loadBalancerArn'))}/{facts.hex(16)}"


def _rule_arn(facts: Facts) -> str:
    return facts.fill(_ELB + "listener-rule/") + f"{_under(facts.inputs.get('listenerArn'))}/{facts.hex(16)}"


def _validation_options(facts: Facts) -> Value:
    names = [facts.inputs.get("domainName", ""), *facts.inputs.get("subjectAlternativeNames", [])]
    return [
        {
            "domainName": domain,
            # a wildcard is proven by the same record as the domain under it
            "resourceRecordName": f"_{facts.hex(32, domain.removeprefix('*.'))}.{domain.removeprefix('*.')}.",
            "resourceRecordType": "CNAME",
            "resourceRecordValue": f"_{facts.hex(32, 'value' + domain.removeprefix('*.'))}.acm-validations.aws.",
        }
        for domain in dict.fromkeys(map(str, names))
    ]


def _fqdn(facts: Facts) -> Value:
    return str(facts.inputs.get("name", "")).removesuffix(".")


TYPES: Final[tuple[ResourceType, ...]] = (
    row(
        "lb/loadBalancer:LoadBalancer",
        arn=_ELB + "loadbalancer/app/{name}/{hex16}",
        name=Name(limit=32),
        computed={
            "arnSuffix": "app/{name}/{hex16}",
            "dnsName": "{name}-{digits10}.{region}.elb.amazonaws.com",
            "zoneId": lambda facts: LOAD_BALANCER_ZONES.get(facts.region, "Z35SXDOTRQ7X7K"),
            "vpcId": "vpc-0{hex16}",
        },
        replaces=("internal", "loadBalancerType", "customerOwnedIpv4Pool"),
        sets=("subnets", "securityGroups"),
    ),
    row(
        "lb/targetGroup:TargetGroup",
        arn=_ELB + "targetgroup/{name}/{hex16}",
        name=Name(limit=32),
        computed={"arnSuffix": "targetgroup/{name}/{hex16}", "loadBalancerArns": empty_list},
        replaces=("port", "protocol", "protocolVersion", "targetType", "vpcId", "ipAddressType"),
    ),
    row(
        "lb/listener:Listener",
        arn=_listener_arn,
        replaces=("loadBalancerArn",),
    ),
    row("lb/listenerRule:ListenerRule", arn=_rule_arn, replaces=("listenerArn",), sets=("conditions",)),
    row(
        "lb/listenerCertificate:ListenerCertificate",
        id="{in[listenerArn]}_{in[certificateArn]}",
        replaces=("listenerArn", "certificateArn"),
        tagged=False,
    ),
    row(
        "acm/certificate:Certificate",
        arn="arn:aws:acm:{region}:{account}:certificate/{uuid}",
        computed={
            "domainValidationOptions": _validation_options,
            "status": "PENDING_VALIDATION",
            "type": "AMAZON_ISSUED",
            "renewalEligibility": "INELIGIBLE",
            "pendingRenewal": False,
            "renewalSummaries": empty_list,
            "validationEmails": empty_list,
            "notBefore": CREATED,
            "notAfter": "2026-02-27T00:00:00Z",
        },
        replaces=(
            "domainName",
            "subjectAlternativeNames",
            "validationMethod",
            "keyAlgorithm",
            "certificateAuthorityArn",
        ),
        sets=("subjectAlternativeNames",),
    ),
    row(
        "acm/certificateValidation:CertificateValidation",
        id="{hex16}",
        replaces=("certificateArn", "validationRecordFqdns"),
        sets=("validationRecordFqdns",),
        tagged=False,
    ),
    row(
        "route53/record:Record",
        id="{in[zoneId]}_{in[name]}_{in[type]}",
        computed={"fqdn": _fqdn},
        replaces=("zoneId", "name", "type", "setIdentifier"),
        sets=("records",),
        is_global=True,
        tagged=False,
    ),
    row(
        "route53/zone:Zone",
        id="Z0{upper18}",
        arn="arn:aws:route53:::hostedzone/Z0{upper18}",
        name=Name(required=True),
        computed={
            "zoneId": "Z0{upper18}",
            "primaryNameServer": "ns-1.awsdns-00.com",
            "nameServers": ["ns-1.awsdns-00.com", "ns-2.awsdns-00.net", "ns-3.awsdns-00.org", "ns-4.awsdns-00.co.uk"],
        },
        replaces=("delegationSetId",),
        is_global=True,
    ),
    row(
        "route53/healthCheck:HealthCheck",
        id="{uuid}",
        arn="arn:aws:route53:::healthcheck/{uuid}",
        replaces=("type", "referenceName", "requestInterval", "measureLatency", "routingControlArn"),
        is_global=True,
    ),
    row(
        "wafv2/webAcl:WebAcl",
        id="{uuid}",
        arn="arn:aws:wafv2:{region}:{account}:regional/webacl/{name}/{uuid}",
        name=Name(limit=128),
        computed={"capacity": 1502, "lockToken": lambda facts: facts.uuid("lock"), "applicationIntegrationUrl": ""},
        replaces=("scope",),
        sets=("rules",),
    ),
    row(
        "wafv2/webAclAssociation:WebAclAssociation",
        id="{in[webAclArn]},{in[resourceArn]}",
        replaces=("webAclArn", "resourceArn"),
        tagged=False,
    ),
    row(
        "wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration",
        id="{in[resourceArn]}",
        replaces=("resourceArn",),
        tagged=False,
    ),
    row(
        "wafv2/ipSet:IpSet",
        id="{uuid}",
        arn="arn:aws:wafv2:{region}:{account}:regional/ipset/{name}/{uuid}",
        name=Name(limit=128),
        computed={"lockToken": lambda facts: facts.uuid("lock")},
        replaces=("scope", "ipAddressVersion"),
        sets=("addresses",),
    ),
    row(
        "wafv2/ruleGroup:RuleGroup",
        id="{uuid}",
        arn="arn:aws:wafv2:{region}:{account}:regional/rulegroup/{name}/{uuid}",
        name=Name(limit=128),
        computed={"lockToken": lambda facts: facts.uuid("lock")},
        replaces=("scope", "capacity"),
        sets=("rules",),
    ),
)
