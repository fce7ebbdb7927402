"""All prompts made before anybody calls, so that no caller waits for a voice."""
