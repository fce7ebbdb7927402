"""What happened with a customer, from all departments, in time order."""
