// Fields of a vocabulary suggest terms while one types: comboboxes after the ARIA patterns, over a
// select or a text field (one term), over boxes to tick or several text fields (several terms).
// Selects and boxes stay in the form and hold codes; text fields hold labels, and a list that all
// of the page share has their terms.

const MOST_SHOWN = 60;
const lists = new Map();
let made = 0;

function enhance(root) {
  for (const source of root.querySelectorAll("[data-suggest]")) {
    if (source.dataset.suggest === "done") continue;
    source.dataset.suggest = "done";
    if (source.tagName === "SELECT") enhanceSelect(source);
    else if (source.tagName === "INPUT") enhanceInput(source);
    else enhanceSeveral(source);
  }
}

const folded = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLocaleLowerCase();
const termOf = (text, more) => ({ label: text.trim(), key: folded(text), ...more });

function sharedTerms(name) {
  if (!lists.has(name)) {
    const options = [...document.getElementById(name).options];
    lists.set(name, options.map((option) => termOf(option.value)));
  }
  return lists.get(name);
}

function enhanceSelect(select) {
  const terms = [...select.options].map((option) => termOf(option.text, { option }));
  const current = () => (select.value ? select.selectedOptions[0].text.trim() : "");
  const input = comboInput(select.id, select.getAttribute("aria-describedby"));
  if (select.getAttribute("aria-invalid")) input.setAttribute("aria-invalid", "true");
  input.placeholder = select.value ? "" : (terms.find(({ option }) => !option.value)?.label ?? "");
  const show = () => {
    input.value = current();
  };
  const box = combobox(input, {
    terms: () => terms.filter(({ option }) => option.value),
    isChosen: ({ option }) => option.selected,
    choose: ({ option }) => {
      select.value = option.value;
      select.dispatchEvent(new Event("change", { bubbles: true }));
      show();
    },
    // Whoever empties the field wants no term; whatever else is left there is no term.
    leave: () => {
      const blank = terms.find(({ option }) => !option.value);
      if (!input.value.trim() && blank) select.value = "";
      show();
    },
    typed: () => (input.value === current() ? "" : input.value),
  });
  select.id = `${select.id}-codes`;
  select.hidden = true;
  select.after(box);
  show();
}

function enhanceInput(input) {
  const terms = sharedTerms(input.getAttribute("list"));
  let current = input.value;
  input.removeAttribute("list");
  const place = document.createComment("");
  input.replaceWith(place);
  const box = combobox(asCombobox(input), {
    terms: () => terms,
    isChosen: ({ label }) => label === input.value,
    choose: ({ label }) => {
      current = label;
      input.value = label;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    },
    // A label that was written out is its term; whatever else is left there is none.
    leave: () => {
      const written = folded(input.value.trim());
      if (!written && "optional" in input.dataset) current = "";
      current = terms.find(({ key }) => key === written)?.label ?? current;
      input.value = current;
    },
    typed: () => (input.value === current ? "" : input.value),
  });
  place.replaceWith(box);
}

// The terms of a list of boxes: whether one is chosen, its box says.
function tickedTerms(list) {
  return [...list.querySelectorAll("label")].map((label) => {
    const tick = label.querySelector("input");
    return termOf(label.textContent, {
      isChosen: () => tick.checked,
      toggle: () => {
        tick.checked = !tick.checked;
      },
    });
  });
}

// The terms of several text fields: those that are chosen are sent by hidden fields. What was typed
// and is no term is kept as if it were one, until it is removed.
function writtenTerms(list) {
  const inputs = [...list.querySelectorAll("input")];
  const { name } = inputs[0];
  const shared = sharedTerms(inputs[0].getAttribute("list"));
  const chosen = new Set(inputs.map((input) => input.value.trim()).filter(Boolean));
  const unknown = [...chosen].filter((text) => !shared.some(({ label }) => label === text));
  const write = () => list.replaceChildren(...[...chosen].map((label) => hiddenInput(name, label)));
  write();
  return [...unknown.map((text) => termOf(text)), ...shared].map((term) => ({
    ...term,
    isChosen: () => chosen.has(term.label),
    toggle: () => {
      if (!chosen.delete(term.label)) chosen.add(term.label);
      write();
    },
  }));
}

function hiddenInput(name, value) {
  const input = document.createElement("input");
  input.type = "hidden";
  input.name = name;
  input.value = value;
  return input;
}

