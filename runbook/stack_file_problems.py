"""What is wrong in a stack file outside the models, and the one message that says everything."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from pydantic import JsonValue, ValidationError

from runbook.engine_yaml import Document, Path, Spot, resolve
from runbook.key_schema import default_at
from runbook.problems import Problem, problems_of, unknown
from runbook.settings import SECTIONS, Location

OURS = "mockforge-cloud:"
"""The project's namespace: every key of ours begins with it."""
ENGINE_KEYS = {
    "encryptionsalt": "Written by Pulumi where a passphrase protects secrets; on AWS use a KMS key.",
    "secretsprovider": "Where the key that protects secrets lives: awskms://…",
    "encryptedkey": "Written by Pulumi: the data key, encrypted by the secrets provider.",
}
"""What the engine itself writes beside `config`, and why."""
AWS_REGION_KEY = "aws:region"

_ENCRYPTED = (
    "is an encrypted value, and secrets do not belong into a stack file: keep it in Secrets Manager, name it here"
)
_SHOWN_CHARACTERS = 60
_SECRET_KEY = re.compile(r"password|passwd|token|credential|private|api_?key|dsn", re.IGNORECASE)
_SECRET_VALUE = re.compile(
    r"://[^/\s]*:[^/\s]*@|-----BEGIN|\b(AKIA|ASIA)[A-Z0-9]{8}|(?=\S*\d)(?=\S*[A-Za-z])[A-Za-z0-9+/_=-]{32,}"
)
_SECRET_NAME = re.compile(r"^[A-Za-z0-9_+=.@-]+(/[A-Za-z0-9_+=.@-]+)+$")


def around(document: Document, top: Mapping[str, JsonValue], config: Mapping[str, JsonValue]) -> Iterator[Problem]:
    """Problems of the file as YAML, and of keys beside ours."""
    for path, sentence in document.oddities:
        yield Problem(path=path[1:] if path[:1] == ("config",) else path, sentence=sentence)
    for key in top:
        if key not in {"config", *ENGINE_KEYS}:
            sentence, hint = unknown(key, ["config"], "key")
            yield Problem(
                path=(key,), sentence=sentence, hint="move it below `config`" if key.startswith(OURS) else hint
            )
    for key in config:
        if ":" not in key:
            hint = f"did you mean `{OURS}{key}`?" if key in SECTIONS else None
            yield Problem(path=(key,), sentence="has no namespace in front", hint=hint)
        elif not key.startswith(OURS) and key.rpartition(":")[2] in SECTIONS:
            yield Problem(
                path=(key,), sentence="unknown namespace", hint=f"did you mean `{OURS}{key.rpartition(':')[2]}`?"
            )
    location = config.get(f"{OURS}location")
    region = location.get("region") if isinstance(location, dict) else None
    region = region if isinstance(region, str) else Location().region
    if config.get(AWS_REGION_KEY, region) != region:
        sentence = f"contradicts {OURS}location.region ({region}), which alone decides; leave this one out"
        yield Problem(path=(AWS_REGION_KEY,), sentence=sentence)


def encrypted(sections: Mapping[str, Any]) -> Iterator[Problem]:
    """Values of `pulumi config set --secret`, in sections."""
    for name, value in sections.items():
        yield from (Problem(path=path, sentence=_ENCRYPTED) for path in _encrypted(value, (f"{OURS}{name}",)))


def within(error: ValidationError, environment_name: str, *, known: Sequence[Problem]) -> Iterator[Problem]:
    """What pydantic found, with keys as they stand in the file, without what `known` says better."""
    for problem in problems_of(error):
        if problem.path == ("name",):
            yield Problem(path=(), sentence=f"the environment's name, {environment_name}, {problem.sentence}")
            continue
        path: Path = (f"{OURS}{problem.path[0]}", *problem.path[1:]) if problem.path else ()
        if not any(path[: len(one.path)] == one.path for one in known if one.path):
            yield replace(problem, path=path)


