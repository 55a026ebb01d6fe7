"""Questions to other records: asked before, answered in the context."""

from decimal import Decimal

from tests.support.shop import SCOPE

from formwright.expressions import RECORDS, Question, RecordQuery, compile_expression


def answered(expression, context, answer):
    """Evaluate as a service does: ask until nothing is open."""
    context = {**context, RECORDS: {}}
    rounds = []
    while open_questions := expression.requests(context):
        rounds.append(open_questions)
        context[RECORDS].update({query: answer(query) for query in open_questions})
    return expression.value(context), rounds


def test_count_with_criteria():
    """Values of the context and literals become sorted, hashable criteria; records become their id."""
    expression = compile_expression(
        "count('invoice', {state: ['open', 'paid'], partner: partner}) > 2", SCOPE
    )

    value, rounds = answered(expression, {"partner": {"id": "p1"}}, lambda _: 3)

    criteria = (("partner", "p1"), ("state", ("open", "paid")))
    assert value is True
    assert rounds == [[RecordQuery(Question.COUNT, "invoice", "", criteria)]]


def test_equal_questions_are_asked_once():
    text = "count('invoice', {state: 'open'}) > 0 && count('invoice', {state: 'open'}) < 9"

    value, rounds = answered(compile_expression(text, SCOPE), {}, lambda _: 3)

    assert (value, len(rounds[0])) == (True, 1)


def test_question_that_needs_an_answer_is_asked_later():
    text = "sum('invoice', 'amount', {partner: lookup('partner', {name: number}).id})"

    def answer(query):
        return {"id": "p7"} if query.question is Question.LOOKUP else Decimal("12.50")

    value, rounds = answered(compile_expression(text, SCOPE), {"number": "A"}, answer)

    assert value == Decimal("12.50")
    assert [query.question for asked in rounds for query in asked] == [Question.LOOKUP, Question.SUM]
    assert rounds[1][0].criteria == (("partner", "p7"),)


def test_missing_criterion_matches_nothing_and_asks_nothing():
    """A half-filled form does not count all records that lack the attribute."""
    assert answered(compile_expression("count('invoice', {partner: parent})", SCOPE), {}, None) == (0, [])
    assert answered(compile_expression("lookup('invoice', {partner: parent})", SCOPE), {}, None) == (None, [])


def test_written_null_asks_for_records_without_the_value():
    _, rounds = answered(compile_expression("count('partner', {parent: null})", SCOPE), {}, lambda _: 1)

    assert rounds[0][0].criteria == (("parent", None),)
