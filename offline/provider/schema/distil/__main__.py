"""`python -m offline.provider.schema.distil`: write `data/` anew from the packages that are installed."""

import json
import sys
from typing import Final

from offline.provider.catalog import catalog
from offline.provider.schema.distil.distilled import distilled, edition
from offline.provider.schema.published import DATA, EDITION, file_name
from offline.provider.wire import Value, is_object

_DEPTH: Final = 3
"""Type, definitions, one class, its properties: below that stands one property in one line."""
_WIDTH: Final = 100


def as_text(content: Value) -> str:
    """The form in which a file is kept: a line per property, so that a change of one rule is a change of one line."""
    lines: list[str] = []
    _write(content, 0, lines)
    return "\n".join(lines) + "\n"


def _write(value: Value, depth: int, lines: list[str], before: str = "", after: str = "") -> None:
    flat = json.dumps(value, sort_keys=False, ensure_ascii=False)
    if not is_object(value) or depth > _DEPTH or len(flat) < _WIDTH:
        lines.append(" " * depth + before + flat + after)
        return
    lines.append(" " * depth + before + "{")
    items = list(value.items())
    for at, (key, one) in enumerate(items):
        _write(one, depth + 1, lines, f"{json.dumps(key)}: ", "," if at < len(items) - 1 else "")
    lines.append(" " * depth + "}" + after)


def all_texts() -> dict[str, str]:
    """File name → content, for every type of the catalogue."""
    texts = {file_name(token): as_text(distilled(token)) for token in sorted(catalog())}
    return {**texts, EDITION: as_text(edition())}


def main() -> None:
    """Write each type's file; tell the sum."""
    DATA.mkdir(exist_ok=True)
    texts = all_texts()
    for old in DATA.glob("*.json"):
        if old.name not in texts:
            old.unlink()
    for name, text in texts.items():
        (DATA / name).write_text(text, encoding="utf-8")
    sys.stdout.write(f"{len(texts)} types, {sum(map(len, texts.values())) // 1024} KiB in {DATA}\n")


if __name__ == "__main__":
    main()
