"""From the three published sources to `data/`. Needs what `requirements-dev.txt` installs."""
