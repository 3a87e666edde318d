"""Names of this room's tasks, jobs and mails."""

# Tasks, as Flower shows them
SEND_MAILS = "reports.tasks.send_mails"
REPORT_MAILS = "reports.tasks.report_mails"
WATCH_LAYERS = "reports.tasks.watch_layers"

# Kinds of jobs
CHECK_LINKS = "reports.check_links"
CLEAN_UP = "reports.clean_up"
MAINTAIN = "reports.maintain"

# Kinds of mails
REPORT_MAIL = "reports.catalogue"
