"""Addresses of records and couplings."""

from django.urls import URLPattern, URLResolver, path, register_converter
from django.urls.converters import StringConverter

from coupling.views.actions import record_action
from coupling.views.comparison import record_comparison, record_history
from coupling.views.conflict import conflict
from coupling.views.conflicts import conflicts
from coupling.views.couplings import coupling, coupling_from, coupling_set
from coupling.views.editing.records import record_delete, record_edit, record_lookup, record_new
from coupling.views.erase import erase
from coupling.views.errors import errors_action
from coupling.views.mappings import mappings_uncouple
from coupling.views.match import match, match_start
from coupling.views.opening import open_in_sales, open_record
from coupling.views.outcomes import job_outcome
from coupling.views.records import (
    crm_card,
    crm_list,
    customer_in_sales,
    customers_in_sales,
    erp_card,
    erp_list,
)
from coupling.views.resolve import match_resolve
from coupling.views.skipped import skipped_action, synch_skipped


class SideConverter(StringConverter):
    """One of the two sides, as addresses call them."""

    regex = "erp|crm"


register_converter(SideConverter, "side")

urlpatterns: list[URLPattern | URLResolver] = [
    path("records/erp/customer/sales/", customers_in_sales, name="customers_in_sales"),
    path("records/erp/customer/<uuid:id>/sales/", customer_in_sales, name="customer_in_sales"),
    path("records/erp/<str:table>/", erp_list, name="erp_list"),
    path("records/erp/<str:table>/<uuid:id>/", erp_card, name="erp_card"),
    path("records/erp/<str:table>/new/", record_new, name="record_new"),
    path("records/erp/<str:table>/<uuid:id>/edit/", record_edit, name="record_edit"),
    path("records/erp/<str:table>/<uuid:id>/delete/", record_delete, name="record_delete"),
    path("records/erp/<str:table>/lookup/<str:field>/", record_lookup, name="record_lookup"),
    path("records/crm/<str:entity>/", crm_list, name="crm_list"),
    path("records/crm/<str:entity>/<uuid:id>/", crm_card, name="crm_card"),
    path("records/<side:side>/<str:table>/do/<slug:action>/", record_action, name="record_action"),
    path("records/<side:side>/<str:table>/<uuid:id>/erase/", erase, name="erase"),
    path("records/<side:side>/<str:table>/<uuid:id>/comparison/", record_comparison, name="record_comparison"),
    path("records/<side:side>/<str:table>/<uuid:id>/history/", record_history, name="record_history"),
    path("records/<side:side>/<str:table>/<uuid:id>/open-in-sales/", open_in_sales, name="open_in_sales"),
    path("couplings/outcome/<uuid:job>/", job_outcome, name="job_outcome"),
    path("couplings/delete/", mappings_uncouple, name="mappings_uncouple"),
    path("couplings/<str:mapping>/<uuid:erp_id>/", coupling, name="coupling"),
    path("couplings/<str:mapping>/<uuid:erp_id>/set/", coupling_set, name="coupling_set"),
    path("couplings/<str:mapping>/from/<uuid:crm_id>/", coupling_from, name="coupling_from"),
    path("couplings/<str:mapping>/match/", match, name="match"),
    path("couplings/<str:mapping>/match/ambiguous/", match_resolve, name="match_resolve"),
    path("couplings/<str:mapping>/match/start/", match_start, name="match_start"),
    path("couplings/<str:mapping>/<uuid:erp_id>/conflict/", conflict, name="conflict"),
    path("synch/skipped/", synch_skipped, name="synch_skipped"),
    path("synch/skipped/<slug:action>/", skipped_action, name="skipped_action"),
    path("synch/conflicts/", conflicts, name="conflicts"),
    path("synch/errors/<slug:action>/", errors_action, name="errors_action"),
    path("open/<str:entity>/<uuid:id>/", open_record, name="open"),
]
