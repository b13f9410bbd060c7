"""The same four operations as one writes them in an afternoon, with Strawberry, its DataLoader, aioboto3 and uvicorn.

What the gateway is measured against. It answers what the bench asks, and that as the gateway does; everything is used
as its documentation has it. It has no limits, no cursors, no errors of its own, and one source of each service.
"""
