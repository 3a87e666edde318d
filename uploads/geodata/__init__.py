"""Reading of files that strangers sent, in processes of its own: `python -m uploads.geodata`.

They have limits on time and memory and none of the catalogue's secrets, and know nothing of Django.
"""
