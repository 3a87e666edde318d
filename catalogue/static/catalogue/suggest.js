// The search field as an ARIA combobox: suggestions in groups while one types; `/` focuses it.
// Without script it is an ordinary field.

const GROUPS = ["layers", "keywords", "places", "organisations"];
const PAUSE = 120; // milliseconds without a key

class Combobox {
  constructor(box) {
    this.box = box;
    this.input = box.querySelector("input");
    this.form = box.closest("form");
    this.active = -1;
    this.options = [];
    this.list = document.createElement("div");
    this.list.id = `${this.input.id}-suggestions`;
    this.list.className = "suggestions";
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", this.input.labels[0]?.textContent ?? "");
    this.list.hidden = true;
    this.status = document.createElement("span");
    this.status.className = "visually-hidden";
    this.status.setAttribute("role", "status");
    box.append(this.list, this.status);
    const attributes = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": this.list.id };
    for (const [name, value] of Object.entries(attributes)) this.input.setAttribute(name, value);
    this.input.addEventListener("input", () => this.later());
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.input.addEventListener("blur", () => this.close());
    // A press would take the focus away before the click arrives.
    this.list.addEventListener("pointerdown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => this.choose(event.target.closest("[role=option]")));
  }

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(), PAUSE);
  }

  async ask() {
    const typed = this.input.value.trim();
    this.question?.abort();
    if (!typed) return this.close();
    this.question = new AbortController();
    try {
      const address = `${this.box.dataset.suggest}?q=${encodeURIComponent(typed.slice(0, 100))}`;
      const answer = await fetch(address, { signal: this.question.signal });
      if (answer.ok && document.activeElement === this.input) this.show(await answer.json());
    } catch (error) {
      if (error.name !== "AbortError") this.close();
    }
  }

  show(found) {
    this.list.replaceChildren();
    this.options = [];
    this.active = -1;
    for (const group of GROUPS) if (found[group].length) this.list.append(this.group(group, found[group]));
    const some = this.options.length > 0;
    this.list.hidden = !some;
    this.input.setAttribute("aria-expanded", String(some));
    this.input.removeAttribute("aria-activedescendant");
    this.status.textContent = some ? `${this.options.length} ${this.box.dataset.some}` : this.box.dataset.none;
  }

  group(name, items) {
    const group = document.createElement("div");
    const title = document.createElement("div");
    group.setAttribute("role", "group");
    title.id = `${this.list.id}-${name}`;
    title.className = "suggestions-title";
    title.textContent = this.box.dataset[name];
    group.setAttribute("aria-labelledby", title.id);
    group.append(title, ...items.map((item) => this.option(name, item)));
    return group;
  }

  option(group, item) {
    const option = document.createElement("div");
    option.id = `${this.list.id}-${this.options.length}`;
    option.setAttribute("role", "option");
    option.setAttribute("aria-selected", "false");
    const text = document.createElement("span");
    text.dir = "auto";
    text.textContent = item.title ?? item.name ?? item.value;
    option.append(text);
    if (item.count) {
      const count = document.createElement("span");
      count.className = "facet-count";
      count.textContent = item.count;
      option.append(" ", count);
    }
    option.dataset.url = this.address(group, item);
    this.options.push(option);
    return option;
  }

  // A layer leads to its page; a place sets the box and takes its name from the words; a keyword or
  // an organisation becomes a filter in place of what was typed.
  address(group, item) {
    if (group === "layers") return item.url;
    const state = new URLSearchParams(new FormData(this.form));
    state.delete("q");
    if (group === "places") state.set("bbox", item.bbox.join(","));
    if (group === "keywords") state.append("keyword", item.value);
    if (group === "organisations") state.append("organisation", item.value);
    return `${this.box.dataset.search}?${state}`;
  }

  key(event) {
    if (event.isComposing) return;
    const open = !this.list.hidden;
    if (event.key === "Escape" && open) {
      event.preventDefault();
      this.close();
    } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && this.options.length) {
      event.preventDefault();
      if (!open) return this.ask();
      this.move(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter" && open && this.active >= 0) {
      event.preventDefault();
      this.choose(this.options[this.active]);
    } else if (event.key === "Enter") {
      this.close();
    }
  }

  // One place before the first stands for the field itself.
  move(step) {
    const places = this.options.length + 1;
    this.active = ((this.active + 1 + step + places) % places) - 1;
    this.options.forEach((option, index) => option.setAttribute("aria-selected", String(index === this.active)));
    const option = this.options[this.active];
    if (option) {
      this.input.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    } else {
      this.input.removeAttribute("aria-activedescendant");
    }
  }

  choose(option) {
    if (option) window.location.assign(option.dataset.url);
  }

  close() {
    clearTimeout(this.timer);
    this.question?.abort();
    this.list.hidden = true;
    this.active = -1;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }
}

function start() {
  for (const box of document.querySelectorAll("[data-suggest]:not([data-ready])")) {
    box.dataset.ready = "";
    new Combobox(box);
  }
}

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
  const field = document.querySelector("[data-suggest] input");
  if (field) {
    event.preventDefault();
    field.focus();
  }
});
document.addEventListener("catalogue:parts", start);
start();
