"""Lay AWS's schemas over the provider's classes: the same tree in Pulumi's names, with AWS's rules at each property.

A `View` is a place in one of AWS's schemas; a class of the provider is seen from several views at once (the resource
schema, the calls). A property finds its namesake in each view; what it finds becomes one rule under `allOf`, marked
`from`. Conditions of AWS between properties are translated as a whole or left out.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from offline.provider.schema.distil import cloudformation
from offline.provider.schema.distil.documents import DOCUMENTS, grammar
from offline.provider.schema.distil.names import namesake
from offline.provider.schema.documented import DOCUMENTED
from offline.provider.schema.exceptions import EXCEPTIONS
from offline.provider.schema.texts import compiles
from offline.provider.wire import Value, is_list, is_object

_TEXT_OR_NUMBER: Final = (
    "enum", "const", "enumCaseInsensitive", "pattern", "format", "minLength", "maxLength", "minimum", "maximum",
    "exclusiveMinimum", "exclusiveMaximum", "multipleOf",
)  # fmt: skip
_OF_LISTS: Final = ("minItems", "maxItems", "uniqueItems")
_OF_OBJECTS: Final = ("minProperties", "maxProperties")
_OF_NAMES: Final = ("required", "requiredXor", "requiredOr")
_OF_NAME_LISTS: Final = ("dependentRequired", "dependentExcluded")
_COMBINING: Final = ("allOf", "anyOf", "oneOf")
_CONDITIONAL: Final = ("if", "then", "else", "not")
_LISTS_AS_TEXT: Final = ("containerDefinitions",)
"""What is a list in the call and a JSON text at the provider."""
_INSTANCE_CLASS: Final = "Instance.instanceClass"
"""Whose allowed values cfn-lint lists by region and engine in a file of its own."""
_WHOLE: Final = ("Input", "InputMessage", "Request")
"""How the service models name a call's whole input."""
_VALUE_KEYS: Final = ("Value", "value", "Values")


class Untranslatable(Exception):
    """A condition names something that has no namesake at the provider."""


@dataclass(frozen=True, kw_only=True)
class View:
    """A place in a schema. `title` is what a refusal names as its source: `AWS::ECS::Service DeploymentAlarms`."""

    root: Mapping[str, Value]
    at: Mapping[str, Value]
    title: str
    path: str
    flat: bool = False
    """The provider has a block where AWS has properties that begin with the block's name."""

    def opened(self) -> "View":
        """Behind every `$ref`."""
        view = self
        while isinstance(reference := view.at.get("$ref"), str):
            name = reference.rsplit("/", 1)[-1]
            found = view.root.get("definitions", {}).get(name, {})
            rest = {key: value for key, value in view.at.items() if key not in ("$ref", "description")}
            view = View(
                root=view.root, at={**found, **rest}, title=view.title, path="" if name.endswith(_WHOLE) else name
            )
        return view

    def inside(self, schema: Mapping[str, Value], name: str = "") -> "View":
        """A property or the items; `name` is AWS's name of the property."""
        path = ".".join(filter(None, (self.path, name)))
        return View(root=self.root, at=schema, title=self.title, path=path).opened()

    @property
    def kind(self) -> str:
        """object, array, string …; of several kinds the last in the alphabet that is no text."""
        kind = self.at.get("type", "object" if "properties" in self.at else "")
        return next((one for one in ("object", "array") if one in kind), kind[0]) if is_list(kind) else str(kind)

    @property
    def properties(self) -> Mapping[str, Value]:
        """By AWS's names."""
        return self.at.get("properties", {})


