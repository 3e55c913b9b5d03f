// The page on which a reader labels paragraphs. Text goes in as text only; annotate_csv.js and annotate_work.js come before, annotate_keys.js after it.
const page = JSON.parse(document.getElementById("a-data").textContent);
const store = new Store(page);
const URGE = 25; // readings after which saving is urged
const PACE = 20; // paragraphs whose median is the pace
const byId = (id) => document.getElementById("a-" + id);
let work = null;
let place = 0; // in the reader's order
let active = 0; // the head that the keys are for
let isFinished = false;
let since = 0; // when the paragraph was shown, or seen again
let spent = 0; // seconds on it before that
let paces = [];

function make(tag, name, ...children) {
  const node = document.createElement(tag);
  if (name) node.className = name;
  node.append(...children);
  return node;
}

function show(node, isShown) {
  node.hidden = !isShown;
}

function count(number, one, many) {
  return number.toLocaleString("en") + " " + (number === 1 ? one : many || one + "s");
}

function say(text) {
  byId("status").textContent = text;
}

function shape(label) {
  const node = make("b", "s-shape s-c" + label.colour, label.shape);
  node.setAttribute("aria-hidden", "true");
  return node;
}

function labelled(label) {
  const name = make("span", "a-name", label.name);
  name.dir = "auto";
  return [shape(label), name];
}

// --- The start: who reads ---

function begin(name) {
  const reader = comparable(name).normalize("NFC");
  if (!reader) return refuse("Type your name first.");
  if (page.readers.includes(reader)) return refuse("“" + reader + "” is one of the readers whose differences are settled here. Take another name.");
  work = new Work(page, store, reader);
  show(byId("start"), false);
  show(byId("doors"), true);
  show(byId("progress"), true);
  byId("form").reset();
  open(work.nextOpen(0));
  return work;
}

function refuse(message) {
  byId("start-note").textContent = message;
  byId("name").focus();
  return null;
}

function showStart() {
  const heads = page.heads.map((head) => head.name).join(" and ");
  byId("start-title").textContent = count(page.texts.length, "paragraph") + (page.settle ? " to settle" : " to read");
  byId("about").textContent = page.settle
    ? "Readers differ on them. Give the label that you think right; their readings are shown if you ask."
    : "Read each by itself, and give its " + heads + " with the keys from 1, or by a click. Their order is your own.";
  for (const [reader, done] of store.readers()) {
    const button = make("button", "", reader + " · " + done.toLocaleString("en") + " done");
    button.type = "button";
    button.dir = "auto";
    button.addEventListener("click", () => begin(reader));
    byId("readers").append(button);
  }
  show(byId("known"), byId("readers").childElementCount > 0);
  show(byId("start"), true);
  byId("name").value = store.last();
  byId("name").focus({ preventScroll: true }); // the page may stand inside another
}

// --- One paragraph ---

function item() {
  return work.order[place];
}

// Count time only while the page can be seen.
function elapsed() {
  return Math.max(0.1, spent + (document.hidden ? 0 : (performance.now() - since) / 1000));
}

function open(next, head) {
  if (next < 0) return finish();
  place = next;
  isFinished = false;
  spent = work.readings[item()].seconds;
  since = performance.now();
  const asked = work.asked(item());
  active = head ?? asked.find((h) => work.readings[item()].labels[h] < 0) ?? asked[0];
  byId("text").textContent = page.texts[item()];
  byId("note").value = work.readings[item()].note;
  showNote(Boolean(byId("note").value));
  showReadings(false);
  showModel();
  show(byId("finish"), false);
  show(byId("read"), true);
  refresh();
  window.scrollTo(0, 0);
  byId("text").focus({ preventScroll: true });
  return null;
}

function showModel() {
  show(byId("model"), Boolean(page.model));
  if (!page.model) return;
  byId("model").replaceChildren("The model: ");
  page.heads.forEach((head, h) => {
    const [code, percent] = page.model[h][item()];
    const said = code < 0 ? ["no label"] : [...labelled(head.labels[code]), " " + percent];
    byId("model").append(make("span", "a-given", make("span", "a-quiet", head.name + " "), ...said));
  });
}

function showReadings(isShown) {
  show(byId("ask"), Boolean(page.readings));
  show(byId("others"), isShown);
  byId("ask").setAttribute("aria-expanded", String(isShown));
  if (!isShown) return;
  byId("others").replaceChildren();
  for (const [reader, codes, note] of page.readings[item()]) {
    const line = make("p", "", make("b", "", reader), " ");
    line.dir = "auto";
    page.heads.forEach((head, h) => {
      if (codes[h] >= 0) line.append(make("span", "a-given", make("span", "a-quiet", head.name + " "), ...labelled(head.labels[codes[h]])));
    });
    if (note) line.append(make("span", "a-quiet", " " + note));
    byId("others").append(line);
  }
  say(byId("others").innerText);
}

function showNote(isShown) {
  show(byId("noting"), isShown);
  byId("noted").setAttribute("aria-expanded", String(isShown));
}

