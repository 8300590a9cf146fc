"""Erasing a person, a session, a text or one private value: previewed, agreed by two people, performed by the worker.

`needles` finds words in texts, `places` knows every column that may hold some, `looking` says what an erasure would
reach and `leaving` what left, `asking` has it agreed, `performing` does it step by step, `tombstones` remembers it
outside the database, and `replaying` does it again to a database that was restored from before.
"""
