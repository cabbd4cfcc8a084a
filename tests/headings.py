"""Anchors of a Markdown page, as GitHub makes them from its headings."""

import re
from functools import cache
from pathlib import Path


@cache
def anchors(page: Path) -> frozenset[str]:
    """`## What it costs` → `what-it-costs`."""
    text = re.sub(r"^( *)```.*?^\1```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    headings = re.findall(r"^#{1,6} (.+)$", text, flags=re.MULTILINE)
    return frozenset(re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings)
