"""The AWS provider of an environment: its region, its account and no other, its tags on everything."""

import pulumi
import pulumi_aws as aws

from runbook.resource_tags import ENVIRONMENT_TAG, SERVICE, SERVICE_TAG
from runbook.settings import Environment


def aws_provider(environment: Environment) -> aws.Provider:
    """Handed down to every component. A profile may be set as usual: `pulumi config set aws:profile NAME`."""
    location = environment.location
    return aws.Provider(
        "aws",
        region=location.region,
        profile=pulumi.Config("aws").get("profile"),
        allowed_account_ids=[location.account_id] if location.account_id else None,
        default_tags={
            "tags": {
                SERVICE_TAG: SERVICE,
                ENVIRONMENT_TAG: environment.name,
                "ManagedBy": "pulumi",
            }
        },
    )
