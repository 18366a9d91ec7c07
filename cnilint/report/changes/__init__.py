"""Reports of what a change does: for people, for programs, and for comments."""
