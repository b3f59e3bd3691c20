"""Whether two sides differ, and with what confidence."""
