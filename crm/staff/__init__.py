"""Who works here: people, sign-ins, tokens, and the state of the agents' floor."""
