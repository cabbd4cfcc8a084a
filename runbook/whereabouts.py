"""What a command must know before it has read anything. Apart from the rest: at night every import is waited for."""

DEFAULT_REGION = "us-east-1"


def folder(environment_name: str) -> str:
    """What the names of an environment's parameters and log groups begin with, without the last slash."""
    return f"/mockforge-cloud/{environment_name}"


def secret_name(environment_name: str, key: str) -> str:
    """A secret of the environment. Secrets Manager's names begin without a slash."""
    return f"mockforge-cloud/{environment_name}/{key}"


def parameter_name(environment_name: str) -> str:
    """SSM parameter in which an environment's operations manifest lies."""
    return f"{folder(environment_name)}/operations"


def prefix(environment_name: str) -> str:
    """Start of every fixed name in an environment."""
    return f"mockforge-{environment_name}"


def word_parameter_name(environment_name: str) -> str:
    """SSM parameter in which the maintenance checklist says whom to answer."""
    return f"{folder(environment_name)}/maintenance-word"


def deployment_parameter_name(environment_name: str) -> str:
    """SSM parameter in which `mfcloud deploy` says who deploys what, and for which ticket."""
    return f"{folder(environment_name)}/deployment"
