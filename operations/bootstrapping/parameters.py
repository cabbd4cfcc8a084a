"""What the template is told, decided from the settings and from what the account has already. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from operations.aws.images import EcrImage, ecr_image
from operations.aws.service_roles import SERVICE_ROLES
from operations.errors import bad_input

if TYPE_CHECKING:
    from runbook.settings import Environment

REPOSITORY_HINT = (
    "--repository owner/name, as GitHub's tokens spell it: one that was created or renamed after 2026-07-15 sends "
    "owner@123/name@456 (`gh api repos/owner/name --jq '\"\\(.owner.login)@\\(.owner.id)/\\(.name)@\\(.id)\"'`)"
)


@dataclass(frozen=True, kw_only=True)
class Found:
    """What the account has."""

    account_id: str
    held: frozenset[str] = frozenset()
    """Logical names of what the bootstrap stack holds."""
    before: Mapping[str, str]
    """Parameters of the bootstrap stack; empty before the first time."""
    github_provider: bool = False
    image_repository: bool = False
    service_roles: frozenset[str] = frozenset()
    """Names of those of our rows that are there."""
    hosted_zone_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the person said."""

    repository: str | None = None
    budget_usd: int | None = None
    image_readers: tuple[str, ...] | None = None


def parameters(settings: "Environment", found: Found, asked: Asked) -> dict[str, str]:
    """Every parameter of the template. What is not said again stays as it was; stops when GitHub's place is unknown."""
    repository = asked.repository or found.before.get("Repository")
    if not repository:
        raise bad_input("it is not known which GitHub repository may come in", hint=REPOSITORY_HINT)
    readers = found.before.get("ImageReaderAccounts", "") if asked.image_readers is None else asked.image_readers
    image = own_image(settings, found.account_id)
    said = {
        "EnvironmentName": settings.name,
        "Repository": repository,
        "HostedZoneId": found.hosted_zone_id or "*",
        "PagerdutySecret": settings.notifications.pagerduty_secret or "",
        "ImageReaderAccounts": readers if isinstance(readers, str) else ",".join(readers),
        "BudgetUsd": str(asked.budget_usd or settings.budget.monthly_usd),
        "BudgetEmail": settings.notifications.emails[0],
        "CreateImageRepository": _flag(
            image is not None and _ours_or_missing("ImageRepository", found, there=found.image_repository)
        ),
        "CreateGithubProvider": _flag(_ours_or_missing("GithubProvider", found, there=found.github_provider)),
    }
    if (anywhere := ecr_image(settings.service.image)) is not None:  # who reads its scan needs the name in any case
        said["ImageRepositoryName"] = anywhere.repository
    for role in SERVICE_ROLES:
        there = role.name in found.service_roles
        said[f"Create{role.logical_id}"] = _flag(_ours_or_missing(role.logical_id, found, there=there))
    return said


def own_image(settings: "Environment", account_id: str) -> EcrImage | None:
    """The settings' image where it lies in this account and region; None where somebody else keeps it."""
    image = ecr_image(settings.service.image)
    here = (account_id, settings.location.region)
    return image if image and (image.account_id, image.region) == here else None


def _ours_or_missing(logical_id: str, found: Found, *, there: bool) -> bool:
    """What this stack holds must go on standing in it; what others made is left alone."""
    return logical_id in found.held or not there


def _flag(yes: bool) -> str:
    return "true" if yes else "false"
