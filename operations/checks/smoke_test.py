"""The smoke test from this machine: the function's own checks and settings, with the operator's credentials."""

from typing import Any

from functions.smoke_test import settings as function_settings
from functions.smoke_test.checks import Report, run_checks
from functions.smoke_test.exchange import Target
from operations.deployments.asking import EcsDeployments
from operations.errors import CommandStopped
from operations.session import Session
from operations.state.reading import Rollout


class _Aws:
    """What the function asks of AWS, asked from here (`functions.smoke_test.settings.Aws`)."""

    def __init__(self, session: Session) -> None:
        self._clients = session.clients

    def secret(self, secret_id: str) -> str:
        """Its value goes into the requests' header and nowhere else."""
        answer: Any = self._clients.client("secretsmanager").get_secret_value(SecretId=secret_id)
        return str(answer["SecretString"])

    def revision_images(self, revision_arn: str) -> list[tuple[str, str]]:
        """Image and digest of each container."""
        answer: Any = self._clients.client("ecs").describe_service_revisions(serviceRevisionArns=[revision_arn])
        return [
            (str(one.get("image", "")), str(one.get("imageDigest", "")))
            for revision in answer.get("serviceRevisions", [])
            for one in revision.get("containerImages", [])
        ]


def smoke_test(session: Session, *, test_traffic: bool, version: str | None) -> Report:
    """Run the checks, against what users reach or against what the test rule leads to.

    Without `version`, the stack file's is expected where the tasks run the stack file's image; an older image, after a
    rollback for instance, has another.
    """
    settings, aws = _settings(session), _Aws(session)
    try:
        target: Target = function_settings.target(
            settings, aws, test_traffic=test_traffic, tls=Target(host=settings.host_name).tls
        )
    except function_settings.BadSettingError as error:
        raise CommandStopped(str(error), hint=f"`mfcloud up {session.manifest.environment}` makes it anew") from error
    revision_arn = None if version else _revision(session, test_traffic=test_traffic)
    expected = function_settings.expected(settings, aws, version=version, revision_arn=revision_arn)
    return run_checks(target, expected, ask=session.ask) if session.ask else run_checks(target, expected)


def _settings(session: Session) -> function_settings.Settings:
    """As the deployed function has them: names and numbers, nothing secret."""
    name = session.manifest.service.smoke_test_function
    answer: Any = session.clients.client("lambda").get_function_configuration(FunctionName=name)
    try:
        return function_settings.read_settings(answer.get("Environment", {}).get("Variables", {}))
    except function_settings.BadSettingError as error:
        raise CommandStopped(
            f"the function {name} is set up wrongly: {error}",
            hint=f"`mfcloud up {session.manifest.environment}` sets it up anew",
        ) from error


def _revision(session: Session, *, test_traffic: bool) -> str | None:
    """Which service revision answers; None where that cannot be told."""
    ecs = EcsDeployments(session)
    deployment = ecs.newest()
    if deployment is None:
        return None
    sides = [*([deployment.target] if deployment.target else []), *deployment.sources]
    if deployment.unfinished and test_traffic:
        tested = [side.revision_arn for side in sides if side.test_percent]
        return tested[0] if len(tested) == 1 else None
    arns = [side.revision_arn for side in sides]
    arns += [deployment.rollback_revision_arn] if deployment.rollback_revision_arn else []
    live = Rollout(deployment=deployment, versions=ecs.versions(arns)).live
    return live.revision_arn if live else None
