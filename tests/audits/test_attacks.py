"""The attacks that the gateway is held to, and where: each test fails when its defence is taken out."""

from collections.abc import Mapping

import pytest

from tests.conventions.repository import ROOT, functions

COP = "audits/test_graphql_cop.py"
LIMITS = "http/test_limits.py::test_a_limit_that_is_passed_is_refused_and_counted"
DOCUMENTS = "limits/test_document_limits.py::test_an_attack_is_refused_by_its_limit"

ATTACKS: Mapping[str, tuple[str, ...]] = {
    "alias overloading": (f"{COP}::test_alias_overloading", LIMITS),
    "field duplication": (f"{COP}::test_field_duplication", LIMITS),
    "directive overloading": (f"{COP}::test_directive_overloading", LIMITS),
    "array batching": (
        f"{COP}::test_array_based_query_batching",
        "http/test_batching.py::test_array_batching_is_off_by_default",
        "http/test_batching.py::test_array_batching_beyond_its_cap_runs_nothing",
        "http/test_cost.py::test_the_operations_of_a_batch_are_summed",
    ),
    "introspection, circular introspection": (
        f"{COP}::test_introspection",
        f"{COP}::test_introspection_based_circular_query",
    ),
    "field suggestions": (f"{COP}::test_field_suggestions", f"{COP}::test_field_suggestions_in_variables"),
    "GraphiQL exposed": (f"{COP}::test_graphql_ide",),
    "GET queries, GET mutation, form-encoded POST": (
        f"{COP}::test_get_method_query_support_and_mutations",
        f"{COP}::test_post_based_url_encoded_query",
        "http/test_preflight.py::test_get_queries",
        "http/test_methods_and_limits.py::test_a_mutation_by_get_is_405",
    ),
    "trace, debug, unhandled error": (
        f"{COP}::test_trace_mode",
        f"{COP}::test_unhandled_errors_detection",
        "http/test_error_masking.py::test_a_broken_resolver_tells_nothing",
    ),
    "deep nesting, 3000 braces, huge token count, 1 MB literal": (DOCUMENTS, LIMITS),
    "circular and exponential fragments, overlapping fields": (
        DOCUMENTS,
        LIMITS,
        "limits/test_document_limits.py::test_circular_and_missing_fragments_are_for_validation",
    ),
    "expensive pages": ("http/test_cost.py::test_expensive_pages", LIMITS),
    "brute force by batching or aliases on claim codes": (
        "http/test_rates.py::test_brute_force_by_batching_or_aliases_on_claim_codes",
        "http/test_rates.py::test_brute_force_by_a_batch",
        "http/test_rates.py::test_brute_force_over_requests",
    ),
    "brute force on credentials": (
        "http/test_mistakes.py::test_who_guesses_waits_and_is_not_looked_at",
        "http/test_mistakes.py::test_the_graph_says_when_to_come_again",
        "http/test_mistakes.py::test_a_service_throttles_who_cannot_sign",
        "http/test_mistakes.py::test_the_ingest_lets_nobody_guess_secrets",
    ),
    "CSRF": (
        "http/test_profiles.py::test_csrf_in_both_profiles",
        "http/test_cross_site.py::test_a_page_of_another_origin_is_refused",
        "http/test_cross_site.py::test_what_a_form_can_post_is_refused",
    ),
    "DNS rebinding": ("http/test_hosts.py::test_a_rebound_name_is_refused",),
    "cross-site WebSocket hijack": ("http/websocket/test_socket.py::test_refuses_foreign_pages_before_it_accepts",),
    "WS abuse: no init, double init, dup id, bad message, flood": (
        "http/websocket/test_socket.py::test_closes_on_broken_rules",
        "http/websocket/test_socket.py::test_closes_a_socket_that_never_inits",
        "http/websocket/test_socket.py::test_closes_on_a_flood",
        "http/websocket/test_socket.py::test_closes_on_a_message_too_large",
        "http/websocket/test_socket.py::test_bounds_what_runs_at_once",
    ),
    "BOLA/IDOR via node(id), nodes, edges": (
        "audits/test_every_way.py::test_another_sources_device_is_not_there",
        "audits/test_every_way.py::test_another_sources_device_is_not_changed",
        "audits/test_every_way.py::test_another_sources_name_is_not_told",
    ),
    "field authz bypass via alias, fragment, interface, subscription, @defer": (
        "http/test_authentication.py::test_there_is_no_way_around_a_scope",
        "http/test_authentication.py::test_there_is_no_way_around_being_known",
        "http/test_authentication.py::test_an_id_is_no_way_around_a_scope",
        "http/test_authentication.py::test_an_entity_is_no_way_around_a_scope",
        "audits/test_every_way.py::test_what_comes_later_needs_its_scope_too",
    ),
    "APQ poisoning, trusted-doc bypass": (
        "http/test_persisted_documents.py::test_apq_poisoning",
        "http/test_persisted_documents.py::test_trusted_doc_bypass",
        "http/test_persisted_documents.py::test_trusted_doc_bypass_by_a_query_beside_the_id",
    ),
    "cache leak between users": (
        "http/test_response_cache.py::test_cache_leak_between_users",
        "http/test_response_cache.py::test_no_shared_cache_may_keep_what_was_shown_to_somebody",
    ),
    "JWT: alg none, wrong aud or iss, expired, unknown kid flood": (
        "http/test_authentication.py::test_a_token_that_is_not_good_is_refused",
        "http/test_authentication.py::test_unknown_keys_do_not_flood_the_issuer",
    ),
    "SSRF and injection in ids, filters, ARNs, device ids in URL path": (
        "audits/test_injection.py::test_what_can_be_no_device_is_not_asked_for",
        "audits/test_injection.py::test_a_value_stays_one_part_of_a_path",
        "audits/test_injection.py::test_a_value_stays_a_value_in_sql",
    ),
    "log injection, secret leak": (
        "http/test_access_log.py::test_log_injection_by_what_a_request_holds",
        "http/test_access_log.py::test_a_path_cannot_forge_a_log_line",
        "audits/test_secrets.py::test_secret_leak",
    ),
    "slow loris, huge header, slow consumer": (
        "http/test_connection.py::test_slow_loris",
        "http/test_connection.py::test_huge_header_without_end",
        "http/test_connection.py::test_slow_consumer_that_reads_nothing",
        LIMITS,
    ),
    "decompression bomb": (
        "http/test_inflate.py::test_decompression_bomb",
        "http/test_inflate.py::test_decompression_bomb_in_memory",
        LIMITS,
    ),
}


@pytest.mark.parametrize(("attack", "test"), [(attack, test) for attack, tests in ATTACKS.items() for test in tests])
def test_an_attack_has_its_tests(attack: str, test: str) -> None:
    """Whoever renames or removes the test of an attack is told which attack is no longer tried."""
    file, _, name = test.partition("::")
    path = ROOT / "tests" / file

    assert path.is_file(), attack
    assert name in {function.name for function in functions(path)}, attack
