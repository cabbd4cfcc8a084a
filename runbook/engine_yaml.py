"""YAML exactly as the Pulumi engine reads it, with the place of every value.

The engine uses Go's yaml.v3, which differs from PyYAML: `yes` and `12:30` are text, `012345678901` is a number and
`2026-01-31` a date that arrives as another text. A file has to mean the same through `mfcloud` and through `pulumi`, so
PyYAML only parses here, and the scalars are resolved by the engine's rules (tried with Pulumi 3.259).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import yaml
from pydantic import JsonValue

Path = tuple[str | int, ...]

# Aliases may multiply a short file into a giant one; a stack file has some hundred values.
MAXIMUM_VALUES = 20_000

_PLAIN = "plain"  # tag of a scalar without quotes and without a tag of its own
_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLEAN = {word: word.lower() == "true" for word in ("true", "True", "TRUE", "false", "False", "FALSE")}
_NOT_FINITE = re.compile(r"^([-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))$")
_DATE = re.compile(r"^\d{4}-\d{1,2}-\d{1,2}([Tt ]\d{1,2}:\d{1,2}:\d{1,2}(\.\d*)?\s*(Z|[-+]\d{2}:\d{2})?)?$")
_INTEGER = (  # in the engine's order of preference
    (re.compile(r"^[-+]?(0|[1-9][0-9]*)$"), 10),
    (re.compile(r"^[-+]?0[xX][0-9a-fA-F]+$"), 16),
    (re.compile(r"^[-+]?0[oO]?[0-7]+$"), 8),
    (re.compile(r"^[-+]?0[bB][01]+$"), 2),
)
_FLOAT = re.compile(r"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$")
_LARGEST_INTEGER = 2**64


class UnreadableYamlError(ValueError):
    """Not YAML; `line` and `column` count from 1 and are None where the parser does not say."""

    def __init__(self, sentence: str, line: int | None = None, column: int | None = None) -> None:
        super().__init__(sentence)
        self.line, self.column = line, column


@dataclass(frozen=True, kw_only=True)
class Spot:
    """Where a value stands and how it is written there."""

    line: int
    written: str


@dataclass(frozen=True, kw_only=True)
class Document:
    """`oddities` are pairs of path and sentence, for what is not what it seems."""

    value: JsonValue
    spots: dict[Path, Spot] = field(default_factory=dict[Path, Spot])
    oddities: list[tuple[Path, str]] = field(default_factory=list[tuple[Path, str]])


def read(text: str) -> Document:
    """Parses one document; raises UnreadableYamlError."""
    try:
        node = _compose(text)
        document = Document(value=None)
        value = None if node is None else _Reader(document).value(node, ())
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        sentence = error.problem or error.context or "is not YAML"
        raise UnreadableYamlError(sentence, mark and mark.line + 1, mark and mark.column + 1) from error
    except yaml.reader.ReaderError as error:
        before = text[: error.position]
        raise UnreadableYamlError("holds a character that YAML does not allow", before.count("\n") + 1) from error
    except RecursionError as error:
        raise UnreadableYamlError("is nested too deeply") from error
    return Document(value=value, spots=document.spots, oddities=document.oddities)


def resolve(written: str) -> JsonValue:
    """What the engine makes of a scalar without quotes: None, bool, int, float or str. Whole floats become int."""
    if written in _NULL:
        return None
    if written in _BOOLEAN:
        return _BOOLEAN[written]
    digits = written.replace("_", "")
    if not digits or digits[0] not in "+-.0123456789":
        return written
    for pattern, base in _INTEGER:
        if pattern.match(digits):
            number = int(re.sub(r"0[xXoObB]", "", digits, count=1) if base != 10 else digits, base)  # noqa: PLR2004
            return number if abs(number) < _LARGEST_INTEGER else float(number)
    if _FLOAT.match(digits) and abs(number := float(digits)) != float("inf"):
        return int(number) if number.is_integer() and abs(number) < _LARGEST_INTEGER else number
    return written


def _compose(text: str) -> yaml.Node | None:
    loader = _loader()(text)
    try:
        return loader.get_single_node()
    finally:
        loader.dispose()


def _loader() -> "type[yaml.SafeLoader]":
    """A safe loader of ours: PyYAML's own guesses about scalars are left out."""
    # the parser written in C has the same interface, and is not built everywhere
    base: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

    class Loader(base):
        yaml_implicit_resolvers = {None: [(_PLAIN, re.compile(r""))]}  # noqa: RUF012 - PyYAML's own attribute

    return Loader


