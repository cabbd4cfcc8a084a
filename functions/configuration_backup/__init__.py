"""The daily backup of the configuration: what the account says of this environment, as one object per day.

`sections.py` holds the table of what is read; `document.py` the format and its inverse, `read_back`.
"""
