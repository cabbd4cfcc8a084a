"""What a function's own imports add to a cold start, as a share of what boto3 costs: at most 0.35.

Each measurement is a fresh Python; functions and boto3 take turns, so that a busy machine slows both. Prints one line
per function and ends with 1 when one is above the limit. Run: python benchmarks/cold_start.py
"""

import statistics
import subprocess
import sys
from pathlib import Path

LIMIT_RATIO = 0.35
ROUNDS = 9
ROOT = Path(__file__).resolve().parent.parent

_MEASURE = """
import time
began = time.perf_counter()
import boto3
between = time.perf_counter()
import {module}
print(between - began, time.perf_counter() - between)
"""


def measure(module: str, rounds: int = ROUNDS) -> tuple[float, float]:
    """Median seconds to import boto3, and then `module`, in a fresh interpreter."""
    pairs: list[tuple[float, float]] = []
    for _ in range(rounds + 1):
        done = subprocess.run(
            [sys.executable, "-c", _MEASURE.format(module=module)], cwd=ROOT, capture_output=True, text=True, check=True
        )
        boto3_seconds, own_seconds = map(float, done.stdout.split())
        pairs.append((boto3_seconds, own_seconds))
    warm = pairs[1:]  # the first one writes byte code, and fills the disk's cache
    return statistics.median(pair[0] for pair in warm), statistics.median(pair[1] for pair in warm)


def main() -> int:
    """Measure every function there is."""
    worst = 0.0
    for handler in sorted((ROOT / "functions").glob("*/handler.py")):
        boto3_seconds, own_seconds = measure(f"functions.{handler.parent.name}.handler")
        ratio = own_seconds / boto3_seconds
        worst = max(worst, ratio)
        print(
            f"{handler.parent.name}: {own_seconds * 1000:.1f} ms beyond boto3's {boto3_seconds * 1000:.0f} ms,"
            f" ratio {ratio:.3f} (limit {LIMIT_RATIO})"
        )
    return int(worst > LIMIT_RATIO)


if __name__ == "__main__":
    sys.exit(main())
