"""The administrator's desk: definitions, menus, health, staff."""
