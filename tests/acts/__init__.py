"""Every act that a route takes: who may do it, with what input it succeeds, and which events it leaves.

One file for each floor. `tests/test_acts.py` walks them, and finds what has no line here.
"""
