"""Settings for tests: the runbook's defaults, and what a stack file has to say in any case."""

from runbook.settings import Environment


def environment(**sections: object) -> Environment:
    """Staging with every default; `sections` go over it: `environment(alerts={"minutes": 7})`."""
    somebody = {"name": "Somebody", "reach": "by telephone"}
    return Environment.model_validate(
        {
            "name": "staging",
            "address": {"hosted_zone": "mockforge.dev", "host_name": "cloud.mockforge.dev"},
            "service": {"image": "registry/mockforge:1"},
            "notifications": {"emails": ("alerts@mockforge.dev",)},
            "contacts": {
                "on_call_engineer": somebody,
                "engineering_lead": somebody,
                "infrastructure_team": somebody,
                "security_team": somebody,
            },
            **sections,
        }
    )
