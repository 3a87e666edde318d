/* Follows a job: `<div data-follow="/my/jobs/<id>/progress">` is filled again by that address until
   what it shows has `data-ended`. */

import { poll } from "./polling.js";

const PAUSES = { first: 500, longest: 4000, growth: 1.2 };
const GIVE_UP_AFTER = 2 * 60 * 60 * 1000;

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

function follow(place) {
  poll(place, {
    address: place.dataset.follow,
    accept: "text/html",
    pauses: PAUSES,
    giveUpAfter: GIVE_UP_AFTER,
    async show(answer) {
      if (!update(place, await answer.text())) return false;
      place.dataset.ended = "";
      place.dispatchEvent(new CustomEvent("job-ended", { bubbles: true }));
      return true;
    },
  });
}

for (const place of document.querySelectorAll("[data-follow]")) follow(place);
