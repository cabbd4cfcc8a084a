"""The Pulumi program: settings in, components composed, outputs out."""
