"""FANSHIP (iRidge): purchases and members, uploaded a day at a time and taken in the next morning."""
