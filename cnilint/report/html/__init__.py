"""The report as a page: findings, and a picture of every class of nodes."""
