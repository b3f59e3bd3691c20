"""A run as people follow it: live while it is made, and what of it is there afterwards."""
