"""Between protobuf `Struct`s and plain Python: secrets keep a mark, unknowns are one object, whole numbers are `int`.

A `Struct` knows only doubles, so 80 arrives as 80.0; AWS documents and comparisons want 80.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from google.protobuf import struct_pb2

Value: TypeAlias = Any
"""JSON-like: None, bool, int, float, str, list, dict, and at any depth `Secret` or `UNKNOWN`."""

SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
SECRET: Final = "1b47061264138c4ac30d75fd1eb44270"
UNKNOWN_TEXTS: Final = frozenset(
    {
        "04da6b54-80e4-46f7-96ec-b56ff0331ba9",  # string, and what every other kind falls back to
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",  # bool
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",  # number
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",  # array
        "030794c1-ac77-496b-92df-f27374a8bd58",  # asset
        "e48ece36-62e2-4504-bad9-02848725956a",  # archive
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",  # object
    }
)


class _Unknown:
    """The one value of what only an update will tell."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = _Unknown()


@dataclass(frozen=True)
class Secret:
    """A value that state and output must show encrypted or not at all. Its text form never shows it."""

    value: Value

    def __repr__(self) -> str:
        return "Secret(…)"


def decode(struct: struct_pb2.Struct) -> dict[str, Value]:
    """The struct's fields as Python values."""
    return {key: _decode(value) for key, value in struct.fields.items()}


def _decode(value: struct_pb2.Value) -> Value:
    kind = value.WhichOneof("kind")
    if kind == "string_value":
        return UNKNOWN if value.string_value in UNKNOWN_TEXTS else value.string_value
    if kind == "number_value":
        number = value.number_value
        return int(number) if number.is_integer() else number
    if kind == "bool_value":
        return value.bool_value
    if kind == "list_value":
        return [_decode(item) for item in value.list_value.values]
    if kind == "struct_value":
        return _decode_object(value.struct_value)
    return None


def _decode_object(struct: struct_pb2.Struct) -> Value:
    fields = struct.fields
    if SIGNATURE in fields and fields[SIGNATURE].string_value == SECRET:
        return Secret(_decode(fields["value"]))
    return decode(struct)


def encode(values: Mapping[str, Value]) -> struct_pb2.Struct:
    """The inverse of `decode`."""
    struct = struct_pb2.Struct()
    _encode_into(struct, values.items())
    return struct


def _encode_into(struct: struct_pb2.Struct, items: Iterable[tuple[str, Value]]) -> None:
    for key, value in items:
        _encode(value, struct.fields[key])


def _encode(value: Value, into: struct_pb2.Value) -> None:
    match value:
        case None:
            into.null_value = struct_pb2.NULL_VALUE
        case bool():
            into.bool_value = value
        case int() | float():
            into.number_value = value
        case str():
            into.string_value = value
        case Secret():
            into.struct_value.fields[SIGNATURE].string_value = SECRET
            _encode(value.value, into.struct_value.fields["value"])
        case _Unknown():
            into.string_value = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
        case list() | tuple():
            into.list_value.SetInParent()
            for item in value:
                _encode(item, into.list_value.values.add())
        case Mapping():
            into.struct_value.SetInParent()
            _encode_into(into.struct_value, value.items())
        case _:
            raise TypeError(f"{type(value).__name__} cannot travel to the engine")


def reveal(value: Value) -> Value:
    """The value with every secret mark taken off, for comparing and computing; never for showing."""
    match value:
        case Secret():
            return reveal(value.value)
        case list():
            return [reveal(item) for item in value]
        case dict():
            return {key: reveal(item) for key, item in value.items()}
        case _:
            return value


def has_unknown(value: Value) -> bool:
    """Whether any part of the value is not known before an update."""
    match value:
        case _Unknown():
            return True
        case Secret():
            return has_unknown(value.value)
        case list():
            return any(map(has_unknown, value))
        case dict():
            return any(map(has_unknown, value.values()))
        case _:
            return False
