"""Every change of a row: who, when, why, old, new; in a chain that shows tampering."""
