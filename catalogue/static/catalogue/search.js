// The search page without full reloads: the same pages are fetched, and their parts put in place. The
// address bar holds the whole state, so back, forward and sharing work. Also starts maps where one is.

const page = document.querySelector(".search-layout");
let loading = null;
let map = null;

function here(url) {
  return url.origin === location.origin && url.pathname === location.pathname;
}

async function go(url, { push = true, focus = false } = {}) {
  loading?.abort();
  loading = new AbortController();
  document.body.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(url, { signal: loading.signal, headers: { Accept: "text/html" } });
    const type = answer.headers.get("Content-Type") ?? "";
    if (!answer.ok || !type.startsWith("text/html")) return location.assign(url);
    const next = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (!next.querySelector("[data-part=results]")) return location.assign(url);
    if (push) history.pushState({ catalogue: true }, "", url);
    put(next, focus);
  } catch (error) {
    if (error.name !== "AbortError") location.assign(url);
    return;
  }
  document.body.removeAttribute("aria-busy");
}

function put(next, focus) {
  document.title = next.title;
  const kept = focusToKeep(focus);
  const opened = new Set([...document.querySelectorAll(".facets details[open] > summary")].map((s) => s.textContent));
  for (const part of document.querySelectorAll("[data-part]")) {
    const fresh = next.querySelector(`[data-part="${part.dataset.part}"]`);
    if (!fresh || (part.dataset.part === "form" && part.contains(document.activeElement))) continue;
    part.replaceChildren(...fresh.childNodes);
    if (fresh.dataset.state !== undefined) part.dataset.state = fresh.dataset.state;
  }
  for (const summary of document.querySelectorAll(".facets details > summary")) {
    if (opened.has(summary.textContent)) summary.parentElement.open = true;
  }
  const frame = document.querySelector("[data-map]");
  const fresh = next.querySelector("[data-map]");
  if (frame && fresh) frame.toggleAttribute("data-away", fresh.hasAttribute("data-away"));
  if (frame && fresh) Object.assign(frame.dataset, { state: fresh.dataset.state, bbox: fresh.dataset.bbox });
  document.querySelector("[data-status]").textContent = document.querySelector("#count")?.textContent ?? "";
  const same = kept && document.querySelector(kept);
  if (same) same.focus({ preventScroll: true });
  else if (focus || kept !== null) document.querySelector("#count")?.focus({ preventScroll: true });
  document.dispatchEvent(new CustomEvent("catalogue:parts"));
  refresh();
}

// What finds the element again that has the focus, when its part was replaced; null where the focus
// stays by itself. Who leaves a part on purpose, as by a link to the next page, goes to the results.
function focusToKeep(leaving) {
  const part = document.activeElement?.closest("[data-part]");
  if (!part || part.dataset.part === "form") return null;
  return leaving && part.dataset.part !== "facets" ? "" : mark(document.activeElement);
}

function mark(element) {
  if (!element.id && !element.name) return "";
  const value = element.value === undefined ? "" : `[value="${CSS.escape(element.value)}"]`;
  return element.id ? `#${CSS.escape(element.id)}` : `[data-part=facets] [name="${element.name}"]${value}`;
}

function addressOf(form) {
  const state = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (value !== "") state.append(name, value);
  return new URL(`${form.getAttribute("action")}?${state}`, location.href);
}

if (page) {
  document.body.classList.add("with-script");
  document.addEventListener("submit", (event) => {
    const url = event.target.method === "get" && addressOf(event.target);
    if (!url || !here(url)) return;
    event.preventDefault();
    document.querySelector("dialog[open]")?.close();
    go(url, { focus: true });
  });
  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-auto]");
    if (form && !event.target.closest("dialog") && event.target.matches("select, [type=checkbox]")) go(addressOf(form));
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    if (link.dataset.values) return showValues(event, link);
    const url = new URL(link.href);
    if (!here(url) || url.hash || link.hasAttribute("data-plain") || !link.closest("[data-part]")) return;
    event.preventDefault();
    scrollTo({ top: 0 });
    go(url, { focus: true });
  });
  addEventListener("popstate", () => go(location.href, { push: false }));
  drawer();
}

// All values of a facet, in place of the first ones; each is a link back into the search.
async function showValues(event, link) {
  event.preventDefault();
  const holder = document.createElement("div");
  holder.className = "facet-all";
  const field = document.createElement("input");
  field.type = "search";
  field.setAttribute("aria-label", link.textContent);
  const list = document.createElement("div");
  holder.append(field, list);
  link.closest("p").replaceWith(holder);
  const load = async () => {
    const url = new URL(link.href);
    if (field.value) url.searchParams.set("containing", field.value);
    const next = new DOMParser().parseFromString(await (await fetch(url)).text(), "text/html");
    list.replaceChildren(...(next.querySelector("#values")?.childNodes ?? []));
  };
  let timer = 0;
  field.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(load, 150); });
  field.addEventListener("keydown", (key) => { if (key.key === "Enter") { key.preventDefault(); load(); } });
  await load();
  field.focus();
}

