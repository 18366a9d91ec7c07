"""What real programs do, to the letter: Go's readers, Multus, installers, container runtimes."""
