"""What to do after the stack stands: lines to copy. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from operations.bootstrapping.names import backend_url, secrets_provider


@dataclass(frozen=True, kw_only=True)
class Step:
    """A sentence, and commands or lines of a file below it."""

    says: str
    lines: tuple[str, ...]


def next_steps(
    environment: str, region: str, repository: str, outputs: Mapping[str, str], *, boundary_said: bool
) -> list[Step]:
    """In the order in which they are done. `boundary_said`: the stack file names the boundary already."""
    state = backend_url(outputs["StateBucket"], region)
    place = _plain(repository)
    capital = environment.upper().replace("-", "_")
    steps = [
        Step(
            says="Pulumi's state and the environment's stack",
            lines=(
                f"pulumi login '{state}'",
                f"pulumi stack init {environment} --secrets-provider='{secrets_provider(environment, region)}'",
            ),
        ),
        Step(
            says=f"GitHub's roles (or by hand: variables of repository {place} and of its environment {environment}; "
            "protect production with reviewers)",
            lines=(
                f"gh variable set AWS_REGION --repo {place} --body {region}",
                f"gh variable set {capital}_PREVIEW_ROLE --repo {place} --body {outputs['PreviewRole']}",
                f"gh variable set {capital}_STATE_BUCKET --repo {place} --body '{state}'",
                f"gh api --method PUT repos/{place}/environments/{environment}",
                f"gh variable set DEPLOY_ROLE --repo {place} --env {environment} --body {outputs['DeployRole']}",
                f"gh variable set STATE_BUCKET --repo {place} --env {environment} --body '{state}'",
            ),
        ),
    ]
    if not boundary_said:
        steps.insert(
            0,
            Step(
                says=f"In Pulumi.{environment}.yaml, so that GitHub's deploy role may make the program's roles",
                lines=("mockforge-cloud:protection:", f"  roles_boundary: {outputs['Boundary']}"),
            ),
        )
    if uri := outputs.get("ImageRepository"):
        registry = uri.partition("/")[0]
        steps.append(
            Step(
                says="The application's image",
                lines=(
                    f"aws ecr get-login-password --region {region} | docker login -u AWS --password-stdin {registry}",
                    f"docker push {uri}:<version>",
                ),
            )
        )
    steps.append(
        Step(
            says=f"Operators work as {outputs['OperatorRole']}, and restore as {outputs['RecoveryRole']}; "
            "then look for what is still missing",
            lines=(f"./mfcloud doctor {environment}",),
        )
    )
    return steps


def spell(steps: list[Step]) -> str:
    """As a person reads it."""
    return "\n\n".join("\n".join([f"{one.says}:", *(f"  {line}" for line in one.lines)]) for one in steps)


def _plain(repository: str) -> str:
    """`owner@1/name@2` → `owner/name`: what GitHub's own commands want."""
    return "/".join(part.partition("@")[0] for part in repository.split("/"))
