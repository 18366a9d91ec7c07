"""The edits that fixes are made of, in the words of each form of an install."""