@dataclass(kw_only=True)
class Fitting:
    """One type's work: `definitions` of the provider's classes go in, fitted ones come out."""

    token: str
    classes: Mapping[str, Value]
    definitions: dict[str, Value] = field(default_factory=dict[str, Value])
    _names: dict[tuple[object, ...], str] = field(default_factory=dict[tuple[object, ...], str])
    _fields: dict[str, list[tuple[View, dict[str, str]]]] = field(default_factory=dict)

    def fit(self, node: Mapping[str, Value], views: list[View]) -> dict[str, Value]:
        """The node of a class with the rules of the views."""
        if "$ref" in node:
            return {"$ref": self._fit_class(str(node["$ref"]), [view for view in map(_single, views) if view])}
        kind = node.get("type")
        if kind == "array":
            return self._fit_list(node, views)
        if kind == "object":
            return self._fit_map(node, views)
        rules = [rule for view in views for rule in self._leaf(str(kind or ""), view)]
        return {**node, "allOf": rules} if rules else dict(node)

    def namesakes(self, class_: str, title: str) -> dict[str, str]:
        """AWS's path in the source of this title → the provider's property of the class."""
        found = [names for view, names in self._fields[class_] if view.title == title]
        return {path: name for names in found for path, name in names.items()}

    def _fit_class(self, name: str, views: list[View]) -> str:
        key = (name, *((view.title, view.path, view.flat) for view in views))
        if key in self._names:
            return self._names[key]
        taken = sum(known[0] == name for known in self._names)
        fitted_name = self._names[key] = name if not taken else f"{name}~{taken}"
        fitted: dict[str, Value] = {**self.classes[name], "properties": {}}
        self.definitions[fitted_name] = fitted
        found: list[tuple[View, dict[str, str]]] = [(view, {}) for view in views]
        self._fields[fitted_name] = found
        for property_, node in self.classes[name]["properties"].items():
            below: list[View] = []
            for view, names in found:
                path = namesake(self.token, name, property_, view.properties, flat=view.flat)
                inner = _follow(view, path) if path else None
                if path and inner is not None:
                    below.append(inner)
                    names[path] = property_
                elif "$ref" in node:
                    below.append(replace(view, flat=True))
            inner = self._without_exceptions(name, property_, self.fit(node, below))
            if document := DOCUMENTS.get(f"{name}.{property_}"):
                kept = [{key: one for key, one in rule.items() if key != "json"} for rule in inner.get("allOf", [])]
                inner["allOf"] = [*kept, {"from": f"cfn-lint {document}", "json": grammar(document)}]
            if f"{name}.{property_}" == _INSTANCE_CLASS:
                inner["allOf"][0] = {**inner["allOf"][0], "enum": cloudformation.instance_classes()}
            if rule := DOCUMENTED.get(f"{name}.{property_}"):
                inner["allOf"] = [*inner.get("allOf", []), rule]
            fitted["properties"][property_] = inner
        between = [(view, names) for view, names in found if not view.flat]
        if rules := [rule for view, names in between for rule in (_rule(view, {}), *self._between(name, view, names))]:
            fitted["allOf"] = rules
        return fitted_name

    def _fit_list(self, node: Mapping[str, Value], views: list[View]) -> dict[str, Value]:
        lists = [view for view in views if view.kind == "array"]
        items = [view.inside(view.at.get("items", {})) for view in lists]
        if "$ref" in node["items"]:  # a block that may stand once is a list to the provider
            items += [view for view in views if view.kind == "object"]
        else:
            items += [view for view in views if view.kind not in ("object", "array", "")]
            items = [
                view.inside(view.properties["Value"], "Value") if "Value" in view.properties else view for view in items
            ]
            items = [view for view in items if view.kind != "object"]
        rules = [_rule(view, {key: view.at[key] for key in _OF_LISTS if key in view.at}) for view in lists]
        fitted = {**node, "items": self.fit(node["items"], items)}
        return {**fitted, "allOf": rules} if rules else fitted

    def _fit_map(self, node: Mapping[str, Value], views: list[View]) -> dict[str, Value]:
        values: list[View] = []
        for view in views:
            if view.kind == "object":
                inner = view.at.get("additionalProperties")
                inner = next(iter(view.at.get("patternProperties", {}).values()), inner)
                values.append(view.inside(inner if is_object(inner) else {}))
            elif view.kind == "array":
                item = view.inside(view.at.get("items", {}))
                key = next((one for one in _VALUE_KEYS if one in item.properties), None)
                values.append(item.inside(item.properties[key], key) if key else item.inside({}))
        rules = [_rule(view, {key: view.at[key] for key in _OF_OBJECTS if key in view.at}) for view in views]
        fitted = {**node, "additionalProperties": self.fit(node.get("additionalProperties", {}), values)}
        return {**fitted, "allOf": rules} if rules else fitted

    def _leaf(self, kind: str, view: View) -> Iterator[dict[str, Value]]:
        if kind == "asset":
            yield _rule(view, {})
        elif view.kind in ("object", "array"):
            kinds = view.at.get("type", "")
            is_text = "string" not in kinds or view.properties or view.at.get("format") == "json"
            is_text = is_text and view.kind == "object"
            if (is_text or view.path in _LISTS_AS_TEXT) and kind in ("string", ""):
                yield _rule(view, {"json": _cleaned(view)})
        else:
            words = {key: view.at[key] for key in (*_TEXT_OR_NUMBER, *_COMBINING) if key in view.at}
            if any(not _is_plain(part) for key in _COMBINING for part in words.get(key, [])):
                words = {key: value for key, value in words.items() if key not in _COMBINING}
            if kind == "string" and view.kind in ("integer", "number"):
                words["type"] = view.kind  # the provider takes a text, AWS a number
            if kind == "string" and view.kind == "boolean":
                words["enum"] = ["true", "false"]
            yield _rule(view, words)

    # -- conditions between properties --------------------------------------------------------------------------------

    def _between(self, class_: str, view: View, names: Mapping[str, str]) -> Iterator[dict[str, Value]]:
        exempt = EXCEPTIONS.get(class_, {})
        for word in (*_OF_NAMES, *_OF_NAME_LISTS):
            if word in view.at:
                given = view.at[word]
                if word == "required":
                    wanted = sorted({names[one] for one in given if one in names} - set(exempt))
                    wanted = [one for one in wanted if one not in self.classes[class_].get("required", [])]
                    if wanted:
                        yield _rule(view, {word: wanted})
                elif word not in exempt:
                    yield from self._whole(view, {word: given}, names)
        for word in _COMBINING:
            for number, part in enumerate(_parts(view.at.get(word, [])) if word == "allOf" else [view.at.get(word)]):
                if part is not None and word not in exempt and f"{word}/{number}" not in exempt:
                    yield from self._whole(view, {word: [part] if word == "allOf" else part}, names)
        if "if" in view.at and "if" not in exempt:
            yield from self._whole(view, {key: view.at[key] for key in ("if", "then", "else") if key in view.at}, names)

    def _whole(self, view: View, part: Mapping[str, Value], names: Mapping[str, str]) -> Iterator[dict[str, Value]]:
        try:
            translated = self._translated(part, names, view)
        except Untranslatable:
            return
        if translated:
            yield _rule(view, translated)

    def _translated(self, part: Value, names: Mapping[str, str], view: View) -> dict[str, Value]:
        """A condition on an object whose properties are known by `names`."""
        if not is_object(part):
            raise Untranslatable
        out: dict[str, Value] = {}
        for word, value in part.items():
            if word in ("description", "$comment", "cfnLint", "uniqueKeys", "additionalProperties") or word == "type":
                continue
            if word in _OF_NAMES:
                out[word] = [_known(names, one) for one in value]
            elif word in _OF_NAME_LISTS:
                out[word] = {_known(names, one): [_known(names, x) for x in others] for one, others in value.items()}
            elif word in _COMBINING:
                out[word] = [self._translated(one, names, view) for one in value]
            elif word in _CONDITIONAL:
                out[word] = self._translated(value, names, view)
            elif word == "properties":
                # what has no namesake cannot be given at all
                given = {name: one for name, one in value.items() if one is not False or name in names}
                out[word] = {_known(names, name): self._inner(name, one, view) for name, one in given.items()}
            elif word in _OF_OBJECTS:
                out[word] = value
            else:
                raise Untranslatable
        return out

    def _inner(self, name: str, part: Value, view: View) -> Value:
        """A condition on the value of one property: only such as need no names."""
        if part is False:
            return False
        below = _follow(view, name)
        if (
            below is not None
            and below.kind in ("object", "array")
            and not {*part} - {"type", "minItems", "description"}
        ):
            return {}  # that it is there
        if below is None or below.kind in ("object", "array") or not is_object(part) or not _is_plain(part):
            raise Untranslatable
        return {key: value for key, value in part.items() if key not in ("description", "type")}

    def _without_exceptions(self, class_: str, property_: str, node: dict[str, Value]) -> dict[str, Value]:
        exempt = EXCEPTIONS.get(class_, {}).get(property_)
        if exempt is None or "allOf" not in node:
            return node
        rules = [{key: value for key, value in rule.items() if key not in exempt.words} for rule in node["allOf"]]
        for rule in rules:
            if "enum" in rule:
                rule["enum"] = sorted({*rule["enum"], *exempt.also})
        return {**node, "allOf": rules}


