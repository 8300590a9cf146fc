"""Running the checks on revisions. What they may look at is loaded here, so that the rules stay pure."""

from reviews.examining.library import Library
from reviews.examining.running import Examined, again, behind, examine, keep, keep_up, opener

__all__ = ["Examined", "Library", "again", "behind", "examine", "keep", "keep_up", "opener"]
