"""eSputnik (Yespo): contacts, events that carry orders, and orders in bulk."""
