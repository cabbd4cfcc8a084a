"""Load balancer, listeners, rules, certificate, firewall, access logs."""

from tests.offline.across.mistake import OTHER_VPC, Mistake, changed, elsewhere, gone
from tests.offline.neighbourhood import Draft

BALANCER = "lb.LoadBalancer web-alb"


def alias_elsewhere(draft: Draft) -> None:
    draft["route53.Record web-ipv4"]["aliases"][0]["zoneId"] = "Z3AADJGX6KTTL2"


def second_listener_port(draft: Draft) -> None:
    draft["lb.Listener web-http"]["port"] = 443


def many(draft: Draft, said: str, count: int) -> None:
    for number in range(count):
        draft.twin(said, f"more-{number}", f"more-{number}")


def second_balancer(draft: Draft) -> None:
    arn = draft.twin(BALANCER, "second", "second")
    listener = draft.twin("lb.Listener web-https", "second", "second-listener", loadBalancerArn=arn)
    draft.twin("lb.ListenerRule web-no-metrics", "second", "second-rule", listenerArn=listener)
    draft["lb.ListenerRule second"]["actions"] = draft["lb.ListenerRule colours-production"]["actions"]


def six_groups(draft: Draft) -> None:
    forward = draft["lb.ListenerRule colours-production"]["actions"][0]["forward"]
    forward["targetGroups"] = forward["targetGroups"] * 3


MISTAKES = (
    Mistake(
        done="two rules with one priority",
        at="lb.ListenerRule colours-test",
        rule="one_rule_per_priority",
        refused="priority 200 is in use on this listener (colours-production)",
        by=changed("lb.ListenerRule colours-test", priority=200),
    ),
    Mistake(
        done="two listeners on one port",
        at="lb.Listener web-https",
        rule="one_listener_per_port",
        refused="port 443 has a listener already (web-http)",
        by=second_listener_port,
    ),
    Mistake(
        done="green in another VPC",
        at="lb.ListenerRule colours-production",
        rule="groups_of_its_vpc",
        refused=f"is in {OTHER_VPC}, the load balancer in vpc-",
        by=elsewhere("lb.TargetGroup colours-green"),
    ),
    Mistake(
        done="a target group behind two load balancers",
        at="lb.ListenerRule second",
        rule="groups_of_its_vpc",
        refused="belongs to load balancer web-alb already",
        by=second_balancer,
    ),
    Mistake(
        done="a listener that does not wait for its certificate",
        at="lb.Listener web-https",
        rule="certificate_is_issued_here",
        refused="the certificate is not issued (yet)",
        by=gone("acm.CertificateValidation web-certificate-validated"),
    ),
    Mistake(
        done="a web ACL of another region",
        at="wafv2.WebAclAssociation web-firewall-association",
        rule="firewall_of_the_region",
        refused="is not a regional web ACL of us-east-1",
        by=changed(
            "wafv2.WebAclAssociation web-firewall-association",
            webAclArn="arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/a/b",
        ),
    ),
    Mistake(
        done="a firewall log whose name does not begin as it must",
        at="wafv2.WebAclLoggingConfiguration web-firewall-logging",
        rule="firewall_log_name",
        refused='the destination\'s name must begin with "aws-waf-logs-"',
        by=changed(
            "wafv2.WebAclLoggingConfiguration web-firewall-logging",
            logDestinationConfigs=["arn:aws:logs:us-east-1:123456789012:log-group:firewall"],
        ),
    ),
    Mistake(
        done="access logs before the bucket's policy",
        at=BALANCER,
        rule="access_logs_can_be_written",
        refused="access denied for bucket storage-logs-",
        by=gone("s3.BucketPolicy storage-logs-policy"),
    ),
    Mistake(
        done="access logs into a bucket with a key of KMS",
        at=BALANCER,
        rule="access_logs_can_be_written",
        refused="the bucket is encrypted with aws:kms: access logs need S3's own key",
        by=changed(
            "s3.BucketServerSideEncryptionConfiguration storage-logs-encryption",
            rules=[{"applyServerSideEncryptionByDefault": {"sseAlgorithm": "aws:kms"}}],
        ),
    ),
    Mistake(
        done="an alias in another region's zone",
        at="route53.Record web-ipv4",
        rule="alias_points_to_a_load_balancer",
        refused="lies in zone Z35SXDOTRQ7X7K, not in Z3AADJGX6KTTL2",
        by=alias_elsewhere,
    ),
    Mistake(
        done="a hundred and one rules",
        at="lb.ListenerRule colours-production",
        rule="rules_within_the_quota",
        refused="rules; 100 are allowed",
        by=lambda draft: many(draft, "lb.ListenerRule web-no-metrics", 98),
    ),
    Mistake(
        done="fifty-one listeners",
        at="lb.Listener web-https",
        rule="listeners_within_the_quota",
        refused="50 are allowed",
        by=lambda draft: many(draft, "lb.Listener web-http", 49),
    ),
    Mistake(
        done="six security groups on a load balancer",
        at=BALANCER,
        rule="security_groups_within_the_quota",
        refused="at most 5 security groups, not 6",
        by=lambda draft: draft[BALANCER].update(securityGroups=draft[BALANCER]["securityGroups"] * 6),
    ),
    Mistake(
        done="a certificate of another region",
        at="lb.Listener web-https",
        rule="certificate_is_issued_here",
        refused="the certificate is in eu-west-1, the listener in us-east-1",
        by=changed("lb.Listener web-https", certificateArn="arn:aws:acm:eu-west-1:123456789012:certificate/a"),
    ),
    Mistake(
        done="a second web ACL in the first one's place",
        at="wafv2.WebAclAssociation web-firewall-association",
        rule="firewall_of_the_region",
        refused="it has a web ACL already (twin)",
        by=lambda draft: draft.twin("wafv2.WebAclAssociation web-firewall-association", "twin", "twin"),
    ),
    Mistake(
        done="access logs into another region's bucket",
        at=BALANCER,
        rule="access_logs_can_be_written",
        refused="the bucket is in us-west-2, not in us-east-1",
        by=lambda draft: draft.move("s3.Bucket storage-logs", "us-west-2"),
    ),
    Mistake(
        done="access logs under another prefix than the policy's",
        at=BALANCER,
        rule="access_logs_can_be_written",
        refused="put objects under arn:aws:s3:::storage-logs-",
        by=lambda draft: draft[BALANCER]["accessLogs"].update(prefix="web"),
    ),
    Mistake(
        done="six target groups behind one rule",
        at="lb.ListenerRule colours-production",
        rule="rules_within_the_quota",
        refused="an action forwards to at most 5 groups, not 6",
        by=six_groups,
    ),
    Mistake(
        done="six host names in one rule",
        at="lb.ListenerRule colours-production",
        rule="rules_within_the_quota",
        refused="a rule has at most 5 condition values, this one 6",
        by=changed(
            "lb.ListenerRule colours-production",
            conditions=[{"hostHeader": {"values": [f"{number}.example.com" for number in range(6)]}}],
        ),
    ),
    Mistake(
        done="an alias of a load balancer that is gone",
        at="route53.Record web-ipv4",
        rule="alias_points_to_a_load_balancer",
        refused="no load balancer has the name web-alb-",
        by=gone(BALANCER),
    ),
)
