"""Addresses of records and couplings."""

from django.urls import URLPattern, URLResolver, path

from coupling.views.couplings import coupling, coupling_set
from coupling.views.records import crm_card, crm_list, erp_card, erp_list, open_record, record_action

urlpatterns: list[URLPattern | URLResolver] = [
    path("records/erp/<str:table>/", erp_list, name="erp_list"),
    path("records/erp/<str:table>/<uuid:id>/", erp_card, name="erp_card"),
    path("records/crm/<str:entity>/", crm_list, name="crm_list"),
    path("records/crm/<str:entity>/<uuid:id>/", crm_card, name="crm_card"),
    path("couplings/<str:name>/do/<slug:action>/", record_action, name="record_action"),
    path("couplings/<str:mapping>/<uuid:erp_id>/", coupling, name="coupling"),
    path("couplings/<str:mapping>/<uuid:erp_id>/set/", coupling_set, name="coupling_set"),
    path("open/<str:entity>/<uuid:id>/", open_record, name="open"),
]
