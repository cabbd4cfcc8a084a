"""Who is called. From the stack file of this checkout, because an incident may be that AWS does not answer."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from operations.errors import bad_input
from operations.project import PROJECT_ROOT

if TYPE_CHECKING:
    from runbook.settings import Contacts

SECTION = "mockforge-cloud:contacts"


def contacts_of(environment: str, region: str | None, root: Path = PROJECT_ROOT) -> "Contacts":
    """Without a stack file: from the operations manifest, which needs AWS."""
    if (file := root / f"Pulumi.{environment}.yaml").is_file():
        return _of_stack_file(file)
    from operations.session import operating

    with operating(environment, region) as session:
        return session.manifest.contacts


def contact_lines(contacts: "Contacts") -> list[str]:
    """`On-call engineer: PagerDuty schedule …`, in the runbook's order."""
    found = [getattr(contacts, role) for role in type(contacts).model_fields]
    width = max(len(one.name) for one in found)
    return [f"{one.name:<{width}}  {one.reach}" for one in found]


def _of_stack_file(file: Path) -> "Contacts":
    """Only this section: a mistake elsewhere in the file must not keep anybody from being called."""
    import yaml
    from pydantic import ValidationError

    from runbook.settings import Contacts

    try:
        content: Any = yaml.safe_load(file.read_text(encoding="utf-8"))
        return Contacts.model_validate(content["config"][SECTION])
    except (OSError, UnicodeDecodeError, yaml.YAMLError, KeyError, TypeError, ValidationError) as error:
        environment = file.name.split(".")[1]
        raise bad_input(
            f"{file.name} does not say who is to be called ({SECTION})", hint=f"`mfcloud check {environment}` tells why"
        ) from error
