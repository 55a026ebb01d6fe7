"""The one shape of every message: code, place, sentence, hint."""

from formwright.problems.nearest import nearest, suggest
from formwright.problems.problem import Place, Problem, ProblemError, Problems, Severity
from formwright.problems.render import as_json, as_problem_details, as_text

__all__ = [
    "Place",
    "Problem",
    "ProblemError",
    "Problems",
    "Severity",
    "as_json",
    "as_problem_details",
    "as_text",
    "nearest",
    "suggest",
]
