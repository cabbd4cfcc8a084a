"""What it costs that the offline AWS refuses what AWS refuses: an `up` of production with all rules and without any.

The product has no switch that turns its rules off, so that nobody can leave one off by accident: the yardstick is a
copy of the project whose rules are taken out of its source. Each run starts with an empty cloud.
"""

import shutil
import sys
import tempfile
from pathlib import Path

from measuring import ROOT, Command, measure, show

LIMIT = 1.5
ROUNDS = 3
LEFT_OUT = shutil.ignore_patterns(".git", ".venv", ".offline", ".github", "tests", "docs", "benchmarks", ".*_cache")
WITHOUT = {
    # file → what ends it: the last word counts
    "offline/provider/rules.py": "RULES = ()\n",
    "offline/provider/rules_across/judging.py": "judge = judge_preview = lambda *_: None\n",
}
UP = "rm -rf .offline && exec ./mfcloud up production --offline --yes"


def main() -> int:
    """Print the ratio; 1 when it misses its limit."""
    with tempfile.TemporaryDirectory() as folder:
        judged, free = (_copy_of_the_project(Path(folder) / name) for name in ("with", "without"))
        for file, last_word in WITHOUT.items():
            with (free / file).open("a") as source:
                source.write(f"\n{last_word}")
        with_rules, without = measure(*(Command(words=["sh", "-c", UP], at=at) for at in (judged, free)), rounds=ROUNDS)
    print(f"      with all rules {with_rules.seconds:.2f} s, without {without.seconds:.2f} s")
    kept = show("up of production with all rules, against one without", with_rules.seconds / without.seconds, LIMIT)
    return 0 if kept else 1


def _copy_of_the_project(project: Path) -> Path:
    """With compiled modules, and with the environment that is installed here."""
    shutil.copytree(ROOT, project, ignore=LEFT_OUT)
    (project / ".venv").symlink_to(ROOT / ".venv")
    return project


if __name__ == "__main__":
    sys.exit(main())
