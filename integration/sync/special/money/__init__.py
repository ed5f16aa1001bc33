"""Currencies, exchange rates and amounts: what data cannot say of them."""
