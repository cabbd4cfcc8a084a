"""`python alone.py ROOT CALL KIND FAULT_CALL ABOUT ROUND`: an update in a process group of its own, to be killed."""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from offline.engine import find
from offline.provider.faults import Call, Fault, Kind
from tests.faults.trial import Bench
from tests.faults.world import Wishes

if __name__ == "__main__":
    root, call, kind, fault_call, about, second = sys.argv[1:]
    os.setsid()
    bench = Bench(root=Path(root), engine=find(), wishes=Wishes(second_round=second == "2"))
    fault = Fault(kind=Kind(kind), call=Call(fault_call), about=about, group=os.getpid())
    from contextlib import suppress

    from pulumi import automation

    from offline.provider.faults import arm

    with arm(bench.home, fault), suppress(automation.CommandError):
        stack = bench.stack()
        stack.destroy() if call == "delete" else stack.up()
