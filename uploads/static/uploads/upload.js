/* The drop field: sends the file to the API, shows how far it is, and goes on to the page of its job.
   Without this script the form is sent as forms are. */

function tokenOf(form) {
  return form.querySelector("[name=csrfmiddlewaretoken]").value;
}

function problemIn(request, form) {
  try {
    const answer = JSON.parse(request.responseText);
    const errors = Object.values(answer.errors ?? {}).flat();
    return errors.length ? errors.join(" ") : answer.detail;
  } catch {
    return form.dataset.textBroken;
  }
}

class Sending {
  constructor(form) {
    this.form = form;
    this.box = form.querySelector("[data-progress]");
    this.bar = this.box.querySelector("progress");
    this.problem = form.querySelector("[data-problem]");
    this.button = form.querySelector("[type=submit]");
    this.box.querySelector("[data-abort]").addEventListener("click", () => this.request?.abort());
  }

  start() {
    const data = new FormData();
    data.append("crs", this.form.elements.crs.value);
    if (this.form.dataset.layer) data.append("layer", this.form.dataset.layer);
    data.append("file", this.form.elements.file.files[0]);
    this.request = new XMLHttpRequest();
    this.request.open("POST", this.form.dataset.upload);
    this.request.setRequestHeader("X-CSRFToken", tokenOf(this.form));
    this.request.upload.addEventListener("progress", (event) => this.show(event));
    this.request.addEventListener("load", () => this.loaded());
    this.request.addEventListener("error", () => this.end(this.form.dataset.textBroken));
    this.request.addEventListener("abort", () => this.end(""));
    this.problem.hidden = true;
    this.box.hidden = false;
    this.button.disabled = true;
    this.say(`${this.form.dataset.textSending}: ${this.form.elements.file.files[0].name}`);
    this.request.send(data);
  }

  say(text) {
    this.box.querySelector("[data-status]").textContent = text;
  }

  show(event) {
    if (!event.lengthComputable) return;
    const percent = Math.floor((100 * event.loaded) / event.total);
    this.bar.value = percent;
    this.box.querySelector("[data-percent]").textContent = `${percent} %`;
    if (percent === 100) this.say(this.form.dataset.textChecking);
  }

  loaded() {
    if (this.request.status === 202) location.assign(JSON.parse(this.request.responseText).url);
    else this.end(problemIn(this.request, this.form));
  }

  end(problem) {
    this.box.hidden = true;
    this.button.disabled = false;
    this.problem.textContent = problem;
    this.problem.hidden = !problem;
  }
}

for (const form of document.querySelectorAll("form[data-upload]")) {
  const sending = new Sending(form);
  const field = form.elements.file;
  const drop = form.querySelector("[data-drop]");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    sending.start();
  });
  for (const name of ["dragenter", "dragover"]) {
    drop.addEventListener(name, (event) => {
      event.preventDefault();
      drop.classList.add("upload__drop--over");
    });
  }
  for (const name of ["dragleave", "drop"]) {
    drop.addEventListener(name, () => drop.classList.remove("upload__drop--over"));
  }
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    if (event.dataTransfer.files.length === 0) return;
    field.files = event.dataTransfer.files;
    sending.start();
  });
}
