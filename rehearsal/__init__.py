"""The rehearsal town: simulated people call over real SIP, simulated agents answer them.

For demos, training, measuring, and for trying a menu before it goes live.
"""
