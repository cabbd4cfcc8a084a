"""The base of every settings section, and the kinds of value that several sections share."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class Section(BaseModel):
    """Immutable; an unknown key is an error; text is never read as a number.

    The text under a field is its description: editors show it through the JSON Schema.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, use_attribute_docstrings=True)


Percent = Annotated[float, Field(gt=0, le=100, allow_inf_nan=False)]
"""0 to 100, not 0 to 1."""

ClockTime = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$", examples=["02:00"])]
"""Hour and minute in UTC. Best quoted: some readers of YAML, though not the engine, take `12:30` for a number."""

Region = Annotated[str, Field(pattern=r"^[a-z]{2}(-[a-z]+)+-\d$", examples=["us-east-1"])]

Email = Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$", examples=["ops@mockforge.dev"])]

SecretName = Annotated[
    str, Field(pattern=r"^[A-Za-z0-9/_+=.@-]{1,512}$", examples=["mockforge-cloud/production/stripe"])
]
"""The name of a secret in AWS Secrets Manager, never its value."""
