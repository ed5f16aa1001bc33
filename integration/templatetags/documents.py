"""How documents are shown in templates."""

from __future__ import annotations

from django import template

from integration.pages.documents.cards import number
from integration.pages.documents.kinds import state_of

register = template.Library()
register.simple_tag(state_of, name="document_state")
register.filter("quantity", number)
