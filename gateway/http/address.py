from functools import lru_cache
from ipaddress import IPv4Address, ip_address

HALF = 64
"""Bits of an IPv6 address that name a network, which is one customer's."""


@lru_cache(maxsize=1024)
def network_of(text: str | None) -> str:
    """Name whose address it is: the address itself, of IPv6 its network; None: nobody can tell."""
    try:
        address = ip_address(text or "")
    except ValueError:
        return f"address:{text}"
    if isinstance(address, IPv4Address):
        return f"address:{address}"
    return f"address:{address.ipv4_mapped or f'{int(address) >> HALF:016x}/64'}"
