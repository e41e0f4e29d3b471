"""OmniSegment (beBit): orders, members, mappings and products by API, most of it processed after the answer."""

from __future__ import annotations

from mockservers.core.contract.loading import data_directory
from mockservers.core.deciding.vendor import Vendor
from mockservers.vendors.omnisegment.audiences import import_member, import_members
from mockservers.vendors.omnisegment.catalogue import import_product
from mockservers.vendors.omnisegment.deciding import unauthenticated
from mockservers.vendors.omnisegment.holding import COLLECTIONS
from mockservers.vendors.omnisegment.jobs import process_members, process_products, process_purchases
from mockservers.vendors.omnisegment.mapping import map_member
from mockservers.vendors.omnisegment.parsing import credentials
from mockservers.vendors.omnisegment.purchases import import_purchase, import_purchases
from mockservers.vendors.omnisegment.readback import get_orders

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
    credentials=credentials,
    unauthenticated=unauthenticated,
)
