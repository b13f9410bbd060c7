"""Asking less: calls under way are shared, answers kept, by bytes. Nothing here knows what they are about."""
