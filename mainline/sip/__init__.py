"""A small telephone in Python: synthetic callers and robot agents, over real SIP and real sound.

It exists to try the hotline, not to carry customers: UDP, G.711 and RFC 4733 only.
"""
