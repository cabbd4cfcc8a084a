"""`python alone.py ROOT CALL KIND FAULT_CALL ABOUT ROUND`: an update in a process group of its own, to be killed."""

import os
import sys
from contextlib import suppress
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from pulumi import automation

from offline.engine import find
from offline.provider.faults import Call, Fault, Kind, arm
from tests.faults.trial import HAPPENED, Bench
from tests.faults.world import Wishes


def run(bench: Bench, call: str, fault: Fault) -> int:
    with arm(bench.home, fault) as happened:
        stack = bench.stack()
        with suppress(automation.CommandError):
            stack.destroy() if call == Call.DELETE else stack.up()
        return HAPPENED if happened() else 0


if __name__ == "__main__":
    root, call, kind, fault_call, about, second = sys.argv[1:]
    os.setsid()
    fault = Fault(kind=Kind(kind), call=Call(fault_call), about=about, group=os.getpid())
    code = run(Bench(root=Path(root), engine=find(), wishes=Wishes(second_round=second == "2")), call, fault)
    os._exit(code)  # threads of a program whose engine is gone would never end
