"""What holds for every test."""

from hypothesis import settings

# No example of a law fails because the machine is slow.
settings.register_profile("asat", deadline=None)
settings.load_profile("asat")
