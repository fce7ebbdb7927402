"""The page on which people change what the archive keeps of a customer."""
