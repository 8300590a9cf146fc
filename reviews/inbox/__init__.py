"""Whose turn it is: the list of proposals, its order and its language, and who is asked."""
