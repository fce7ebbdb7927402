"""Facts told to other systems over HTTP: signed, in order, again until they are taken."""
