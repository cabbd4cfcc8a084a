"""Names that the template gives, for whoever looks them up without asking CloudFormation.

`tests/bootstrap` holds that `bootstrap/template.yaml` says the same.
"""

from runbook.whereabouts import prefix


def stack_name(environment: str) -> str:
    """The CloudFormation stack."""
    return f"{prefix(environment)}-bootstrap"


def state_bucket(environment: str, account_id: str, region: str) -> str:
    """The bucket of Pulumi's state."""
    return f"{prefix(environment)}-state-{account_id}-{region}"


def key_alias(environment: str) -> str:
    """Alias of the key that encrypts the secrets in it."""
    return f"alias/{prefix(environment)}-pulumi"


def backend_url(bucket: str, region: str) -> str:
    """As `pulumi login` and PULUMI_BACKEND_URL take it."""
    return f"s3://{bucket}?region={region}"


def secrets_provider(environment: str, region: str) -> str:
    """As `pulumi stack init --secrets-provider` takes it."""
    return f"awskms://{key_alias(environment)}?region={region}"
