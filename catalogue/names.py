"""Names of this room's tasks."""

WAY_THERE = "catalogue.tasks.way_there"
SAVED_SEARCH_MAILS = "catalogue.tasks.saved_search_mails"
