"""Where incidents are kept, and how a file is changed: whole or not at all."""

import os
import re
from pathlib import Path
from unicodedata import normalize

from operations.errors import CommandStopped, bad_input, refused
from operations.incidents.document import CLOSED, Head, NotAnIncidentError, document, fields, head_lines, timeline_lines

FOLDER = Path("incidents")
"""In the folder where the command is run: incidents belong to who answers them, not to this program."""
SLUG_CHARACTERS = 60


def file_name(head: Head) -> str:
    """`2026-11-24-log-ins-fail.md`."""
    plain = normalize("NFKD", head.title).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:SLUG_CHARACTERS].strip("-")
    return f"{head.began:%Y-%m-%d}-{slug or 'incident'}.md"


def begin(folder: Path, head: Head) -> tuple[Path, bool]:
    """The file, and whether it was made now; the same open incident is found again, another one is refused."""
    path = folder / file_name(head)
    text = document(
        [head_lines(head), timeline_lines([(head.began, "the incident began"), (None, "first noticed, by whom")])]
    )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        _same_or_refused(path, head)
        return path, False
    except OSError as error:
        raise CommandStopped(
            f"{path} could not be written: {error.strerror}", hint="--into names another folder"
        ) from error
    return path, True


def read(path: Path) -> str:
    """Stops for what is no incident's file."""
    try:
        text = path.read_text(encoding="utf-8")
        fields(text)
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no text"
        raise bad_input(f"{path} cannot be read: {why}", hint="`mfcloud incident new` makes such a file") from error
    except NotAnIncidentError as error:
        raise not_an_incident(path, error) from error
    return text


def not_an_incident(path: Path, error: NotAnIncidentError) -> CommandStopped:
    """Nothing is written into what is not understood."""
    return bad_input(f"{path} is not an incident that can be changed: {error}", hint="it was left as it is")


def write(path: Path, text: str) -> None:
    """At once: whoever is interrupted finds the file as it was, or as it shall be."""
    beside = path.with_name(f".{path.name}.new")
    try:
        beside.write_text(text, encoding="utf-8")
        os.replace(beside, path)  # noqa: PTH105 - as one step, also over a file that exists
    except OSError as error:
        raise CommandStopped(f"{path} could not be written: {error.strerror}; it was left as it is") from error
    finally:
        beside.unlink(missing_ok=True)


def _same_or_refused(path: Path, head: Head) -> None:
    there = fields(read(path))
    if there["status"] == CLOSED:
        raise refused(f"{path} is an incident that is over", hint="give this one another --title")
    if (there["environment"], there["severity"]) != (head.environment, head.severity):
        raise refused(
            f"{path} is an open incident of {there['environment']} with severity {there['severity']}",
            hint="change its severity in the file, or give this one another --title",
        )
