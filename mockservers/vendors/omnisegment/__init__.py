"""OmniSegment (beBit): orders, members, mappings and products by API, most of it processed after the answer."""
