"""From what pydantic found to what a person reads: which key, what is wrong, what is allowed, what was meant.

Ranges, choices and examples are read from the models' own JSON Schema, so that a
sentence never says another number than the check.
"""

import difflib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import JsonValue, ValidationError

from runbook.engine_yaml import Path, resolve
from runbook.key_schema import Schema, schema_at
from runbook.settings import SECTIONS, ContradictionError

# What a pattern means, in words; a test holds every pattern of the settings against this table.
PATTERN_SENTENCES: dict[str, str] = {
    r"^([01]\d|2[0-3]):[0-5]\d$": 'must be a time of day in UTC, as in "02:00"',
    r"^[a-z]{2}(-[a-z]+)+-\d$": "must be an AWS region, as in us-east-1",
    r"^[^@\s]+@[^@\s]+\.[^@\s]+$": "must be an e-mail address",
    r"^[A-Za-z0-9/_+=.@-]{1,512}$": "must be the name of a secret in Secrets Manager, never its value",
    r"^\d{12}$": 'must be 12 digits in quotes, as in "123456789012"',
    r"^[a-z0-9.-]+\.[a-z]+$": "must be a domain name in lower case, as in mockforge.dev",
    r"^[a-f]$": "must be the letter of an availability zone, a to f",
    r"^[A-Z][A-Z0-9_]*$": "must be the name of an environment variable in capitals, as in SENTRY_DSN",
    r"^[a-z0-9][a-z0-9./_-]*(:\d+/[a-z0-9./_-]+)?(:[A-Za-z0-9._-]+)?(@sha256:[0-9a-f]{64})?$": (
        "must be a container image: name, then :tag, or @sha256: and 64 hexadecimal digits"
    ),
    r"^\d+\.\d+\.\d+([.+-].+)?$": 'must be a version in quotes, as in "0.3.238"',
    r"^https://[^\s#]+$": "must be an https address without an anchor",
    r"^[A-Za-z0-9+=,.@_-]{1,128}$": "must be the name of an IAM policy, as in mockforge-staging-boundary",
    r"^1[4-9](\.\d+)?$": 'must be a PostgreSQL version from 14 to 19 in quotes, as in "16.10"',
    r"^[a-z](-?[a-z0-9])*$": "must be lower-case letters, digits and single hyphens, and begin with a letter",
}


@dataclass(frozen=True, kw_only=True)
class Problem:
    """`path` begins with the section; it is empty for the file as a whole."""

    path: Path
    sentence: str
    hint: str | None = None


def problems_of(error: ValidationError) -> list[Problem]:
    """In pydantic's order, which is the order of the models."""
    return [problem for detail in error.errors(include_url=False) for problem in _problems(detail)]


def unknown(name: str, known: list[str], what: str) -> tuple[str, str | None]:
    """Sentence and hint for a name that is none of `known`."""
    if close := closest(name, known):
        return f"unknown {what}", f"did you mean `{close}`?"
    if known:
        return f"unknown {what}; allowed: {', '.join(known)}", None
    return f"unknown {what}", None


def closest(word: str, known: list[str]) -> str | None:
    """The one that was probably meant, by likeness, or None."""
    by_lower = {name.lower(): name for name in known}
    shortened = [name for lower, name in by_lower.items() if len(word) > 1 and lower.startswith(word.lower())]
    if len(shortened) == 1:
        return shortened[0]
    found = difflib.get_close_matches(word.lower(), by_lower, n=1)
    return by_lower[found[0]] if found else None


def _problems(detail: Mapping[str, Any]) -> Iterator[Problem]:
    path: Path = tuple(detail["loc"])
    context: Mapping[str, Any] = detail.get("ctx") or {}
    if isinstance(found := context.get("error"), ContradictionError):
        for key, sentence in found.found:
            yield Problem(path=tuple(key.split(".")), sentence=sentence)
        return
    kind = str(detail["type"])
    value: JsonValue = detail["input"]
    if kind == "too_short" and isinstance(value, list) and len(value) >= context["min_length"]:
        return  # the list is long enough; its entries are wrong, and each says so itself
    if kind == "missing":
        yield _missing(path)
    elif kind == "extra_forbidden":
        yield _unknown_key(path)
    elif kind == "value_error":
        yield Problem(path=path, sentence=str(context["error"]))
    elif path and path[-1] == "[key]":
        # JSON Schema keeps a pattern of keys as the key of `patternProperties`
        pattern = next(iter((schema_at(path[:-2]) or {}).get("patternProperties", {})), None)
        yield Problem(path=path[:-1], sentence=_wrong_text("", {"pattern": pattern}))
    else:
        schema = schema_at(path) or {}
        sentence = _SENTENCES.get(kind, _other)
        yield Problem(path=path, sentence=sentence(value, schema), hint=_choice_hint(value, schema))


def _missing(path: Path) -> Problem:
    schema = schema_at(path) or {}
    if "properties" in schema:
        return Problem(path=path, sentence=f"is missing; it needs {_required(schema)}")
    about = str(schema.get("description", "")).split("\n")[0].rstrip(".")
    return Problem(path=path, sentence=f"is missing: {about}" if about else "is missing")


def _required(schema: Schema) -> str:
    return ", ".join(schema.get("required", ()))


