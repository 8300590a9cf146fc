"""Sending a team's log to where it watches from: at least once, in order, from a cursor for each destination."""
