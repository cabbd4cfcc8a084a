"""What `mfcloud deploy` is made of."""
