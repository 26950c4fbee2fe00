"""The edition: which rules read the events.

The same events, asked the same question at the same fixed point by programs of the same edition, give the same bytes.
A release that has any stored event come out as something else in any answer raises the number, lists the golden answers
that it changed in CHANGELOG (tests/goldens/answers), and changes nothing that is stored. A release that only asks new
questions, or shows an answer in a new form, leaves it as it is.
"""

#: The edition of this program, a whole number from 1. Answers in JSON name it, so that who kept one knows by which
#: rules it was worked out.
EDITION = 1
