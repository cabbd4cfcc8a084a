"""What the maintenance checklist's state machine cannot do itself: reckon with time, and write what people read.

`plan.py` divides the window, `words.py` holds the texts, `report.py` judges each step and says how long it took.
"""