def _parts(parts: list[Value]) -> Iterator[Value]:
    """Each condition by itself, so that one that cannot be translated does not take the others with it."""
    for part in parts:
        if is_object(part) and set(part) <= {"allOf", "description"}:
            yield from _parts(part["allOf"])
        else:
            yield part


def _single(view: View) -> View | None:
    """Where the provider has one block, AWS may have a list of them."""
    if view.kind == "array" and not view.flat:
        view = view.inside(view.at.get("items", {}))
    return view if view.kind == "object" else None


def _follow(view: View, path: str) -> View | None:
    for name in path.split("."):
        if view.kind == "array":
            view = view.inside(view.at.get("items", {}))
        if name not in view.properties:
            return None
        view = view.inside(view.properties[name], name)
    return view


def _known(names: Mapping[str, str], name: str) -> str:
    if name not in names:
        raise Untranslatable
    return names[name]


def _is_plain(part: Value) -> bool:
    """Whether a condition needs neither names nor definitions."""
    if not is_object(part):
        return part in (True, False)
    return all(
        key in (*_TEXT_OR_NUMBER, "type", "description", "else", "if", "then", "not")
        or (key in _COMBINING and all(map(_is_plain, value)))
        for key, value in part.items()
    ) and all(_is_plain(part[key]) for key in _CONDITIONAL if key in part)


