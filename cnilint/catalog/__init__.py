"""Products: what each installs, in which forms it comes, and how an install is recognised."""
