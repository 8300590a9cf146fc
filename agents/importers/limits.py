"""What one upload may hold, and how long short fields are in the database."""

FILE_BYTES = 50 * 1024 * 1024
LINE_BYTES = 1024 * 1024  # one record of a line-based format
EVENT_BYTES = 1024 * 1024  # the text of one event in any format

EXTERNAL_ID = 200
TASK = 200
TITLE = 300
NAME = 120  # speakers, threads, agents, models
TOOL = 200
CALL_ID = 200
DETAIL = 300
