"""Every answer composed into a paper: the sections, tables and words that all its forms share."""
