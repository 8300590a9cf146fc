"""Proving without Django: what the app writes and what an offline verifier checks, in one place."""
