"""What the demo fleet is called, and how much its buttons are used."""

from msgspec import Struct


class Purpose(Struct, frozen=True):
    """What a button is for: whose it is, and about how often it is pressed on a workday."""

    name: str
    team: str
    clicks: float


FRONT_DOOR = "G030PM0123456789"

FLOORS = 6
ON_EVERY_FLOOR = (
    Purpose("Coffee is out", "Catering", 7.0),
    Purpose("Clean the kitchen", "Facilities", 4.0),
    Purpose("Meeting room reset", "Facilities", 9.0),
    Purpose("Printer paper", "IT", 2.5),
    Purpose("Help desk", "IT", 5.0),
    Purpose("Restock supplies", "Facilities", 1.5),
    Purpose("Too warm", "Facilities", 1.0),
    Purpose("Call a guide", "Reception", 2.0),
    Purpose("First aid", "Security", 0.05),
)
ELSEWHERE = (
    Purpose("Front door", "Reception", 24.0),
    Purpose("Loading dock", "Logistics", 14.0),
    Purpose("Parcel pick-up", "Logistics", 8.0),
    Purpose("Car park barrier", "Security", 6.0),
    Purpose("Night bell", "Security", 0.4),
    Purpose("Reception Zürich", "Reception", 10.0),
    Purpose("Küche aufräumen", "Catering", 5.0),
    Purpose("Café São Paulo", "Catering", 6.0),
    Purpose("会議室の片付け", "Facilities", 3.0),
    Purpose("Ελλάδα υποδοχή", "Reception", 2.0),
    Purpose("Roof terrace", "Facilities", 0.3),
    Purpose("Water leak", "Facilities", 0.03),
)

ROOMS = (
    "Lobby",
    "Küche",
    "São Paulo",
    "会議室",
    "Zürich",
    "Reykjavík",
    "Øresund",
    "Αθήνα",
    "Київ",
    "Ada Lovelace",
    "Grace Hopper",
    "Boardroom",
    "Library",
    "Workshop",
    "Café",
)
ECHO_TYPES = (("Echo", "A238TWV36W3S92"), ("Echo Dot", "A32DOYMUN6DTXA"), ("Echo Show", "A4ZP7ZC4PI6TO"))
WITHOUT_ROOM = ("Spare Echo 1", "Spare Echo 2", None, None)
"""Two of them have no name yet."""

PEOPLE = (
    ("Ada", "Lovelace"),
    ("Grace", "Hopper"),
    ("Katherine", "Johnson"),
    ("Alan", "Turing"),
    ("Edsger", "Dijkstra"),
    ("Barbara", "Liskov"),
    ("José", "Araújo"),
    ("Zoë", "van Dijk"),
    ("Jürgen", "Müller"),
    ("Søren", "Ørsted"),
    ("Łukasz", "Wójcik"),
    ("Aoife", "O'Brien"),
    ("Noël", "Lefèvre"),
    ("Gülşen", "Şahin"),
    ("花子", "山田"),
    ("太郎", "鈴木"),
    ("伟", "王"),
    ("민준", "김"),
    ("Оксана", "Шевченко"),
    ("Ελένη", "Παπαδοπούλου"),
    ("Amina", "Diallo"),
    ("Priya", "Raman"),
    ("Diego", "Peña"),
    ("Chloé", "Dubois"),
    ("Björn", "Lindqvist"),
    ("Sofía", "Núñez"),
    ("Kwame", "Mensah"),
    ("Mary-Jane", "Smith"),
    ("Tomáš", "Novák"),
    ("Ingrid", "Berg"),
)
