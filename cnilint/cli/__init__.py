"""The command line: options, commands, and where their reports go."""
