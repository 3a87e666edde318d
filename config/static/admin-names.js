// Gives names to those parts of Django's admin that have none for a screen reader: fields that suggest,
// the search of a list, the first column of rows of parts.

function nameFields(root) {
  for (const select of root.querySelectorAll("select.admin-autocomplete")) {
    const box = select.parentElement.querySelector(".select2-selection");
    const name = select.labels[0]?.textContent.trim() ?? headOf(select);
    if (!box || !name || box.hasAttribute("aria-label")) continue;
    box.setAttribute("aria-label", name);
    box.removeAttribute("aria-labelledby");
    for (const part of box.querySelectorAll(".select2-search__field")) part.setAttribute("aria-label", name);
    for (const part of box.querySelectorAll("[role=textbox]")) {
      part.removeAttribute("role");
      part.removeAttribute("aria-readonly");
    }
  }
}

// Rows of parts have no labels; the heads of their columns say the same.
function headOf(field) {
  const cell = field.closest("td");
  const name = cell?.className.match(/field-(\w+)/)?.[1];
  const head = name ? `.column-${name}` : "th:last-child"; // that of the box for removal
  return cell?.closest("table").querySelector(`thead ${head}`)?.textContent.trim();
}

function nameRows(root) {
  for (const field of root.querySelectorAll(".tabular td :is(input, select, textarea):not([aria-label])")) {
    if (field.type === "hidden" || field.labels?.length) continue;
    const head = headOf(field);
    if (head) field.setAttribute("aria-label", head);
  }
}

for (const empty of document.querySelectorAll("th.original:empty")) {
  const cell = document.createElement("td");
  cell.className = empty.className;
  empty.replaceWith(cell);
}
const search = document.querySelector("#searchbar");
if (search) search.setAttribute("aria-label", document.querySelector("#changelist-search [type=submit]").value);
// Django makes its fields of the selects some time later, and with each row that is added.
function nameAll() {
  nameFields(document);
  nameRows(document);
}

nameAll();
new MutationObserver(nameAll).observe(document.body, { childList: true, subtree: true });
