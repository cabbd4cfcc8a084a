"""The account as the reports see it: everything is well, until a test spoils it.

Answers are checked against botocore's model by `AwsWorld`.
"""

import gzip
import io
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tests.operations.aws_world import AwsWorld
from tests.operations.backup_world import BackupWorld
from tests.operations.ecs_world import Refusal
from tests.operations.manifests import ACCOUNT, REGION

DAY = timedelta(days=1)
LOGS_BUCKET, CONFIGURATION = "logs-1a2b3c4", "configuration-1a2b3c4"
DIGEST = f"sha256:{'4f' * 32}"
IMAGE = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/mockforge-cloud@{DIGEST}"
FIREWALL_LOG = "aws-waf-logs-mockforge-production-web-firewall"
ACL = f"arn:aws:wafv2:{REGION}:{ACCOUNT}:regional/webacl/web-firewall/1"
Curve = Callable[[datetime], float | None]


def flat(value: float) -> Curve:
    return lambda _at: value


def access_line(
    status: int = 200, request: str = "GET /api/v1/plugins", *, client: str = "192.0.2.10", agent: str = "curl/8.1"
) -> str:
    """As the load balancer writes it, shortened at the end."""
    method, path = request.split(" ", 1)
    url = f"https://cloud.mockforge.dev:443{path}"
    return (
        f"https 2026-11-23T12:00:00.000000Z app/web-1a2b3c4/50dc6c495c0c9188 {client}:40312 10.20.1.5:8080 0.000 0.005 "
        f'0.000 {status} {status} 34 366 "{method} {url} HTTP/2.0" "{agent}" TLS_AES_128_GCM_SHA256 TLSv1.3 - "-"'
    )


ORDINARY = (
    access_line(),
    access_line(agent="Amazon-Route53-Health-Check-Service (ref 1; report http://amzn.to/1vsZADi)"),
    access_line(201, "POST /api/v1/auth/register", client="192.0.2.11"),
    access_line(200, "POST /api/v1/auth/login?next=%2Fsecret", client="192.0.2.11"),
    access_line(200, "POST /api/v1/auth/login", client="192.0.2.12"),
    access_line(200, "POST /api/v1/auth/login", client="192.0.2.12"),
    access_line(401, "POST /api/v1/auth/login", client="192.0.2.13"),
)


