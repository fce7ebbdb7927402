"""What law, city and company promise about service, and month by month whether it was kept."""
