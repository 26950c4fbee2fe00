"""The answers as pages for a browser, at the addresses of the API without a suffix.

They are rendered on the server from the same documents as all other formats, in the patterns of the GOV.UK Design
System. Everything works without JavaScript.
"""