@dataclass
class ReportWorld:
    aws: AwsWorld
    backups: BackupWorld = field(init=False)
    metrics: dict[str, Curve] = field(init=False)
    """Metric name, with ` <rule>` behind it for the firewall; or `disk`."""
    history: list[dict[str, Any]] = field(default_factory=list)
    on_now: list[dict[str, Any]] = field(default_factory=list)
    log_lines: list[str] = field(default_factory=list)
    objects: dict[tuple[str, str], bytes] = field(default_factory=dict)
    attributes: dict[str, str] = field(init=False)
    database: dict[str, Any] = field(init=False)
    log_groups: dict[str, int | None] = field(init=False)
    scan: dict[str, int] | None = field(default_factory=lambda: {"LOW": 3})
    image_age: timedelta = timedelta(days=10)
    detectors: list[str] = field(default_factory=lambda: ["detector"])
    guard_duty: list[dict[str, Any]] = field(default_factory=list)
    pending: list[dict[str, Any]] = field(default_factory=list)
    upgrades: list[str] = field(default_factory=list)
    spent_usd: str = "512.4"
    web_acl: bool = True

    def __post_init__(self) -> None:
        self.aws.ecs.register(41, "a")
        self.aws.ecs.deployed(41, days_ago=2)
        self.backups = BackupWorld(self.aws)
        self.metrics = {
            "RequestCount": flat(1000),
            "HTTPCode_Target_5XX_Count": lambda _at: None,
            "HTTPCode_ELB_5XX_Count": lambda _at: None,
            "HTTPCode_Target_4XX_Count": flat(10),
            "TargetResponseTime": flat(0.15),
            "CPUUtilization": flat(40),
            "MemoryUtilization": flat(50),
            "TaskEphemeralStorageUtilization": flat(20),
            "FreeableMemory": flat(4 * 1024**3),
            "DatabaseConnections": flat(60),
            "RunningTaskCount": flat(3),
            "ErrorLines": flat(0),
            "disk": flat(35),
            "AllowedRequests ALL": flat(900),
            "BlockedRequests ALL": flat(2),
            "BlockedRequests mockforge-production-requests-per-address": flat(2),
            "BlockedRequests mockforge-production-AWSManagedRulesCommonRuleSet": lambda _at: None,
        }
        self.attributes = {
            "access_logs.s3.enabled": "true",
            "access_logs.s3.bucket": LOGS_BUCKET,
            "access_logs.s3.prefix": "load-balancer",
            "deletion_protection.enabled": "true",
            "routing.http.drop_invalid_header_fields.enabled": "true",
        }
        self.database = {
            "DBInstanceIdentifier": "mockforge-production",
            "DBInstanceArn": f"arn:aws:rds:{REGION}:{ACCOUNT}:db:mockforge-production",
            "DBInstanceClass": "db.m7g.large",
            "DbiResourceId": "db-ABC",
            "StorageEncrypted": True,
            "PubliclyAccessible": False,
            "DeletionProtection": True,
            "Engine": "postgres",
            "EngineVersion": "16.10",
            "AllocatedStorage": 50,
            "MaxAllocatedStorage": 200,
            "LatestRestorableTime": self.aws.clock.now() - timedelta(minutes=5),
        }
        self.log_groups = {
            "/mockforge-cloud/production/service": 30,
            "/aws/lambda/mockforge-production-smoke-test": 30,
            "/aws/rds/instance/mockforge-production/postgresql": 30,
            FIREWALL_LOG: 30,
        }
        self.access("2026/11/23", "20261123T1205", *ORDINARY)
        self.record("2026-W48", database=True, objects=True, configuration=True)
        self._play()

    def access(self, day: str, ends: str, *lines: str) -> None:
        folder = f"load-balancer/AWSLogs/{ACCOUNT}/elasticloadbalancing/{REGION}/{day}"
        key = f"{folder}/{ACCOUNT}_elasticloadbalancing_{REGION}_app.web-1a2b3c4.50dc_{ends}Z_203.0.113.9_abc.log.gz"
        self.objects[LOGS_BUCKET, key] = gzip.compress("\n".join(lines).encode())

    def record(self, week: str, **kinds: bool) -> None:
        results = {
            kind: {
                "good": good,
                "reason": "status: storage-full",
                "checks": [{"name": "status", "good": good, "found": "available" if good else "storage-full"}],
            }
            for kind, good in kinds.items()
        }
        document = {"version": 1, "week": week, "results": results}
        self.objects[CONFIGURATION, f"restore-tests/{week}.json"] = json.dumps(document).encode()
        self.objects[CONFIGURATION, "restore-tests/log.md"] = f"# Weekly restore tests\n\n- {week}: told\n".encode()

    def rang(self, name: str, state: str, was: str, at: datetime) -> None:
        told = {"version": "1.0", "oldState": {"stateValue": was}, "newState": {"stateValue": state}}
        self.history.append(
            {
                "AlarmName": name,
                "Timestamp": at,
                "HistoryItemType": "StateUpdate",
                "HistoryData": json.dumps(told),
            }
        )

    def _play(self) -> None:
        def paged(key: str, found: Callable[[], list[Any]]) -> Callable[[dict[str, Any]], dict[str, Any]]:
            return lambda _asked: {key: found()}

        plays: dict[tuple[str, str], Callable[[dict[str, Any]], dict[str, Any]]] = {
            ("cloudwatch", "GetMetricData"): self._metric_data,
            ("cloudwatch", "DescribeAlarmHistory"): self._alarm_history,
            ("cloudwatch", "DescribeAlarms"): lambda _asked: {"CompositeAlarms": self.on_now, "MetricAlarms": []},
            ("cloudwatch", "GetDashboard"): lambda _asked: {"DashboardName": "mockforge-production"},
            ("logs", "StartQuery"): self._start_query,
            ("logs", "GetQueryResults"): self._query_results,
            ("logs", "DescribeLogGroups"): self._log_groups,
            ("elbv2", "DescribeLoadBalancerAttributes"): lambda _asked: {
                "Attributes": [{"Key": key, "Value": value} for key, value in self.attributes.items()]
            },
            ("elbv2", "DescribeLoadBalancers"): paged("LoadBalancers", lambda: [{"VpcId": "vpc-1"}]),
            ("ec2", "DescribeFlowLogs"): paged(
                "FlowLogs",
                lambda: [{"LogGroupName": "mockforge-production-network-flow-logs", "DeliverLogsStatus": "SUCCESS"}],
            ),
            ("wafv2", "GetWebACLForResource"): lambda _asked: {"WebACL": _web_acl()} if self.web_acl else {},
            ("wafv2", "GetLoggingConfiguration"): lambda _asked: {
                "LoggingConfiguration": {
                    "ResourceArn": ACL,
                    "LogDestinationConfigs": [f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{FIREWALL_LOG}:*"],
                }
            },
            ("guardduty", "ListDetectors"): paged("DetectorIds", lambda: self.detectors),
            ("guardduty", "ListFindings"): paged("FindingIds", lambda: [one["Id"] for one in self.guard_duty]),
            ("guardduty", "GetFindings"): paged("Findings", lambda: self.guard_duty),
            ("cloudtrail", "DescribeTrails"): paged("trailList", list),
            ("cloudtrail", "LookupEvents"): paged("Events", list),
            ("s3", "ListObjectsV2"): self._listed,
            ("s3", "GetObject"): self._object,
            ("s3", "GetPublicAccessBlock"): lambda _asked: {
                "PublicAccessBlockConfiguration": dict.fromkeys(
                    ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True
                )
            },
            ("s3", "GetBucketEncryption"): lambda _asked: {
                "ServerSideEncryptionConfiguration": {
                    "Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}]
                }
            },
            ("s3", "GetBucketLifecycleConfiguration"): paged(
                "Rules", lambda: [{"Status": "Enabled", "Expiration": {"Days": 30}}]
            ),
            ("rds", "DescribeDBInstances"): paged("DBInstances", lambda: [self.database]),
            ("rds", "DescribePendingMaintenanceActions"): paged(
                "PendingMaintenanceActions",
                lambda: [{"PendingMaintenanceActionDetails": self.pending}] if self.pending else [],
            ),
            ("rds", "DescribeDBEngineVersions"): paged("DBEngineVersions", lambda: [self._engine()]),
            ("ecs", "DescribeTaskDefinition"): lambda _asked: {
                "taskDefinition": {"containerDefinitions": [{"name": "app", "image": IMAGE}]}
            },
            ("ecr", "DescribeImages"): paged(
                "imageDetails", lambda: [{"imagePushedAt": self.aws.clock.now() - self.image_age}]
            ),
            ("ecr", "DescribeImageScanFindings"): self._scan,
            ("budgets", "DescribeBudget"): self._budget,
            ("config", "DescribeConfigurationRecorders"): paged("ConfigurationRecorders", list),
            ("securityhub", "DescribeHub"): self._no_security_hub,
            ("backup", "DescribeBackupVault"): lambda _asked: {"Locked": True, "EncryptionKeyArn": "arn:aws:kms:key"},
        }
        self.aws.handlers |= plays

    def _metric_data(self, asked: dict[str, Any]) -> dict[str, Any]:
        curves: dict[str, Curve] = {}
        results: list[dict[str, Any]] = []
        for query in asked["MetricDataQueries"]:
            if "MetricStat" in query:
                metric = query["MetricStat"]["Metric"]
                rules = [one["Value"] for one in metric["Dimensions"] if one["Name"] == "Rule"]
                curve = self.metrics[" ".join([metric["MetricName"], *rules])]
                period = query["MetricStat"]["Period"]
            else:
                curve, period = self._expression(query["Expression"], dict(curves)), query["Period"]
            curves[query["Id"]] = curve
            moments = self._moments(asked["StartTime"], asked["EndTime"], period)
            points = [(at, value) for at in moments if (value := curve(at)) is not None]
            results.append(
                {
                    "Id": query["Id"],
                    "StatusCode": "Complete",
                    "Timestamps": [at for at, _ in points],
                    "Values": [float(value) for _, value in points],
                }
            )
        return {"MetricDataResults": results}

    def _expression(self, text: str, curves: dict[str, Curve]) -> Curve:
        if text.startswith("DB_PERF_INSIGHTS('RDS', 'db-ABC'"):
            return self.metrics["disk"]

        def value(at: datetime) -> float | None:
            known = {name: found for name, curve in curves.items() if (found := curve(at)) is not None}
            try:
                return float(eval(text, {}, known))  # noqa: S307 - our own expression: plain arithmetic
            except NameError:
                return None

        return value

    @staticmethod
    def _moments(begins: datetime, ends: datetime, seconds: int) -> list[datetime]:
        step = timedelta(seconds=seconds)
        return [begins + number * step for number in range(int((ends - begins) / step))]

    def _alarm_history(self, asked: dict[str, Any]) -> dict[str, Any]:
        inside = [one for one in self.history if asked["StartDate"] <= one["Timestamp"] <= asked["EndDate"]]
        return {"AlarmHistoryItems": inside[::-1]}  # the newest first, as AWS does

    def _start_query(self, asked: dict[str, Any]) -> dict[str, Any]:
        return {"queryId": asked["logGroupName"]}

    def _query_results(self, asked: dict[str, Any]) -> dict[str, Any]:
        if asked["queryId"] == FIREWALL_LOG:
            fields = {"httpRequest.clientIp": "198.51.100.7", "terminatingRuleId": "requests-per-address"}
            rows = [[{"field": key, "value": value} for key, value in (fields | {"requests": "48"}).items()]]
        else:
            rows = [[{"field": "@message", "value": line}, {"field": "@ptr", "value": "x"}] for line in self.log_lines]
        return {"status": "Complete", "results": rows, "statistics": {"recordsMatched": float(len(rows))}}

    def _log_groups(self, asked: dict[str, Any]) -> dict[str, Any]:
        start = asked["logGroupNamePrefix"]
        found = [
            {"logGroupName": name} | ({} if days is None else {"retentionInDays": days})
            for name, days in self.log_groups.items()
            if name.startswith(start)
        ]
        return {"logGroups": found}

    def _listed(self, asked: dict[str, Any]) -> dict[str, Any]:
        if asked["Bucket"] == CONFIGURATION:
            return self.backups.ListObjectsV2(asked)
        found = [
            {"Key": key, "Size": len(content)}
            for (bucket, key), content in self.objects.items()
            if bucket == asked["Bucket"] and key.startswith(asked["Prefix"])
        ]
        return {"Contents": found, "IsTruncated": False}

    def _object(self, asked: dict[str, Any]) -> dict[str, Any]:
        content = self.objects.get((asked["Bucket"], asked["Key"]))
        if content is None:
            raise Refusal("NoSuchKey", "The specified key does not exist.")
        return {"Body": io.BytesIO(content)}

    def _engine(self) -> dict[str, Any]:
        targets = [{"EngineVersion": one, "IsMajorVersionUpgrade": not one.startswith("16")} for one in self.upgrades]
        return {"Engine": "postgres", "EngineVersion": "16.10", "ValidUpgradeTarget": targets}

    def _scan(self, _asked: dict[str, Any]) -> dict[str, Any]:
        if self.scan is None:
            raise Refusal("ScanNotFoundException", "Image scan does not exist")
        return {"imageScanStatus": {"status": "COMPLETE"}, "imageScanFindings": {"findingSeverityCounts": self.scan}}

    def _budget(self, asked: dict[str, Any]) -> dict[str, Any]:
        assert asked == {"AccountId": ACCOUNT, "BudgetName": "mockforge-production-monthly-cost"}
        amounts = {"ActualSpend": self.spent_usd, "ForecastedSpend": "900"}
        spend = {name: {"Amount": amount, "Unit": "USD"} for name, amount in amounts.items()}
        budget = {"BudgetName": "x", "TimeUnit": "MONTHLY", "BudgetType": "COST"}
        return {"Budget": budget | {"BudgetLimit": {"Amount": "1420", "Unit": "USD"}, "CalculatedSpend": spend}}

    def _no_security_hub(self, _asked: dict[str, Any]) -> dict[str, Any]:
        raise Refusal("InvalidAccessException", "Account is not subscribed to AWS Security Hub")


def _web_acl() -> dict[str, Any]:
    def metric(name: str) -> dict[str, Any]:
        return {
            "MetricName": f"mockforge-production-{name}",
            "CloudWatchMetricsEnabled": True,
            "SampledRequestsEnabled": False,
        }

    names = ("requests-per-address", "AWSManagedRulesCommonRuleSet")
    rules = [
        {"Name": name, "Priority": place, "Statement": {}, "VisibilityConfig": metric(name)}
        for place, name in enumerate(names)
    ]
    # a metric of all rules is found under the name `ALL`
    whole = {"Name": "web-firewall", "Id": "1", "ARN": ACL, "DefaultAction": {"Allow": {}}}
    return whole | {"VisibilityConfig": metric("all"), "Rules": rules}
