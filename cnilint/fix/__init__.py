"""Fixes: planned from symbolic edits, proven by linting again, written in place or as a diff."""
