"""The built-in attribute types, one a module. A new one is a new module here and its widget template."""
