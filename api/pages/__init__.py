"""Pages: the answers as people read them in a browser, at the addresses of the API without a suffix.

Rendered on the server from the same documents as every other form, in the patterns of the GOV.UK Design System. All of
it works without JavaScript.
"""