function enhanceSeveral(list) {
  const fieldset = list.closest("fieldset");
  const terms = list.classList.contains("term-inputs") ? writtenTerms(list) : tickedTerms(list);
  const chips = document.createElement("ul");
  chips.className = "chips";
  const input = comboInput(list.id, fieldset?.getAttribute("aria-describedby"));
  input.placeholder = list.dataset.search ?? "";
  const name = fieldset?.querySelector("legend")?.firstChild?.textContent.trim() ?? "";
  input.setAttribute("aria-label", name);
  const show = () => {
    chips.replaceChildren(...terms.filter((term) => term.isChosen()).map(chipOf));
    chips.hidden = !chips.children.length;
  };
  const chipOf = (term) => {
    const item = document.createElement("li");
    const remove = document.createElement("button");
    remove.type = "button";
    remove.className = "chip chip--removable";
    remove.textContent = term.label;
    remove.title = list.closest("form").dataset.remove;
    remove.setAttribute("aria-label", `${remove.title}: ${term.label}`);
    remove.addEventListener("click", () => {
      term.toggle();
      show();
      input.focus();
    });
    item.append(remove);
    return item;
  };
  const box = combobox(input, {
    terms: () => terms,
    isChosen: (term) => term.isChosen(),
    choose: (term) => {
      term.toggle();
      input.value = "";
      show();
    },
    leave: () => {
      input.value = "";
    },
    typed: () => input.value,
  });
  list.id = `${list.id}-codes`;
  list.hidden = true;
  list.after(chips, box);
  show();
}

function comboInput(id, description) {
  const input = document.createElement("input");
  input.type = "text";
  input.id = id;
  input.spellcheck = false;
  if (description) input.setAttribute("aria-describedby", description);
  return asCombobox(input);
}

function asCombobox(input) {
  input.autocomplete = "off";
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-expanded", "false");
  return input;
}

function matching(terms, text) {
  const wanted = folded(text.trim());
  if (!wanted) return terms.slice(0, MOST_SHOWN);
  const found = terms.filter(({ key }) => key.includes(wanted));
  const first = (term) => (term.key.startsWith(wanted) ? 0 : 1);
  return found.sort((a, b) => first(a) - first(b)).slice(0, MOST_SHOWN);
}

// `field` knows the terms, which are chosen, and what to do when one is or the field is left.
function combobox(input, field) {
  const list = document.createElement("ul");
  list.id = `suggestions-${(made += 1)}`;
  list.className = "suggestions";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", input.getAttribute("aria-label") ?? labelOf(input.id));
  list.hidden = true;
  input.setAttribute("aria-controls", list.id);
  let shown = [];
  let active = -1;

  const open = () => {
    shown = matching(field.terms(), field.typed());
    list.replaceChildren(...shown.map(optionOf));
    if (!shown.length) list.append(nothing());
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    activate(shown.length && field.typed() ? 0 : -1);
  };
  const close = () => {
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
    active = -1;
  };
  const activate = (index) => {
    list.children[active]?.classList.remove("suggestions__active");
    active = index;
    const option = list.children[active];
    if (!option) return input.removeAttribute("aria-activedescendant");
    option.classList.add("suggestions__active");
    option.scrollIntoView({ block: "nearest" });
    return input.setAttribute("aria-activedescendant", option.id);
  };
  const take = (term) => {
    field.choose(term);
    close();
  };
  const optionOf = (term, index) => {
    const option = document.createElement("li");
    option.id = `${list.id}-${index}`;
    option.setAttribute("role", "option");
    option.setAttribute("aria-selected", String(field.isChosen(term)));
    option.textContent = term.label;
    // The field keeps the focus.
    option.addEventListener("mousedown", (event) => event.preventDefault());
    option.addEventListener("click", () => take(term));
    return option;
  };
  const nothing = () => {
    const item = document.createElement("li");
    item.className = "muted";
    item.setAttribute("role", "option");
    item.setAttribute("aria-disabled", "true");
    item.textContent = input.closest("form")?.dataset.none ?? "";
    return item;
  };

  input.addEventListener("input", open);
  input.addEventListener("click", () => (list.hidden ? open() : undefined));
  input.addEventListener("focus", () => input.select());
  input.addEventListener("blur", () => {
    close();
    field.leave();
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) open();
      const step = event.key === "ArrowDown" ? 1 : -1;
      const from = active < 0 && step < 0 ? 0 : active;
      if (shown.length) activate((from + step + shown.length) % shown.length);
    } else if (event.key === "Enter") {
      // Enter chooses a term; it must not send the whole form.
      event.preventDefault();
      if (!list.hidden && shown[active]) take(shown[active]);
    } else if (event.key === "Escape" && !list.hidden) {
      event.stopPropagation();
      close();
      field.leave();
    }
  });

  const box = document.createElement("div");
  box.className = "combobox";
  box.append(input, list);
  return box;
}

function labelOf(id) {
  return document.querySelector(`label[for="${id}"]`)?.firstChild?.textContent.trim() ?? "";
}

enhance(document);
document.addEventListener("row-added", (event) => enhance(event.target));
