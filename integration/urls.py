"""Addresses of this app."""

from django.contrib.auth.views import LogoutView
from django.urls import URLPattern, URLResolver, path, re_path

from integration.views.bookkeeping import urls as bookkeeping
from integration.views.components import components
from integration.views.connection import (
    connection,
    connection_disable,
    connection_enable,
    connection_reset_addresses,
    connection_test,
    synchronize_modified,
)
from integration.views.documents.urls import urlpatterns as documents
from integration.views.frame.around import favicon, icons, keyboard_help, own_theme, running_jobs
from integration.views.frame.search import search_page, search_sales
from integration.views.health import healthz
from integration.views.home import home
from integration.views.lists import list_columns, list_views
from integration.views.mapping.fields import field_add, fields, fields_refresh
from integration.views.mapping.listing import mappings
from integration.views.mapping.mappings import mapping, mapping_count, mapping_defaults
from integration.views.mapping.options import option_add, options
from integration.views.mapping.own_mapping import mapping_delete, mapping_new
from integration.views.mapping.steps import field_winner, step, step_add, step_change, steps
from integration.views.mapping.templates import mapping_templates, template, template_delete, templates
from integration.views.people.audit import audit
from integration.views.people.own_settings import navigation_folded, own_settings, own_time_zone
from integration.views.people.second_factor import (
    AppRemoved,
    NewApp,
    NewPasskey,
    NewRecoveryCodes,
    PasskeyRemoved,
    RecoveryCodes,
    SecondFactors,
    user_second_factor,
)
from integration.views.people.second_factor_question import (
    CodeAgain,
    PasskeyAgain,
    PasskeyAlone,
    PasswordAgain,
    SecondFactorCheck,
)
from integration.views.people.signin import SignIn, admin_sign_in
from integration.views.people.single_signon import single_signon, single_signon_back
from integration.views.people.users import (
    own_password,
    user,
    user_key,
    user_key_revoke,
    user_new,
    user_password,
    user_unlock,
    users,
)
from integration.views.published import published
from integration.views.running.error_inbox import errors_assign, errors_resolve
from integration.views.running.errors import synch_errors
from integration.views.running.full_synch import full_synch, full_synch_line, full_synch_reset, full_synch_start
from integration.views.running.job_log import synch_jobs
from integration.views.running.job_queue import job_queue, job_queue_edit, job_queue_entry
from integration.views.running.plans import plan, plan_apply, plan_list, plan_start
from integration.views.running.preflight import preflight, preflight_run
from integration.views.running.synch import (
    record_log,
    synch_job,
    synch_job_approve,
    synch_job_cancel,
    synch_job_reject,
    synch_job_try_now,
)
from integration.views.running.undo import synch_job_undo
from integration.views.sales.pages import (
    sales_order,
    sales_orders,
    sales_orders_action,
    sales_quote,
    sales_quotes,
    sales_quotes_action,
)
from integration.views.security import without_rights