def no_section(name: str) -> Problem:
    """A section that does not exist."""
    sentence, hint = unknown(name, list(SECTIONS), "section")
    return Problem(path=(f"{OURS}{name}",), sentence=sentence, hint=hint)


def message(where: str, problems: Sequence[Problem], sections: Mapping[str, object], spots: Mapping[Path, Spot]) -> str:
    """How many problems, then each: key, value and line; what is wrong; hint. In the order of the file."""
    count = f"{len(problems)} problem{'' if len(problems) == 1 else 's'}"
    lines = [f"{where} has {count}; nothing was changed"]
    for problem in sorted(problems, key=lambda one: _line(one.path, spots)):
        if problem.path:
            lines.append(f"  {_spell(problem.path)}{_shown(problem.path, sections, spots)}")
        lines.append(f"{'    ' if problem.path else '  '}{problem.sentence}")
        if problem.hint:
            lines.append(f"    hint: {problem.hint}")
    return "\n".join(lines)


def _line(path: Path, spots: Mapping[Path, Spot]) -> int:
    """Where it stands, or where what it is missing from stands."""
    return next((spots[path[:end]].line for end in range(len(path), 0, -1) if path[:end] in spots), 0)


def _encrypted(value: JsonValue, path: Path) -> Iterator[Path]:
    """Where a value of `pulumi config set --secret` stands."""
    if isinstance(value, dict):
        if list(value) == ["secure"]:
            yield path
        else:
            for key, one in value.items():
                yield from _encrypted(one, (*path, key))
    elif isinstance(value, list):
        for number, one in enumerate(value):
            yield from _encrypted(one, (*path, number))


def _spell(path: Path) -> str:
    """`mockforge-cloud:notifications.emails[0]`."""
    spelled = ""
    for step in path:
        spelled += f"[{step}]" if isinstance(step, int) else f".{step}" if spelled else step
    return spelled


def _shown(path: Path, sections: Mapping[str, object], spots: Mapping[Path, Spot]) -> str:
    """What follows the key: value, and line if it stands in a file; or the default if it stands nowhere."""
    if spot := spots.get(path):
        written = _guarded(path, spot.written)
        return f"{': ' if written else ''}{written}   (line {spot.line})"
    found, value = _look_up(path, sections)
    if found:
        return f": {_guarded(path, _written(value))}" if value != "" else ""
    default = default_at((str(path[0]).removeprefix(OURS), *path[1:]))
    return "" if default is None else f": {_written(default)}   (default)"


def _look_up(path: Path, sections: Mapping[str, object]) -> tuple[bool, JsonValue]:
    value: Any = sections
    for step in (str(path[0]).removeprefix(OURS), *path[1:]):
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            return False, None
    return True, value


def _written(value: JsonValue) -> str:
    """As it would stand in a file; what holds more values is not opened."""
    if isinstance(value, dict | list | tuple):
        return "[…]" if not isinstance(value, dict) else "{…}"
    if isinstance(value, str):
        return value if isinstance(resolve(value), str) else f'"{value}"'
    return json.dumps(value)


def _guarded(path: Path, written: str) -> str:
    if _is_secret(path, written.strip('"')):
        return "(not shown)"
    line = " ".join(written.split())
    return line if len(line) <= _SHOWN_CHARACTERS else f"{line[:_SHOWN_CHARACTERS]}…"


def _is_secret(path: Path, written: str) -> bool:
    """Names of secrets are fine; what may be a value is not shown, even where it stands in the wrong place."""
    steps = [str(step) for step in path]
    if not written or written in {"{…}", "[…]"} or steps[-1] == "image":
        return False
    section, *keys = steps
    if section == f"{OURS}service" and keys[:1] in (["environment"], ["secrets"]) and keys[1:]:
        return True
    if "secret" in steps[-1]:
        return not _SECRET_NAME.match(written)
    return any(_SECRET_KEY.search(step) for step in keys) or bool(_SECRET_VALUE.search(written))
