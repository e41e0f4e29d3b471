"""FANSHIP (iRidge): purchases and members, uploaded once a day and ingested the next morning."""

from __future__ import annotations

from mockservers.core.contract.loading import data_directory
from mockservers.core.contract.sent_credentials import sent_credentials
from mockservers.core.deciding.vendor import Vendor
from mockservers.vendors.fanship.auth import unauthenticated
from mockservers.vendors.fanship.jobs import ingest
from mockservers.vendors.fanship.needs import NEEDS
from mockservers.vendors.fanship.requests import read_members, read_purchases
from mockservers.vendors.fanship.state import COLLECTIONS
from mockservers.vendors.fanship.uploads import refuse_parameters, upload_members, upload_purchases

VENDOR = Vendor(
    name="fanship",
    contract_folder=data_directory("contracts") / "fanship",
    collections=COLLECTIONS,
    operations={"uploadPurchases": upload_purchases, "uploadMembers": upload_members},
    jobs={"ingest": ingest},
    credentials=sent_credentials,
    unauthenticated=unauthenticated,
    read={"uploadPurchases": read_purchases, "uploadMembers": read_members},
    needs=NEEDS,
    wrong_parameters=refuse_parameters,
)
