"""Every table. All that belongs to somebody is keyed by account and region.

Text is compared bytewise (SQLite's BINARY, PostgreSQL's "C"); columns that end in `_key` hold
gateway.model.text.name_key of the column before.
Times are milliseconds since 1970, UTC.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData()
BYTEWISE = Text().with_variant(Text(collation="C"), "postgresql")
SEQUENCE = BigInteger().with_variant(Integer(), "sqlite")


def _text(name: str, *, nullable: bool = False, primary_key: bool = False) -> Column[str]:
    return Column(name, BYTEWISE, nullable=nullable, primary_key=primary_key)


def _keys(*names: str) -> list[Column[str]]:
    """Columns that tell a row from all others, together or with those that follow."""
    return [_text(name, primary_key=True) for name in names]


accounts = Table(
    "accounts", metadata, _text("account", primary_key=True), Column("created_at", BigInteger, nullable=False)
)

access_keys = Table(
    "access_keys",
    metadata,
    _text("access_key_id", primary_key=True),
    Column("account", BYTEWISE, ForeignKey(accounts.c.account), nullable=False),
    Column("secret", LargeBinary, nullable=False, comment="encrypted under the key from settings"),
    Column("demo", Boolean, nullable=False, comment="refused beyond loopback"),
    Column("created_at", BigInteger, nullable=False),
    Column("revoked_at", BigInteger),
)

api_keys = Table(
    "api_keys",
    metadata,
    _text("id", primary_key=True),
    Column("hash", LargeBinary, nullable=False, comment="of the secret part; the secret is kept nowhere"),
    _text("name"),
    Column("scopes", Text, nullable=False, comment="a JSON list"),
    Column("sources", Text, comment="a JSON list; null: all"),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger),
    Column("revoked_at", BigInteger),
)

claim_codes = Table(
    "claim_codes",
    metadata,
    _text("code", primary_key=True),
    Column("created_at", BigInteger, nullable=False),
    Column("used_at", BigInteger),
)

# A device of 1-Click exists before anyone owns it: account and region are null until it is claimed.
one_click_devices = Table(
    "one_click_devices",
    metadata,
    _text("device_id", primary_key=True),
    _text("type"),
    Column("claim_code", BYTEWISE, ForeignKey(claim_codes.c.code), nullable=True),
    _text("account", nullable=True),
    _text("region", nullable=True),
    _text("arn", nullable=True),
    _text("initiated_account", nullable=True),
    _text("initiated_region", nullable=True),
    Column("event_since_initiated", Boolean, nullable=False, default=False),
    Column("enabled", Boolean, nullable=False, default=False),
    Column("remaining_life", Float, nullable=False, default=1.0, comment="fraction, 0 to 1"),
    Column("attributes", Text, nullable=False, default="{}", comment="a JSON object of strings"),
    Column("name_key", BYTEWISE, nullable=False, comment="of the tag Name, else of the device id"),
    Column("on_click_callback", Text),
    Column("health_monitor_callback", Text),
    Column("secret", LargeBinary, comment="hash of the device's own secret"),
    Column("claimed_at", BigInteger),
    Column(
        "released_at",
        BigInteger,
        comment="when the last owner let go; what the device did before is not the next one's",
    ),
    UniqueConstraint("account", "region", "device_id"),
    Index("one_click_devices_by_arn", "arn"),
    Index("one_click_devices_by_claim_code", "claim_code"),
    Index("one_click_devices_by_name", "account", "region", "name_key", "device_id"),
    Index("one_click_devices_by_type", "account", "region", "type", "device_id"),
)
# Descending values with ascending ids are an order that no ascending index serves.
Index(
    "one_click_devices_by_name_descending",
    one_click_devices.c.account,
    one_click_devices.c.region,
    one_click_devices.c.name_key.desc(),
    one_click_devices.c.device_id,
)
Index(
    "one_click_devices_by_type_descending",
    one_click_devices.c.account,
    one_click_devices.c.region,
    one_click_devices.c.type.desc(),
    one_click_devices.c.device_id,
)

tags = Table(
    "tags",
    metadata,
    *_keys("account", "region", "arn", "key"),
    _text("value"),
)

# An event is known by what it says: reported twice, it is kept once. `type` and `value` as in gateway.model.event.
events = Table(
    "events",
    metadata,
    *_keys("account", "region"),
    _text("device", primary_key=True),  # device id of 1-Click, ARN of Alexa for Business
    Column("time", BigInteger, primary_key=True),
    *_keys("type", "value"),
    Column("body", Text, nullable=True, comment="StdEvent of 1-Click, as sent"),
    Index("events_by_time", "time"),
)

rooms = Table(
    "rooms",
    metadata,
    *_keys("account", "region", "arn"),
    _text("name"),
    _text("name_key"),
    _text("description", nullable=True),
    _text("provider_calendar_id", nullable=True),
    _text("profile_arn", nullable=True),
    _text("profile_name", nullable=True),
    _text("profile_name_key", nullable=True),
    UniqueConstraint("account", "region", "name"),
    Index("rooms_by_name", "account", "region", "name_key", "arn"),
)

alexa_devices = Table(
    "alexa_devices",
    metadata,
    *_keys("account", "region", "arn"),
    _text("serial_number"),
    _text("type"),
    _text("name", nullable=True),
    Column("name_key", BYTEWISE, nullable=False, comment="of the name, else of the serial number"),
    _text("software_version", nullable=True),
    _text("mac_address", nullable=True),
    _text("status", nullable=True),
    _text("connection_status", nullable=True),
    Column("connection_status_updated_at", BigInteger),
    _text("network_profile_arn", nullable=True),
    _text("network_profile_name", nullable=True),
    _text("network_profile_name_key", nullable=True),
    _text("room_arn", nullable=True),
    Column("room_name_key", BYTEWISE, nullable=True, comment="of the room's name, kept equal to rooms.name_key"),
    Column("created_at", BigInteger),
    Column("secret", LargeBinary, comment="hash of the device's own secret"),
    UniqueConstraint("account", "region", "serial_number", "type", "arn"),
    Index("alexa_devices_by_serial", "serial_number"),
    Index("alexa_devices_by_name", "account", "region", "name_key", "serial_number", "type", "arn"),
    Index("alexa_devices_by_type", "account", "region", "type", "serial_number", "arn"),
    Index("alexa_devices_by_status", "account", "region", "status", "serial_number", "type", "arn"),
    Index("alexa_devices_by_connection", "account", "region", "connection_status", "serial_number", "type", "arn"),
    Index("alexa_devices_by_room_name", "account", "region", "room_name_key", "serial_number", "type", "arn"),
    Index("alexa_devices_by_room", "account", "region", "room_arn", "serial_number", "type", "arn"),
)

# Ties are broken by ascending keys in descending orders too, which no ascending index can serve.
_alexa_owner = (alexa_devices.c.account, alexa_devices.c.region)
_alexa_key = (alexa_devices.c.serial_number, alexa_devices.c.type, alexa_devices.c.arn)
for _name, _column in (
    ("name", alexa_devices.c.name_key),
    ("status", alexa_devices.c.status),
    ("connection", alexa_devices.c.connection_status),
    ("room_name", alexa_devices.c.room_name_key),
):
    Index(f"alexa_devices_by_{_name}_descending", *_alexa_owner, _column.desc(), *_alexa_key)
Index(
    "alexa_devices_by_type_descending",
    *_alexa_owner,
    alexa_devices.c.type.desc(),
    alexa_devices.c.serial_number,
    alexa_devices.c.arn,
)
Index(
    "alexa_devices_by_serial_descending",
    *_alexa_owner,
    alexa_devices.c.serial_number.desc(),
    alexa_devices.c.type,
    alexa_devices.c.arn,
)

alexa_status_details = Table(
    "alexa_status_details",
    metadata,
    *_keys("account", "region", "arn"),
    Column("position", Integer, primary_key=True),
    _text("code"),
    _text("feature", nullable=True),
)

users = Table(
    "users",
    metadata,
    *_keys("account", "region", "arn"),
    _text("user_id"),
    _text("first_name", nullable=True),
    _text("first_name_key", nullable=True),
    _text("last_name", nullable=True),
    _text("last_name_key", nullable=True),
    _text("email", nullable=True),
    _text("email_key", nullable=True),
    _text("enrollment_status", nullable=True),
    _text("enrollment_id", nullable=True),
    UniqueConstraint("account", "region", "user_id"),
    Index("users_by_first_name", "account", "region", "first_name_key", "arn"),
    Index("users_by_last_name", "account", "region", "last_name_key", "arn"),
    Index("users_by_email", "account", "region", "email_key", "arn"),
    Index("users_by_enrollment_status", "account", "region", "enrollment_status", "arn"),
)

for _name, _column in (
    ("first_name", users.c.first_name_key),
    ("last_name", users.c.last_name_key),
    ("email", users.c.email_key),
    ("enrollment_status", users.c.enrollment_status),
):
    Index(f"users_by_{_name}_descending", users.c.account, users.c.region, _column.desc(), users.c.arn)

# What a ClientRequestToken made, so that a repeated request makes nothing new.
client_requests = Table(
    "client_requests",
    metadata,
    *_keys("account", "region", "operation", "token"),
    _text("arn"),
    Column("digest", LargeBinary, nullable=False, comment="of the request's other members"),
    Column("created_at", BigInteger, nullable=False),
)

# Where a page left off, if that is too long for the token that a service may give out; a token then holds the digest.
page_positions = Table(
    "page_positions",
    metadata,
    *_keys("account", "region", "digest"),
    Column("position", Text, nullable=False, comment="a JSON list"),
    Column("created_at", BigInteger, nullable=False),
    Index("page_positions_by_age", "created_at"),
)

# Read in the order of `sequence`, which is the order of commits on SQLite and, by a lock, on PostgreSQL.
changes = Table(
    "changes",
    metadata,
    Column("sequence", SEQUENCE, primary_key=True, autoincrement=True),
    Column("time", BigInteger, nullable=False),
    _text("account"),
    _text("region"),
    _text("service"),
    _text("device"),
    Column("kind", BYTEWISE, nullable=False, comment="ADDED, CHANGED, REMOVED or EVENT"),
    Column("event_time", BigInteger, nullable=True),
    _text("event_type", nullable=True),
    _text("event_value", nullable=True),
    _text("event_body", nullable=True),
    sqlite_autoincrement=True,
)

# One row, or none before anything was deleted: the last row of the log that is not there any more.
pruned_changes = Table("pruned_changes", metadata, Column("sequence", BigInteger, nullable=False))

# Who does what only one of all processes should do, and until when.
leases = Table(
    "leases",
    metadata,
    _text("name", primary_key=True),
    _text("holder"),
    Column("until", BigInteger, nullable=False),
)

# What is followed of sources that cannot tell by themselves what happens: by which process, and until when.
watches = Table(
    "watches",
    metadata,
    *_keys("source", "device", "holder"),
    Column("until", BigInteger, nullable=False),
)

# How far such a source has been looked at: the events of a device, and what its list said of it.
polled = Table(
    "polled",
    metadata,
    *_keys("source", "device"),
    Column("since", BigInteger, nullable=False),
    Column("polled_to", BigInteger, nullable=False),
    _text("digest", nullable=True),
)
