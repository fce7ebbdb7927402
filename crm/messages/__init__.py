"""Messages and complaints left by voice: tasks with an owner, a deadline and an answer."""