// The buttons of a head are made once, and only their state changes from paragraph to paragraph.
function makeHeads() {
  page.heads.forEach((head, h) => {
    const title = make("p", "a-question", make("b", "", head.name), " ", make("span", "a-quiet", head.question));
    title.id = "a-question-" + h;
    const group = make("div", "a-labels");
    head.labels.forEach((label, code) => {
      const button = make("button", "a-label", ...labelled(label));
      button.type = "button";
      button.title = label.meaning;
      if (code < 9) {
        const key = make("kbd", "", String(code + 1));
        key.setAttribute("aria-hidden", "true"); // aria-keyshortcuts says it
        button.append(key);
      }
      button.addEventListener("click", () => give(h, code));
      group.append(button);
    });
    const node = make("div", "a-head", title, group);
    node.setAttribute("role", "group");
    node.setAttribute("aria-labelledby", title.id);
    byId("heads").append(node);
  });
}

function refresh() {
  const reading = work.readings[item()];
  const asked = work.asked(item());
  [...byId("heads").children].forEach((node, h) => {
    show(node, asked.includes(h));
    node.classList.toggle("a-active", h === active);
    [...node.querySelectorAll("button")].forEach((button, code) => {
      button.setAttribute("aria-pressed", String(reading.labels[h] === code));
      if (h === active && code < 9) button.setAttribute("aria-keyshortcuts", String(code + 1));
      else button.removeAttribute("aria-keyshortcuts");
    });
  });
  if (page.heads.length > 2) byId("panel").scrollTop = byId("heads").children[active].offsetTop; // they may not all fit
  byId("where").textContent = "Paragraph " + (place + 1).toLocaleString("en") + " of " + page.texts.length.toLocaleString("en") + (reading.skipped ? " · skipped" : "");
  byId("back").disabled = place === 0;
  byId("undo").disabled = !work.steps.length;
  showProgress();
}

function showProgress() {
  const done = work.countDone();
  const left = page.texts.length - done;
  const sorted = [...paces].sort((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)];
  const words = [work.reader, done.toLocaleString("en") + " of " + page.texts.length.toLocaleString("en") + " done"];
  if (sorted.length > 2 && left) {
    const minutes = Math.ceil((median * left) / 60);
    words.push("about " + Math.max(1, Math.round(median)) + " s each", minutes > 90 ? Math.round(minutes / 60) + " h left" : minutes + " min left");
  }
  byId("pace").textContent = words.join(" · ");
  byId("progress").max = page.texts.length;
  byId("progress").value = done;
  const unsaved = work.countUnsaved();
  byId("save").dataset.unsaved = unsaved ? "yes" : "no";
  byId("save").textContent = unsaved ? "Save CSV (" + unsaved.toLocaleString("en") + " new)" : "Save CSV";
  show(byId("banner"), !store.works);
}

// Give a label, and go on: to the next head, to the first that is open, or to the next paragraph.
function give(h, code) {
  const labels = [...work.readings[item()].labels];
  const asked = work.asked(item());
  labels[h] = code;
  keep({ labels, skipped: false }, h);
  const next = asked[asked.indexOf(h) + 1] ?? asked.find((other) => labels[other] < 0);
  const said = page.heads[h].name + ": " + page.heads[h].labels[code].name + ".";
  if (next === undefined) return goOn(said);
  active = next;
  refresh();
  say(said + " Now " + page.heads[next].name + ".");
  return null;
}

function skip() {
  keep({ skipped: true }, active);
  goOn("Skipped.");
}

function keep(changes, head) {
  const wasDone = work.isDone(item());
  const wasUnsaved = work.readings[item()].unsaved;
  work.step([[item(), { ...changes, seconds: elapsed() }]], { place, head });
  if (!wasDone && work.isDone(item())) paces = [...paces, elapsed()].slice(-PACE);
  const unsaved = wasUnsaved ? 0 : work.countUnsaved();
  if (unsaved && unsaved % URGE === 0) tell(count(unsaved, "paragraph") + " not saved as a file yet.", true);
}

function goOn(said) {
  const next = work.nextOpen(place + 1);
  open(next);
  if (next >= 0) say(said + " Paragraph " + (next + 1) + " of " + page.texts.length + ".");
}

function back() {
  if (isFinished) open(page.texts.length - 1);
  else if (place > 0) open(place - 1);
}

function forward() {
  if (!isFinished) open(place + 1 < page.texts.length ? place + 1 : work.nextOpen(0));
}

function undo() {
  const view = work.undo();
  if (!view) return;
  open(view.place, view.head);
  say("Undone.");
}

// --- The end ---

function finish() {
  isFinished = true;
  const done = page.texts.length;
  const skipped = work.readings.filter((reading) => reading.skipped).length;
  const notes = work.readings.filter((reading) => reading.note).length;
  const minutes = Math.round(work.readings.reduce((sum, reading) => sum + reading.seconds, 0) / 60);
  const words = [count(done - skipped, "paragraph") + " labelled"];
  if (skipped) words.push(skipped.toLocaleString("en") + " skipped");
  if (notes) words.push(count(notes, "note"));
  if (minutes) words.push(count(minutes, "minute"));
  byId("summary").textContent = words.join(" · ");
  byId("then").textContent = "Save your CSV, and send it to whoever sent you this page. You can still go back and change what you like.";
  byId("again").textContent = "Read " + count(skipped, "skipped paragraph") + " again";
  show(byId("again"), skipped > 0);
  show(byId("read"), false);
  show(byId("finish"), true);
  showProgress();
  byId("finish-title").focus();
}

function readSkipped() {
  const items = work.order.filter((number) => work.readings[number].skipped);
  work.step(items.map((number) => [number, { skipped: false }]), { place, head: active });
  open(work.nextOpen(0));
}
