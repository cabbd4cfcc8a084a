"""Inputs against a distilled type: every objection, with the place in Pulumi's spelling and the source of the rule.

What is not known before an update is not judged, and a condition over it neither holds nor fails. A secret is judged
and never shown.
"""

import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Final, NamedTuple

from offline.provider.schema import sentences
from offline.provider.schema.formats import fits
from offline.provider.schema.texts import readable
from offline.provider.wire import UNKNOWN, Secret, Value, has_unknown, is_list, is_object

_TRUE: Final = frozenset({"1", "t", "T", "TRUE", "true", "True"})
_FALSE: Final = frozenset({"0", "f", "F", "FALSE", "false", "False"})
_NO_NUMBER: Final = math.nan


@dataclass(frozen=True, kw_only=True)
class Objection:
    """`path` like `healthCheck.port` or `rules[0].name`, "" for the resource as a whole."""

    path: str
    says: str
    source: str = ""


class _Place(NamedTuple):
    """Where in the inputs, whether below a secret mark, and whose rule is being applied.

    `text`: inside a JSON text, whose names are AWS's own. A tuple, because one is made for every value.
    """

    path: str = ""
    secret: bool = False
    source: str = ""
    text: bool = False

    def key(self, name: str) -> "_Place":
        if not name.replace("-", "_").isidentifier():
            return self._replace(path=f'{self.path}["{name}"]')
        return self._replace(path=f"{self.path}.{name}" if self.path else name)

    def item(self, number: int) -> "_Place":
        return self._replace(path=f"{self.path}[{number}]")


def objections(content: Mapping[str, Value], inputs: Mapping[str, Value]) -> list[Objection]:
    """Everything the type's rules say against the inputs."""
    judge = _Judge(content=content)
    return list(dict.fromkeys(judge.against({"$ref": content["root"]}, dict(inputs), _Place())))


