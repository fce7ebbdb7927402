"""Starting, watching and stopping Mainline's processes, and telling how they are."""
