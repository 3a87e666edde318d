"""Names of this room's tasks."""

WAY_THERE = "catalogue.tasks.way_there"
