"""Who goes where: proposals with their reasons, emergencies by rule, hot spots, the drawn map."""
