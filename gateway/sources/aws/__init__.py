"""The roads to an AWS-compatible endpoint.

    upstream → requests (checked) → retry → ceiling → signed_http → connections → answers     reads
                                                    → aioboto3    → transport   → answers     mutations, checks

aioboto3 finds what both need to know: credentials, roles, certificates, proxies. Behind a proxy it reads as well.
Whatever fails on a call's way comes back as a Failed with its fault (gateway.sources.faults).
"""

from gateway.sources.aws.client import UnusableSource, open_aws

__all__ = ["UnusableSource", "open_aws"]
