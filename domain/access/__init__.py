"""Who may do what: roles, principals, and the vocabulary in which it is recorded that they may. Pure."""
