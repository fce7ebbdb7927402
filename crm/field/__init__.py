"""People in the field: what they are to do, what they did, also while nobody could be reached."""
