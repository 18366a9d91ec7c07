"""Which objects a cluster gets: sources in a repository, and the tools that apply them."""
