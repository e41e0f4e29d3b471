"""eSputnik (Yespo): contacts, events that carry orders, and orders in bulk.

The items, and their outcomes:

    an event kept, or dropped if it is not registered
    an order event      the outcome of its order: kept, updated, skipped, or dropped if the order is ignored; the
                        event itself stays in the history and is not a second item
    an order            of Add orders: kept, updated, or refused and listed in the answer
    a contact           kept, updated or refused; in bulk pending until the import says, or dropped by it

A refused request refuses every item in it. Reading and deleting send no items.
"""

from __future__ import annotations

from mockservers.core.contract.loading import data_directory
from mockservers.core.contract.sent_credentials import sent_credentials
from mockservers.core.deciding.vendor import Vendor
from mockservers.vendors.esputnik.account import get_fixed_answer
from mockservers.vendors.esputnik.auth import unauthenticated
from mockservers.vendors.esputnik.contacts import (
    add_contact,
    delete_contact,
    delete_contact_by_external_id,
    get_contact,
    search_contacts,
    update_contact,
)
from mockservers.vendors.esputnik.events import register_event, register_event_v2
from mockservers.vendors.esputnik.imports import import_status, update_contacts
from mockservers.vendors.esputnik.jobs import import_contacts
from mockservers.vendors.esputnik.needs import NEEDS
from mockservers.vendors.esputnik.orders import add_orders
from mockservers.vendors.esputnik.parameters import refuse_parameters
from mockservers.vendors.esputnik.past_events import send_history_events, send_history_events_v2
from mockservers.vendors.esputnik.state import COLLECTIONS
from mockservers.vendors.esputnik.subscriptions import subscribe_contact

VENDOR = Vendor(
    name="esputnik",
    contract_folder=data_directory("contracts") / "esputnik",
    collections=COLLECTIONS,
    operations={
        "registerEvent": register_event,
        "registerEventV2": register_event_v2,
        "sendHistoryEvents": send_history_events,
        "sendHistoryEventsV2": send_history_events_v2,
        "ordersBulkInsert": add_orders,
        "addContact": add_contact,
        "getContact": get_contact,
        "updateContact": update_contact,
        "deleteContact": delete_contact,
        "deleteContactByExternalId": delete_contact_by_external_id,
        "subscribeContact": subscribe_contact,
        "searchContacts": search_contacts,
        "contactsBulkUpdate": update_contacts,
        "getImportSessionStatus": import_status,
        "getAccountInfo": get_fixed_answer,
        "getVersion": get_fixed_answer,
    },
    jobs={"import": import_contacts},
    credentials=sent_credentials,
    unauthenticated=unauthenticated,
    needs=NEEDS,
    wrong_parameters=refuse_parameters,
)
