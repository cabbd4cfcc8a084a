"""What the program itself costs: registering both environments against importing what they use, and ten times as much.

Each figure is taken in a fresh Python, in processor seconds of that process; nothing but the program runs (no engine).
"""

import subprocess
import sys

from measuring import ROOT, show

BUILD_LIMIT = 2
GROWTH_LIMIT = 1.05  # not above one; a twentieth is what two runs of the same differ by
ROUNDS = 5

BOTH = """
import gc, time
gc.disable()  # as the command line does
began = time.process_time()
import infra.environment
imported = time.process_time()
import yaml
from tests.harness import registered
ready = time.process_time()
for stack in ("staging", "production"):
    with open(f"Pulumi.{stack}.yaml", encoding="utf-8") as file:
        config = yaml.safe_load(file)["config"]
    registered(infra.environment.program, stack=stack, config=config, preview=True)
print(imported - began, time.process_time() - ready)
"""
MANY = """
import gc, sys, time
gc.disable()
import pulumi
from tests.components.traffic_programs import network
from tests.harness import registered
def run(times):
    async def program():
        made = [network(f"network-{number}") for number in range(times)]
        # as the real program waits for its manifest, which depends on everything
        await pulumi.Output.all(*(route.urn for one in made for route in one.private_routes)).future()
    began = time.process_time()
    made = registered(lambda: pulumi.run(program), preview=True, strict=False)
    return (time.process_time() - began) / len(made.resources)
run(1)
print(min(run(6) for _ in range(3)), min(run(60) for _ in range(2)))
"""


def main() -> int:
    """Print the ratios; 1 when one misses its limit."""
    importing, building = _best(BOTH, ROUNDS)
    once, tenfold = _best(MANY, 2)
    print(f"      imports {importing:.2f} s, both environments {building:.2f} s")
    print(f"      a resource among 250 {1000 * once:.2f} ms, among 2,500 {1000 * tenfold:.2f} ms")
    kept = [
        show("registering both environments against importing what they use", building / importing, BUILD_LIMIT),
        show("a resource at ten times as many against one of them", tenfold / once, GROWTH_LIMIT),
    ]
    return 0 if all(kept) else 1


def _best(program: str, rounds: int) -> tuple[float, float]:
    """The least of each figure."""
    found: list[list[float]] = []
    for _ in range(rounds):
        done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
        found.append([float(word) for word in done.stdout.split()])
    first, second = (min(column) for column in zip(*found, strict=True))
    return first, second


if __name__ == "__main__":
    sys.exit(main())
