"""After a deployment was taken back the stack file still names its image: offers to name the live one again."""

from pathlib import Path

from operations.confirmation import offer
from operations.deploying.record import Record
from operations.deploying.stack_file import Names, names, prepare, read, spell
from operations.deploying.stack_file_in_words import edit as edit_in_words
from operations.deploying.wanted import digest_of
from operations.deployments.told import Version
from operations.errors import CommandStopped
from operations.terminal import say


def offer_to_put_back(
    path: Path, environment: str, *, bad: Version | None, good: Version | None, record: Record | None, yes: bool
) -> bool:
    """Whether the file was changed. What cannot be edited, or shall not be, is shown for a person to do.

    The version goes back with the image where the record of the deployment knows what it was.
    """
    bad_image, good_image = bad.image if bad else None, good.image if good else None
    if not path.is_file() or bad_image is None or good_image is None or bad_image.identity == good_image.identity:
        _show(path, environment, bad, good)
        return False
    try:
        now = names(read(path))
        if now is None or digest_of(now.image) != bad_image.identity:
            _show(path, environment, bad, good)
            return False
        known = record if record and digest_of(record.image) == bad_image.identity else None
        same = known is not None and known.replaces is not None and digest_of(known.replaces) == good_image.identity
        edit = prepare(
            path, Names(image=good_image.reference, version=known.replaces_version if known and same else None)
        )
    except CommandStopped as stopped:
        say(f"warning: {stopped.message}")
        _show(path, environment, bad, good)
        return False
    say(f"{path.name} still names the image that was taken back. To put the old one back:")
    for line in spell(path.name, edit.changed):
        say(line)
    if not same and now.version is not None:
        say(f"  look at `version` too ({now.version}): it has to be what the older image answers")
    if not offer(f"Change {path.name} so?", yes=yes):
        say(f"{path.name} was left as it is; `mfcloud up {environment}` would bring the image again, or is refused")
        return False
    edit.make()
    say(f"changed {path.name}; commit it")
    return True


def _show(path: Path, environment: str, bad: Version | None, good: Version | None) -> None:
    for line in edit_in_words(environment, bad.image if bad else None, good.image if good else None, path.parent):
        say(line)
