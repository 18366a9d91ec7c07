"""Reports: a result or a comparison in each format that a person or a program reads."""
