"""OmniSegment (beBit): orders, members, mappings and products by API, most of it processed after the answer."""

from __future__ import annotations

from mockservers.core.contract.loading import data_directory
from mockservers.core.contract.sent_credentials import sent_credentials
from mockservers.core.deciding.vendor import Vendor
from mockservers.vendors.omnisegment.audiences import import_member, import_members
from mockservers.vendors.omnisegment.auth import unauthenticated
from mockservers.vendors.omnisegment.jobs import process_members, process_products, process_purchases
from mockservers.vendors.omnisegment.mappings import map_member
from mockservers.vendors.omnisegment.needs import NEEDS
from mockservers.vendors.omnisegment.orders import get_orders, refuse_parameters
from mockservers.vendors.omnisegment.products import import_product
from mockservers.vendors.omnisegment.purchases import import_purchase, import_purchases
from mockservers.vendors.omnisegment.state import COLLECTIONS

VENDOR = Vendor(
    name="omnisegment",
    contract_folder=data_directory("contracts") / "omnisegment",
    collections=COLLECTIONS,
    operations={
        "importPurchaseData": import_purchase,
        "batchImportPurchaseData": import_purchases,
        "importAudience": import_member,
        "batchImportAudience": import_members,
        "createAudienceMapping": map_member,
        "importProduct": import_product,
        "getOrders": get_orders,
    },
    jobs={"purchases": process_purchases, "audiences": process_members, "products": process_products},
    credentials=sent_credentials,
    unauthenticated=unauthenticated,
    needs=NEEDS,
    wrong_parameters=refuse_parameters,
)
