"""A database that stands elsewhere: what a person does, because nobody here can."""

from typing import TYPE_CHECKING

from operations.errors import CommandStopped, refused

if TYPE_CHECKING:
    from runbook.manifest import Manifest


def not_ours(manifest: "Manifest") -> CommandStopped:
    """The refusal, with what to do instead."""
    environment, secret = manifest.environment, manifest.database.url_secret
    write = f"aws secretsmanager put-secret-value --secret-id {secret} --secret-string file://url.txt"
    names = f"--cluster {manifest.service.cluster} --service {manifest.service.service}"
    deploy = f"aws ecs update-service {names} --force-new-deployment"
    return refused(
        f"the database of {environment} stands elsewhere (`database.kind: external`): its backups are its provider's",
        hint="\n".join(
            [
                "1. restore at the provider to the moment you want, beside the present server",
                f"2. write its DATABASE_URL into the secret {secret}: `{write}`, then delete the file",
                f"3. let new tasks read it: `{deploy}`",
                f"4. `mfcloud smoke-test {environment}`",
            ]
        ),
    )
