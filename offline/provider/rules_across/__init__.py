"""What AWS refuses because of the neighbours, and what it accepts although it could never work.

A rule is a small function of a `Case`: one resource's inputs, and the `World` they are going to stand in. Each names
its source. The rules stand in a file per area, listed in `table.py`:

- *early* rules need no neighbour; `Check` asks them, so a preview refuses;
- all others are asked before a create or an update, which is when AWS judges, in a preview as well. A preview knows
  neither ids nor ARNs of what is not there yet: there, what cannot be told says nothing, and absence is no proof.

Adding a rule is adding a function and its line in the area's `RULES`.
"""
