"""FANSHIP (iRidge): purchases and members, uploaded a day at a time and taken in the next morning."""

from __future__ import annotations

from mockservers.core.contract.loading import data_directory
from mockservers.core.deciding.vendor import Vendor
from mockservers.vendors.fanship.deciding import unauthenticated, upload_members, upload_purchases
from mockservers.vendors.fanship.holding import COLLECTIONS
from mockservers.vendors.fanship.jobs import ingest
from mockservers.vendors.fanship.parsing import credentials, read_members, read_purchases

VENDOR = Vendor(
    name="fanship",
    contract_folder=data_directory("contracts") / "fanship",
    collections=COLLECTIONS,
    operations={"uploadPurchases": upload_purchases, "uploadMembers": upload_members},
    jobs={"ingest": ingest},
    credentials=credentials,
    unauthenticated=unauthenticated,
    read={"uploadPurchases": read_purchases, "uploadMembers": read_members},
)