def _unknown_key(path: Path) -> Problem:
    name = str(path[-1])
    if len(path) == 1:
        sentence, hint = unknown(name, list(SECTIONS), "section")
        return Problem(path=path, sentence=sentence, hint=hint)
    sentence, hint = unknown(name, list((schema_at(path[:-1]) or {}).get("properties", ())), "key")
    if homes := [section for section in SECTIONS if name in (schema_at((section,)) or {}).get("properties", ())]:
        sentence, hint = "unknown key", f"`{name}` is a key of {' and of '.join(homes)}"
    return Problem(path=path, sentence=sentence, hint=hint)


# --- sentences, of a value and the schema of its key -----------------------------------------------------------------


def _wrong_section(value: JsonValue, schema: Schema) -> str:
    if value is None or value == "":
        needed = _required(schema)
        return f"is empty; it needs {needed}" if needed else "is empty: give it keys, or leave it out"
    return f"must be a mapping of keys; it is {_kind_of(value)}"


def _wrong_text(_value: JsonValue, schema: Schema) -> str:
    return PATTERN_SENTENCES.get(str(schema.get("pattern")), "is not written as it must be")


def _no_text(value: JsonValue, schema: Schema) -> str:
    if expected := PATTERN_SENTENCES.get(str(schema.get("pattern"))):
        return f"{expected}; it is {_kind_of(value)}"
    if isinstance(value, bool | int | float):
        return f"is {_kind_of(value)}, and must be text: quote it"
    return f"must be text; it is {_kind_of(value)}"


def _no_number(value: JsonValue, schema: Schema) -> str:
    if isinstance(value, str) and isinstance(resolve(value), int | float) and not isinstance(resolve(value), bool):
        return "must be a number without quotes"
    what = "a whole number" if schema.get("type") == "integer" else "a number"
    what = f"{what}, {bounds}" if (bounds := _bounds(schema)) else what
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return f"must be {what}" if is_number else f"must be {what}; it is {_kind_of(value)}"


def _out_of_range(value: JsonValue, schema: Schema) -> str:
    bounds = _bounds(schema)
    if isinstance(value, int | float) and value < 0:
        return f"must not be negative; allowed: {bounds}"
    return f"must be {bounds}"


def _bounds(schema: Schema) -> str:
    low, high = schema.get("minimum"), schema.get("maximum")
    above, below = schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")
    ends = [
        f"{low}" if low is not None else f"above {above}" if above is not None else "",
        f"{high}" if high is not None else f"below {below}" if below is not None else "",
    ]
    if low is not None and high is not None:
        return " to ".join(ends)
    if low is not None:
        return f"{ends[0]} or more" if not ends[1] else f"{ends[0]} or more and {ends[1]}"
    if high is not None and above is not None:
        return f"{ends[0]} and at most {ends[1]}"
    return " and ".join(end for end in ends if end)


def _no_switch(value: JsonValue, _schema: Schema) -> str:
    if isinstance(value, str) and isinstance(resolve(value), bool):
        return "must be true or false, without quotes"
    return "must be true or false"


def _wrong_choice(value: JsonValue, schema: Schema) -> str:
    choices = ", ".join(map(str, schema.get("enum", ())))
    if isinstance(value, str) and resolve(value) in schema.get("enum", ()):
        return f"must be a number without quotes, one of {choices}"
    return f"must be one of {choices}"


def _no_list(value: JsonValue, _schema: Schema) -> str:
    return f"must be a list, in square brackets; it is {_kind_of(value)}"


def _no_mapping(value: JsonValue, _schema: Schema) -> str:
    return f"must be a mapping of names to values; it is {_kind_of(value)}"


def _wrong_length(_value: JsonValue, schema: Schema) -> str:
    low, high = schema.get("minItems", 0), schema.get("maxItems")
    return f"must have {low} to {high} entries" if high else f"must have {low} or more entries"


def _wrong_text_length(value: JsonValue, schema: Schema) -> str:
    low, high = schema.get("minLength", 0), schema.get("maxLength")
    if not value:
        return "must not be empty"
    return f"must be {low} to {high} characters long" if high else f"must be {low} or more characters long"


def _not_finite(_value: JsonValue, _schema: Schema) -> str:
    return "must be a finite number"


def _other(_value: JsonValue, schema: Schema) -> str:
    return "cannot be read as what this key means" + (f": {schema['description']}" if "description" in schema else "")


_SENTENCES: dict[str, Callable[[Any, Schema], str]] = {
    "model_type": _wrong_section,
    "string_type": _no_text,
    "string_pattern_mismatch": _wrong_text,
    "string_too_short": _wrong_text_length,
    "string_too_long": _wrong_text_length,
    "int_type": _no_number,
    "float_type": _no_number,
    "finite_number": _not_finite,
    "greater_than": _out_of_range,
    "greater_than_equal": _out_of_range,
    "less_than": _out_of_range,
    "less_than_equal": _out_of_range,
    "bool_type": _no_switch,
    "literal_error": _wrong_choice,
    "tuple_type": _no_list,
    "too_short": _wrong_length,
    "too_long": _wrong_length,
    "dict_type": _no_mapping,
}


def _choice_hint(value: JsonValue, schema: Schema) -> str | None:
    choices = [choice for choice in schema.get("enum", ()) if isinstance(choice, str)]
    if not choices or not isinstance(value, str):
        return None
    close = closest(value, choices)
    return f"did you mean `{close}`?" if close else None


_KINDS: dict[type, str] = {int: "a number", float: "a number", str: "text", list: "a list", dict: "a mapping"}


def _kind_of(value: JsonValue) -> str:
    if value is None:
        return "empty"
    return json.dumps(value) if isinstance(value, bool) else _KINDS[type(value)]
