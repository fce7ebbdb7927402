"""Times promised to callers: each has an owner and an end; a broken one becomes a call."""
