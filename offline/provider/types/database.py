"""RDS."""

from typing import Final

from offline.provider.catalog import Name, ResourceType, empty_list, row
from offline.provider.facts import CREATED, Facts
from offline.provider.wire import Value

_RDS: Final = "arn:aws:rds:{region}:{account}:"
_PORTS: Final = {"postgres": 5432, "mysql": 3306, "mariadb": 3306}


def _port(facts: Facts) -> int:
    return int(facts.inputs.get("port") or _PORTS.get(str(facts.inputs.get("engine", "")), 5432))


def _address(facts: Facts) -> str:
    return f"{facts.name}.c{facts.hex(11)}.{facts.region}.rds.amazonaws.com"


def _engine_version(facts: Facts) -> Value:
    version = str(facts.inputs.get("engineVersion", "17.6"))
    return version if "." in version else f"{version}.6"


def _master_user_secrets(facts: Facts) -> Value:
    if not facts.inputs.get("manageMasterUserPassword"):
        return []
    name = f"rds!db-{facts.uuid('secret')}"
    arn = facts.fill("arn:aws:secretsmanager:{region}:{account}:secret:") + f"{name}-{facts.upper(6)}"
    return [
        {
            "kmsKeyId": facts.fill("arn:aws:kms:{region}:{account}:key/{uuid}"),
            "secretArn": arn,
            "secretStatus": "active",
        }
    ]


TYPES: Final[tuple[ResourceType, ...]] = (
    row(
        "rds/instance:Instance",
        # not the identifier, which may change: the resource id is what stays (provider since version 5)
        id="db-{upper26}",
        arn=_RDS + "db:{name}",
        name=Name(property="identifier", limit=63, lower=True),
        computed={
            "address": _address,
            "endpoint": lambda facts: f"{_address(facts)}:{_port(facts)}",
            "port": _port,
            "resourceId": "db-{upper26}",
            "hostedZoneId": "Z2R2ITUGPM61AM",
            "engineVersionActual": _engine_version,
            "status": "available",
            "availabilityZone": lambda facts: facts.inputs.get("availabilityZone") or f"{facts.region}a",
            "caCertIdentifier": "rds-ca-rsa2048-g1",
            "replicas": empty_list,
            "latestRestorableTime": CREATED,
            "listenerEndpoints": empty_list,
            "upgradeRolloutOrder": "second",
            "masterUserSecrets": _master_user_secrets,
        },
        # `identifier` changes in place (provider issue 467 and pull request 18013 tell the rest)
        replaces=(
            "-identifier",
            "engine",
            "dbName",
            "username",
            "storageEncrypted",
            "kmsKeyId",
            "availabilityZone",
            "characterSetName",
            "ncharCharacterSetName",
            "snapshotIdentifier",
            "restoreToPointInTime",
            "customIamInstanceProfile",
            "timezone",
        ),
        sets=("vpcSecurityGroupIds", "enabledCloudwatchLogsExports"),
    ),
    row(
        "rds/subnetGroup:SubnetGroup",
        id="{name}",
        arn=_RDS + "subgrp:{name}",
        name=Name(lower=True),
        computed={"vpcId": "vpc-0{hex16}", "supportedNetworkTypes": ["IPV4"]},
        sets=("subnetIds",),
    ),
    row(
        "rds/parameterGroup:ParameterGroup",
        id="{name}",
        arn=_RDS + "pg:{name}",
        name=Name(lower=True),
        replaces=("family", "description"),
        sets=("parameters",),
    ),
    row(
        "rds/eventSubscription:EventSubscription",
        id="{name}",
        arn=_RDS + "es:{name}",
        name=Name(),
        computed={"customerAwsId": "{account}"},
        sets=("eventCategories", "sourceIds"),
    ),
    row(
        "rds/snapshot:Snapshot",
        id="{in[dbSnapshotIdentifier]}",
        computed={
            "dbSnapshotArn": _RDS + "snapshot:{in[dbSnapshotIdentifier]}",
            "status": "available",
            "encrypted": True,
        },
        replaces=("dbInstanceIdentifier", "dbSnapshotIdentifier"),
    ),
    row(
        "rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication",
        id=_RDS + "auto-backup:ab-{hex26}",
        replaces=("sourceDbInstanceArn", "kmsKeyId", "retentionPeriod"),
        tagged=False,
    ),
)
