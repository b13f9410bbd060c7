"""Every table of the first version."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

BYTEWISE = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
SEQUENCE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _create_accounts()
    _create_alexa_devices()
    _create_alexa_status_details()
    _create_changes()
    _create_claim_codes()
    _create_client_requests()
    _create_events()
    _create_page_positions()
    _create_rooms()
    _create_tags()
    _create_users()
    _create_access_keys()
    _create_one_click_devices()


def _create_accounts() -> None:
    op.create_table(
        "accounts",
        _text("account", primary_key=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
    )


def _create_alexa_devices() -> None:
    op.create_table(
        "alexa_devices",
        _text("account", primary_key=True),
        _text("region", primary_key=True),
        _text("arn", primary_key=True),
        _text("serial_number"),
        _text("type"),
        _text("name", nullable=True),
        _text("name_key", comment="of the name, else of the serial number"),
        _text("software_version", nullable=True),
        _text("mac_address", nullable=True),
        _text("status", nullable=True),
        _text("connection_status", nullable=True),
        sa.Column("connection_status_updated_at", sa.BigInteger()),
        _text("network_profile_arn", nullable=True),
        _text("network_profile_name", nullable=True),
        _text("network_profile_name_key", nullable=True),
        _text("room_arn", nullable=True),
        _text("room_name_key", nullable=True, comment="of the room's name, kept equal to rooms.name_key"),
        sa.Column("created_at", sa.BigInteger()),
        sa.Column("secret", sa.LargeBinary(), comment="hash of the device's own secret"),
        sa.UniqueConstraint("account", "region", "serial_number", "type", "arn"),
    )
    _index(
        "alexa_devices", "alexa_devices_by_connection", "account, region, connection_status, serial_number, type, arn"
    )
    _index(
        "alexa_devices",
        "alexa_devices_by_connection_descending",
        "account, region, connection_status DESC, serial_number, type, arn",
    )
    _index("alexa_devices", "alexa_devices_by_name", "account, region, name_key, serial_number, type, arn")
    _index(
        "alexa_devices", "alexa_devices_by_name_descending", "account, region, name_key DESC, serial_number, type, arn"
    )
    _index("alexa_devices", "alexa_devices_by_room", "account, region, room_arn, serial_number, type, arn")
    _index("alexa_devices", "alexa_devices_by_room_name", "account, region, room_name_key, serial_number, type, arn")
    _index(
        "alexa_devices",
        "alexa_devices_by_room_name_descending",
        "account, region, room_name_key DESC, serial_number, type, arn",
    )
    _index("alexa_devices", "alexa_devices_by_serial", "serial_number")
    _index("alexa_devices", "alexa_devices_by_serial_descending", "account, region, serial_number DESC, type, arn")
    _index("alexa_devices", "alexa_devices_by_status", "account, region, status, serial_number, type, arn")
    _index(
        "alexa_devices", "alexa_devices_by_status_descending", "account, region, status DESC, serial_number, type, arn"
    )
    _index("alexa_devices", "alexa_devices_by_type", "account, region, type, serial_number, arn")
    _index("alexa_devices", "alexa_devices_by_type_descending", "account, region, type DESC, serial_number, arn")


def _create_alexa_status_details() -> None:
    op.create_table(
        "alexa_status_details",
        _text("account", primary_key=True),
        _text("region", primary_key=True),
        _text("arn", primary_key=True),
        sa.Column("position", sa.Integer(), primary_key=True),
        _text("code"),
        _text("feature", nullable=True),
    )


def _create_changes() -> None:
    op.create_table(
        "changes",
        sa.Column("sequence", SEQUENCE, primary_key=True, autoincrement=True),
        sa.Column("time", sa.BigInteger(), nullable=False),
        _text("account"),
        _text("region"),
        _text("service"),
        _text("device"),
        _text("kind", comment="ADDED, CHANGED, REMOVED or EVENT"),
        sa.Column("event_time", sa.BigInteger()),
        _text("event_type", nullable=True),
        _text("event_value", nullable=True),
        _text("event_body", nullable=True),
        sqlite_autoincrement=True,
    )
    _index("changes", "changes_by_time", "time")


def _create_claim_codes() -> None:
    op.create_table(
        "claim_codes",
        _text("code", primary_key=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger()),
    )


def _create_client_requests() -> None:
    op.create_table(
        "client_requests",
        _text("account", primary_key=True),
        _text("region", primary_key=True),
        _text("operation", primary_key=True),
        _text("token", primary_key=True),
        _text("arn"),
        sa.Column("digest", sa.LargeBinary(), nullable=False, comment="of the request's other members"),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
    )


def _create_events() -> None:
    op.create_table(
        "events",
        _text("account", primary_key=True),
        _text("region", primary_key=True),
        _text("device", primary_key=True),
        sa.Column("time", sa.BigInteger(), primary_key=True),
        _text("type", primary_key=True),
        _text("value", primary_key=True),
        sa.Column("body", sa.Text(), comment="StdEvent of 1-Click, as sent"),
    )
    _index("events", "events_by_time", "time")


def _create_page_positions() -> None:
    op.create_table(
        "page_positions",
        _text("account", primary_key=True),
        _text("region", primary_key=True),
        _text("digest", primary_key=True),
        sa.Column("position", sa.Text(), nullable=False, comment="a JSON list"),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
    )
    _index("page_positions", "page_positions_by_age", "created_at")


def _create_rooms() -> None:
    op.create_table(
        "rooms",
        _text("account", primary_key=True),
        _text("region", primary_key=True),
        _text("arn", primary_key=True),
        _text("name"),
        _text("name_key"),
        _text("description", nullable=True),
        _text("provider_calendar_id", nullable=True),
        _text("profile_arn", nullable=True),
        _text("profile_name", nullable=True),
        _text("profile_name_key", nullable=True),
        sa.UniqueConstraint("account", "region", "name"),
    )
    _index("rooms", "rooms_by_name", "account, region, name_key, arn")


def _create_tags() -> None:
    op.create_table(
        "tags",
        _text("account", primary_key=True),
        _text("region", primary_key=True),
        _text("arn", primary_key=True),
        _text("key", primary_key=True),
        _text("value"),
    )


def _create_users() -> None:
    op.create_table(
        "users",
        _text("account", primary_key=True),
        _text("region", primary_key=True),
        _text("arn", primary_key=True),
        _text("user_id"),
        _text("first_name", nullable=True),
        _text("first_name_key", nullable=True),
        _text("last_name", nullable=True),
        _text("last_name_key", nullable=True),
        _text("email", nullable=True),
        _text("email_key", nullable=True),
        _text("enrollment_status", nullable=True),
        _text("enrollment_id", nullable=True),
        sa.UniqueConstraint("account", "region", "user_id"),
    )
    _index("users", "users_by_email", "account, region, email_key, arn")
    _index("users", "users_by_email_descending", "account, region, email_key DESC, arn")
    _index("users", "users_by_enrollment_status", "account, region, enrollment_status, arn")
    _index("users", "users_by_enrollment_status_descending", "account, region, enrollment_status DESC, arn")
    _index("users", "users_by_first_name", "account, region, first_name_key, arn")
    _index("users", "users_by_first_name_descending", "account, region, first_name_key DESC, arn")
    _index("users", "users_by_last_name", "account, region, last_name_key, arn")
    _index("users", "users_by_last_name_descending", "account, region, last_name_key DESC, arn")


def _create_access_keys() -> None:
    op.create_table(
        "access_keys",
        _text("access_key_id", primary_key=True),
        _text("account", sa.ForeignKey("accounts.account")),
        sa.Column("secret", sa.LargeBinary(), nullable=False, comment="encrypted under the key from settings"),
        sa.Column("demo", sa.Boolean(), nullable=False, comment="refused beyond loopback"),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("revoked_at", sa.BigInteger()),
    )


def _create_one_click_devices() -> None:
    op.create_table(
        "one_click_devices",
        _text("device_id", primary_key=True),
        _text("type"),
        _text("claim_code", sa.ForeignKey("claim_codes.code"), nullable=True),
        _text("account", nullable=True),
        _text("region", nullable=True),
        _text("arn", nullable=True),
        _text("initiated_account", nullable=True),
        _text("initiated_region", nullable=True),
        sa.Column("event_since_initiated", sa.Boolean(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("remaining_life", sa.Float(), nullable=False, comment="fraction, 0 to 1"),
        sa.Column("attributes", sa.Text(), nullable=False, comment="a JSON object of strings"),
        _text("name_key", comment="of the tag Name, else of the device id"),
        sa.Column("on_click_callback", sa.Text()),
        sa.Column("health_monitor_callback", sa.Text()),
        sa.Column("secret", sa.LargeBinary(), comment="hash of the device's own secret"),
        sa.Column("claimed_at", sa.BigInteger()),
        sa.Column(
            "released_at",
            sa.BigInteger(),
            comment="when the last owner let go; what the device did before is not the next one's",
        ),
        sa.UniqueConstraint("account", "region", "device_id"),
    )
    _index("one_click_devices", "one_click_devices_by_arn", "arn")
    _index("one_click_devices", "one_click_devices_by_claim_code", "claim_code")
    _index("one_click_devices", "one_click_devices_by_name", "account, region, name_key, device_id")
    _index("one_click_devices", "one_click_devices_by_name_descending", "account, region, name_key DESC, device_id")
    _index("one_click_devices", "one_click_devices_by_type", "account, region, type, device_id")
    _index("one_click_devices", "one_click_devices_by_type_descending", "account, region, type DESC, device_id")


def _text(
    name: str,
    *foreign_key: sa.ForeignKey,
    nullable: bool = False,
    primary_key: bool = False,
    comment: str | None = None,
) -> sa.Column[str]:
    return sa.Column(name, BYTEWISE, *foreign_key, nullable=nullable, primary_key=primary_key, comment=comment)


def _index(table: str, name: str, columns: str) -> None:
    op.create_index(name, table, [sa.text(column) for column in columns.split(", ")])
