"""The agent's desk: telephone, screen pop, wrap-up."""
