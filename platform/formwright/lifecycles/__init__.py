"""Which transitions a record has before it, and whether one may be taken: pure decisions."""

from formwright.lifecycles.offers import Offer, initial_state, offered
from formwright.lifecycles.transitions import decide, find

__all__ = ["Offer", "decide", "find", "initial_state", "offered"]
