"""What ``uvicorn`` serves when a test asks for the mutant."""

from booking.tests.mutants import application, switch_the_guards_off

switch_the_guards_off()

__all__ = ["application"]
