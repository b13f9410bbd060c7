"""Strawberry types that describe model objects, and what resolves their fields."""
