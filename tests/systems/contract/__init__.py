"""What every system must do, whichever it is: the documented behaviour of each verb in ``systems/system.py``.

To run it on a system, subclass :class:`SystemContract` in a test module and give the two fixtures:

    class TestEmbeddedCompany(SystemContract):
        @pytest.fixture
        def system(self, db): return EmbeddedCompany()

        @pytest.fixture
        def ground(self): return Ground("customer", name="name", text="phone_no", ...)

The system may hold other rows and may be shared between tests: each test only looks at rows it made, by a name
that starts with ``mark``. Give the system a small page size (2 or 3), so that paging is met.
"""

from tests.systems.contract.acting import ActContract
from tests.systems.contract.changing import ChangesContract
from tests.systems.contract.describing import DescribeContract
from tests.systems.contract.documents import DocumentContract, DocumentGround
from tests.systems.contract.finding import FindContract
from tests.systems.contract.ground import Ground, Rows, Target
from tests.systems.contract.keyed import UpsertContract
from tests.systems.contract.reading import ValuesContract
from tests.systems.contract.updating import UpdateContract
from tests.systems.contract.writing import InsertContract


class SystemContract(
    DescribeContract,
    InsertContract,
    ValuesContract,
    UpdateContract,
    ChangesContract,
    FindContract,
    ActContract,
    UpsertContract,
):
    """The whole suite. Subclasses give ``system`` and ``ground``."""


__all__ = ["DocumentContract", "DocumentGround", "Ground", "Rows", "SystemContract", "Target"]
