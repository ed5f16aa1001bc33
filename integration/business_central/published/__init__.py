"""The published web services: item availability, by OData V4, for Dynamics 365 Sales and for whoever has a key.

    GET /ODataV4/                                                        what there is
    GET /ODataV4/$metadata                                               its description (CSDL)
    GET /ODataV4/Company                                                 the one company
    GET /ODataV4/Company('CRONUS')/ProductItemAvailability?$filter=…     items that are coupled with products
    GET /ODataV4/Company('CRONUS')/ProductItemAvailability(<id>)         one of them by the id of its product
    GET /ODataV4/Company('CRONUS')/ProductItemAvailability/$count        their number

A question goes through ``resources.py`` (which resource), ``options.py`` (what of it), ``filters.py`` (text to
conditions), ``conditions.py`` (conditions to SQL, by the ORM) and ``availability.py`` (rows). ``answering.py`` makes
the answer. Who may ask is none of this: the view that speaks HTTP has looked at the key before. Which item is coupled
with which product is handed in as a queryset, since couplings belong to a room above this one.

The parser is our own: the one package for it (odata-query) is pinned to old versions of what it needs, and one entity
of seven properties takes little of the language. Whatever is not offered is refused, so that nobody takes an answer to
another question for one to theirs.
"""

from integration.business_central.published.answering import Answer, Question, answer, problem_answer
from integration.business_central.published.problems import RefusedQuestion

__all__ = ["Answer", "Question", "RefusedQuestion", "answer", "problem_answer"]
