"""The emergency way: one change is applied at once without its votes, in the open, and a second person answers for it.

Only the votes, the owners, the talk and the budgets are passed by. The locks, the four hashes, the paths and a found
secret hold as ever, and whoever wrote a text cannot break the glass for it.
"""
