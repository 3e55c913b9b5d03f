// What a reader can ask of the page: files saved and loaded, the guidelines, and every key and button.

// --- Files ---

function save() {
  const link = make("a");
  const reader = work.reader.replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "") || "reader";
  link.href = URL.createObjectURL(new Blob([work.csv()], { type: "text/csv" }));
  link.download = page.name + "-" + reader + ".csv";
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  work.markSaved();
  show(byId("urge"), false);
  showProgress();
  say("Saved as " + link.download + ".");
}

async function load(input) {
  const [file] = input.files;
  input.value = "";
  if (!file) return;
  try {
    take(readSaved(page, await file.text()), file.name);
  } catch (error) {
    tell("“" + file.name + "” cannot be loaded: " + error.message + ". Nothing was changed.");
  }
}

function take(loaded, name) {
  if (work && loaded.reader !== work.reader) throw new Error("it has the readings of “" + loaded.reader + "”, and you read as “" + work.reader + "”");
  if (!work && !begin(loaded.reader)) return;
  const changed = work.take(loaded.changes, { place, head: active });
  open(work.nextOpen(0));
  tell(count(changed, "reading") + " loaded from “" + name + "”." + (changed ? "" : " All that it holds was here."));
}

// A sentence that stays until the next, or until it is put away.
function tell(text, canSave) {
  byId("urge").children[0].textContent = text;
  show(byId("urge").children[1], Boolean(canSave));
  show(byId("urge"), true);
}

// --- Guidelines ---

function makeGuidelines() {
  const rules = byId("rules");
  for (const head of page.heads) {
    rules.append(make("h3", "", head.name), make("p", "a-quiet", head.question));
    const rows = head.labels.map((label, code) =>
      make("tr", "", make("td", "", code < 9 ? make("kbd", "", String(code + 1)) : ""), make("th", "", ...labelled(label)), make("td", "", label.meaning)),
    );
    for (const row of rows) row.children[1].scope = "row";
    rules.append(make("table", "", make("tbody", "", ...rows)));
  }
  if (page.rules.length) rules.append(make("h3", "", "Rules"), make("ul", "", ...page.rules.map((rule) => make("li", "", rule))));
  if (page.guidelines) {
    const text = make("p", "a-given-rules", page.guidelines);
    text.dir = "auto";
    rules.append(text);
  }
  const keys = [["1–9", "give a label"], ["← →", "back and next, without a change"], ["u", "undo"], ["s", "skip: it comes again if you ask for it at the end"], ["n", "write a note"], ["g or ?", "these guidelines"], ["Ctrl S", "save the CSV"]];
  if (page.readings) keys.splice(5, 0, ["r", "show what the readers gave"]);
  rules.append(make("h3", "", "Keys"));
  rules.append(make("dl", "a-keys", ...keys.map(([key, meaning]) => make("div", "", make("dt", "", make("kbd", "", key)), make("dd", "", meaning)))));
}

function toggleGuidelines() {
  const dialog = byId("guidelines");
  if (dialog.open) return dialog.close();
  dialog.showModal();
  dialog.scrollTop = 0;
  byId("guidelines-title").focus();
  return null;
}

// --- Keys ---

const DOES = {
  g: toggleGuidelines,
  "?": toggleGuidelines,
  u: undo,
  s: () => !isFinished && skip(),
  n: () => !isFinished && toggleNote(),
  r: () => page.readings && !isFinished && showReadings(byId("others").hidden),
  ArrowLeft: back,
  ArrowRight: forward,
};

function toggleNote() {
  showNote(byId("noting").hidden);
  (byId("noting").hidden ? byId("text") : byId("note")).focus();
}

// Where a keyboard's letters or digits are not Latin, the place of the key decides.
function keyOf(event) {
  if (/^[1-9a-z?]$|^Arrow/i.test(event.key)) return event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const match = /^(?:Digit|Numpad)([1-9])$|^Key([A-Z])$/.exec(event.code);
  return match ? match[1] || match[2].toLowerCase() : event.key;
}

function press(event) {
  const isTyping = event.target.closest("textarea, input");
  if (event.key === "Escape" && event.target === byId("note")) return toggleNote();
  if (event.isComposing || event.altKey || !work) return null;
  if (event.ctrlKey || event.metaKey) return pressWithControl(event, isTyping);
  const key = keyOf(event);
  if (isTyping || (byId("guidelines").open && DOES[key] !== toggleGuidelines)) return null;
  if (event.repeat && !key.startsWith("Arrow")) return null; // a key held too long is no second answer
  const action = /^[1-9]$/.test(key) ? () => giveByKey(Number(key) - 1) : Object.hasOwn(DOES, key) ? DOES[key] : null;
  if (!action) return null;
  event.preventDefault();
  return action();
}

function pressWithControl(event, isTyping) {
  const action = { s: save, z: isTyping || byId("guidelines").open ? null : undo }[keyOf(event)];
  if (!action || event.shiftKey) return;
  event.preventDefault();
  action();
}

function giveByKey(code) {
  if (!isFinished && code < page.heads[active].labels.length) give(active, code);
}

// --- Wiring ---

function makeBanners() {
  byId("banner").textContent = "This browser keeps nothing of this page. Save your CSV before you close it, and load it to go on.";
  const [now, later] = [make("button", "", "Save CSV"), make("button", "", "Later")];
  byId("urge").append(make("span"), now, later);
  now.addEventListener("click", save);
  later.addEventListener("click", () => show(byId("urge"), false));
}

function wire() {
  const clicks = { save, "last-save": save, help: toggleGuidelines, "first-help": toggleGuidelines, close: toggleGuidelines, back, next: forward, undo, skip, noted: toggleNote, ask: DOES.r, look: back, again: readSkipped };
  for (const [id, action] of Object.entries(clicks)) byId(id).addEventListener("click", () => action());
  for (const id of ["load", "more"]) byId(id).addEventListener("change", (event) => load(event.target));
  byId("form").addEventListener("submit", (event) => {
    event.preventDefault();
    begin(byId("name").value);
  });
  byId("note").addEventListener("input", () => {
    work.change(item(), { note: byId("note").value });
    showProgress();
  });
  document.addEventListener("keydown", press);
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) spent += (performance.now() - since) / 1000;
    else since = performance.now();
  });
  window.addEventListener("beforeunload", (event) => {
    if (work && work.countUnsaved() && !store.works) event.preventDefault();
  });
  // The same page in another tab: what is done there is done here.
  window.addEventListener("storage", (event) => {
    const number = work && event.key && event.newValue && event.key.startsWith(store.key(work.reader, "")) && Number(event.key.split(":").pop());
    const reading = Number.isInteger(number) && work.readings[number] && store.unpack(event.newValue);
    if (!reading) return;
    work.readings[number] = reading;
    if (!isFinished) refresh();
  });
}

makeBanners();
makeHeads();
makeGuidelines();
wire();
show(byId("banner"), !store.works);
showStart();
