"""The snapshot, made readable: statements with their place, calls as columns, words of people, exact tests."""
