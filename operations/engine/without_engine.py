"""The offline plan of an empty account, for a machine that can have no Pulumi engine.

The program runs in this process under Pulumi's own mock monitor; each registration is answered by the same stand-in AWS
that the engine would have asked. Everything reads as created, because there is no state to compare with.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from operations.engine.plan import (
    SECRET_SIGNATURE,
    STACK_TYPE,
    Action,
    Plan,
    Step,
    in_reading_order,
    name_of,
    short_type,
    top_component,
)
from operations.project import PROJECT_NAME

if TYPE_CHECKING:
    from pulumi.runtime.mocks import MockCallArgs, MockResourceArgs

    from runbook.settings import Environment

NOTICE = (
    "note: without a Pulumi engine this is what the program registers, not what an engine would do:\n"
    "      everything reads as created, and nothing was compared with what stands already"
)


def plan_without_engine(environment: "Environment") -> Plan:
    """Run the program of this environment and list what it registers."""
    import pulumi
    from pulumi.runtime.mocks import MockMonitor, Mocks, set_mocks
    from pulumi.runtime.stack import run_pulumi_func

    from infra.environment import compose
    from offline.provider.cloud import Settings, known_type, outputs_of
    from offline.provider.facts import Facts
    from offline.provider.lookups import answer
    from offline.provider.naming import named

    steps: list[Step] = []
    components: dict[str, str] = {}
    parents: dict[str, str] = {}
    outputs: dict[str, Any] = {}
    settings = Settings(region=environment.location.region)

    class StandIn(Mocks):
        def call(self, args: "MockCallArgs") -> Any:
            return _revealed(answer(args.token, cast("dict[str, Any]", args.args), settings.region))

        def new_resource(self, args: "MockResourceArgs") -> tuple[str | None, dict[str, Any]]:
            if not args.custom or args.typ.startswith("pulumi:"):
                return "", cast("dict[str, Any]", args.inputs)
            kind, urn = known_type(args.typ), f"{args.typ}::{args.name}"
            inputs = cast("dict[str, Any]", _revealed(args.inputs))
            facts = Facts(urn=urn, name=args.name, inputs=inputs, region=settings.region)
            made = outputs_of(kind, urn, named(kind, args.name, news=inputs, olds={}, facts=facts), settings)
            return made.id, cast("dict[str, Any]", _revealed(made.outputs))

    class Recorder(MockMonitor):
        def RegisterResource(self, request: Any) -> Any:  # noqa: N802  # the name of the call in Pulumi's protocol
            answered = super().RegisterResource(request)
            parents[answered.urn] = request.parent
            if request.type == STACK_TYPE:
                return answered
            if not request.custom:
                components[request.name] = short_type(request.type)
                return answered
            step = Step(
                urn=answered.urn,
                type=short_type(request.type),
                name=name_of(answered.urn),
                component=top_component(answered.urn, parents),
                action=Action.CREATE,
                protected=request.protect,
            )
            steps.append(step)
            return answered

    async def registered() -> None:
        for name, value in (compose(environment) or {}).items():
            output = pulumi.Output.from_input(value)
            outputs[name] = "[secret]" if await output.is_secret() else await output.future()

    import asyncio

    asyncio.set_event_loop(asyncio.new_event_loop())
    mocks = StandIn()
    set_mocks(mocks, project=PROJECT_NAME, stack=environment.name, preview=True, monitor=Recorder(mocks))
    asyncio.get_event_loop().run_until_complete(run_pulumi_func(registered))
    return Plan(steps=in_reading_order(steps), components=components, outputs=outputs)


def _revealed(value: Any) -> Any:
    """The value without the marks of secrets, for the stand-in computes with it; a plan shows no property values."""
    from offline.provider.wire import Secret

    if isinstance(value, Secret):
        return _revealed(value.value)
    if isinstance(value, Mapping):
        entries = cast("Mapping[str, Any]", value)
        if SECRET_SIGNATURE in entries and "value" in entries:
            return _revealed(entries["value"])
        return {key: _revealed(entry) for key, entry in entries.items()}
    if isinstance(value, list | tuple):
        return [_revealed(entry) for entry in cast("list[Any]", value)]
    return value