@dataclass(kw_only=True)
class _Judge:
    content: Mapping[str, Value]
    saw_unknown: bool = False
    documents: list[Mapping[str, Value]] = field(default_factory=list[Mapping[str, Value]])

    def against(self, schema: Value, value: Value, place: _Place) -> Iterator[Objection]:
        """Objections of one part of the rules to one value."""
        if isinstance(value, Secret):
            value, place = value.value, place._replace(secret=True)
        if value is UNKNOWN:
            self.saw_unknown = True
        elif schema is False:
            yield self._no(place, "may not be given here")
        elif is_object(schema):
            yield from self._every_word(schema, value, place)

    def _every_word(self, schema: Mapping[str, Value], value: Value, place: _Place) -> Iterator[Objection]:
        if "from" in schema:
            place = place._replace(source=str(schema["from"]))
        if "$ref" in schema:
            yield from self.against(self._found(str(schema["$ref"])), value, place)
        if "definitions" in schema:
            self.documents.append(schema)
        if not place.source or place.text:
            value, wrong = _converted(schema, value)
            if wrong:
                yield self._no(place, wrong if place.text else f"{sentences.show(value, place.secret)} {wrong}")
                return
        yield from self._words(schema, value, place)
        yield from self._combinations(schema, value, place)
        if "json" in schema:
            yield from self._text(schema["json"], value, place)

    def holds(self, schema: Value, value: Value, place: _Place) -> bool | None:
        """Whether the condition holds; None where that hangs on something unknown."""
        inner = _Judge(content=self.content, documents=self.documents)
        if next(inner.against(schema, value, place), None) is not None:
            return False
        return None if inner.saw_unknown else True

    def _found(self, reference: str) -> Value:
        if reference.startswith("#/definitions/"):
            name = reference.removeprefix("#/definitions/")
            return next(
                (one["definitions"][name] for one in reversed(self.documents) if name in one["definitions"]), True
            )
        return self.content["definitions"][reference]

    def _no(self, place: _Place, says: str) -> Objection:
        return Objection(path=place.path, says=says, source=place.source)

    # -- single words -------------------------------------------------------------------------------------------------

    def _words(self, schema: Mapping[str, Value], value: Value, place: _Place) -> Iterator[Objection]:
        if is_object(value):
            yield from self._object(schema, value, place)
        elif is_list(value):
            yield from self._list(schema, value, place)
        elif value is not None:
            yield from self._scalar(schema, value, place)

    def _scalar(self, schema: Mapping[str, Value], value: Value, place: _Place) -> Iterator[Objection]:
        text = _as_text(value)
        for word, limit in schema.items():
            if (says := _scalar_says(word, limit, value, text)) is not None:
                yield self._no(place, f"{sentences.show(value, place.secret)} {says}")
                return  # one sentence for one value

    def _list(self, schema: Mapping[str, Value], value: list[Value], place: _Place) -> Iterator[Objection]:
        if len(value) < schema.get("minItems", 0):
            yield self._no(place, f"has {len(value)} entries; at least {schema['minItems']} are needed")
        if len(value) > schema.get("maxItems", math.inf):
            yield self._no(place, f"has {len(value)} entries; at most {schema['maxItems']} are allowed")
        if schema.get("uniqueItems") is True and (twice := _twice(value)) is not None:
            yield self._no(place, f"has {sentences.show(twice, place.secret)} twice")
        if "contains" in schema and all(self.holds(schema["contains"], one, place) is False for one in value):
            yield self._no(place, "has no entry of the kind that must be there")
        if "items" in schema:
            for number, one in enumerate(value):
                yield from self.against(schema["items"], one, place.item(number))

    def _object(self, schema: Mapping[str, Value], value: dict[str, Value], place: _Place) -> Iterator[Objection]:
        present = {key: one for key, one in value.items() if one is not None and not key.startswith("__")}
        yield from self._names(schema, present, place)
        properties: Mapping[str, Value] = schema.get("properties", {})
        folded = {name.lower(): name for name in properties} if place.text else {}
        rest: dict[str, Value] = {}
        for key, one in present.items():
            name = key if key in properties else folded.get(key.lower(), "")
            if name:
                if properties[name] is False and one not in (False, "", [], {}):
                    yield self._no(place.key(key), "may not be given here")
                elif properties[name] is not False:
                    yield from self.against(properties[name], one, place.key(key))
            else:
                rest[key] = one
        patterns: Mapping[str, Value] = schema.get("patternProperties", {})
        for key, one in rest.items():
            matching = [rule for pattern, rule in patterns.items() if _compiled(pattern).search(key)]
            for rule in matching:
                yield from self.against(rule, one, place.key(key))
            if not matching:
                yield from self._unknown_name(schema, key, one, place)
        if len(present) < schema.get("minProperties", 0):
            yield self._no(place, f"has {len(present)} entries; at least {schema['minProperties']} are needed")
        if len(present) > schema.get("maxProperties", math.inf):
            yield self._no(place, f"has {len(present)} entries; at most {schema['maxProperties']} are allowed")

    def _unknown_name(self, schema: Mapping[str, Value], key: str, value: Value, place: _Place) -> Iterator[Objection]:
        more = schema.get("additionalProperties")
        if is_object(more):
            yield from self.against(more, value, place.key(key))
        elif more is False or ("properties" in schema and not place.source and more is None):
            known = list(schema.get("properties", {}))
            read_only: list[str] = self.content.get("outputs", []) if not place.path and not place.text else []
            says = sentences.unknown_name(key, known, read_only, in_text=place.text)
            if "patternProperties" in schema:
                says = f"is no name that is allowed here (form: {' or '.join(schema['patternProperties'])})"
            yield self._no(place.key(key), says)

    def _names(  # noqa: C901 (a sentence per word)
        self, schema: Mapping[str, Value], present: Mapping[str, Value], place: _Place
    ) -> Iterator[Objection]:
        if place.text:
            present = {key.lower(): one for key, one in present.items()}

        def given(name: str) -> Value:
            return present.get(name.lower() if place.text else name)

        for name in schema.get("required", []):
            if given(name) is None:
                yield self._no(place.key(name), "is required")
        for word, at_most in (("requiredXor", 1), ("requiredOr", math.inf)):
            there = [name for name in schema.get(word, ()) if given(name) is not None]
            filled = [name for name in there if _filled(given(name))]
            if word in schema and (not there or len(filled) > at_most):
                yield self._no(place, sentences.one_of_them(schema[word], filled, only=at_most == 1))
        for name, other in _pairs(schema, "dependentRequired"):
            if _filled(given(name)) and given(other) is None:
                yield self._no(place.key(other), f"is required beside {name}")
        for name, other in _pairs(schema, "dependentExcluded"):
            if all(_filled(given(one)) and given(one) is not UNKNOWN for one in (name, other)):
                yield self._no(place.key(other), f"may not be given together with {name}")

    # -- combinations -------------------------------------------------------------------------------------------------

    def _combinations(self, schema: Mapping[str, Value], value: Value, place: _Place) -> Iterator[Objection]:
        refused: set[str] = set()
        for part in schema.get("allOf", []):
            found = list(self.against(part, value, place))
            if "from" in part:  # what one source has refused, the next need not refuse again
                found = [one for one in found if one.path not in refused]
                refused.update(one.path for one in found)
            yield from found
        if "anyOf" in schema:
            yield from self._any(schema["anyOf"], value, place)
        if "oneOf" in schema:
            held = [self.holds(part, value, place) for part in schema["oneOf"]]
            if held.count(True) > 1:
                yield self._no(place, "fits several alternatives of which exactly one is allowed")
            else:
                yield from self._any(schema["oneOf"], value, place)
        if "not" in schema and self.holds(schema["not"], value, place) is True:
            yield self._no(place, f"{sentences.show(value, place.secret)} is excluded")
        if "if" in schema:
            held = self.holds(schema["if"], value, place)
            branch = {True: "then", False: "else"}.get(held, "") if held is not None else ""
            if branch in schema:
                yield from self.against(schema[branch], value, place)

    def _any(self, parts: list[Value], value: Value, place: _Place) -> Iterator[Objection]:
        if parts and all(self.holds(part, value, place) is False for part in parts):
            # the first objection of the alternative that comes closest tells most
            against = [
                list(_Judge(content=self.content, documents=self.documents).against(part, value, place))
                for part in parts
            ]
            yield from min(against, key=len)[:1]

    def _text(self, schema: Value, value: Value, place: _Place) -> Iterator[Objection]:
        if isinstance(value, str) and value:
            try:
                value = json.loads(value)
            except ValueError as error:
                yield self._no(place, f"is not JSON ({'its text is secret' if place.secret else error})")
                return
        if value not in ("", None):
            yield from self.against(schema, value, place._replace(text=True))


