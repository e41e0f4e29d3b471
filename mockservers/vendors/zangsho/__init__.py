"""Zangsho (帳獸): customers, orders, subscriptions and their events, singly and in batches."""

from __future__ import annotations

from functools import partial

from mockservers.core.contract.loading import data_directory
from mockservers.core.contract.sent_credentials import sent_credentials
from mockservers.core.deciding.vendor import Vendor
from mockservers.vendors.zangsho.auth import unauthenticated
from mockservers.vendors.zangsho.batches import import_batch, import_events
from mockservers.vendors.zangsho.customers import CUSTOMER_TYPE
from mockservers.vendors.zangsho.idempotency import create_order
from mockservers.vendors.zangsho.jobs import JOBS
from mockservers.vendors.zangsho.lists import get_record, list_records
from mockservers.vendors.zangsho.needs import NEEDS
from mockservers.vendors.zangsho.orders import ORDER_TYPE
from mockservers.vendors.zangsho.parameters import refuse_parameters
from mockservers.vendors.zangsho.single_records import create_record
from mockservers.vendors.zangsho.state import COLLECTIONS
from mockservers.vendors.zangsho.subscription_changes import cancel_subscription, update_subscription
from mockservers.vendors.zangsho.subscription_events import SUBSCRIPTION_EVENT_TYPE
from mockservers.vendors.zangsho.subscriptions import SUBSCRIPTION_TYPE

VENDOR = Vendor(
    name="zangsho",
    contract_folder=data_directory("contracts") / "zangsho",
    collections=COLLECTIONS,
    operations={
        "listCustomers": partial(list_records, CUSTOMER_TYPE),
        "createCustomer": partial(create_record, CUSTOMER_TYPE),
        "importCustomers": partial(import_batch, CUSTOMER_TYPE),
        "getCustomer": partial(get_record, CUSTOMER_TYPE),
        "listOrders": partial(list_records, ORDER_TYPE),
        "createOrder": create_order,
        "importOrders": partial(import_batch, ORDER_TYPE),
        "getOrder": partial(get_record, ORDER_TYPE),
        "listSubscriptions": partial(list_records, SUBSCRIPTION_TYPE),
        "createSubscription": partial(create_record, SUBSCRIPTION_TYPE),
        "importSubscriptions": partial(import_batch, SUBSCRIPTION_TYPE),
        "getSubscription": partial(get_record, SUBSCRIPTION_TYPE),
        "updateSubscription": update_subscription,
        "cancelSubscription": cancel_subscription,
        "listSubscriptionEvents": partial(list_records, SUBSCRIPTION_EVENT_TYPE),
        "createSubscriptionEvent": partial(create_record, SUBSCRIPTION_EVENT_TYPE),
        "importSubscriptionEvents": import_events,
    },
    jobs=JOBS,
    credentials=sent_credentials,
    unauthenticated=unauthenticated,
    needs=NEEDS,
    wrong_parameters=refuse_parameters,
)
