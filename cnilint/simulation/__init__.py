"""What the programs on a node do to its files in every order, and which network the pods get."""
