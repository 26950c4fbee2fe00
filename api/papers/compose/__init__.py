"""Every answer composed into a paper: sections, tables and words for people, and a table of data for programs."""
