"""What AWS refuses, or does not answer, as one sentence with the way out."""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import Any, cast

from operations.errors import CommandStopped
from operations.exit_codes import ExitCode

SIGN_IN = "sign in to AWS (for instance `aws sso login`, or set AWS_PROFILE), then run the same command again"
LATER = "AWS is busy or cannot be reached; run the same command again, it takes up where this one stopped"
UP = "has `mfcloud up` brought this environment up, in this account and region?"

_SIGNED_OUT = frozenset(
    {
        "ExpiredToken",
        "ExpiredTokenException",
        "RequestExpired",
        "InvalidClientTokenId",
        "UnrecognizedClientException",
        "InvalidSignatureException",
        "SignatureDoesNotMatch",
        "AuthFailure",
    }
)
_DENIED = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "NotAuthorized"})
_BUSY = frozenset(
    {
        "Throttling",
        "ThrottlingException",
        "ThrottledException",
        "TooManyRequestsException",
        "RequestLimitExceeded",
        "LimitExceededException",
        "RequestThrottled",
        "ServerException",
        "InternalFailure",
        "InternalError",
        "InternalServerError",
        "InternalServerException",
        "ServiceUnavailable",
        "ServiceUnavailableException",
    }
)
_WAYS_OUT: Mapping[str, str] = {
    "ClusterNotFoundException": UP,
    "ServiceNotFoundException": UP,
    "ResourceNotFoundException": UP,
    "ParameterNotFound": UP,
}
_FIRST_FAILING_STATUS = 500  # HTTP


@contextmanager
def in_one_sentence() -> Generator[None]:
    """Turn what boto3 raises inside into CommandStopped; `--debug` shows the original."""
    try:
        yield
    except Exception as error:
        if (stopped := as_stopped(error)) is None:
            raise
        raise stopped from error


def as_stopped(error: Exception) -> CommandStopped | None:
    """The sentence for an error of boto3 or botocore; None for any other."""
    module = type(error).__module__
    if not module.startswith(("botocore", "boto3")):  # asked first: botocore itself is not imported for nothing
        return None
    message, hint = _sentence(error)
    return CommandStopped(message, hint=hint, code=ExitCode.FAILED)


def is_passing(error: Exception) -> bool:
    """Whether asking again may help: throttling, a failure on AWS's side, a lost connection."""
    if not type(error).__module__.startswith("botocore"):
        return False
    from botocore.exceptions import ClientError, HTTPClientError
    from botocore.exceptions import ConnectionError as NotConnected

    if isinstance(error, ClientError):
        status = int(_response(error).get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
        return code_of(error) in _BUSY or status >= _FIRST_FAILING_STATUS
    return isinstance(error, HTTPClientError | NotConnected)


def is_signed_out(error: Exception) -> bool:
    """Whether credentials are missing or have expired: nothing else will be answered either."""
    name = type(error).__name__
    return code_of(error) in _SIGNED_OUT or (type(error).__module__.startswith("botocore") and _is_about_signing(name))


def code_of(error: Exception) -> str:
    """AWS's code of a refusal (`ConflictException`), or nothing."""
    return str(_response(error).get("Error", {}).get("Code", ""))


def brief(error: Exception) -> str:
    """A few words for a line that says that something is unknown."""
    return code_of(error) or type(error).__name__


def _sentence(error: Exception) -> tuple[str, str]:
    from botocore.exceptions import ClientError, NoRegionError, ProfileNotFound

    if isinstance(error, ClientError):
        return _refusal(error)
    if isinstance(error, ProfileNotFound):
        return str(error), "AWS_PROFILE names it; `aws configure list-profiles` shows those there are"
    if isinstance(error, NoRegionError):
        return "no AWS region is known", "give --region, or set AWS_REGION"
    if is_signed_out(error):
        return f"there are no usable AWS credentials ({_first_line(error)})", SIGN_IN
    if is_passing(error):
        return f"AWS gave no answer ({_first_line(error)})", LATER
    return f"the request to AWS could not be made ({type(error).__name__}: {_first_line(error)})", ""


def _refusal(error: Any) -> tuple[str, str]:
    code, operation = code_of(error), error.operation_name
    said = str(error.response.get("Error", {}).get("Message", "")).strip() or "no reason given"
    if code in _SIGNED_OUT:
        return f"AWS does not accept the credentials ({code} at {operation})", SIGN_IN
    if code in _DENIED:
        return f"these credentials may not do {operation}: {said}", "use the environment's operator role"
    if is_passing(error):
        return f"AWS did not do {operation} ({code}): {said}", LATER
    return f"AWS refused {operation} ({code}): {said}", _WAYS_OUT.get(code, "")


def _is_about_signing(name: str) -> bool:
    return any(word in name for word in ("Credential", "SSO", "Token"))


def _response(error: Exception) -> dict[str, Any]:
    response: object = getattr(error, "response", None)
    return cast("dict[str, Any]", response) if isinstance(response, dict) else {}


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
