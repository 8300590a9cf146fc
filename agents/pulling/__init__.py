"""Bringing the finished sessions of agents that run on the Claude platform, a few at a time, again and again."""
