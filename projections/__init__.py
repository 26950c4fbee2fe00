"""Questions about a plan, one file per question.

Each takes a plan and one or two points and returns a document of plain data. No input or output, no clock, no HTTP: the
same plan, asked the same at the same point, always gives the same answer.
"""
