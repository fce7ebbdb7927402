"""The dispatcher's board: who goes where, seen on a list and on the drawn map."""