def _rule(view: View, words: Mapping[str, Value]) -> dict[str, Value]:
    kept = {key: value for key, value in words.items() if not (key == "pattern" and not compiles(str(value)))}
    for key in ("enum", "enumCaseInsensitive"):
        if key in kept:
            kept[key] = sorted(kept[key], key=str)
    return {"from": f"{view.title} {view.path}".strip(), **kept}


def _cleaned(view: View) -> dict[str, Value]:
    """A schema of the JSON text itself, in AWS's names: its definitions stand inside it."""
    used: dict[str, Value] = {}

    def clean(part: Value) -> Value:
        if is_list(part):
            return [clean(one) for one in part]
        if not is_object(part):
            return part
        out: dict[str, Value] = {}
        for key, value in part.items():
            if key == "$ref" and isinstance(value, str) and value.startswith("#/definitions/"):
                name = value.rsplit("/", 1)[-1]
                if name not in used:
                    used[name] = {}
                    used[name] = clean(view.root["definitions"][name])
                out["$ref"] = f"#/definitions/{name}"
            elif key in ("properties", "patternProperties", "definitions") and is_object(value):
                out[key] = {name: clean(one) for name, one in value.items()}
            elif key == "pattern" and not compiles(str(value)):
                continue
            elif key in _KEPT_OF_DOCUMENTS:
                out[key] = clean(value)
        return out

    cleaned = clean(view.at)
    return {**cleaned, "definitions": dict(sorted(used.items()))} if used else cleaned


_KEPT_OF_DOCUMENTS: Final = (
    "type", "required", "items", "additionalProperties", *_TEXT_OR_NUMBER, *_OF_LISTS, *_OF_OBJECTS, *_OF_NAMES,
    *_OF_NAME_LISTS, *_COMBINING, *_CONDITIONAL,
)  # fmt: skip
