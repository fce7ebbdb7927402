"""Records that may be one: compared side by side, merged, parted."""
