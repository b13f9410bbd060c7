"""Every setting once, by what it is about.

The environment (`GATEWAY_PORT`) goes before gateway.toml (`port`), which goes before the default.
"""
