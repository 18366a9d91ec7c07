"""The settings of a run: where they are written, how they are read, and which of them counts."""
