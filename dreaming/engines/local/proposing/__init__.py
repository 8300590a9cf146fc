"""From findings to what is proposed: exact edits with quotes, guards, limits, and what is settled already."""
