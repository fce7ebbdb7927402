"""How orders are done: counted by branch, team, person, type, cause and time."""
