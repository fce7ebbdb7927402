"""One module for each table: converted rows in, rows of the database out."""
