"""Knowledge: looked up, read beside a call, written and approved."""
