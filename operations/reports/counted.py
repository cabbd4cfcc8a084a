"""Numbers with their noun: `1 request`, `1,204 requests`. Pure."""


def counted(number: float, noun: str, plural: str = "") -> str:
    """A noun takes an `s` unless its plural is given."""
    return f"{number:,.0f} {noun if number == 1 else plural or f'{noun}s'}"
