import pytest

from runbook import settings
from tests.components.traffic_programs import blue_green, load_balancer
from tests.harness import registered


@pytest.fixture(scope="module")
def program():
    return registered(load_balancer)


@pytest.fixture(scope="module")
def balancer(program):
    return program.one("lb/loadBalancer:LoadBalancer")


def test_it_stands_in_the_public_subnets_open_to_the_internet(program, balancer):
    public = {one.outputs["id"] for one in program.all("Subnet") if "-public-" in one.name}
    assert set(balancer["subnets"]) == public
    assert (balancer["internal"], balancer["loadBalancerType"]) == (False, "application")


def test_malformed_headers_are_dropped(balancer):
    assert balancer["dropInvalidHeaderFields"] is True
    assert balancer["desyncMitigationMode"] == "defensive"


def test_the_server_has_more_than_30_seconds_to_answer_that_its_database_is_down(balancer):
    assert balancer["idleTimeout"] > 30


def test_access_is_logged_to_the_bucket_once_its_policy_allows_it(program, balancer):
    assert balancer["accessLogs"] == {"bucket": "logs", "prefix": "load-balancer", "enabled": True}
    assert program.waits_for(balancer, program.one("BucketPolicy"))


def test_https_speaks_the_current_policy_with_a_certificate_that_is_issued(program, balancer):
    listener = program.one("lb/listener:Listener", "web-https")
    assert (listener["port"], listener["protocol"]) == (443, "HTTPS")
    assert listener["sslPolicy"] == "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09"
    assert listener["loadBalancerArn"] == balancer.outputs["arn"]
    assert listener["certificateArn"] == program.one("acm/certificate:Certificate").outputs["arn"]
    assert program.waits_for(listener, program.one("CertificateValidation"))


def test_browsers_stay_with_https_for_a_year(program):
    listener = program.one("lb/listener:Listener", "web-https")
    assert listener["routingHttpResponseStrictTransportSecurityHeaderValue"] == "max-age=31536000"


def test_what_no_rule_takes_is_not_found(program):
    [action] = program.one("lb/listener:Listener", "web-https")["defaultActions"]
    assert (action["type"], action["fixedResponse"]["statusCode"]) == ("fixed-response", "404")


def test_plain_http_is_sent_to_https_under_our_own_name_for_good(program):
    listener = program.one("lb/listener:Listener", "web-http")
    [action] = listener["defaultActions"]
    assert (listener["port"], listener["protocol"], action["type"]) == (80, "HTTP", "redirect")
    assert action["redirect"] == {
        "host": "cloud.mockforge.dev",
        "path": "/#{path}",
        "query": "#{query}",
        "port": "443",
        "protocol": "HTTPS",
        "statusCode": "HTTP_301",
    }


def test_metrics_are_refused_before_any_other_rule(program):
    rule = program.one("ListenerRule", "web-no-metrics")
    assert rule["priority"] == 1
    assert rule["conditions"] == [{"pathPattern": {"values": ["/metrics*"]}}]
    assert [one["fixedResponse"]["statusCode"] for one in rule["actions"]] == ["404"]
    assert rule["listenerArn"] == program.one("lb/listener:Listener", "web-https").outputs["arn"]


def test_the_certificate_is_proven_in_our_own_zone(program):
    certificate = program.one("acm/certificate:Certificate")
    assert (certificate["domainName"], certificate["validationMethod"]) == ("cloud.mockforge.dev", "DNS")
    [option] = certificate.outputs["domainValidationOptions"]
    record = program.one("Record", "web-certificate-proof")
    assert record["zoneId"] == "Z0123456789ABC"
    assert (record["name"], record["type"], record["records"]) == (
        option["resourceRecordName"],
        "CNAME",
        [option["resourceRecordValue"]],
    )
    assert program.waits_for(program.one("CertificateValidation"), record)


def test_the_name_leads_to_the_load_balancer_by_both_families(program, balancer):
    assert balancer["ipAddressType"] == "dualstack"
    for name, record_type in (("web-ipv4", "A"), ("web-ipv6", "AAAA")):
        record = program.one("Record", name)
        assert (record["name"], record["type"]) == ("cloud.mockforge.dev", record_type)
        [alias] = record["aliases"]
        assert (alias["name"], alias["zoneId"]) == (balancer.outputs["dnsName"], balancer.outputs["zoneId"])


def test_an_empty_colour_does_not_take_the_name_away(program):
    aliases = [one["aliases"][0] for one in program.all("Record") if "aliases" in one]
    assert [one["evaluateTargetHealth"] for one in aliases] == [False, False]


@pytest.mark.parametrize("protected", [True, False])
def test_all_that_carries_traffic_is_protected_in_production_only(protected):
    program = registered(lambda: load_balancer(protected=protected))
    kinds = ("lb/loadBalancer:LoadBalancer", "lb/listener:Listener", "ListenerRule")
    kept = [one for kind in kinds for one in program.all(kind)]
    kept += [one for one in program.all("Record") if "aliases" in one]
    assert [one.options["protect"] for one in kept] == [protected] * 6
    assert program.one("lb/loadBalancer:LoadBalancer")["enableDeletionProtection"] is protected


def test_a_changed_name_may_replace_the_certificate_even_in_production():
    program = registered(lambda: load_balancer(protected=True))
    assert "protect" not in program.one("acm/certificate:Certificate").options


def test_without_a_firewall_nothing_of_it_is_made():
    program = registered(lambda: load_balancer(firewall=settings.Firewall(enabled=False)))
    assert program.all("WebAcl") == []
    assert program.all("WebAclAssociation") == []
    assert program.one("lb/loadBalancer:LoadBalancer")["enableWafFailOpen"] is False


def test_users_are_served_when_the_firewall_itself_is_down(balancer):
    assert balancer["enableWafFailOpen"] is True


def test_every_log_is_kept_30_days(program):
    kept = {one.name: one["retentionInDays"] for one in program.all("LogGroup")}
    assert kept == {"web-network-flow-logs-group": 30, "web-firewall-log": 30}


def test_two_load_balancers_stand_side_by_side():
    def program():
        load_balancer("first")
        load_balancer("second")

    recorded = registered(program)
    names = [one["name"] for one in recorded.all("LogGroup")] + [
        one["policyName"] for one in recorded.all("LogResourcePolicy")
    ]
    assert len(names) == len(set(names)) == 6


def test_a_preview_shows_everything_that_an_update_makes():
    def program():
        blue_green(listener_arn=load_balancer().listener_arn)

    preview, update = (registered(program, preview=preview) for preview in (True, False))
    assert len(preview.resources) == 88
    assert {one.urn for one in preview.resources} == {one.urn for one in update.resources}
