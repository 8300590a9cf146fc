"""Text work shared by every floor above: pure functions, no Django."""
