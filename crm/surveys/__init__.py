"""What callers say of a call: asked by keypad when the agent has hung up."""
