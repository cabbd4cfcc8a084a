"""`python -m operations`, which is what `./mfcloud` runs."""

from operations.application import main

main()
