"""What is missing or wrong before the first `up`, and whenever in doubt. Adding a check is adding a row in `table`."""
