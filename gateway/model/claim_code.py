import re

CLAIM_CODE = re.compile(r"C-[A-Za-z0-9-]{1,38}")
"""What any maker could print on a box; 40 characters at most, as in the answer of ClaimDevicesByClaimCode."""
