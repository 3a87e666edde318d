// Repeated parts of the editor: rows that are added and removed. Without this module the page has
// blank rows to fill and a box to tick for each row that shall go.

for (const rows of document.querySelectorAll("[data-rows]")) {
  const total = rows.querySelector("input[name$='-TOTAL_FORMS']");
  const template = rows.querySelector("template");

  const add = document.createElement("button");
  add.type = "button";
  add.className = "button button--quiet";
  add.textContent = rows.dataset.add;
  add.addEventListener("click", () => {
    const holder = document.createElement("template");
    holder.innerHTML = template.innerHTML.replaceAll("__prefix__", total.value);
    const row = holder.content.firstElementChild;
    total.value = Number(total.value) + 1;
    add.before(row);
    prepare(row, rows);
    row.querySelector("input:not([type=hidden]), select, textarea").focus();
  });
  rows.append(add);

  for (const row of rows.querySelectorAll(":scope > [data-row]")) prepare(row, rows);
  for (const row of rows.querySelectorAll(":scope > [data-blank]")) row.hidden = true;
}

// The box to tick becomes a button. The row stays in the form, hidden: the server leaves it out.
function prepare(row, rows) {
  const box = row.querySelector("input[name$='-DELETE']");
  const field = box.closest(".field");
  field.hidden = true;
  row.hidden = box.checked;
  const remove = document.createElement("button");
  remove.type = "button";
  remove.className = "button button--quiet row__remove";
  remove.textContent = rows.dataset.remove;
  remove.addEventListener("click", () => {
    box.checked = true;
    row.hidden = true;
    rows.querySelector(":scope > button").focus();
  });
  row.append(remove);
}
