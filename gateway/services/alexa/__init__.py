"""Alexa for Business: devices and their events, rooms and who is in them, users, tags.

What it answers on the wire, what it answers for many at once, and what only the gateway may ask.
"""

from collections.abc import Mapping

from gateway.services.alexa.device_lists import count_matching_devices, query_devices, search_devices
from gateway.services.alexa.devices import (
    delete_device,
    get_device,
    get_device_data,
    get_devices,
    get_devices_data,
    start_device_sync,
    update_device,
)
from gateway.services.alexa.events import list_device_events, query_device_events, query_events_of_many
from gateway.services.alexa.room_devices import query_devices_of_many
from gateway.services.alexa.room_lists import count_matching_rooms, query_rooms, search_rooms
from gateway.services.alexa.rooms import (
    associate_device,
    create_room,
    delete_room,
    disassociate_device,
    get_room,
    get_rooms,
    update_room,
)
from gateway.services.alexa.tags import list_tags, list_tags_of_many, tag_resource, untag_resource
from gateway.services.alexa.users import (
    count_matching_users,
    create_user,
    delete_user,
    get_user,
    get_users,
    query_users,
    search_users,
)
from gateway.services.embedded import Handler, PluralHandler

OPERATIONS: Mapping[str, Handler] = {
    "AssociateDeviceWithRoom": associate_device,
    "CreateRoom": create_room,
    "CreateUser": create_user,
    "DeleteDevice": delete_device,
    "DeleteRoom": delete_room,
    "DeleteUser": delete_user,
    "DisassociateDeviceFromRoom": disassociate_device,
    "GetDevice": get_device,
    "GetRoom": get_room,
    "ListDeviceEvents": list_device_events,
    "ListTags": list_tags,
    "SearchDevices": search_devices,
    "SearchRooms": search_rooms,
    "SearchUsers": search_users,
    "StartDeviceSync": start_device_sync,
    "TagResource": tag_resource,
    "UntagResource": untag_resource,
    "UpdateDevice": update_device,
    "UpdateRoom": update_room,
}

PLURAL: Mapping[str, PluralHandler] = {
    "GetDevice": get_devices,
    "GetDeviceData": get_devices_data,
    "GetRoom": get_rooms,
    "GetUser": get_users,
    "ListTags": list_tags_of_many,
    "QueryDeviceEvents": query_events_of_many,
    "QueryDevices": query_devices_of_many,
}

BEYOND: Mapping[str, Handler] = {
    "CountDevices": count_matching_devices,
    "CountRooms": count_matching_rooms,
    "CountUsers": count_matching_users,
    "GetDeviceData": get_device_data,
    "GetUser": get_user,
    "QueryDeviceEvents": query_device_events,
    "QueryDevices": query_devices,
    "QueryRooms": query_rooms,
    "QueryUsers": query_users,
}
