"""Names of the tasks, as Flower shows them."""

RUN_JOB = "jobs.tasks.run_job"
SWEEP = "jobs.tasks.sweep"
START_BY_THE_CLOCK = "jobs.tasks.start_by_the_clock"
