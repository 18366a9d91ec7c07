"""Frozen data types; they import nothing but the standard library and one another."""
