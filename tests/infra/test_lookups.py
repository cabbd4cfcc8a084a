"""What is asked of AWS before anything is made: what the settings name, once, and nothing else."""

from collections import Counter
from typing import Any

import pytest

from tests.harness import Program
from tests.stacks.stack import composed

IDENTITY = "getCallerIdentity"
ZONE = "getZone mockforge.dev"
PAGERDUTY = "getSecretVersion mockforge-cloud/production/pagerduty"
BASE = {IDENTITY, ZONE}


def asked(program: Program) -> Counter[str]:
    """Data source and what it was asked for."""
    return Counter(
        f"{token.rsplit(':', 1)[-1]} {arguments.get('name') or arguments.get('secretId') or ''}".strip()
        for token, arguments in program.lookups
    )


@pytest.mark.parametrize(
    ("like", "sections", "wanted"),
    [
        ("staging", {}, BASE),
        ("production", {}, BASE | {PAGERDUTY}),
        ("production", {"notifications": {"pagerduty_secret": "pager"}}, BASE | {"getSecretVersion pager"}),
        (
            "staging",
            {"service": {"secrets": {"SENTRY_DSN": "shared", "STRIPE_SECRET_KEY": "stripe", "OTHER": "shared"}}},
            BASE | {"getSecret shared", "getSecret stripe"},
        ),
        (
            "staging",
            {"database": {"kind": "external", "external_url_secret": "elsewhere", "app_url_secret": "requests"}},
            BASE | {"getSecret elsewhere", "getSecret requests"},
        ),
    ],
    ids=["staging", "production", "another key", "named secrets, one twice", "external database"],
)
def test_only_what_the_settings_name_is_looked_up_and_only_once(like: str, sections: dict[str, Any], wanted: set[str]):
    assert asked(composed(like, preview=True, **sections)) == Counter(wanted)


def test_the_zone_is_a_public_one():
    program = composed("staging", preview=True)
    (zone,) = (arguments for token, arguments in program.lookups if token.endswith(":getZone"))
    assert zone["privateZone"] is False


def test_the_key_of_pagerduty_stays_a_secret():
    program = composed("production")
    subscriptions = [one for one in program.all("TopicSubscription") if one["protocol"] == "https"]
    assert len(subscriptions) == 2
    assert [program.is_secret(one, "endpoint") for one in subscriptions] == [True, True]
