"""What every component shares: its type token, and the options of its children."""

from typing import Any

import pulumi


class Component(pulumi.ComponentResource):
    """A component resource whose type token is `mockforge:cloud:<class name>`."""

    def __init__(self, name: str, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(f"mockforge:cloud:{type(self).__name__}", name, None, opts)

    def child(self, **options: Any) -> pulumi.ResourceOptions:  # noqa: ANN401 - whatever ResourceOptions takes
        """Options of a child: this component is the parent, and whatever else `pulumi.ResourceOptions` takes."""
        return pulumi.ResourceOptions(parent=self, **options)
