"""The life of a resource in the offline cloud: create, read, update, delete. No protocol in here."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from offline import deployments
from offline.provider import in_use, naming
from offline.provider.catalog import ResourceType, resource_type, unknown_type
from offline.provider.comparing import compare
from offline.provider.facts import HOME_REGION, Facts
from offline.provider.naming import DEFAULTS, Refusal, Wish
from offline.provider.rules import Proposal, refusals
from offline.provider.rules_across import judging
from offline.provider.store import Row, Store, unsealed
from offline.provider.wire import Secret, Value, has_unknown, is_object, reveal

_NOT_THERE: Final = "was not found in the offline cloud: somebody deleted it; `refresh` takes it out of the state"
_IN_REGION: Final = re.compile(r"(?P<id>.+)@(?P<region>[a-z]{2}(-[a-z]+)+-\d)")


class UnknownType(LookupError):
    """No row in the catalogue. The message names the type and the place for the row."""


class NotFound(LookupError):
    """The resource to change is not in the cloud."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What an explicit or default provider was configured with."""

    region: str = HOME_REGION
    default_tags: Mapping[str, Value] = field(default_factory=dict[str, Value])


@dataclass(frozen=True, kw_only=True)
class Made:
    """An id, and the outputs with secrets marked."""

    id: str
    outputs: dict[str, Value]


def known_type(token: str) -> ResourceType:
    """Raises `UnknownType`."""
    found = resource_type(token)
    if found is None:
        raise UnknownType(unknown_type(token))
    return found


def logical_name(urn: str) -> str:
    """`urn:pulumi:stack::project::type::name` → name."""
    return urn.rsplit("::", 1)[-1]


def outputs_of(
    type_: ResourceType,
    urn: str,
    inputs: Mapping[str, Value],
    settings: Settings = Settings(),
    generation: int = 0,
) -> Made:
    """Everything the made resource shows: its inputs, what AWS computes, and all of its tags."""
    plain = reveal(dict(inputs))
    facts = _facts(type_, urn, plain, settings, generation)
    id_, computed = type_.identify(facts)
    shown = {key: value for key, value in inputs.items() if key != DEFAULTS}
    outputs = {**computed, **shown}
    outputs.update({key: value for key, value in computed.items() if key in ("arn", "region")})
    if type_.tagged and type_.token.startswith("aws:"):
        outputs["tagsAll"] = {**settings.default_tags, **plain.get("tags", {})}
    for key in type_.secrets & outputs.keys():
        outputs[key] = outputs[key] if isinstance(outputs[key], Secret) else Secret(outputs[key])
    return Made(id=id_, outputs=outputs)


def _facts(type_: ResourceType, urn: str, plain: Mapping[str, Value], settings: Settings, generation: int) -> Facts:
    return Facts(
        urn=urn,
        name=type_.physical_name(logical_name(urn), plain),
        inputs=plain,
        region=_region(plain, settings),
        generation=generation,
    )


def _region(inputs: Mapping[str, Value], settings: Settings) -> str:
    return str(inputs.get("region") or settings.region)


