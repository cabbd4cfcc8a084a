"""The random provider: made once, kept in Pulumi's state, and nowhere in a cloud."""

import base64
import secrets
import string
from collections.abc import Mapping
from typing import Final

from offline.provider.catalog import ResourceType, Rule, Text, row
from offline.provider.facts import Facts
from offline.provider.wire import Value

_SPECIAL: Final = "!@#$%&*()-_=+[]{}<>:?"
_KINDS: Final = (("lower", string.ascii_lowercase), ("upper", string.ascii_uppercase), ("numeric", string.digits))


def _alphabets(inputs: Facts) -> dict[str, str]:
    given = inputs.inputs
    alphabets = {kind: letters for kind, letters in _KINDS if given.get(kind, True)}
    if given.get("special", True):
        alphabets["special"] = str(given.get("overrideSpecial") or _SPECIAL)
    return alphabets


def _password(facts: Facts) -> str:
    """Really random, unlike everything else here: whoever knows the URN must not know the password."""
    draw, alphabets = secrets.SystemRandom(), _alphabets(facts)
    letters = [
        draw.choice(alphabet)
        for kind, alphabet in alphabets.items()
        for _ in range(int(facts.inputs.get(f"min{kind.title()}", 0)))
    ]
    everything = "".join(alphabets.values())
    letters += [draw.choice(everything) for _ in range(int(facts.inputs.get("length", 0)) - len(letters))]
    draw.shuffle(letters)
    return "".join(letters)


def _string(facts: Facts) -> str:
    everything = "".join(_alphabets(facts).values())
    digest = bytes.fromhex(facts.hex(128, "string")) * (1 + int(facts.inputs.get("length", 0)) // 64)
    return "".join(everything[byte % len(everything)] for byte in digest[: int(facts.inputs.get("length", 0))])


def _bytes(facts: Facts) -> bytes:
    return bytes.fromhex(facts.hex(2 * int(facts.inputs.get("byteLength", 8)), "bytes"))


def _prefixed(facts: Facts, text: str) -> str:
    return str(facts.inputs.get("prefix", "")) + text


def _integer(facts: Facts) -> int:
    low, high = int(facts.inputs.get("min", 0)), int(facts.inputs.get("max", 0))
    return low + int(facts.hex(16), 16) % (high - low + 1)


def _pet(facts: Facts) -> str:
    words = ["brave", "calm", "eager", "fond", "glad", "keen", "lucky", "merry", "otter", "heron", "lynx", "finch"]
    length = int(facts.inputs.get("length", 2))
    chosen = [words[int(facts.hex(8, str(at)), 16) % len(words)] for at in range(length)]
    return str(facts.inputs.get("separator", "-")).join([*filter(None, [facts.inputs.get("prefix")]), *chosen])


def _shuffled(facts: Facts) -> Value:
    items = list(facts.inputs.get("inputs", []))
    items.sort(key=lambda item: facts.hex(32, str(item)))
    return items[: int(facts.inputs.get("resultCount") or len(items))]


_MAKING: Final = (
    *("keepers", "length", "lower", "upper", "numeric", "number", "special", "overrideSpecial"),
    *("minLower", "minUpper", "minNumeric", "minSpecial", "byteLength", "prefix", "min", "max", "seed", "separator"),
    *("inputs", "resultCount"),
)


def _base64(facts: Facts) -> str:
    return base64.b64encode(_bytes(facts)).decode()


def _random(
    tail: str, *, computed: Mapping[str, Rule], identity: Text = "{hex16}", secrets: tuple[str, ...] = ()
) -> ResourceType:
    return row(
        f"random:index/random{tail}:Random{tail}",
        id=identity,
        computed=computed,
        replaces=_MAKING,
        secrets=secrets,
        is_global=True,
        tagged=False,
    )


TYPES: Final[tuple[ResourceType, ...]] = (
    _random(
        "Password",
        identity="none",
        computed={"result": _password, "bcryptHash": "$2a$10${hex53}"},
        secrets=("result", "bcryptHash"),
    ),
    _random("String", computed={"result": _string}),
    _random(
        "Bytes",
        identity="none",
        computed={"base64": _base64, "hex": lambda facts: _bytes(facts).hex()},
        secrets=("base64", "hex"),
    ),
    _random(
        "Id",
        computed={
            "hex": lambda facts: _prefixed(facts, _bytes(facts).hex()),
            "dec": lambda facts: _prefixed(facts, str(int.from_bytes(_bytes(facts)))),
            "b64Std": lambda facts: _prefixed(facts, _base64(facts)),
            "b64Url": lambda facts: _prefixed(facts, base64.urlsafe_b64encode(_bytes(facts)).decode().rstrip("=")),
        },
    ),
    _random("Integer", identity="{digits6}", computed={"result": _integer}),
    _random("Pet", identity=_pet, computed={}),
    _random("Shuffle", identity="-", computed={"results": _shuffled}),
    _random("Uuid", identity="{uuid}", computed={"result": "{uuid}"}),
)
