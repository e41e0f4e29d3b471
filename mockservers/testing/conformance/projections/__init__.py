"""What an order comes to at each vendor: the part of it that the vendor can hold."""