@dataclass(frozen=True, kw_only=True)
class Cloud:
    """One provider instance's view of the store: the region and default tags it was configured with."""

    store: Store
    settings: Settings = field(default_factory=Settings)

    def check(
        self,
        token: str,
        urn: str,
        news: Mapping[str, Value],
        olds: Mapping[str, Value],
        wish: Wish | None = None,
    ) -> tuple[dict[str, Value], list[Refusal]]:
        """The inputs with a physical name, and every objection to them."""
        type_ = resource_type(token)
        if type_ is None:
            return dict(news), [Refusal(property="", reason=unknown_type(token))]
        plain = reveal(dict(news))
        made_before = self.store.creations(urn) if type_.name is not None else 0
        facts = _facts(type_, urn, plain, self.settings, made_before)
        inputs = naming.named(type_, logical_name(urn), news=news, olds=olds, facts=facts, wish=wish)
        proposal = Proposal(type=type_, urn=urn, region=facts.region, inputs=inputs, cloud=self.store)
        return inputs, refusals(proposal)

    def rehearse(self, token: str, urn: str, inputs: Mapping[str, Value], id_: str | None = None) -> None:
        """Before a preview tells that a create, or an update of `id_`, would do. Raises `UnknownType`, `Refused`."""
        judging.judge_preview(self._subject(known_type(token), urn, inputs, id_), inputs, self.store)

    def _subject(
        self, type_: ResourceType, urn: str, inputs: Mapping[str, Value], id_: str | None = None
    ) -> judging.Subject:
        return judging.Subject(type=type_, urn=urn, region=self._where(type_, inputs), id=id_)

    def create(self, token: str, urn: str, inputs: Mapping[str, Value]) -> Made:
        """Raises `AlreadyExists`, `UnknownType`, `Refused`."""
        type_ = known_type(token)
        judging.judge(self._subject(type_, urn, inputs), inputs, self.store)
        generation = self.store.creations(urn)
        made = outputs_of(type_, urn, inputs, self.settings, generation)
        if _only_in_state(type_):
            self.store.count_creation(urn)
            return made
        row = Row(
            type=token,
            region=self._where(type_, inputs),
            key=_key(type_, made.id, made.outputs),
            id=made.id,
            urn=urn,
            generation=generation,
            inputs=dict(inputs),
            outputs=made.outputs,
        )
        self.store.create(row)
        if type_.token.endswith(deployments.SERVICE):
            deployments.made(self.store, row)
        return made

    def read(
        self, token: str, id_: str, inputs: Mapping[str, Value], properties: Mapping[str, Value]
    ) -> tuple[dict[str, Value], dict[str, Value]] | None:
        """The cloud's inputs and outputs, or None. Inputs hold what the program gave; after an import, everything."""
        if _only_in_state(known_type(token)):
            return dict(inputs), dict(properties)
        row = self.locate(token, id_, properties or inputs)
        if row is None:
            return None
        outputs = {key: unsealed(value, properties.get(key)) for key, value in row.outputs.items()}
        read = {key: unsealed(value, inputs.get(key)) for key, value in row.inputs.items()}
        if inputs:
            # what the program never gave is not its input, whatever an earlier run had given
            read = {key: value for key, value in read.items() if key in inputs or key == DEFAULTS}
        else:
            read.pop(DEFAULTS, None)  # AWS does not know who made a name up
        return read, outputs

    def locate(self, token: str, id_: str, properties: Mapping[str, Value]) -> Row | None:
        """The row behind an id; `<id>@<region>`, as the provider's imports take it, names another region."""
        type_ = known_type(token)
        region = self._where(type_, properties)
        if not properties and (named := _IN_REGION.fullmatch(id_)):
            id_, region = named["id"], self._where(type_, {"region": named["region"]})
        return self.store.read(token, region, _key(type_, id_, properties))

    def update(
        self,
        token: str,
        urn: str,
        id_: str,
        *,
        olds: Mapping[str, Value],
        old_inputs: Mapping[str, Value],
        news: Mapping[str, Value],
    ) -> dict[str, Value]:
        """Send what changed, as AWS's update calls do: what AWS moved meanwhile stays moved.

        Raises `NotFound`, `Refused`.
        """
        type_ = known_type(token)
        judging.judge(self._subject(type_, urn, news, id_), news, self.store)
        if _only_in_state(type_):
            return {**olds, **news}
        region, key = self._where(type_, olds), _key(type_, id_, olds)
        with self.store.transaction():
            row = self.store.read(token, region, key)
            if row is None:
                raise NotFound(f"{type_.tail} {id_} {_NOT_THERE}")
            changed = compare(type_, old_inputs, news).changed
            before = outputs_of(type_, urn, old_inputs, self.settings, row.generation).outputs
            after = outputs_of(type_, urn, news, self.settings, row.generation).outputs
            outputs = {name: unsealed(value, olds.get(name)) for name, value in row.outputs.items()}
            for name in {*before, *after}:
                if name in changed or name == "tagsAll" or (name not in news and before.get(name) != after.get(name)):
                    outputs[name] = after.get(name)
            outputs = {name: value for name, value in outputs.items() if name in after or name not in changed}
            inputs = {
                name: news[name] if name in changed or name not in row.inputs else row.inputs[name] for name in news
            }
            after = replace(row, urn=urn, inputs=inputs, outputs=outputs)
            self.store.replace(after)
        if type_.token.endswith(deployments.SERVICE):
            deployments.updated(self.store, row, after)
        return outputs

    def delete(self, token: str, id_: str, properties: Mapping[str, Value]) -> None:
        """Gone already counts as done. What was made with `skipDestroy` stays, and Pulumi alone forgets it.

        Raises `InUse`.
        """
        type_ = known_type(token)
        if _only_in_state(type_) or properties.get("skipDestroy") is True:
            return
        with self.store.transaction():
            row = self.locate(token, id_, properties)
            if row is not None:
                in_use.refuse_deletion(self.store, row)
                in_use.forget_contents(self.store, row)
                self.store.delete(row.type, row.region, row.key)

    def all_tags(self, type_: ResourceType, inputs: Mapping[str, Value]) -> Value:
        """The tags with the provider's default tags under them."""
        tags = inputs.get("tags")
        return {**self.settings.default_tags, **(tags if is_object(tags) else {})} if type_.tagged else None

    def _where(self, type_: ResourceType, properties: Mapping[str, Value]) -> str:
        return "global" if type_.is_global else _region(reveal(dict(properties)), self.settings)


def _only_in_state(type_: ResourceType) -> bool:
    return type_.token.startswith("random:")


def _key(type_: ResourceType, id_: str, properties: Mapping[str, Value]) -> str:
    return str(properties.get("arn") or id_) if type_.shares_id else id_


def settings_from(config: Mapping[str, Value]) -> Settings:
    """Read the provider's configuration, whose nested values come as JSON texts."""
    tags: Value = config.get("defaultTags") or {}
    if isinstance(tags, str):
        tags = json.loads(tags)
    region = config.get("region")
    return Settings(
        region=region if isinstance(region, str) and region else HOME_REGION,
        default_tags={} if has_unknown(tags) else dict(reveal(tags).get("tags") or {}),
    )
