"""Between protobuf `Struct`s and plain Python: secrets keep a mark, unknowns are one object, whole numbers are `int`.

A `Struct` knows only doubles, so 80 arrives as 80.0; AWS documents and comparisons want 80.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias, TypeGuard

from google.protobuf import struct_pb2

Value: TypeAlias = Any
"""JSON-like: None, bool, int, float, str, list, dict, and at any depth `Secret` or `UNKNOWN`."""

SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
SECRET: Final = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 (the protocol's mark, no secret)
UNKNOWN_STRING: Final = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
UNKNOWN_TEXTS: Final = frozenset(
    {
        UNKNOWN_STRING,  # string, and what every other kind falls back to
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
    """A value that state and output must show encrypted or not at all."""

    value: Value

    def __repr__(self) -> str:
        """Without the value."""
        return "Secret(…)"


def decode(struct: struct_pb2.Struct) -> dict[str, Value]:
    """The struct's fields as Python values, sorted by name: protobuf keeps no order."""
    return {key: _decode(struct.fields[key]) for key in sorted(struct.fields)}


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
    if value is None:
        into.null_value = struct_pb2.NULL_VALUE
    elif value is UNKNOWN:
        into.string_value = UNKNOWN_STRING
    elif isinstance(value, bool):
        into.bool_value = value
    elif isinstance(value, int | float):
        into.number_value = value
    elif isinstance(value, str):
        into.string_value = value
    elif isinstance(value, Secret):
        into.struct_value.fields[SIGNATURE].string_value = SECRET
        _encode(value.value, into.struct_value.fields["value"])
    elif is_list(value):
        into.list_value.SetInParent()
        for item in value:
            _encode(item, into.list_value.values.add())
    elif is_object(value):
        into.struct_value.SetInParent()
        _encode_into(into.struct_value, value.items())
    else:
        raise TypeError(f"{type(value).__name__} cannot travel to the engine")


def is_object(value: Value) -> TypeGuard[dict[str, Value]]:
    """Whether the value has properties."""
    return isinstance(value, dict)


def is_list(value: Value) -> TypeGuard[list[Value]]:
    """Whether the value has items."""
    return isinstance(value, list)


def reveal(value: Value) -> Value:
    """The value with every secret mark taken off, for comparing and computing; never for showing."""
    if isinstance(value, Secret):
        return reveal(value.value)
    if is_list(value):
        return [reveal(item) for item in value]
    if is_object(value):
        return {key: reveal(item) for key, item in value.items()}
    return value


def has_unknown(value: Value) -> bool:
    """Whether any part of the value is not known before an update."""
    if isinstance(value, Secret):
        return has_unknown(value.value)
    if is_list(value):
        return any(map(has_unknown, value))
    if is_object(value):
        return any(map(has_unknown, value.values()))
    return value is UNKNOWN
