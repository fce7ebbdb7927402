"""The gateway: the only place where a live call meets our code, and where its facts come in."""
