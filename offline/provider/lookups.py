"""Data sources: what the offline AWS answers to each. Adding one is adding a line to `ANSWERS`."""
# ruff: noqa: ARG001 (an answer has the signature of all answers)

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from offline.provider.facts import ACCOUNT, Facts
from offline.provider.wire import Secret, Value

Answer: TypeAlias = Callable[[Mapping[str, Any], Facts], dict[str, Value]]

_ZONES: Final = ("a", "b", "c", "d", "e", "f")


def _caller(args: Mapping[str, Any], facts: Facts) -> dict[str, Value]:
    arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/offline/offline"
    return {"id": ACCOUNT, "accountId": ACCOUNT, "arn": arn, "userId": "AROAOFFLINEOFFLINE000:offline"}


def _region(args: Mapping[str, Any], facts: Facts) -> dict[str, Value]:
    region = args.get("region") or args.get("name") or facts.region
    endpoint = f"ec2.{region}.amazonaws.com"
    return {"id": region, "name": region, "region": region, "description": str(region), "endpoint": endpoint}


def _partition(args: Mapping[str, Any], facts: Facts) -> dict[str, Value]:
    return {"id": "aws", "partition": "aws", "dnsSuffix": "amazonaws.com", "reverseDnsPrefix": "com.amazonaws"}


def _availability_zones(args: Mapping[str, Any], facts: Facts) -> dict[str, Value]:
    names = [facts.region + zone for zone in (_ZONES if facts.region == "us-east-1" else _ZONES[:3])]
    ids = [f"use1-az{at + 1}" for at in range(len(names))]
    return {"id": facts.region, "names": names, "zoneIds": ids, "groupNames": [facts.region]}


def _availability_zone(args: Mapping[str, Any], facts: Facts) -> dict[str, Value]:
    name = args.get("name") or f"{facts.region}a"
    return {"id": name, "name": name, "region": facts.region, "state": "available", "zoneId": "use1-az1"}


def _zone(args: Mapping[str, Any], facts: Facts) -> dict[str, Value]:
    name = str(args.get("name") or "example.com").removesuffix(".")
    zone_id = args.get("zoneId") or "Z0" + facts.upper(18, name)
    return {
        "id": zone_id,
        "zoneId": zone_id,
        "name": name,
        "arn": f"arn:aws:route53:::hostedzone/{zone_id}",
        "callerReference": "offline",
        "comment": "",
        "nameServers": ["ns-1.awsdns-00.com", "ns-2.awsdns-00.net"],
        "primaryNameServer": "ns-1.awsdns-00.com",
        "resourceRecordSetCount": 2,
        "linkedServicePrincipal": "",
        "linkedServiceDescription": "",
        "privateZone": bool(args.get("privateZone", False)),
        "tags": {},
    }


def _secret_arn(wanted: object, facts: Facts) -> str:
    name = str(wanted)
    if name.startswith("arn:"):
        return name
    return f"arn:aws:secretsmanager:{facts.region}:{ACCOUNT}:secret:{name}-{facts.upper(6, name)}"


def _secret(args: Mapping[str, Any], facts: Facts) -> dict[str, Value]:
    arn = args.get("arn") or _secret_arn(args.get("name"), facts)
    name = args.get("name") or str(arn).rpartition(":")[2][:-7]
    return {"id": arn, "arn": arn, "name": name, "description": "", "kmsKeyId": "", "policy": "", "tags": {}}


def _secret_version(args: Mapping[str, Any], facts: Facts) -> dict[str, Value]:
    arn = _secret_arn(args.get("secretId"), facts)
    version = facts.uuid(arn)
    return {
        "id": f"{arn}|{version}",
        "arn": arn,
        "versionId": version,
        "versionStages": ["AWSCURRENT"],
        "secretString": Secret(f"offline value of {arn.rpartition(':')[2]}"),
        "secretBinary": "",
        "createdDate": "2025-01-27T00:00:00Z",
    }


def _prefix_list(args: Mapping[str, Any], facts: Facts) -> dict[str, Value]:
    name = args.get("name") or f"com.amazonaws.{facts.region}.s3"
    list_id = args.get("prefixListId") or args.get("id") or "pl-" + facts.hex(8, str(name))
    entries = [{"cidr": "3.5.0.0/19", "description": ""}]
    return {
        "id": list_id,
        "name": name,
        "arn": f"arn:aws:ec2:{facts.region}:aws:prefix-list/{list_id}",
        "ownerId": "AWS",
        "addressFamily": "IPv4",
        "maxEntries": 0,
        "version": 0,
        "cidrBlocks": ["3.5.0.0/19"],
        "entries": entries,
        "tags": {},
    }


