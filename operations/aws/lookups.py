"""Whether AWS has something of a name. What AWS refuses to tell is raised, never taken for a no."""

from collections.abc import Callable
from typing import Any

from operations.aws.clients import Clients
from operations.aws.errors import code_of


def has_role(clients: Clients, name: str) -> bool:
    """Whether IAM has a role of that name."""
    iam: Any = clients.client("iam")
    return there(lambda: iam.get_role(RoleName=name), "NoSuchEntity")


def has_bucket(clients: Clients, name: str) -> bool:
    """Whether somebody has a bucket of that name; another account's answers 403."""
    s3: Any = clients.client("s3")
    return there(lambda: s3.head_bucket(Bucket=name), "404", "NoSuchBucket", but_there="403")


def has_key(clients: Clients, key: str, region: str | None = None) -> bool:
    """Whether an alias (`alias/…`), identifier or ARN leads to a key."""
    kms: Any = clients.client("kms", region=region)
    return there(lambda: kms.describe_key(KeyId=key), "NotFoundException")


def has_policy(clients: Clients, account_id: str, name: str) -> bool:
    """Whether the account has a policy of its own of that name."""
    iam: Any = clients.client("iam")
    return there(lambda: iam.get_policy(PolicyArn=f"arn:aws:iam::{account_id}:policy/{name}"), "NoSuchEntity")


def there(ask: Callable[[], object], *missing: str, but_there: str = "") -> bool:
    """Ask; `missing` are AWS's codes for a no, `but_there` its code for a yes that may not be looked at."""
    from botocore.exceptions import ClientError

    try:
        ask()
    except ClientError as error:
        if code_of(error) in missing:
            return False
        if code_of(error) != but_there:
            raise
    return True
