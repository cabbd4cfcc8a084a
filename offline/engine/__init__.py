"""The Pulumi engine: found, fetched or built.

`find(report)` gives an `Engine` or raises `EngineUnavailable`. The ways, in this order: `pulumi` on PATH if it is
recent enough, the cache, Pulumi's own installer, a Go build of the released module. The two last put it into the
cache, so they happen once per machine.
"""

from offline.engine.locate import MINIMUM_VERSION, Engine, EngineUnavailable, find

__all__ = ["MINIMUM_VERSION", "Engine", "EngineUnavailable", "find"]