def _pairs(schema: Mapping[str, Value], word: str) -> Iterator[tuple[str, str]]:
    for name, others in schema.get(word, {}).items():
        for other in others:
            yield name, other


def _converted(schema: Mapping[str, Value], value: Value) -> tuple[Value, str]:  # noqa: PLR0911 (a way out per kind)
    """The value as the provider converts it to the type of its class, or what is wrong with it.

    The provider takes "80" for a number, 80 for a text and "true" for a truth value, and nothing else.
    """
    kind = schema.get("type")
    if value is None or kind is None:
        return value, ""
    if is_list(kind):
        fits_one = any(_converted({"type": one}, value)[1] == "" for one in kind)
        return value, "" if fits_one else f"is {sentences.kind_of(value)}; {' or '.join(map(str, kind))} is expected"
    wrong = f"is {sentences.kind_of(value)}; {sentences.kind(str(kind))} is expected"
    match kind:
        case "object":
            return value, "" if is_object(value) else wrong
        case "array":
            return value, "" if is_list(value) else wrong
        case "asset":
            return value, "" if is_object(value) else wrong
        case _ if is_object(value) or is_list(value):
            return value, wrong
        case "string":
            return _as_text(value), ""
        case "boolean":
            text = _as_text(value)
            return (value, wrong) if text not in _TRUE | _FALSE | {""} else (text in _TRUE, "")
        case _:
            number = _number(value)
            if isinstance(value, bool) or (math.isnan(number) and value != ""):
                return value, wrong
            return value, "" if kind == "number" or value == "" or number.is_integer() else wrong


def _scalar_says(word: str, limit: Value, value: Value, text: str) -> str | None:  # noqa: C901, PLR0911, PLR0912 (a case per word)
    match word:
        case "enum" if text not in map(_as_text, limit):
            return sentences.not_one_of(text, [_as_text(one) for one in limit])
        case "enumCaseInsensitive" if text.lower() not in [_as_text(one).lower() for one in limit]:
            return sentences.not_one_of(text, [_as_text(one) for one in limit])
        case "const" if text != _as_text(limit):
            return f"is not {_as_text(limit)}"
        case "pattern" if not _compiled(limit).search(text):
            return f"does not have the form {limit}"
        case "format" if (wrong := fits(limit, text)) is not None:
            return wrong
        case "minLength" if len(text) < limit:
            return f"has {len(text)} characters; at least {limit} are needed"
        case "maxLength" if len(text) > limit:
            return f"has {len(text)} characters; at most {limit} are allowed"
        case "minimum" if _number(value) < limit:
            return f"is below {limit}, the smallest allowed"
        case "maximum" if _number(value) > limit:
            return f"is above {limit}, the largest allowed"
        case "exclusiveMinimum" if _number(value) <= limit:
            return f"is not above {limit}"
        case "exclusiveMaximum" if _number(value) >= limit:
            return f"is not below {limit}"
        case "multipleOf" if not math.isnan(number := _number(value)) and not _is_multiple(number, limit):
            return f"is no multiple of {limit}"
        case "type" if limit in ("integer", "number") and text and math.isnan(_number(value)):
            return f"is no number; {sentences.kind(limit)} is expected"
        case _:
            return None


def _is_multiple(number: float, of: float) -> bool:
    return math.isclose(number / of, round(number / of), abs_tol=1e-9)


def _number(value: Value) -> float:
    if isinstance(value, bool):
        return _NO_NUMBER
    try:
        return float(value)
    except (TypeError, ValueError):
        return _NO_NUMBER


def _as_text(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _filled(value: Value) -> bool:
    """The provider does not tell an empty or false argument from one that was left out."""
    return value not in (None, False, "", [], {}, 0)


def _twice(items: list[Value]) -> Value | None:
    seen: list[Value] = []
    for one in items:
        if not has_unknown(one) and one in seen:
            return one
        seen.append(one)
    return None


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(readable(pattern))
