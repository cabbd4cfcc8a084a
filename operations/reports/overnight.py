"""What rang, and for how long: CloudWatch's alarm history as episodes."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from operations.reports.counted import counted
from operations.reports.finding import Finding, Span, good, look
from operations.reports.reading import Reading
from operations.state.reading import OUTSIDE_REGION, SCALING_ALARMS
from operations.state.text import spell_minutes

ON = "ALARM"


@dataclass(frozen=True, kw_only=True)
class Change:
    """A state that an alarm took."""

    name: str
    at: datetime
    state: str
    was: str


@dataclass(frozen=True, kw_only=True)
class Episode:
    """From ALARM to the next other state. `since` None: it was on before; `until` None: it still is."""

    name: str
    since: datetime | None
    until: datetime | None

    def minutes(self, span: Span) -> float:
        """Within the span."""
        since, until = self.since or span.begins, self.until or span.ends
        return max(0.0, (until - since).total_seconds() / 60)


def episodes(changes: Iterable[Change], on_now: dict[str, datetime | None], span: Span) -> list[Episode]:
    """In order of begin. `on_now`: alarms in ALARM at the end, and since when, for those whose history says nothing."""
    by_name: dict[str, list[Change]] = {}
    for one in sorted(changes, key=lambda change: change.at):
        by_name.setdefault(one.name, []).append(one)
    found = [episode for name, mine in by_name.items() for episode in _episodes(name, mine)]
    for name, since in on_now.items():
        if name not in by_name:
            inside = since if since is not None and since >= span.begins else None
            found.append(Episode(name=name, since=inside, until=None))
    return sorted(found, key=lambda one: (one.since or span.begins, one.name))


def _episodes(name: str, changes: list[Change]) -> Iterator[Episode]:
    begun: Change | None = None
    for number, one in enumerate(changes):
        if one.state == ON:
            begun = begun or one
        elif begun is not None:
            yield Episode(name=name, since=begun.at, until=one.at)
            begun = None
        elif number == 0 and one.was == ON:  # it left ALARM, and came into it before the span
            yield Episode(name=name, since=None, until=one.at)
    if begun is not None:
        yield Episode(name=name, since=begun.at, until=None)


def alarms(reading: Reading) -> Iterator[Finding]:
    """Alerts, the outside check and missed targets; metric alarms behind an alert are not told twice."""
    changes, on_now = _history(reading), _on(reading)
    found = episodes(changes, on_now, reading.span)
    told = [one for one in found if _tells(reading, one.name)]
    if told:
        guide = reading.session.manifest.alerts.guide_url
        yield look(f"{counted(len(told), 'alert')} rang", *(_line(reading, one) for one in told), link=guide)
    else:
        yield good("no alert rang")
    scaling = sum(_plain_name(reading, one.name) in SCALING_ALARMS for one in found)
    yield good(f"autoscaling was called {counted(scaling, 'time')}; that tells nobody")


def _tells(reading: Reading, name: str) -> bool:
    plain_name = _plain_name(reading, name)
    return name.endswith("-alert") or plain_name == "outside-check" or plain_name.startswith("target-")


def _plain_name(reading: Reading, name: str) -> str:
    return name.removeprefix(f"{reading.prefix}-")


def _line(reading: Reading, one: Episode) -> str:
    since = f"{one.since:%Y-%m-%d %H:%M}" if one.since else f"before {reading.span.begins:%Y-%m-%d %H:%M}"
    until = f"{one.until:%H:%M} UTC" if one.until else "STILL ON"
    lasted = f"{'at least ' if one.since is None else ''}{spell_minutes(one.minutes(reading.span))}"
    name = _plain_name(reading, one.name).removesuffix("-alert")
    return f"{name}: {since} to {until}, {lasted}"


def _regions(reading: Reading) -> Iterable[str]:
    return dict.fromkeys((reading.session.manifest.region, OUTSIDE_REGION))


def _history(reading: Reading) -> list[Change]:
    found: list[Change] = []
    for region in _regions(reading):
        pages = reading.client("cloudwatch", region=region).get_paginator("describe_alarm_history")
        for page in pages.paginate(
            AlarmTypes=["CompositeAlarm", "MetricAlarm"],
            HistoryItemType="StateUpdate",
            StartDate=reading.span.begins,
            EndDate=reading.span.ends,
        ):
            items = page["AlarmHistoryItems"]
            found += [_change(one) for one in items if one["AlarmName"].startswith(f"{reading.prefix}-")]
    return found


def _change(item: dict[str, Any]) -> Change:
    told = json.loads(item["HistoryData"])
    return Change(
        name=item["AlarmName"],
        at=item["Timestamp"].astimezone(UTC),
        state=str(told["newState"]["stateValue"]),
        was=str(told.get("oldState", {}).get("stateValue", "")),
    )


def _on(reading: Reading) -> dict[str, datetime | None]:
    found: dict[str, datetime | None] = {}
    for region in _regions(reading):
        pages = reading.client("cloudwatch", region=region).get_paginator("describe_alarms")
        for page in pages.paginate(
            AlarmNamePrefix=f"{reading.prefix}-", StateValue=ON, AlarmTypes=["CompositeAlarm", "MetricAlarm"]
        ):
            for one in (*page.get("CompositeAlarms", []), *page.get("MetricAlarms", [])):
                since = one.get("StateTransitionedTimestamp") or one.get("StateUpdatedTimestamp")
                found[one["AlarmName"]] = since.astimezone(UTC) if since else None
    return found
