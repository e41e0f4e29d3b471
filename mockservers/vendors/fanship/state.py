"""What FANSHIP holds for a tenant: uploads that wait or were ingested, purchases, members."""

from __future__ import annotations

from typing import Literal

from mockservers.core.deciding.vendor import Collection, by, on
from mockservers.vendors.fanship.contents import member_content, purchase_content
from mockservers.vendors.fanship.purchase_notes import noted_purchase
from mockservers.vendors.fanship.views import purchase_as_shown

Kind = Literal["purchases", "members"]
"""What an upload brings: the name of the collection that it goes to."""

UPLOADS: Literal["uploads"] = "uploads"
PURCHASES: Literal["purchases"] = "purchases"
MEMBERS: Literal["members"] = "members"

WAITING, OVERWRITTEN, INGESTED = "waiting", "overwritten", "ingested"
"""The status of an upload."""

COLLECTIONS = {
    UPLOADS: Collection(key=by("upload"), indexes={"reception_day": on("reception_day")}),
    PURCHASES: Collection(key=by("id"), content=purchase_content, noted=noted_purchase, render=purchase_as_shown),
    MEMBERS: Collection(key=by("id"), content=member_content),
}
