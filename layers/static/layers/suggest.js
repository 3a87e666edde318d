// Fields of a vocabulary suggest terms while one types: comboboxes after the ARIA patterns, over a
// select (one term) or a list of boxes to tick (several). Those stay in the form and hold the codes.

const MOST_SHOWN = 60;
let made = 0;

function enhance(root) {
  for (const source of root.querySelectorAll("[data-suggest]")) {
    if (source.closest("template") || source.dataset.suggest === "done") continue;
    source.dataset.suggest = "done";
    if (source.tagName === "SELECT") enhanceSelect(source);
    else enhanceTicks(source);
  }
}

const folded = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLocaleLowerCase();

function enhanceSelect(select) {
  const terms = [...select.options].map((option) => ({
    label: option.text.trim(),
    key: folded(option.text),
    option,
  }));
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

function enhanceTicks(list) {
  const fieldset = list.closest("fieldset");
  const terms = [...list.querySelectorAll("label")].map((label) => ({
    label: label.textContent.trim(),
    key: folded(label.textContent),
    tick: label.querySelector("input"),
  }));
  const chips = document.createElement("ul");
  chips.className = "chips";
  const input = comboInput(list.id, fieldset?.getAttribute("aria-describedby"));
  input.placeholder = list.dataset.search ?? "";
  const name = fieldset?.querySelector("legend")?.firstChild?.textContent.trim() ?? "";
  input.setAttribute("aria-label", name);
  const show = () => {
    chips.replaceChildren(...terms.filter(({ tick }) => tick.checked).map(chipOf));
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
      term.tick.checked = false;
      show();
      input.focus();
    });
    item.append(remove);
    return item;
  };
  const box = combobox(input, {
    terms: () => terms,
    isChosen: ({ tick }) => tick.checked,
    choose: (term) => {
      term.tick.checked = !term.tick.checked;
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
  input.autocomplete = "off";
  input.spellcheck = false;
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-expanded", "false");
  if (description) input.setAttribute("aria-describedby", description);
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
