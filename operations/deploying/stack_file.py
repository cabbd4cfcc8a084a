"""Edits the image (and its version) in a stack file, the only source of the digest, and takes the edit back.

The text is changed where it stands: comments, quotes, order and line ends stay. Whether the right place was found is
not guessed: the edited text is read as the engine reads it, and must differ in that one value and in nothing else.
"""

import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from operations.errors import CommandStopped, bad_input

if TYPE_CHECKING:
    from pydantic import JsonValue

SECTION = "mockforge-cloud:service"


@dataclass(frozen=True, kw_only=True)
class Names:
    """What a stack file says of the application."""

    image: str
    version: str | None


@dataclass(frozen=True, kw_only=True)
class Change:
    """One line before and after; `before` is None where the line is new."""

    line: int
    before: str | None
    after: str


def names(text: str) -> Names | None:
    """None where the text does not say an image; the settings' own check tells what is wrong with it."""
    service = _service(_value(text))
    image, version = service.get("image"), service.get("version")
    if not isinstance(image, str):
        return None
    return Names(image=image, version=None if version is None else str(version))


def rewritten(text: str, wanted: Names) -> str:
    """The text with these names; stops the command where they stand in a way that cannot be edited safely.

    A version that is None is left as it is.
    """
    now = names(text)
    if now is None:
        raise bad_input(f"there is no `image` below `{SECTION}`; nothing was changed")
    text = _replaced(text, "image", now.image, wanted.image)
    if wanted.version is None or wanted.version == now.version:
        return text
    if now.version is not None:
        return _replaced(text, "version", now.version, wanted.version)
    return _with_version(text, wanted.image, wanted.version)


def changes(before: str, after: str) -> list[Change]:
    """Changed and new lines; `rewritten` takes no line away."""
    old, new = before.splitlines(), after.splitlines()
    found: list[Change] = []
    for kind, start, end, new_start, new_end in SequenceMatcher(a=old, b=new, autojunk=False).get_opcodes():
        if kind != "equal":
            pairs = zip_longest(old[start:end], new[new_start:new_end])
            found += [
                Change(line=new_start + number, before=was, after=now or "")
                for number, (was, now) in enumerate(pairs, start=1)
            ]
    return found


def spell(file_name: str, changed: list[Change]) -> Iterator[str]:
    """For people: where, and what it was and is."""
    for one in changed:
        yield f"  {file_name}, line {one.line}:"
        if one.before is not None:
            yield f"    - {one.before.strip()}"
        yield f"    + {one.after.strip()}"


@dataclass
class Edit:
    """An edit that was made, until it is kept or taken back."""

    path: Path
    before: str
    after: str

    @property
    def changed(self) -> list[Change]:
        """Empty where the file said so already."""
        return changes(self.before, self.after)

    @property
    def names_before(self) -> Names | None:
        """What the file said."""
        return names(self.before)

    @property
    def names_after(self) -> Names | None:
        """What it says with the edit."""
        return names(self.after)

    def make(self) -> None:
        """Write it."""
        if self.after != self.before:
            write(self.path, self.after)

    def undo(self) -> bool:
        """Put back what stood there. False where somebody has changed the file since: then it is left as it is."""
        if self.after == self.before:
            return True
        if read(self.path) != self.after:
            return False
        write(self.path, self.before)
        return True


def read(path: Path) -> str:
    """The text with its line ends; stops the command where it cannot be read."""
    try:
        return path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise bad_input(f"{path.name} cannot be read ({error}); nothing was changed") from error


def write(path: Path, text: str) -> None:
    """Stops the command where it cannot be written."""
    try:
        path.write_bytes(text.encode("utf-8"))
    except OSError as error:
        raise CommandStopped(f"{path.name} cannot be written ({error.strerror}); nothing was changed") from error


def prepare(path: Path, wanted: Names) -> Edit:
    """The edit that makes the file say this; not yet made."""
    text = read(path)
    try:
        return Edit(path=path, before=text, after=rewritten(text, wanted))
    except CommandStopped as stopped:
        raise CommandStopped(f"{path.name}: {stopped.message}", hint=stopped.hint, code=stopped.code) from stopped


def _value(text: str) -> "JsonValue":
    from runbook.engine_yaml import UnreadableYamlError
    from runbook.engine_yaml import read as read_yaml

    try:
        return read_yaml(text).value
    except UnreadableYamlError as error:
        raise bad_input(f"it is not YAML that the engine reads ({error}); nothing was changed") from error


def _service(value: "JsonValue") -> dict[str, Any]:
    config = value.get("config") if isinstance(value, dict) else None
    service = config.get(SECTION) if isinstance(config, dict) else None
    return cast("dict[str, Any]", service) if isinstance(service, dict) else {}


def _replaced(text: str, key: str, old: str, new: str) -> str:
    """Tries each place where the old text stands; the right one changes this value and nothing else."""
    if old == new:
        return text
    expected = deepcopy(_value(text))
    _service(expected)[key] = new
    for found in re.finditer(re.escape(old), text):
        tried = text[: found.start()] + new + text[found.end() :]
        if _reads_as(tried, expected):
            return tried
    raise _by_hand(key, new)


def _with_version(text: str, image: str, version: str) -> str:
    """A line of its own below the image's, where the section is written a key a line."""
    expected = deepcopy(_value(text))
    _service(expected)["version"] = version
    line_of_image = rf"^(?P<indent>[ ]+)image:[^\n]*{re.escape(image)}[^\n]*?(?P<end>\r?\n|$)"
    for found in re.finditer(line_of_image, text, re.MULTILINE):
        line = f'{found["indent"]}version: "{version}"{found["end"] or chr(10)}'
        start = text[: found.end()] + ("" if found["end"] else "\n")
        if _reads_as(tried := start + line + text[found.end() :], expected):
            return tried
    raise _by_hand("version", version)


def _reads_as(text: str, expected: "JsonValue") -> bool:
    try:
        return _value(text) == expected
    except CommandStopped:
        return False


def _by_hand(key: str, new: str) -> CommandStopped:
    return bad_input(
        f"`{key}` below `{SECTION}` stands there in a way that this command does not edit; nothing was changed",
        hint=f"write `{key}: {new}` there by hand, then run the same command again",
    )
