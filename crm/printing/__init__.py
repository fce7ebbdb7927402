"""Orders on paper: the form as the company defines it, as PDF."""
