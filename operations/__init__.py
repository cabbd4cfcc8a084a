"""The command line: `mfcloud`. One file per command; heavy imports stand inside the functions that need them."""
