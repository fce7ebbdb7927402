"""From raw segments to one stereo recording per call that can be found, trusted and heard."""
