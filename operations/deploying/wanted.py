"""Which image is asked for: always one with its digest."""

import re

from operations.errors import CommandStopped, bad_input

_REFERENCE = re.compile(r"(?P<name>[a-z0-9][A-Za-z0-9._:/-]*)@(?P<digest>sha256:[0-9a-f]{64})")
_DIGEST = re.compile(r"@?(?P<digest>sha256:[0-9a-f]{64})")


def wanted_image(option: str | None, in_file: str, file_name: str) -> str:
    """The whole reference. `option` is that, or a digest alone: then of the stack file's repository.

    A tag is refused: it may mean something else by the time the tasks start.
    """
    if option is None:
        if _REFERENCE.fullmatch(in_file):
            return in_file
        raise _without_digest(f"the image in {file_name} ({in_file})")
    if alone := _DIGEST.fullmatch(option):
        return f"{_repository(in_file)}@{alone['digest']}"
    if _REFERENCE.fullmatch(option):
        return option
    raise _without_digest(f"--image {option}")


def digest_of(reference: str) -> str:
    """`sha256:…`, or the whole reference where there is none (as `deployments.Image.identity`)."""
    return reference.rpartition("@")[2]


def _repository(reference: str) -> str:
    """Without digest and tag; a colon before the last slash belongs to a port."""
    name = reference.partition("@")[0]
    head, slash, tail = name.rpartition("/")
    return f"{head}{slash}{tail.partition(':')[0]}"


def _without_digest(what: str) -> CommandStopped:
    return bad_input(
        f"{what} has no digest (…@sha256: and 64 hexadecimal digits); nothing was changed",
        hint="`aws ecr describe-images --repository-name <name> --image-ids imageTag=<tag>` shows it",
    )
