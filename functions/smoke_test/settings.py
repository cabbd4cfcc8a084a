"""What the function is told by its environment, and what it asks AWS at run time: the header's value, the images."""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from functions.smoke_test.exchange import Target
from functions.smoke_test.verdicts import OPTIONAL_COMPONENTS, Expected

_LONGEST_HEADER_CHARACTERS = 128  # an Application Load Balancer compares no more


class BadSettingError(Exception):
    """An environment variable or a secret is missing or wrong. The message names it, and never its value."""


class Aws(Protocol):
    """The two things asked of AWS."""

    def secret(self, secret_id: str) -> str:
        """The secret's text."""
        ...

    def revision_images(self, revision_arn: str) -> list[tuple[str, str]]:
        """Image and digest of each container of a service revision."""
        ...


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The environment variables of the function."""

    host_name: str
    test_header: str
    test_header_secret: str
    """Name or ARN of the secret that holds the header's value."""
    expected_version: str | None
    expected_image: str | None
    """The image that has the expected version; a rollback deploys another one."""
    configured: frozenset[str]
    latency_milliseconds: int


def read_settings(environ: Mapping[str, str]) -> Settings:
    """Raises `BadSettingError`."""
    configured = frozenset(filter(None, environ.get("CONFIGURED_COMPONENTS", "").split(",")))
    if unknown := configured - OPTIONAL_COMPONENTS:
        allowed = ", ".join(sorted(OPTIONAL_COMPONENTS))
        raise BadSettingError(f"CONFIGURED_COMPONENTS names {', '.join(sorted(unknown))}; it may name {allowed}")
    latency = _required(environ, "LATENCY_MILLISECONDS")
    if not latency.isdecimal() or not int(latency):
        raise BadSettingError("LATENCY_MILLISECONDS must be a whole number above 0")
    return Settings(
        host_name=_required(environ, "HOST_NAME"),
        test_header=_required(environ, "TEST_HEADER"),
        test_header_secret=_required(environ, "TEST_HEADER_SECRET"),
        expected_version=environ.get("EXPECTED_VERSION") or None,
        expected_image=environ.get("EXPECTED_IMAGE") or None,
        configured=configured,
        latency_milliseconds=int(latency),
    )


def target(settings: Settings, aws: Aws, *, test_traffic: bool, tls: ssl.SSLContext) -> Target:
    """The service's public name; with `test_traffic` through the test rule. Raises `BadSettingError`."""
    if not test_traffic:
        return Target(host=settings.host_name, tls=tls)
    value = aws.secret(settings.test_header_secret)
    if not (value.isascii() and value.isalnum() and len(value) <= _LONGEST_HEADER_CHARACTERS):
        raise BadSettingError(
            f"the secret {settings.test_header_secret} must hold 1 to {_LONGEST_HEADER_CHARACTERS} letters and digits"
        )
    return Target(host=settings.host_name, headers={settings.test_header: value}, tls=tls)


def expected(settings: Settings, aws: Aws, *, version: str | None, revision_arn: str | None) -> Expected:
    """What to find. `version` is the caller's word; without it, the stack's version holds for the stack's image only.

    A rollback deploys an earlier image through the same hook, and must not fail because the stack file is newer.
    """
    because = "the stack file does not say service.version"
    if version is None and settings.expected_version is not None:
        because = "the caller did not say which version it expects"
        if revision_arn is not None:
            images = aws.revision_images(revision_arn)
            because = f"{', '.join(image for image, _ in images) or 'no image'} is not the stack file's image"
            if any(_same_image(settings.expected_image, image, digest) for image, digest in images):
                version = settings.expected_version
    return Expected(
        version=version,
        version_unknown_because=because,
        configured=settings.configured,
        latency_milliseconds=settings.latency_milliseconds,
    )


class BotoAws:
    """AWS by way of boto3. Every call ends within about 20 s."""

    def __init__(self) -> None:
        import boto3
        from botocore.config import Config

        config = Config(connect_timeout=3, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 2})
        self._secrets: Any = boto3.client("secretsmanager", config=config)
        self._ecs: Any = boto3.client("ecs", config=config)

    def secret(self, secret_id: str) -> str:
        """Raises botocore's errors."""
        return str(self._secrets.get_secret_value(SecretId=secret_id)["SecretString"])

    def revision_images(self, revision_arn: str) -> list[tuple[str, str]]:
        """Raises botocore's errors."""
        answer = self._ecs.describe_service_revisions(serviceRevisionArns=[revision_arn])
        return [
            (str(one.get("image", "")), str(one.get("imageDigest", "")))
            for revision in answer.get("serviceRevisions", [])
            for one in revision.get("containerImages", [])
        ]


def _same_image(wanted: str | None, image: str, digest: str) -> bool:
    if wanted is None:
        return False
    _, _, wanted_digest = wanted.partition("@")
    return image == wanted or bool(wanted_digest and wanted_digest == digest)


def _required(environ: Mapping[str, str], name: str) -> str:
    if value := environ.get(name):
        return value
    raise BadSettingError(f"the environment variable {name} is missing")
