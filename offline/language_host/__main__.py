"""`python -m offline.language_host …`: what the engine starts; its own address is the last argument."""

import contextlib
import sys


def main() -> None:
    """Serve until the engine ends this process."""
    from offline.language_host.server import serve

    with contextlib.suppress(KeyboardInterrupt):
        serve(engine_address=sys.argv[-1])


if __name__ == "__main__":
    main()
