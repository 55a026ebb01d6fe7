"""What can be done: one function a use case, one transaction a function."""
