"""What is wrong in the samples of `mockservers init`, and the correction that their users come to."""

from __future__ import annotations

from pathlib import Path

from mockservers.cli.init_files.samples import SAMPLES

CORRECTIONS = {
    "esputnik": (("total_cost", "totalCost"),),
    "fanship": (("orderDate", "order_date"), ("2025-11-01", "2025-11-01T10:00:00+09:00")),
    "omnisegment": (("COMPLETED", "PAID"), ("P001,P002", "P003"), ('"1,2"', '"1"')),
    "zangsho": (("phoneNumber", "phone"),),
}


def correct(folder: Path, runner: str, *vendors: str) -> None:
    """Correct the payloads in the samples of a folder."""
    for vendor in vendors or tuple(CORRECTIONS):
        file = folder / SAMPLES[runner][0].format(vendor=vendor)
        text = file.read_text("utf-8")
        for wrong, right in CORRECTIONS[vendor]:
            assert wrong in text
            text = text.replace(wrong, right)
        file.write_text(text, "utf-8")
