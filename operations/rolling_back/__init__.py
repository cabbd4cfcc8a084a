"""`mfcloud rollback`: what is to be done, how it is done, and the note that it leaves."""
