"""Which alarms a mute for unplanned work silences, and until when. Pure.

Only what tells people is muted. Alarms that scale, and those that roll a deployment back, stay as they are; so does the
maintenance alarm, whose state other alarms look at.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

RULE_ALARMS = 100  # CloudWatch: alarm names in one mute rule
LEAST_LEAD_SECONDS = 10  # a rule whose time has passed when it arrives would never begin
DESCRIPTION_CHARACTERS = 1024
_TELL_ALARMS = ("CompositeAlarms", "MetricAlarms")


@dataclass(frozen=True, kw_only=True)
class Mute:
    """One mute rule."""

    name: str
    region: str
    alarms: tuple[str, ...]
    starts: datetime
    minutes: int

    @property
    def ends(self) -> datetime:
        """From then on what is still in alarm tells people."""
        return self.starts + timedelta(minutes=self.minutes)

    @property
    def schedule(self) -> dict[str, str]:
        """As CloudWatch wants it. Once, so that it ends by itself."""
        return {
            "Expression": self.starts.strftime("at(%Y-%m-%dT%H:%M)"),
            "Duration": f"PT{self.minutes}M",
            "Timezone": "UTC",
        }


def telling(page: Mapping[str, Any], topics: Iterable[str], keep: Iterable[str]) -> Iterator[str]:
    """Names in a page of DescribeAlarms whose actions are our topics and nothing else, without those to `keep`."""
    wanted, kept = set(topics), set(keep)
    for kind in _TELL_ALARMS:
        for alarm in page.get(kind, []):
            actions = set(alarm.get("AlarmActions", [])) | set(alarm.get("OKActions", []))
            if actions and actions <= wanted and alarm["AlarmName"] not in kept:
                yield alarm["AlarmName"]


def mutes(prefix: str, alarms: Mapping[str, Sequence[str]], now: datetime, minutes: int) -> list[Mute]:
    """The rules of one command: by region, at most a hundred alarms each. They begin with the next full minute."""
    starts = now.replace(second=0, microsecond=0) + timedelta(minutes=1)
    if (starts - now).total_seconds() < LEAST_LEAD_SECONDS:
        starts += timedelta(minutes=1)
    found: list[Mute] = []
    for region, names in alarms.items():
        for first in range(0, len(names), RULE_ALARMS):
            found.append(
                Mute(
                    name=f"{prefix}-mute-{starts:%Y%m%dT%H%M}-{len(found) + 1}",
                    region=region,
                    alarms=tuple(sorted(names)[first : first + RULE_ALARMS]),
                    starts=starts,
                    minutes=minutes,
                )
            )
    return found


def description(why: str, who: str) -> str:
    """What somebody finds who wonders why nobody was told."""
    return f"{who}: {why}"[:DESCRIPTION_CHARACTERS]
