"""How the offline AWS says no."""


class Refusal(Exception):
    """Becomes botocore's ClientError with this code and message, spelled as AWS spells them."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code, self.message = code, message
