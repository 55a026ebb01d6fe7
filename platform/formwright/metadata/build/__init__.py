"""Passes five to seven for one entity type: declarations and shapes -> the parts of the Model."""
