"""Zangsho (帳獸): customers, orders, subscriptions and their events, singly and in batches."""
