"""The page of whoever goes out: for a telephone in one hand, and a day without a network."""
