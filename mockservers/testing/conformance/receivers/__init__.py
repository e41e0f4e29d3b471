"""Webhook receivers: whether a receiver holds the record of each webhook once, after all kinds of deliveries.

declared.py     what a vendor's part of the kit says about its webhooks
announced.py    webhooks that the mock made for real calls, to be delivered in any way
delivering.py   deliveries to the receiver, with the vendor's retries and signatures
holdings.py     what the receiver then holds, by the user's command
trial.py        what one property did to the receiver, and what is wrong with it
properties.py   the properties
running.py      all of them, as a report
"""
