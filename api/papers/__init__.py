"""Papers: an answer document, written in the formats for people and for programs.

No paper computes a figure: all figures come from the document, so that no two formats can disagree.
"""
