"""Findings that are known: ignores, the baseline, and what makes two findings the same."""
