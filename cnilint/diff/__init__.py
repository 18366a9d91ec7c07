"""What a change does: the revisions that are compared, and what differs between them."""
