"""Looks up what the account has already: what others made is used, not made again."""

from typing import Any

from operations.aws.clients import Clients
from operations.aws.hosted_zone import public_zone_ids
from operations.aws.lookups import has_bucket, has_key, has_role, there
from operations.aws.service_roles import SERVICE_ROLES
from operations.bootstrapping.names import key_alias, state_bucket
from operations.bootstrapping.parameters import Found, own_image
from operations.bootstrapping.stack import BootstrapStack
from operations.errors import refused
from operations.settings_session import SettingsSession

GITHUB = "token.actions.githubusercontent.com"


def look(session: SettingsSession, account_id: str, stack: BootstrapStack) -> Found:
    """Asks only. Refuses where a bucket or key of an earlier stack is in the way."""
    settings, clients = session.settings, session.clients
    held = stack.held()
    _refuse_leftovers(session, account_id, held)
    image = own_image(settings, account_id)
    zones = public_zone_ids(clients, settings.address.hosted_zone)
    return Found(
        account_id=account_id,
        held=held,
        before=stack.parameters(),
        github_provider=_provider(clients, account_id),
        image_repository=image is not None and _has_repository(clients, image.repository),
        service_roles=frozenset(role.name for role in SERVICE_ROLES if has_role(clients, role.name)),
        hosted_zone_id=zones[0] if len(zones) == 1 else None,
    )


def _has_repository(clients: Clients, name: str) -> bool:
    """Whether the registry of this account and region has it."""
    ecr: Any = clients.client("ecr")
    return there(lambda: ecr.describe_repositories(repositoryNames=[name]), "RepositoryNotFoundException")


def _provider(clients: Clients, account_id: str) -> bool:
    iam: Any = clients.client("iam")
    arn = f"arn:aws:iam::{account_id}:oidc-provider/{GITHUB}"
    return there(lambda: iam.get_open_id_connect_provider(OpenIDConnectProviderArn=arn), "NoSuchEntity")


def _refuse_leftovers(session: SettingsSession, account_id: str, held: frozenset[str]) -> None:
    """They hold a state and its key, and outlive their stack on purpose; making them again is impossible."""
    name, region = session.settings.name, session.settings.location.region
    bucket, alias = state_bucket(name, account_id, region), key_alias(name)
    left: list[str] = []
    if "StateBucket" not in held and has_bucket(session.clients, bucket):
        left.append(f"bucket {bucket}")
    if "SecretsKeyAlias" not in held and has_key(session.clients, alias):
        left.append(f"key {alias}")
    if left:
        raise refused(
            f"{' and '.join(left)} of an earlier bootstrap of {name} are there, and no stack holds them; "
            "nothing was changed",
            hint="if the state in it is still needed, import them into the stack (CloudFormation, "
            '"Import resources into stack", with bootstrap/template.yaml); otherwise empty and delete the bucket '
            "and delete the alias",
        )
