"""The Pulumi program: settings in, components composed, outputs out."""

from infra.lazy_aws import install as _read_aws_lazily

# Here, because it has to come before the first component is imported, and nobody imports one past this.
_read_aws_lazily()
