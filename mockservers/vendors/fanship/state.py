"""The collections of a FANSHIP tenant: uploads (waiting or ingested), purchases, members."""

from __future__ import annotations

from typing import Literal

from mockservers.core.deciding.document_keys import keys_of
from mockservers.core.deciding.vendor import Collection, by, on
from mockservers.vendors.fanship.contents import MEMBER, PURCHASE, member_content, purchase_content
from mockservers.vendors.fanship.purchase_notes import noted_purchase
from mockservers.vendors.fanship.views import PROMOTION_ID, purchase_as_shown

Kind = Literal["purchases", "members"]
"""The kind of an upload: the name of its collection."""

UPLOADS: Literal["uploads"] = "uploads"
PURCHASES: Literal["purchases"] = "purchases"
MEMBERS: Literal["members"] = "members"

WAITING, OVERWRITTEN, INGESTED = "waiting", "overwritten", "ingested"
"""The status of an upload."""

_UPLOAD = ("upload", "kind", "business_day", "reception_day", "received_at", "lines", "status", "refused_lines")
"""The keys of an upload (`uploads.py` writes them)."""

COLLECTIONS = {
    UPLOADS: Collection(key=by("upload"), indexes={"reception_day": on("reception_day")}, keys=keys_of(added=_UPLOAD)),
    PURCHASES: Collection(
        key=by("id"),
        content=purchase_content,
        noted=noted_purchase,
        render=purchase_as_shown,
        keys=keys_of(PURCHASE, added=PROMOTION_ID),
        schemas=(PURCHASE,),
    ),
    # A member may have any key: the page with its fields cannot be read publicly.
    MEMBERS: Collection(key=by("id"), content=member_content, schemas=(MEMBER,)),
}
