// Repeated parts of the editor: rows that are added, removed and ordered in place. Without this
// module a button asks the server for blank rows, a box removes a row, and a number says its place.

for (const rows of document.querySelectorAll("[data-rows]")) setUp(rows);

function setUp(rows) {
  const total = rows.querySelector("input[name$='-TOTAL_FORMS']");
  const add = rows.querySelector(".rows__add");
  const pattern = takeSpares(rows, total);
  const present = rowsOf(rows);
  const place = (row) => Number(positionOf(row).value) || Infinity;
  for (const row of present.toSorted((a, b) => place(a) - place(b))) add.before(row);
  for (const row of present) prepare(row, rows);
  number(rows);

  add.type = "button";
  add.hidden = !pattern;
  add.addEventListener("click", () => {
    const row = pattern(Number(total.value));
    total.value = Number(total.value) + 1;
    add.before(row);
    prepare(row, rows);
    number(rows);
    row.dispatchEvent(new CustomEvent("row-added", { bubbles: true }));
    row.querySelector("input:not([type=hidden]):not([hidden]), select:not([hidden]), textarea").focus();
  });
}

// Blank rows are for pages without this module. With it they leave the page, and the first is what
// new rows are made of; a part that can't have more rows has none.
function takeSpares(rows, total) {
  const spares = rowsOf(rows).filter((row) => "spare" in row.dataset);
  for (const spare of spares) spare.remove();
  total.value = Number(total.value) - spares.length;
  if (!spares.length) return undefined;
  const prefix = total.name.replace("TOTAL_FORMS", "");
  const own = `${prefix}${total.value}-`;
  const html = spares[0].outerHTML;
  return (index) => {
    const holder = document.createElement("template");
    holder.innerHTML = html.replaceAll(own, `${prefix}${index}-`);
    return holder.content.firstElementChild;
  };
}

function rowsOf(rows) {
  return [...rows.querySelectorAll(":scope > [data-row]")];
}

function positionOf(row) {
  return row.querySelector("input[name$='-ORDER']");
}

// The fields for the place and the removal become buttons. A removed row stays in the form, hidden:
// the server leaves it out.
function prepare(row, rows) {
  const foot = row.querySelector(".row__foot");
  const box = foot.querySelector("input[name$='-DELETE']");
  for (const field of foot.children) field.hidden = true;
  row.hidden = box.checked;
  foot.append(
    button(rows.dataset.up, "↑", () => move(row, rows, -1)),
    button(rows.dataset.down, "↓", () => move(row, rows, 1)),
    button(rows.dataset.remove, rows.dataset.remove, () => {
      box.checked = true;
      row.hidden = true;
      number(rows);
      rows.querySelector(":scope > .rows__add").focus();
    }),
  );
}

function button(label, text, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "button button--quiet button--small";
  made.textContent = text;
  made.setAttribute("aria-label", label);
  made.title = label;
  made.addEventListener("click", (event) => act(event));
  return made;
}

function move(row, rows, step) {
  const shown = rowsOf(rows).filter((other) => !other.hidden);
  const neighbour = shown[shown.indexOf(row) + step];
  if (!neighbour) return;
  if (step < 0) neighbour.before(row);
  else neighbour.after(row);
  number(rows);
  // A button that was moved has lost the focus.
  row.querySelectorAll(".row__foot > button")[step < 0 ? 0 : 1].focus();
}

function number(rows) {
  const shown = rowsOf(rows).filter((row) => !row.hidden);
  const heading = rows.querySelector("h3").textContent;
  shown.forEach((row, index) => {
    positionOf(row).value = index + 1;
    row.querySelector("legend").textContent = `${heading} ${index + 1}`;
    const [up, down] = row.querySelectorAll(".row__foot > button");
    up.setAttribute("aria-disabled", String(index === 0));
    down.setAttribute("aria-disabled", String(index === shown.length - 1));
  });
}
