"""CloudWatch metric math, as much of it as our alarms use, evaluated at one point in time.

Rules from the CloudWatch user guide, "Using metric math": arithmetic on a missing point is missing; a comparison with a
missing point is 0; FILL replaces a missing point; time functions have a value at every point. A division by zero gives
no point. Numbers stand for points; None is a missing one.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

Point = float | None

_TOKEN = re.compile(r"\s*(?:(\d+(?:\.\d+)?)|([A-Za-z_]\w*)|('[^']*')|(==|!=|<=|>=|&&|\|\||[-+*/<>(),]))")
_COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "==": lambda one, other: one == other,
    "!=": lambda one, other: one != other,
    "<": lambda one, other: one < other,
    ">": lambda one, other: one > other,
    "<=": lambda one, other: one <= other,
    ">=": lambda one, other: one >= other,
}
_TIME: dict[str, Callable[[datetime], int]] = {
    "MINUTE": lambda at: at.minute,
    "HOUR": lambda at: at.hour,
    "DAY": lambda at: at.isoweekday(),
    "DATE": lambda at: at.day,
    "MONTH": lambda at: at.month,
    "YEAR": lambda at: at.year,
}


def evaluate(expression: str, values: Mapping[str, Point], at: datetime | None = None) -> Point:
    """The expression's point at `at`. An id that `values` does not know is a mistake in the expression: KeyError."""
    parser = _Parser(_tokens(expression), values, None if at is None else at.astimezone(UTC))
    result = parser.any_of()
    if parser.tokens:
        raise SyntaxError(f"left over after the expression: {parser.tokens}")
    return result


def alarm_value(alarm: Mapping[str, Any], metrics: Mapping[str, Point], at: datetime | None = None) -> Point:
    """What a registered metric alarm compares, given one point for each of its metric queries (by query id)."""
    values: dict[str, Point] = dict(metrics)
    returned: list[str] = []
    for query in alarm["metricQueries"]:
        if "expression" in query:
            values[query["id"]] = evaluate(query["expression"], values, at)
        elif query["id"] not in metrics:
            raise KeyError(f"no point given for metric {query['id']}")
        if query.get("returnData"):
            returned.append(query["id"])
    [compared] = returned
    return values[compared]


def alarm_state(alarm: Mapping[str, Any], *periods: Mapping[str, Point], at: datetime | None = None) -> str:
    """`ALARM`, `OK`, or `INSUFFICIENT_DATA` (which also stands for "keeps its state"), from the last periods' points.

    One mapping given for an alarm of several periods means: the same in each of them.
    """
    wanted = int(alarm["evaluationPeriods"])
    points: Sequence[Mapping[str, Point]] = periods * wanted if len(periods) == 1 else periods
    if len(points) != wanted:
        raise ValueError(f"the alarm looks at {wanted} periods")
    breaching = [_is_breaching(alarm, alarm_value(alarm, point, at)) for point in points]
    if sum(one is True for one in breaching) >= int(alarm.get("datapointsToAlarm") or wanted):
        return "ALARM"
    return "OK" if False in breaching else "INSUFFICIENT_DATA"


def _is_breaching(alarm: Mapping[str, Any], value: Point) -> bool | None:
    if value is None:
        return {"breaching": True, "notBreaching": False}.get(alarm.get("treatMissingData", "missing"))
    sign = {
        "GreaterThanThreshold": ">",
        "GreaterThanOrEqualToThreshold": ">=",
        "LessThanThreshold": "<",
        "LessThanOrEqualToThreshold": "<=",
    }[alarm["comparisonOperator"]]
    return _COMPARISONS[sign](value, float(alarm["threshold"]))


def _tokens(expression: str) -> list[str]:
    tokens: list[str] = []
    position = 0
    while position < len(expression.rstrip()):
        if not (match := _TOKEN.match(expression, position)):
            raise SyntaxError(f"not metric math from here: {expression[position:]}")
        tokens.append(match.group().strip())
        position = match.end()
    return tokens


class _Parser:
    """Recursive descent, loosest first: OR, AND, comparison, sum, product, sign, value."""

    def __init__(self, tokens: list[str], values: Mapping[str, Point], at: datetime | None) -> None:
        self.tokens, self.values, self.at = tokens, values, at

    def any_of(self) -> Point:
        value = self.all_of()
        while self._next("OR", "||"):
            other = self.all_of()
            value = float(bool(value) or bool(other))
        return value

    def all_of(self) -> Point:
        value = self.comparison()
        while self._next("AND", "&&"):
            other = self.comparison()
            value = float(bool(value) and bool(other))
        return value

    def comparison(self) -> Point:
        value = self.sum()
        while sign := self._next(*_COMPARISONS):
            other = self.sum()
            value = 0.0 if value is None or other is None else float(_COMPARISONS[sign](value, other))
        return value

    def sum(self) -> Point:
        value = self.product()
        while sign := self._next("+", "-"):
            other = self.product()
            value = None if value is None or other is None else value + other if sign == "+" else value - other
        return value

    def product(self) -> Point:
        value = self.signed()
        while sign := self._next("*", "/"):
            other = self.signed()
            if value is None or other is None or (sign == "/" and other == 0):
                value = None
            else:
                value = value * other if sign == "*" else value / other
        return value

    def signed(self) -> Point:
        if self._next("-"):
            value = self.signed()
            return None if value is None else -value
        return self.value()

    def value(self) -> Point:
        token = self.tokens.pop(0)
        if token == "(":
            inner = self.any_of()
            self._expect(")")
            return inner
        if token[0].isdigit():
            return float(token)
        if self.tokens and self.tokens[0] == "(":
            return self._call(token)
        return self.values[token]

    def _call(self, function: str) -> Point:
        self._expect("(")
        if function == "DB_PERF_INSIGHTS":
            return self._database_counter()
        arguments = [self.any_of()]
        while self._next(","):
            arguments.append(self.any_of())
        self._expect(")")
        if function == "IF":
            condition, then, *otherwise = arguments
            return None if condition is None else then if condition else otherwise[0] if otherwise else None
        if function == "FILL":
            series, filler = arguments
            return filler if series is None else series
        if function in _TIME and self.at is not None:
            return float(_TIME[function](self.at))
        raise SyntaxError(f"{function} is not known here, or needs a point in time")

    def _database_counter(self) -> Point:
        """The counter's own name is its id among the values."""
        literals = [self.tokens.pop(0) for _ in range(5)]
        self._expect(")")
        return self.values[literals[-1].strip("'")]

    def _next(self, *wanted: str) -> str:
        return self.tokens.pop(0) if self.tokens and self.tokens[0] in wanted else ""

    def _expect(self, token: str) -> None:
        if not self._next(token):
            raise SyntaxError(f"expected {token} before {self.tokens}")
