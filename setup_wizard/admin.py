"""The guide's rows in the administration, to look at."""

from django.contrib import admin

from integration.admin import ToLookAt
from setup_wizard.models import AdministratorRun, Guide

admin.site.register([Guide, AdministratorRun], ToLookAt)
