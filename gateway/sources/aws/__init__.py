"""The road to an AWS-compatible endpoint, by aioboto3.

    upstream → requests (checked) → retry → ceiling → botocore (credentials, signature) → transport → answers

Whatever fails on a call's way comes back as a Failed with its fault (gateway.sources.faults).
"""

from gateway.sources.aws.client import UnusableSource, open_aws

__all__ = ["UnusableSource", "open_aws"]
