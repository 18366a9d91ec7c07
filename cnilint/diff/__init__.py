"""Two states of a repository: what a change between them does."""
