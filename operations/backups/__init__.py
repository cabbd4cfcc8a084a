"""`mfcloud backups list` and `verify`: what could be restored."""
