/* A page that waits for a job shows what came of it: it is loaded again when the job has ended. */

for (const place of document.querySelectorAll("[data-reload-at-end]")) {
  place.addEventListener("job-ended", () => window.location.reload());
}
