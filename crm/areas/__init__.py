"""Who serves a place: its branch, and the station, regulator or zone that supplies it."""
