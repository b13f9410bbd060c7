"""Asking less: calls under way are shared, answers kept for a moment. Nothing here knows what they are about."""
