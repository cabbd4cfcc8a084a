"""Reads from ECS and Parameter Store what a rollback is decided from."""

from operations.deployments.asking import EcsDeployments
from operations.deployments.told import Deployment, Side
from operations.deployments.withdrawals import recorded
from operations.rolling_back.decision import Known, Past
from operations.session import Session

CONSIDERED = 60
"""Deployments that are looked at, the newest first: three requests for revisions, months of deployments."""


def read(session: Session) -> Known:
    """Everything `rollback.decide` needs."""
    ecs = EcsDeployments(session)
    listed = ecs.listed()[:CONSIDERED]
    newest = ecs.described([listed[0].arn])[0] if listed else None
    live_arn = _live_revision(newest) if newest else None
    arns = [one.target_revision_arn for one in listed if one.target_revision_arn]
    versions = ecs.versions([*arns, *([live_arn] if live_arn else [])])
    manifest = session.manifest
    return Known(
        environment=manifest.environment,
        newest=newest,
        live=versions.get(live_arn) if live_arn else None,
        history=tuple(
            Past(arn=one.arn, status=one.status, version=versions.get(one.target_revision_arn or "")) for one in listed
        ),
        withdrawn=frozenset(one.image for one in recorded(session)),
        bake_minutes=manifest.service.bake_minutes,
    )


def _live_revision(deployment: Deployment) -> str | None:
    """The revision that the deployment found, or went back to."""
    if deployment.rollback_revision_arn:
        return deployment.rollback_revision_arn

    def weight(side: Side) -> float:
        return side.production_percent or 0

    live = max(deployment.sources, key=weight, default=None)
    return live.revision_arn if live else None
