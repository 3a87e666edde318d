/* Follows a layer on its way to Solr: `<span data-sync-badge="/api/layers/<id>/sync">`.
   What it says stands, in the language of the page, at the script's own element. */

import { poll } from "../jobs/polling.js";

const WORDS = document.querySelector("script[data-sync-words]").dataset;
const LANGUAGE = document.documentElement.lang;

const PAUSES = { first: 250, longest: 5000, growth: 1.4 };
const GIVE_UP_AFTER = 30 * 60 * 1000;
const AT_REST = new Set(["searchable", "parked", "removed"]);
const LOOKS = {
  waiting: "badge--waiting",
  retrying: "badge--bad",
  parked: "badge--bad",
  searchable: "badge--good",
  removed: "badge--good",
};

function seconds(milliseconds) {
  const number = Math.max(milliseconds, 0) / 1000;
  const digits = number < 10 ? 1 : 0;
  const options = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  return new Intl.NumberFormat(LANGUAGE, options).format(number);
}

// Puts values where a text says NAME in capitals.
function filled(text, values) {
  return text.replace(/[A-Z]{4,}/g, (name) => values[name] ?? name);
}

function textOf(sync) {
  if (sync.state === "searchable") {
    const after = Date.parse(sync.searchable_at) - Date.parse(sync.saved_at);
    // A layer that a renamed topic sent again was not saved just then.
    return Number.isFinite(after) && after >= 0 && after < 3600000
      ? filled(WORDS.searchableAfter, { SECONDS: seconds(after) })
      : WORDS.searchable;
  }
  if (sync.state === "retrying") {
    const left = Math.ceil((Date.parse(sync.next_attempt_at) - Date.now()) / 1000);
    const values = { REASON: sync.error, SECONDS: String(left) };
    return filled(left > 0 ? WORDS.retryingIn : WORDS.retryingNow, values);
  }
  if (sync.state === "parked") return filled(WORDS.parked, { REASON: sync.error });
  return sync.state === "removed" ? WORDS.removed : WORDS.waiting;
}

/* A live region is read aloud when its text changes: only then is it written. */
function show(badge, text, state) {
  if (badge.textContent !== text) badge.textContent = text;
  badge.dataset.state = state;
  badge.classList.remove(...Object.values(LOOKS));
  badge.classList.add(LOOKS[state] ?? "badge--waiting");
}

function follow(badge) {
  poll(badge, {
    address: badge.dataset.syncBadge,
    accept: "application/json",
    pauses: PAUSES,
    giveUpAfter: GIVE_UP_AFTER,
    async show(answer) {
      const sync = await answer.json();
      show(badge, textOf(sync), sync.state);
      return AT_REST.has(sync.state);
    },
  });
}

for (const badge of document.querySelectorAll("[data-sync-badge]")) follow(badge);
