"""How a Multus install is configured, in each of its forms, and what each release of it reads."""
