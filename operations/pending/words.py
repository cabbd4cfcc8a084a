"""What a person reads about an interrupted run. Pure."""

from collections.abc import Iterable
from typing import Final

from operations.pending.deciding import Remedy, Way

BY_HAND: Final = (
    "look at each in the AWS console; tag the right one PulumiName=<its name in the program>, delete the others, "
    "then repeat the command"
)
_HAPPENED: Final = {
    "creating": "its creation was interrupted",
    "updating": "its update was interrupted",
    "deleting": "its deletion was interrupted",
    "reading": "reading it was interrupted",
    "importing": "its import was interrupted",
    "unreported": "it was created, and nobody wrote that down",
}


def refusal(environment: str, remedies: Iterable[Remedy]) -> str:
    """One line for the whole, one for each resource."""
    lines = [f"  {one.about}: {_HAPPENED[one.happened]}; {_found(one)}" for one in remedies]
    return "\n".join(
        [f"an earlier run on {environment} was interrupted in the middle of its work; nothing was changed now", *lines]
    )


def way_out(command: str, remedies: Iterable[Remedy]) -> str:
    """The command that repairs; what is unclear is for a person first."""
    if any(one.way is Way.ASK for one in remedies):
        return BY_HAND
    return (
        f"`{command} --repair` takes what stands into Pulumi's state, drops the note of what does "
        "not, and goes on; not `pulumi refresh` by hand, which forgets what stands"
    )


def undecided(remedies: Iterable[Remedy]) -> str:
    """Why the repair stops before it has begun."""
    lines = [f"  {one.about}: {one.reason}" for one in remedies]
    return "\n".join(["what was left behind cannot be told apart; nothing was changed", *lines])


def done(remedies: Iterable[Remedy]) -> list[str]:
    """A line for each resource after the repair."""
    said = {
        Way.ADOPT: "taken into the state",
        Way.FORGET: "not there; it is made again",
        Way.READ: "read from the cloud",
        Way.ASK: "",
    }
    return [f"repaired: {one.about}: {f'{one.found.id} ' if one.found else ''}{said[one.way]}" for one in remedies]


def _found(one: Remedy) -> str:
    match one.way:
        case Way.ADOPT:
            id_ = one.found.id if one.found else ""
            return f"it stands as {id_}" if one.found and one.found.sure else f"it may stand as {id_}"
        case Way.FORGET:
            return "it does not stand"
        case Way.READ:
            return "what it looks like now has to be read"
        case Way.ASK:
            return one.reason
