"""The only way in from the internet: HTTPS under the service's own name, everything else turned away.

Who is sent to which colour is decided by the rules of `BlueGreenTargetGroups`; this component only refuses.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.auto_name import short_name
from components.certificate import Certificate, CertificateArgs
from components.component import Component
from components.firewall import Firewall, FirewallArgs
from components.object_storage import LOAD_BALANCER_LOG_PREFIX
from components.security_groups import HTTP_PORT, HTTPS_PORT
from runbook import settings

# TLS 1.2 and 1.3 with forward secrecy and post-quantum key exchange: AWS's own recommendation ("Security policies for
# your Application Load Balancer"). Unset, the API takes one of 2016.
TLS_POLICY = "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09"
# The server answers /health/ready only after 30 seconds when its database is down; cut off earlier, nobody learns why.
IDLE_TIMEOUT_SECONDS = 60
# A year, after which a browser may ask for plain HTTP again. Only this host: others in the zone are not ours.
STRICT_TRANSPORT_SECURITY = "max-age=31536000"

METRICS_RULE_PRIORITY = 1
"""Before every rule that forwards: the test header must not open /metrics either."""
METRICS_PATHS = ("/metrics*",)
"""`/metrics`, `/metrics/` and all below or after it. The server tells upper from lower case as the pattern does, and
takes neither `//metrics` nor an encoded `/%6detrics` for it, so no other spelling leads there."""


NOT_FOUND: "aws.lb.ListenerDefaultActionFixedResponseArgsDict" = {
    "content_type": "text/plain",
    "message_body": "Not found",
    "status_code": "404",
}


@dataclass(frozen=True, kw_only=True)
class LoadBalancerArgs:
    """Two sections of the stack file, and where to stand."""

    address: settings.Address
    firewall: settings.Firewall
    hosted_zone_id: pulumi.Input[str]
    subnet_ids: Sequence[pulumi.Input[str]]
    """Public subnets with IPv6, two or more zones."""
    public_routes: Sequence[pulumi.Resource]
    """AWS refuses a load balancer for the internet in a network that has no way there yet."""
    security_group_id: pulumi.Input[str]
    logs_bucket: pulumi.Input[str]
    logs_bucket_policy: pulumi.Resource
    """AWS tries to write when logging is turned on, and refuses if it may not."""
    prefix: str
    region: str
    account_id: pulumi.Input[str]
    log_retention_days: int
    protected: bool


class LoadBalancer(Component):
    """`listener_arn` is the HTTPS listener; `web_acl_arn` is None where the firewall is off.

    Whoever asks the service by its own name waits for `way_in`.
    """

    load_balancer_arn: pulumi.Output[str]
    arn_suffix: pulumi.Output[str]
    dns_name: pulumi.Output[str]
    zone_id: pulumi.Output[str]
    listener: aws.lb.Listener
    listener_arn: pulumi.Output[str]
    certificate_arn: pulumi.Output[str]
    way_in: list[pulumi.Resource]
    web_acl_arn: pulumi.Output[str] | None

    def __init__(self, name: str, args: LoadBalancerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._name, self._args = name, args
        self._kept = self.child(protect=args.protected)

        balancer = aws.lb.LoadBalancer(
            short_name(f"{name}-alb"),
            load_balancer_type="application",
            internal=False,
            ip_address_type="dualstack",
            security_groups=[args.security_group_id],
            subnets=args.subnet_ids,
            access_logs={"bucket": args.logs_bucket, "prefix": LOAD_BALANCER_LOG_PREFIX, "enabled": True},
            drop_invalid_header_fields=True,
            desync_mitigation_mode="defensive",
            idle_timeout=IDLE_TIMEOUT_SECONDS,
            # The firewall is one layer of several: when WAF itself is down, users are served without it.
            enable_waf_fail_open=args.firewall.enabled,
            enable_deletion_protection=args.protected,
            opts=self.child(protect=args.protected, depends_on=[args.logs_bucket_policy, *args.public_routes]),
        )
        certificate = Certificate(
            f"{name}-certificate",
            CertificateArgs(host_name=args.address.host_name, hosted_zone_id=args.hosted_zone_id),
            self.child(),
        )
        self.listener = self._https_listener(balancer, certificate)
        self._refuse_metrics()
        self._redirect_http(balancer)
        self.web_acl_arn = self._firewall(balancer) if args.firewall.enabled else None
        aliases = [
            self._alias(f"{name}-{family}", record_type, balancer)
            for family, record_type in (("ipv4", "A"), ("ipv6", "AAAA"))
        ]
        self.way_in = [self.listener, *aliases]

        self.load_balancer_arn, self.arn_suffix = balancer.arn, balancer.arn_suffix
        self.dns_name, self.zone_id = balancer.dns_name, balancer.zone_id
        self.listener_arn, self.certificate_arn = self.listener.arn, certificate.arn
        self.register_outputs(
            {
                "load_balancer_arn": self.load_balancer_arn,
                "arn_suffix": self.arn_suffix,
                "dns_name": self.dns_name,
                "listener_arn": self.listener_arn,
                "web_acl_arn": self.web_acl_arn,
            }
        )

    def _https_listener(self, balancer: aws.lb.LoadBalancer, certificate: Certificate) -> aws.lb.Listener:
        return aws.lb.Listener(
            f"{self._name}-https",
            load_balancer_arn=balancer.arn,
            port=HTTPS_PORT,
            protocol="HTTPS",
            ssl_policy=TLS_POLICY,
            certificate_arn=certificate.arn,
            routing_http_response_strict_transport_security_header_value=STRICT_TRANSPORT_SECURITY,
            # What no rule takes was meant for another name: there is nothing here, now or later, so 404 and not 503.
            default_actions=[{"type": "fixed-response", "fixed_response": {**NOT_FOUND}}],
            opts=self._kept,
        )

    def _refuse_metrics(self) -> None:
        """The server shows its metrics on the port that serves users (404: as if there were none)."""
        aws.lb.ListenerRule(
            f"{self._name}-no-metrics",
            listener_arn=self.listener.arn,
            priority=METRICS_RULE_PRIORITY,
            conditions=[{"path_pattern": {"values": list(METRICS_PATHS)}}],
            actions=[{"type": "fixed-response", "fixed_response": {**NOT_FOUND}}],
            opts=self._kept,
        )

    def _redirect_http(self, balancer: aws.lb.LoadBalancer) -> None:
        aws.lb.Listener(
            f"{self._name}-http",
            load_balancer_arn=balancer.arn,
            port=HTTP_PORT,
            protocol="HTTP",
            default_actions=[
                {
                    "type": "redirect",
                    "redirect": {
                        # Our own name, not the one that was asked for: nobody is sent elsewhere in our name.
                        "host": self._args.address.host_name,
                        "path": "/#{path}",
                        "query": "#{query}",
                        "port": str(HTTPS_PORT),
                        "protocol": "HTTPS",
                        "status_code": "HTTP_301",
                    },
                }
            ],
            opts=self._kept,
        )

    def _firewall(self, balancer: aws.lb.LoadBalancer) -> pulumi.Output[str]:
        return Firewall(
            f"{self._name}-firewall",
            FirewallArgs(
                firewall=self._args.firewall,
                load_balancer_arn=balancer.arn,
                prefix=self._args.prefix,
                region=self._args.region,
                account_id=self._args.account_id,
                log_retention_days=self._args.log_retention_days,
            ),
            self.child(),
        ).web_acl_arn

    def _alias(self, name: str, record_type: str, balancer: aws.lb.LoadBalancer) -> aws.route53.Record:
        return aws.route53.Record(
            name,
            zone_id=self._args.hosted_zone_id,
            name=self._args.address.host_name,
            type=record_type,
            aliases=[
                {
                    "name": balancer.dns_name,
                    "zone_id": balancer.zone_id,
                    # One colour is always empty, and Route 53 takes a load balancer with an empty group for sick.
                    "evaluate_target_health": False,
                }
            ],
            opts=self._kept,
        )