# Of django-allauth's addresses these alone; it knows them by these names.
OWN = "accounts/second-factor/"
second_factor = [
    path(OWN, without_rights(SecondFactors.as_view()), name="mfa_index"),
    path(f"{OWN}check/", SecondFactorCheck.as_view(), name="mfa_authenticate"),
    path(f"{OWN}app/", without_rights(NewApp.as_view()), name="mfa_activate_totp"),
    path(f"{OWN}app/remove/", without_rights(AppRemoved.as_view()), name="mfa_deactivate_totp"),
    path(f"{OWN}passkeys/sign-in/", PasskeyAlone.as_view(), name="mfa_login_webauthn"),
    path(f"{OWN}passkeys/new/", without_rights(NewPasskey.as_view()), name="mfa_add_webauthn"),
    path(f"{OWN}passkeys/<int:pk>/remove/", without_rights(PasskeyRemoved.as_view()), name="mfa_remove_webauthn"),
    path(f"{OWN}recovery-codes/", without_rights(RecoveryCodes.as_view()), name="mfa_view_recovery_codes"),
    path(f"{OWN}recovery-codes/new/", without_rights(NewRecoveryCodes.as_view()), name="mfa_generate_recovery_codes"),
    path(f"{OWN}confirm/", without_rights(CodeAgain.as_view()), name="mfa_reauthenticate"),
    path(f"{OWN}confirm/passkey/", without_rights(PasskeyAgain.as_view()), name="mfa_reauthenticate_webauthn"),
    path("accounts/password/confirm/", without_rights(PasswordAgain.as_view()), name="account_reauthenticate"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home, name="home"),
    *bookkeeping.urlpatterns,
    path("accounts/login/", SignIn.as_view(), name="login"),
    path("accounts/login/", SignIn.as_view(), name="account_login"),
    path("admin/login/", admin_sign_in, name="admin_sign_in"),
    path("accounts/single-sign-on/", single_signon, name="single_signon"),
    path("accounts/single-sign-on/back/", single_signon_back, name="single_signon_back"),
    *second_factor,
    path("accounts/logout/", without_rights(LogoutView.as_view()), name="logout"),
    path("accounts/password/", without_rights(own_password), name="own_password"),
    path("accounts/settings/", without_rights(own_settings), name="own_settings"),
    path("accounts/time-zone/", without_rights(own_time_zone), name="own_time_zone"),
    path("accounts/navigation/", without_rights(navigation_folded), name="navigation_folded"),
    path("users/", users, name="users"),
    path("users/new/", user_new, name="user_new"),
    path("users/<int:id>/", user, name="user"),
    path("users/<int:id>/password/", user_password, name="user_password"),
    path("users/<int:id>/unlock/", user_unlock, name="user_unlock"),
    path("users/<int:id>/second-factor/remove/", user_second_factor, name="user_second_factor"),
    path("users/<int:id>/key/", user_key, name="user_key"),
    path("users/<int:id>/key/revoke/", user_key_revoke, name="user_key_revoke"),
    path("accounts/theme/", without_rights(own_theme), name="own_theme"),
    path("lists/columns/", list_columns, name="list_columns"),
    path("lists/views/", list_views, name="list_views"),
    path("search/", search_page, name="search"),
    path("search/sales/", search_sales, name="search_sales"),
    path("synch/running/", running_jobs, name="running_jobs"),
    path("help/keyboard/", without_rights(keyboard_help), name="keyboard_help"),
    path("icons.svg", icons, name="icons"),
    path("favicon.ico", favicon, name="favicon"),
    path("components/", components, name="components"),
    path("healthz", healthz, name="healthz"),
    re_path(r"^ODataV4(?:/(?P<path>.*))?$", published, name="published"),
    path("connection/", connection, name="connection"),
    path("connection/test/", connection_test, name="connection_test"),
    path("connection/enable/", connection_enable, name="connection_enable"),
    path("connection/disable/", connection_disable, name="connection_disable"),
    path("connection/reset-web-client-url/", connection_reset_addresses, name="connection_reset_addresses"),
    path("connection/synchronize-modified/", synchronize_modified, name="synchronize_modified"),
    path("connection/preflight/", preflight, name="preflight"),
    path("connection/preflight/run/", preflight_run, name="preflight_run"),
    path("mappings/", mappings, name="mappings"),
    path("mappings/use-default/", mapping_defaults, name="mapping_defaults"),
    path("mappings/new/", mapping_new, name="mapping_new"),
    path("mappings/templates/", templates, name="templates"),
    path("mappings/templates/<int:id>/", template, name="template"),
    path("mappings/templates/<int:id>/delete/", template_delete, name="template_delete"),
    path("mappings/<str:name>/", mapping, name="mapping"),
    path("mappings/<str:name>/options/", options, name="options"),
    path("mappings/<str:name>/options/<str:side>/<uuid:id>/", option_add, name="option_add"),
    path("mappings/<str:name>/templates/", mapping_templates, name="mapping_templates"),
    path("mappings/<str:name>/delete/", mapping_delete, name="mapping_delete"),
    path("mappings/<str:name>/count/", mapping_count, name="mapping_count"),
    path("mappings/<str:name>/fields/", fields, name="fields"),
    path("mappings/<str:name>/fields/add/", field_add, name="field_add"),
    path("mappings/<str:name>/fields/refresh/", fields_refresh, name="fields_refresh"),
    path("mappings/fields/<int:field>/steps/", steps, name="steps"),
    path("mappings/fields/<int:field>/steps/add/", step_add, name="step_add"),
    path("mappings/fields/<int:field>/winner/", field_winner, name="field_winner"),
    path("mappings/steps/<int:id>/", step, name="step"),
    path("mappings/steps/<int:id>/<slug:action>/", step_change, name="step_change"),
    path("synch/jobs/", synch_jobs, name="synch_jobs"),
    path("synch/records/<slug:side>/<str:table>/<uuid:id>/", record_log, name="record_log"),
    path("synch/jobs/<uuid:id>/", synch_job, name="synch_job"),
    path("synch/jobs/<uuid:id>/cancel/", synch_job_cancel, name="synch_job_cancel"),
    path("synch/plans/", plan_list, name="plans"),
    path("synch/plans/start/", plan_start, name="plan_start"),
    path("synch/plans/<uuid:id>/", plan, name="plan"),
    path("synch/plans/<uuid:id>/apply/", plan_apply, name="plan_apply"),
    path("synch/errors/", synch_errors, name="synch_errors"),
    path("synch/jobs/<uuid:id>/undo/", synch_job_undo, name="synch_job_undo"),
    path("synch/errors/assign/", errors_assign, name="errors_assign"),
    path("synch/errors/resolve/", errors_resolve, name="errors_resolve"),
    path("synch/jobs/<uuid:id>/try-now/", synch_job_try_now, name="synch_job_try_now"),
    path("synch/jobs/<uuid:id>/approve/", synch_job_approve, name="synch_job_approve"),
    path("synch/jobs/<uuid:id>/reject/", synch_job_reject, name="synch_job_reject"),
    path("audit/", audit, name="audit"),
    path("full-synch/", full_synch, name="full_synch"),
    path("full-synch/start/", full_synch_start, name="full_synch_start"),
    path("full-synch/reset/", full_synch_reset, name="full_synch_reset"),
    path("full-synch/<str:name>/<slug:action>/", full_synch_line, name="full_synch_line"),
    path("sales/orders/", sales_orders, name="sales_orders"),
    path("sales/orders/<uuid:id>/", sales_order, name="sales_order"),
    path("sales/orders/do/<slug:action>/", sales_orders_action, name="sales_orders_action"),
    path("sales/quotes/", sales_quotes, name="sales_quotes"),
    path("sales/quotes/<uuid:id>/", sales_quote, name="sales_quote"),
    path("sales/quotes/do/<slug:action>/", sales_quotes_action, name="sales_quotes_action"),
    *documents,
    path("job-queue/", job_queue, name="job_queue"),
    path("job-queue/<int:id>/edit/", job_queue_edit, name="job_queue_edit"),
    path("job-queue/<int:id>/<slug:action>/", job_queue_entry, name="job_queue_entry"),
]
