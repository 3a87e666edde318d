// Buttons that copy a text: `data-copy` holds it, or `data-copy-of` names the element that does.

function textOf(button) {
  return button.dataset.copy ?? document.getElementById(button.dataset.copyOf).textContent.trim();
}

async function copy(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  // Browsers give the clipboard to pages of https alone; this way works everywhere.
  const field = document.createElement("textarea");
  field.value = text;
  field.className = "visually-hidden";
  document.body.append(field);
  field.select();
  document.execCommand("copy");
  field.remove();
  return undefined;
}

for (const button of document.querySelectorAll("[data-copy], [data-copy-of]")) {
  const label = button.querySelector("[data-copy-label]");
  const before = label.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await copy(textOf(button));
    button.focus();
    label.textContent = button.dataset.done;
    setTimeout(() => {
      label.textContent = before;
    }, 2000);
  });
}
