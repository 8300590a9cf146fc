"""Watching the watchers: how votes come about, and what leads see of it."""
