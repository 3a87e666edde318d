/* Follows a job: `<div data-follow="/my/jobs/<id>/progress">` is filled again by that address until
   what it shows has `data-ended`. Asks after growing pauses, and rests while the page is hidden. */

const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 4000;
const GROWTH = 1.2;
const GIVE_UP_AFTER = 2 * 60 * 60 * 1000;

function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

function visible() {
  if (!document.hidden) return Promise.resolve();
  return new Promise((resolve) => {
    document.addEventListener("visibilitychange", resolve, { once: true });
  });
}

async function ask(address) {
  const answer = await fetch(address, {
    credentials: "same-origin",
    headers: { Accept: "text/html" },
    signal: AbortSignal.timeout(10000),
  });
  if ([401, 403, 404].includes(answer.status)) return null;
  if (!answer.ok) throw new Error(`status ${answer.status}`);
  return answer.text();
}

/* Each answer hides the token of its forms in another way. */
function withoutToken(part) {
  return part.innerHTML.replace(/name="csrfmiddlewaretoken" value="[^"]*"/g, "");
}

/* Only what differs is written: a button keeps the focus, a live region is read when it changes. */
function update(place, html) {
  const fresh = new DOMParser().parseFromString(html, "text/html");
  const parts = place.querySelectorAll("[data-part]");
  const others = new Map(
    [...fresh.querySelectorAll("[data-part]")].map((part) => [part.dataset.part, part]),
  );
  if (parts.length === 0 || parts.length !== others.size) {
    place.innerHTML = fresh.body.innerHTML;
  } else {
    for (const part of parts) {
      const other = others.get(part.dataset.part);
      if (other && withoutToken(part) !== withoutToken(other)) part.innerHTML = other.innerHTML;
    }
  }
  return fresh.querySelector("[data-ended]") !== null;
}

export async function follow(place) {
  const until = Date.now() + GIVE_UP_AFTER;
  let wait = FIRST_PAUSE;
  while (place.isConnected && Date.now() < until) {
    await pause(wait);
    await visible();
    try {
      const html = await ask(place.dataset.follow);
      if (html === null) return;
      if (update(place, html)) {
        place.dataset.ended = "";
        place.dispatchEvent(new CustomEvent("job-ended", { bubbles: true }));
        return;
      }
    } catch {
      // The catalogue itself is away for a moment: what the page says stays as it is.
    }
    wait = Math.min(wait * GROWTH, LONGEST_PAUSE);
  }
}

for (const place of document.querySelectorAll("[data-follow]")) follow(place);
