"""One file per command; each offers `command`. Heavy imports stand inside the functions: `--help` must be quick."""
