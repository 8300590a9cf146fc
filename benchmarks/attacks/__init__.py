"""Attacks on memory: what somebody writes who read the rules, did not write them, and wants harm into memory."""