class _Reader:
    """Walks the nodes once, noting places on the way."""

    def __init__(self, document: Document) -> None:
        self._document, self._count, self._open = document, 0, set[int]()

    def value(self, node: yaml.Node, path: Path) -> JsonValue:
        self._count += 1
        if self._count > MAXIMUM_VALUES:
            raise UnreadableYamlError(f"holds more than {MAXIMUM_VALUES} values")
        if id(node) in self._open:
            raise yaml.MarkedYAMLError(problem="an alias refers to itself", problem_mark=node.start_mark)
        self._open.add(id(node))
        self._document.spots.setdefault(path, Spot(line=node.start_mark.line + 1, written=_written(node)))
        try:
            if isinstance(node, yaml.MappingNode):
                return self._mapping(node, path)
            if isinstance(node, yaml.SequenceNode):
                return [self.value(item, (*path, number)) for number, item in enumerate(node.value)]
            return self._scalar(node, path) if isinstance(node, yaml.ScalarNode) else None
        finally:
            self._open.discard(id(node))

    def _scalar(self, node: yaml.ScalarNode, path: Path) -> JsonValue:
        written: str = node.value
        if node.tag == "tag:yaml.org,2002:str":
            return written
        if node.tag != _PLAIN:
            tag = node.tag.replace("tag:yaml.org,2002:", "!!")
            self._odd(path, f"has the YAML tag {tag}; leave it out, and put text in quotes")
            return written
        if _NOT_FINITE.match(written):
            self._odd(path, "must be a finite number")
        elif _DATE.match(written):
            self._odd(path, f'is a date to Pulumi\'s engine, which rewrites it; quote it, as in "{written}"')
        return resolve(written)

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, JsonValue]:
        values: dict[str, JsonValue] = {}
        first_line: dict[str, int] = {}
        for key_node, value_node in node.value:
            if _is_merge(key_node):
                continue
            if not isinstance(key_node, yaml.ScalarNode):
                self._odd(path, f"has a key that is not text (line {key_node.start_mark.line + 1})")
                continue
            key, line = str(key_node.value), key_node.start_mark.line + 1
            if key in first_line:
                self._odd((*path, key), f"stands twice, on lines {first_line[key]} and {line}; keep one")
                continue
            first_line[key] = line
            values[key] = self.value(value_node, (*path, key))
            # a mapping is found by its key; its own node starts a line later
            spot = self._document.spots[(*path, key)]
            self._document.spots[(*path, key)] = Spot(line=line, written=spot.written)
        for merged in self._merged(node, path):
            values = {**merged, **values}
        return values

    def _merged(self, node: yaml.MappingNode, path: Path) -> Iterator[dict[str, JsonValue]]:
        """Mappings that `<<` merges in; what the mapping says itself wins, then the first of several."""
        for key, value in node.value:
            if not _is_merge(key):
                continue
            for one in value.value if isinstance(value, yaml.SequenceNode) else [value]:
                if not isinstance(one, yaml.MappingNode):
                    self._odd(path, f"merges something that is not a mapping (line {one.start_mark.line + 1})")
                    continue
                yield self._mapping(one, path)

    def _odd(self, path: Path, sentence: str) -> None:
        self._document.oddities.append((path, sentence))


def _written(node: yaml.Node) -> str:
    """A scalar as it stands in the file; what holds more values is not opened."""
    if isinstance(node, yaml.ScalarNode):
        text = str(node.value)
        return f'"{text}"' if node.style in {"'", '"'} else text
    return "{…}" if isinstance(node, yaml.MappingNode) else "[…]"


def _is_merge(key: yaml.Node) -> bool:
    return isinstance(key, yaml.ScalarNode) and key.tag == _PLAIN and key.value == "<<"
