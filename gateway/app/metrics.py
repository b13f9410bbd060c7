from gateway.observability.metrics import Metrics


def write_metrics(metrics: Metrics, accept: str) -> tuple[bytes, str]:
    """Everything counted so far in the form that an Accept header asks for, and the type of that."""
    from gateway.observability.exposition import write

    return write(metrics, accept)
