"""The edition: which rules read the events.

The same events, asked the same question at the same fixed point by programs of the same edition, give the same bytes.
A release that has any stored event come out as something else in any answer raises the number, lists the golden answers
that it changed in CHANGELOG (tests/goldens/answers), and changes nothing that is stored. A release that only asks new
questions, or shows an answer in a new form, leaves it as it is. AsAt 0.1.0 did not name its edition: it is 1.
"""

#: The edition of this program, a whole number from 1. Answers in JSON, their ETags and the statement of evidence packs
#: name it, and `verify.py` works out the figures of this one.
EDITION = 1
