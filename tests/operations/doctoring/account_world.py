"""An account in which nothing is missing; a test takes away or spoils one thing.

Secrets, parameters and the identity are moto's; everything else is spelled as the API spells it, and `aws_world` checks
questions and answers against botocore's model.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from operations.aws.service_roles import SERVICE_ROLES
from operations.doctoring.patient import Outside, Unanswered
from tests.operations.aws_world import AwsWorld
from tests.operations.ecs_world import Refusal
from tests.operations.manifests import ACCOUNT, REGION

NAME_SERVERS = ["ns-1.awsdns-01.com", "ns-2.awsdns-02.net", "ns-3.awsdns-03.org", "ns-4.awsdns-04.co.uk"]
DIGEST = "sha256:4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945"
CONFIG = "sha256:" + "c" * 64
PAGERDUTY = "https://events.pagerduty.com/integration/0123456789abcdef0123456789abcdef/enqueue"
SINGLE = {"schemaVersion": 2, "config": {"digest": CONFIG}}


def raises(error: Exception) -> Callable[..., Any]:
    def answer(*_: object) -> Any:
        raise error

    return answer


@dataclass
class AccountWorld:
    aws: AwsWorld
    roles: set[str] = field(
        default_factory=lambda: {row.name for row in SERVICE_ROLES} | {"mockforge-production-operator"}
    )
    policies: set[str] = field(default_factory=set)
    zones: list[tuple[str, str]] = field(default_factory=lambda: [("mockforge.dev", "Z0PUBLIC")])
    seen_name_servers: frozenset[str] | Unanswered = frozenset(NAME_SERVERS)
    buckets: set[str] = field(default_factory=set)
    keys: set[str] = field(default_factory=set)
    switched_off: set[str] = field(default_factory=set)
    missing_zones: set[str] = field(default_factory=set)
    images: set[str] = field(default_factory=lambda: {DIGEST})
    image_manifest: Any = field(default_factory=lambda: dict(SINGLE))
    architecture: str = "arm64"
    quotas: dict[str, float] = field(default_factory=lambda: {"L-3032A538": 100, "L-0263D0A3": 5, "L-F678F1CE": 5})
    raised_quotas: dict[str, float] = field(default_factory=dict)
    addresses: list[dict[str, Any]] = field(default_factory=list)
    networks: list[dict[str, Any]] = field(default_factory=list)
    versions: list[str] = field(default_factory=lambda: ["15.14", "16.9", "16.10"])
    offers: list[dict[str, Any]] = field(default_factory=lambda: [{"StorageType": "gp3", "MultiAZCapable": True}])
    subscriptions: dict[str, list[tuple[str, str, str]]] = field(default_factory=dict)
    """Topic to protocol, endpoint, `confirmed` or `PendingConfirmation`."""
    role_of: Callable[[str], Mapping[str, bool]] = field(default_factory=lambda: raises(Unanswered("no answer")))

    def __post_init__(self) -> None:
        services = {
            "DescribeRegions": "ec2",
            "DescribeAvailabilityZones": "ec2",
            "DescribeAddresses": "ec2",
            "DescribeVpcs": "ec2",
            "GetRole": "iam",
            "GetPolicy": "iam",
            "HeadBucket": "s3",
            "DescribeKey": "kms",
            "ListHostedZonesByName": "route53",
            "GetHostedZone": "route53",
            "BatchGetImage": "ecr",
            "GetDownloadUrlForLayer": "ecr",
            "GetServiceQuota": "service-quotas",
            "GetAWSDefaultServiceQuota": "service-quotas",
            "DescribeDBEngineVersions": "rds",
            "DescribeOrderableDBInstanceOptions": "rds",
            "ListSubscriptionsByTopic": "sns",
        }
        for name, service in services.items():
            self.aws.handlers[service, name] = getattr(self, name)
        for environment in ("staging", "production"):
            self.buckets.add(f"mockforge-{environment}-state-{ACCOUNT}-{REGION}")
            self.keys.add(f"alias/mockforge-{environment}-pulumi")
        pages = [("https", PAGERDUTY, "confirmed")]
        self.subscriptions = {
            "critical": pages,
            "outside": list(pages),
            "warning": [("email", "operations@mockforge.dev", "confirmed")],
            "announcements": [("email", "customers@mockforge.dev", "confirmed")],
        }
        self.secret("mockforge-cloud/production/pagerduty")

    def secret(self, name: str, value: str = "made up") -> None:
        self.aws.client("secretsmanager").create_secret(Name=name, SecretString=value)
        self.aws.calls.clear()

    def outside(self) -> Outside:
        return Outside(name_servers=self._name_servers, fetch=self._fetch, role_of=self._role_of)

    def _role_of(self, url: str) -> Mapping[str, bool]:
        return self.role_of(url)

    def _name_servers(self, _domain: str) -> frozenset[str]:
        if isinstance(self.seen_name_servers, Unanswered):
            raise self.seen_name_servers
        return self.seen_name_servers

    def _fetch(self, address: str) -> bytes:
        assert address == f"https://layers.example.com/{CONFIG}"
        return json.dumps({"os": "linux", "architecture": self.architecture}).encode()

    # --- AWS

    def DescribeRegions(self, asked: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        return {
            "Regions": [
                {
                    "RegionName": name,
                    "OptInStatus": "not-opted-in" if name in self.switched_off else "opt-in-not-required",
                }
                for name in asked["RegionNames"]
            ]
        }

    def DescribeAvailabilityZones(self, asked: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        [wanted] = asked["Filters"]
        zones = [one for one in wanted["Values"] if one not in self.missing_zones]
        return {"AvailabilityZones": [{"ZoneName": name, "State": "available"} for name in zones]}

    def DescribeAddresses(self, asked: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        return {"Addresses": self.addresses}

    def DescribeVpcs(self, asked: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        return {"Vpcs": self.networks}

    def GetRole(self, asked: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        name = _in(self.roles, asked["RoleName"], "NoSuchEntity")
        arn = f"arn:aws:iam::{ACCOUNT}:role/{name}"
        role = {"Path": "/", "RoleName": name, "RoleId": "AROA1234567890123456", "Arn": arn}
        return {"Role": role | {"CreateDate": self.aws.clock.now()}}

    def GetPolicy(self, asked: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        return {"Policy": {"PolicyName": _in(self.policies, asked["PolicyArn"].rpartition("/")[2], "NoSuchEntity")}}

    def HeadBucket(self, asked: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        _in(self.buckets, asked["Bucket"], "404")
        return {}

    def DescribeKey(self, asked: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        return {"KeyMetadata": {"KeyId": _in(self.keys, asked["KeyId"], "NotFoundException")}}

    def ListHostedZonesByName(self, asked: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        zones = [
            {"Id": f"/hostedzone/{identifier}", "Name": f"{name}.", "CallerReference": "x", "Config": {}}
            for name, identifier in self.zones
        ]
        return {"HostedZones": zones, "IsTruncated": False, "MaxItems": "100"}

    def GetHostedZone(self, asked: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        zone = {"Id": asked["Id"], "Name": "mockforge.dev.", "CallerReference": "x"}
        return {"HostedZone": zone, "DelegationSet": {"NameServers": [f"{one}." for one in NAME_SERVERS]}}

    def BatchGetImage(self, asked: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        [wanted] = asked["imageIds"]
        if wanted.get("imageDigest") not in self.images:
            return {"images": [], "failures": [{"imageId": wanted, "failureCode": "ImageNotFound"}]}
        text = self.image_manifest if isinstance(self.image_manifest, str) else json.dumps(self.image_manifest)
        return {"images": [{"imageId": wanted, "imageManifest": text}], "failures": []}

    def GetDownloadUrlForLayer(self, asked: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        digest = asked["layerDigest"]
        return {"downloadUrl": f"https://layers.example.com/{digest}", "layerDigest": digest}

    def GetServiceQuota(self, asked: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        if asked["QuotaCode"] not in self.raised_quotas:
            raise Refusal("NoSuchResourceException", "no such quota")
        return {"Quota": {"Value": self.raised_quotas[asked["QuotaCode"]]}}

    def GetAWSDefaultServiceQuota(self, asked: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        return {"Quota": {"Value": self.quotas[asked["QuotaCode"]]}}

    def DescribeDBEngineVersions(self, asked: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        return {"DBEngineVersions": [{"EngineVersion": one} for one in self.versions]}

    def DescribeOrderableDBInstanceOptions(self, asked: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        return {"OrderableDBInstanceOptions": self.offers}

    def ListSubscriptionsByTopic(self, asked: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        topic = asked["TopicArn"]
        return {
            "Subscriptions": [
                {
                    "SubscriptionArn": state if state == "PendingConfirmation" else f"{topic}:1234",
                    "Owner": ACCOUNT,
                    "Protocol": protocol,
                    "Endpoint": endpoint,
                    "TopicArn": topic,
                }
                for protocol, endpoint, state in self.subscriptions[topic.rpartition(":")[2]]
            ]
        }


def _in(known: set[str], name: str, code: str) -> str:
    if name not in known:
        raise Refusal(code, f"{name} cannot be found")
    return name