// On narrow screens the filters stand in a dialog; its button keeps their number.
function drawer() {
  const details = document.querySelector(".filters-drawer");
  const narrow = matchMedia("(max-width: 55.99rem)");
  const dialog = document.createElement("dialog");
  dialog.className = "filters-dialog";
  const close = document.createElement("button");
  close.type = "button";
  close.className = "button button--quiet";
  close.textContent = "×";
  close.setAttribute("aria-label", details.querySelector("summary").textContent.trim());
  close.addEventListener("click", () => dialog.close());
  dialog.append(close);
  document.querySelector(".search-filters").append(dialog);
  const facets = details.querySelector("[data-part=facets]");
  details.querySelector("summary").addEventListener("click", (event) => {
    if (!narrow.matches) return;
    event.preventDefault();
    dialog.setAttribute("aria-label", details.querySelector("summary").textContent.trim());
    dialog.append(facets);
    dialog.showModal();
  });
  dialog.addEventListener("close", () => details.append(facets));
}

// Numbers of all hits over time and space come beside the results, in a request of their own.
let asked = null;
let counted = null;
async function refresh() {
  const frame = document.querySelector("[data-map]");
  if (!frame) return;
  map?.update();
  if (frame.dataset.fixed || frame.hasAttribute("data-away")) return;
  document.querySelector("[data-timeline]")?.removeAttribute("hidden"); // keeps its room
  if (frame.dataset.state !== asked) {
    const state = frame.dataset.state;
    asked = state;
    counted = fetch(frame.dataset.overview + query(state)).then((answer) => (answer.ok ? answer.json() : null)).catch(() => null);
  }
  const found = await counted;
  if (!found || frame.dataset.state !== asked) return;
  timeline(found.years);
  map?.density(found);
}

function query(state) {
  const kept = new URLSearchParams(state);
  for (const name of ["sort", "page_size"]) kept.delete(name);
  return `?${kept}`;
}

// Columns of years with two handles; the number fields beside them do the same.
function timeline(columns) {
  const holder = document.querySelector("[data-timeline]");
  if (!holder || columns.length < 2) return;
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const highest = Math.max(...columns.map((column) => column[2]), 1);
  const first = columns[0][0], last = columns[columns.length - 1][1], span = last - first + 1;
  svg.setAttribute("viewBox", "0 0 100 30");
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("aria-hidden", "true");
  const bars = columns.map(([start, end, count]) => {
    const bar = document.createElementNS(svg.namespaceURI, "rect");
    const height = count ? Math.max(1, (count / highest) * 29) : 0;
    const at = { x: ((start - first) / span) * 100, y: 30 - height, width: ((end - start + 1) / span) * 100 - 0.2, height };
    for (const [name, value] of Object.entries(at)) bar.setAttribute(name, value);
    return bar;
  });
  svg.append(...bars);
  const from = document.querySelector("#time-from"), until = document.querySelector("#time-to");
  const year = (field, open) => { const found = parseInt(field.value, 10); return Number.isNaN(found) ? open : Math.min(Math.max(found, first), last); };
  const handles = [from, until].map((field) => {
    const handle = document.createElement("input");
    handle.type = "range";
    handle.min = first;
    handle.max = last;
    handle.setAttribute("aria-label", document.querySelector(`label[for=${field.id}]`).textContent);
    handle.value = year(field, field === from ? first : last);
    return handle;
  });
  const light = () => {
    const [low, high] = handles.map((handle) => Number(handle.value)).sort((a, b) => a - b);
    bars.forEach((bar, index) => bar.classList.toggle("out", columns[index][1] < low || columns[index][0] > high));
    return [low, high];
  };
  const text = (number) => (number < 0 ? `-${String(-number).padStart(4, "0")}` : String(number).padStart(4, "0"));
  for (const handle of handles) {
    handle.addEventListener("input", () => {
      const [low, high] = light();
      from.value = low > first ? text(low) : "";
      until.value = high < last ? text(high) : "";
    });
    handle.addEventListener("change", () => { if (!holder.closest("dialog")) go(addressOf(holder.closest("form"))); });
  }
  const ends = document.createElement("p");
  ends.className = "timeline-ends";
  ends.append(...[first, last].map((number) => Object.assign(document.createElement("span"), { textContent: text(number) })));
  holder.replaceChildren(svg, ...handles, ends);
  light();
}

// The library comes only where a map is seen.
async function startMap() {
  const frame = document.querySelector("[data-map]");
  if (!frame) return;
  const toggle = document.querySelector("[data-map-toggle]");
  const narrow = matchMedia("(max-width: 55.99rem)");
  document.querySelector("[data-map-section]")?.removeAttribute("hidden");
  const open = async () => {
    frame.hidden = false;
    if (!map) {
      const { start } = await import(frame.dataset.module);
      map = await start(frame, { go: (url) => go(url), home: !page });
    }
    refresh();
  };
  if (toggle) {
    toggle.hidden = false;
    toggle.addEventListener("click", () => {
      const shown = toggle.getAttribute("aria-expanded") !== "true";
      toggle.setAttribute("aria-expanded", String(shown));
      if (shown) open(); else frame.hidden = true;
    });
  }
  if (!toggle || !narrow.matches) {
    await open();
  } else {
    refresh();
  }
  narrow.addEventListener("change", () => {
    if (!narrow.matches) open();
    else if (toggle) frame.hidden = toggle.getAttribute("aria-expanded") !== "true";
  });
}

startMap();
