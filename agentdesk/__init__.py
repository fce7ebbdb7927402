"""The web: what people at Mainline see and do, by who sits in front of it."""
