"""One type's file: the provider's classes with AWS's rules, what is read-only, and where AWS has no such type."""

from collections.abc import Mapping
from importlib.metadata import version
from typing import Final

from offline.provider.schema.distil import classes, cloudformation, service_models
from offline.provider.schema.distil.fitting import Fitting, View
from offline.provider.schema.sources import SOURCES, Sources
from offline.provider.wire import Value, is_list, is_object

_LEAST_USES: Final = 2


def distilled(token: str) -> dict[str, Value]:
    """The content of the type's file."""
    given = classes.input_schema(classes.args_class(token))
    sources = SOURCES.get(token.removeprefix("aws:"), Sources())
    fitting = Fitting(token=token, classes=given["definitions"])
    root = fitting.fit({"$ref": given["$ref"]}, list(_views(sources)))
    inputs = given["definitions"][given["$ref"]]["properties"]
    content: dict[str, Value] = {
        "type": token,
        "root": root["$ref"],
        "definitions": _slim(_merged(fitting.definitions, str(root["$ref"]))),
        "outputs": sorted(classes.output_names(token) - set(inputs)),
    }
    if sources.resource:
        content["resource"] = sources.resource
        content["createOnly"] = sorted(_create_only(fitting, str(root["$ref"]), sources))
        if without := cloudformation.regions_without(sources.resource):
            content["notIn"] = without
    return content


def _create_only(fitting: Fitting, root: str, sources: Sources) -> set[str]:
    """Inputs whose namesakes CloudFormation can only set at creation. `region` never changes."""
    schema = cloudformation.resource_schema(sources.resource)
    paths = {one.removeprefix("/properties/").replace("/", ".") for one in schema.get("createOnlyProperties", [])}
    paths |= {path.removeprefix(f"{within}.") for path in paths for within in sources.within}
    return {name for path, name in fitting.namesakes(root, sources.resource).items() if path in paths}


def edition() -> dict[str, Value]:
    """Which editions of the sources the files were made of."""
    packages = {name: version(name) for name in ("pulumi-aws", "pulumi-random", "cfn-lint", "botocore")}
    return {"schemas": cloudformation.schema_date(), **packages}


def _views(sources: Sources) -> list[View]:
    views: list[View] = []
    if sources.resource:
        schema = cloudformation.resource_schema(sources.resource)
        whole = View(root=schema, at=schema, title=sources.resource, path="")
        inner = [whole.inside(schema["properties"][name], name) for name in sources.within]
        if inner:  # the resource's own demands are another type's of the provider
            whole = View(root=schema, at={"properties": schema["properties"]}, title=sources.resource, path="")
        views += [*inner, whole]
    for call in sources.calls:
        schema = service_models.input_schema(call)
        views.append(View(root=schema, at=schema, title=str(schema["title"]), path="").opened())
    return views


def _merged(definitions: Mapping[str, Value], root: str) -> dict[str, Value]:
    """The firewall's classes are hundreds with the same content: one of each is kept."""
    current = dict(definitions)
    while True:
        kept: dict[str, str] = {}
        other = {name: kept.setdefault(_text(value), name) for name, value in sorted(current.items(), key=_shortest)}
        if len(kept) == len(current):
            return current
        current = {name: _renamed(value, other) for name, value in current.items() if other[name] == name}
        if root not in current:
            raise AssertionError(f"{root} was merged away")


def _shortest(item: tuple[str, Value]) -> tuple[int, str]:
    return len(item[0]), item[0]


def _text(value: Value) -> str:
    import json

    return json.dumps(value, sort_keys=True)


def _renamed(value: Value, other: Mapping[str, str]) -> Value:
    if is_list(value):
        return [_renamed(one, other) for one in value]
    if not is_object(value):
        return value
    return {
        key: other.get(one, one) if key == "$ref" and isinstance(one, str) else _renamed(one, other)
        for key, one in value.items()
    }


def _slim(definitions: Mapping[str, Value]) -> dict[str, Value]:
    """Without what a second source only repeats, and without empty marks beside a rule that says something."""
    return {name: _slimmed(value) for name, value in sorted(definitions.items())}


def _slimmed(value: Value) -> Value:
    if is_list(value):
        return [_slimmed(one) for one in value]
    if not is_object(value):
        return value
    out = {key: _slimmed(one) for key, one in value.items()}
    rules = out.get("allOf")
    if is_list(rules) and all(is_object(one) and "from" in one for one in rules):
        said: dict[str, Value] = {}
        kept: list[Value] = []
        for rule in rules:
            new = {key: one for key, one in rule.items() if key == "from" or said.get(key) != one}
            said.update({key: one for key, one in new.items() if key != "from" and key not in said})
            if len(new) > 1 or not kept:
                kept.append(new)
        if len(kept) >= _LEAST_USES:
            kept = [one for one in kept if len(one) > 1] or kept[:1]
        out["allOf"] = kept
    return out
