"""What FANSHIP holds: uploads that wait or were taken in, purchases, members."""

from __future__ import annotations

from mockservers.core.deciding.vendor import Collection, by, on
from mockservers.vendors.fanship.contents import member_content, purchase_content
from mockservers.vendors.fanship.notes import noted_purchase
from mockservers.vendors.fanship.showing import purchase_as_kept

PURCHASES, MEMBERS = "purchases", "members"
COLLECTIONS = {
    "uploads": Collection(key=by("upload"), indexes={"reception_day": on("reception_day")}),
    PURCHASES: Collection(key=by("id"), content=purchase_content, noted=noted_purchase, render=purchase_as_kept),
    MEMBERS: Collection(key=by("id"), content=member_content),
}
