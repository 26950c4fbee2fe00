"""Papers: one answer document, written out in the forms that people and programs read.

No paper computes a figure; all of it stands in the document, so that no two forms can disagree.
"""