def _key(args: Mapping[str, Any], facts: Facts) -> dict[str, Value]:
    key_id = facts.uuid(str(args))
    arn = f"arn:aws:kms:{facts.region}:{ACCOUNT}:key/{key_id}"
    return {
        "id": key_id,
        "arn": arn,
        "keyUsage": "ENCRYPT_DECRYPT",
        "enabled": True,
        "targetKeyId": key_id,
        "targetKeyArn": arn,
    }


def _certificate(args: Mapping[str, Any], facts: Facts) -> dict[str, Value]:
    arn = f"arn:aws:acm:{facts.region}:{ACCOUNT}:certificate/{facts.uuid(str(args.get('domain')))}"
    return {"id": arn, "arn": arn, "status": "ISSUED", "certificate": "", "certificateChain": "", "tags": {}}


def _parameter(args: Mapping[str, Any], facts: Facts) -> dict[str, Value]:
    name = str(args.get("name"))
    arn = f"arn:aws:ssm:{facts.region}:{ACCOUNT}:parameter/{name.removeprefix('/')}"
    return {
        "id": name,
        "arn": arn,
        "type": "String",
        "value": Secret("offline"),
        "insecureValue": "offline",
        "version": 1,
    }


def _repository(args: Mapping[str, Any], facts: Facts) -> dict[str, Value]:
    name = str(args.get("name"))
    return {
        "id": name,
        "arn": f"arn:aws:ecr:{facts.region}:{ACCOUNT}:repository/{name}",
        "registryId": ACCOUNT,
        "repositoryUrl": f"{ACCOUNT}.dkr.ecr.{facts.region}.amazonaws.com/{name}",
        "tags": {},
    }


def _oidc_provider(args: Mapping[str, Any], facts: Facts) -> dict[str, Value]:
    url = str(args.get("url") or "https://token.actions.githubusercontent.com").removeprefix("https://")
    arn = args.get("arn") or f"arn:aws:iam::{ACCOUNT}:oidc-provider/{url}"
    return {
        "id": arn,
        "arn": arn,
        "url": url,
        "clientIdLists": ["sts.amazonaws.com"],
        "thumbprintLists": [],
        "tags": {},
    }


def _engine_version(args: Mapping[str, Any], facts: Facts) -> dict[str, Value]:
    engine, version = args.get("engine", "postgres"), str(args.get("version") or "17.6")
    family = f"{engine}{version.partition('.')[0]}"
    return {
        "id": version,
        "engine": engine,
        "version": version,
        "versionActual": version,
        "parameterGroupFamily": family,
    }


ANSWERS: Final[Mapping[str, Answer]] = {
    "aws:acm/getCertificate:getCertificate": _certificate,
    "aws:ec2/getManagedPrefixList:getManagedPrefixList": _prefix_list,
    "aws:ec2/getPrefixList:getPrefixList": _prefix_list,
    "aws:ecr/getRepository:getRepository": _repository,
    "aws:iam/getOpenIdConnectProvider:getOpenIdConnectProvider": _oidc_provider,
    "aws:index/getAvailabilityZone:getAvailabilityZone": _availability_zone,
    "aws:index/getAvailabilityZones:getAvailabilityZones": _availability_zones,
    "aws:index/getCallerIdentity:getCallerIdentity": _caller,
    "aws:index/getPartition:getPartition": _partition,
    "aws:index/getRegion:getRegion": _region,
    "aws:kms/getAlias:getAlias": _key,
    "aws:kms/getKey:getKey": _key,
    "aws:rds/getEngineVersion:getEngineVersion": _engine_version,
    "aws:route53/getZone:getZone": _zone,
    "aws:secretsmanager/getSecret:getSecret": _secret,
    "aws:secretsmanager/getSecretVersion:getSecretVersion": _secret_version,
    "aws:ssm/getParameter:getParameter": _parameter,
}


_IDENTIFYING: Final = ("id", "arn", "name", "zoneId", "repositoryUrl", "targetKeyArn", "targetKeyId")
_GIVEN: Final[set[str]] = set()


def given() -> frozenset[str]:
    """Ids, names and ARNs that this process has answered with: they exist although the program made none of them."""
    return frozenset(_GIVEN)


class UnknownLookup(LookupError):
    """Nobody has written down what AWS would answer. The message names the data source and the place for the answer."""


def answer(token: str, args: Mapping[str, Any], region: str) -> dict[str, Value]:
    """What AWS would say: the arguments and what belongs to them. Raises `UnknownLookup`."""
    if token not in ANSWERS:
        raise UnknownLookup(
            f"the offline AWS has no answer for the data source {token} "
            f"(arguments: {', '.join(sorted(args)) or 'none'}): add one to ANSWERS in offline/provider/lookups.py"
        )
    facts = Facts(urn=token, name="", inputs=dict(args), region=str(args.get("region") or region))
    found = ANSWERS[token](args, facts)
    _GIVEN.update(value for key in _IDENTIFYING if isinstance(value := found.get(key), str))
    return {**args, **found}
