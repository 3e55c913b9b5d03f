// What one reader has done: kept in the browser paragraph by paragraph, saved as a CSV, and loaded again.

// What a spreadsheet or a line ending may change is no difference between two texts.
function comparable(text) {
  const halves = /[\ud800-\udbff][\udc00-\udfff]|[\ud800-\udfff]/g; // half a character cannot be saved
  return text.replace(halves, (match) => (match.length > 1 ? match : "\ufffd")).replace(/\s+/g, " ").trim();
}

// An order that depends on the seed only: Fisher and Yates's shuffle, with xorshift over an FNV hash.
function shuffled(count, seed) {
  let state = 2166136261;
  for (let k = 0; k < seed.length; k++) state = Math.imul(state ^ seed.charCodeAt(k), 16777619);
  state = state || 1;
  const order = Array.from({ length: count }, (_, item) => item);
  for (let last = count - 1; last > 0; last--) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    const other = (state >>> 0) % (last + 1);
    [order[last], order[other]] = [order[other], order[last]];
  }
  return order;
}

// One entry per paragraph, under the digest of the page: browsers share one store over all pages opened from disk.
class Store {
  constructor(page) {
    this.page = page;
    this.prefix = "stance:" + page.digest + ":";
    this.works = true;
    this.attempt(() => {
      localStorage.setItem(this.prefix + "try", "1");
      localStorage.removeItem(this.prefix + "try");
    });
  }

  attempt(action) {
    try {
      return this.works ? action() : null;
    } catch {
      this.works = false; // forbidden, or full
      return null;
    }
  }

  key(reader, name) {
    return this.prefix + encodeURIComponent(reader) + ":" + name;
  }

  write(reader, item, reading) {
    const packed = JSON.stringify([reading.labels, reading.seconds, reading.skipped ? 1 : 0, reading.note, reading.unsaved ? 1 : 0]);
    this.attempt(() => localStorage.setItem(this.key(reader, item), packed));
  }

  read(reader, item) {
    return this.unpack(this.attempt(() => localStorage.getItem(this.key(reader, item))));
  }

  // Other pages opened from disk can write here too, so nothing is taken on trust.
  unpack(packed) {
    try {
      const [labels, seconds, skipped, note, unsaved] = JSON.parse(packed);
      const known = this.page.heads.every((head, h) => Number.isInteger(labels[h]) && labels[h] >= -1 && labels[h] < head.labels.length);
      if (!known || !Number.isFinite(seconds) || typeof note !== "string") return null;
      return { labels: labels.slice(0, this.page.heads.length), seconds, skipped: skipped === 1, note, unsaved: unsaved === 1 };
    } catch {
      return null;
    }
  }

  writeLast(reader) {
    this.attempt(() => localStorage.setItem(this.prefix + "last", reader));
  }

  last() {
    return this.attempt(() => localStorage.getItem(this.prefix + "last")) || "";
  }

  // The readers whose work is here, and how many paragraphs each has done.
  readers() {
    const counts = new Map();
    for (const key of this.attempt(() => Object.keys(localStorage)) || []) {
      const match = key.startsWith(this.prefix) && /^([^:]+):(\d+)$/.exec(key.slice(this.prefix.length));
      const reading = match && Number(match[2]) < this.page.texts.length && this.unpack(this.attempt(() => localStorage.getItem(key)));
      const reader = reading && this.decode(match[1]);
      if (reader) counts.set(reader, (counts.get(reader) || 0) + (reading.skipped || reading.labels.some((code) => code >= 0) ? 1 : 0));
    }
    return counts;
  }

  decode(name) {
    try {
      return decodeURIComponent(name);
    } catch {
      return ""; // not written by this page
    }
  }
}

class Work {
  constructor(page, store, reader) {
    this.page = page;
    this.store = store;
    this.reader = reader;
    this.order = shuffled(page.texts.length, page.digest + reader);
    this.readings = page.texts.map((_, item) => store.read(reader, item) || this.blank());
    this.steps = [];
    store.writeLast(reader);
  }

  blank() {
    return { labels: this.page.heads.map(() => -1), seconds: 0, skipped: false, note: "", unsaved: false };
  }

  // The heads that are asked about a paragraph: all, or those in which its readers differ.
  asked(item) {
    return this.page.asked ? this.page.asked[item] : this.page.heads.map((_, h) => h);
  }

  isLabelled(item) {
    return this.asked(item).every((h) => this.readings[item].labels[h] >= 0);
  }

  isDone(item) {
    return this.readings[item].skipped || this.isLabelled(item);
  }

  countDone() {
    return this.order.filter((item) => this.isDone(item)).length;
  }

  countUnsaved() {
    return this.readings.filter((reading) => reading.unsaved).length;
  }

  // The next place in the order that is not done, from `place` on and then from the beginning; -1 if there is none.
  nextOpen(place) {
    const after = this.order.findIndex((item, k) => k >= place && !this.isDone(item));
    return after >= 0 ? after : this.order.findIndex((item) => !this.isDone(item));
  }

  change(item, changes, unsaved = true) {
    this.readings[item] = { ...this.readings[item], ...changes, unsaved };
    this.store.write(this.reader, item, this.readings[item]);
  }

  // Change readings so that one undo takes all of it back; `view` says where the reader was.
  step(changes, view, unsaved = true) {
    this.steps.push({ view, before: changes.map(([item]) => [item, this.readings[item]]) });
    for (const [item, change] of changes) this.change(item, change, unsaved);
  }

  undo() {
    const step = this.steps.pop();
    if (!step) return null;
    for (const [item, reading] of step.before) this.change(item, reading);
    return step.view;
  }

  markSaved() {
    this.readings.forEach((reading, item) => reading.unsaved && this.change(item, {}, false));
  }

  columns() {
    const { heads, settle, carried } = this.page;
    const ends = ["note", "seconds", "stratum", "probability", "drawn_from", "model_shown"];
    return ["paragraph_id", "text", "reader", ...heads.map((head) => head.name), ...ends, ...(settle ? ["settles"] : []), ...carried.names];
  }

  row(item) {
    const { page, readings } = this;
    const reading = readings[item];
    const labels = page.heads.map((head, h) => (reading.labels[h] < 0 ? "" : head.labels[reading.labels[h]].name));
    const drawn = [page.stratum[item], page.probability[item], page.drawn_from[item]];
    const seconds = reading.seconds ? reading.seconds.toFixed(1) : "";
    return [
      page.ids[item], page.texts[item], this.reader, ...labels, reading.note, seconds, ...drawn,
      page.model ? "yes" : "no", ...(page.settle ? ["yes"] : []), ...page.carried.cells[item],
    ];
  }

  // All rows in the reader's order, also those not read yet: a figure must know how many were drawn.
  csv() {
    return writeCsv([this.columns(), ...this.order.map((item) => this.row(item))]);
  }

  // Take over what a file says and is not here yet; return how many readings that are.
  take(changes, view) {
    const differs = ([item, change]) => Object.entries(change).some(([name, value]) => String(value) !== String(this.readings[item][name]));
    const news = changes.filter(differs);
    if (news.length) this.step(news, view, false);
    return news.length;
  }
}

// Read a saved CSV: whose it is, and what it says of which paragraph. Throws what is wrong as the end of a sentence.
function readSaved(page, content) {
  const [header, ...rows] = parseCsv(content);
  const columns = new Map((header || []).map((name, k) => [name, k]));
  for (const name of ["paragraph_id", "text", "reader", ...page.heads.map((head) => head.name)]) {
    if (!columns.has(name)) throw new Error("it is not a file that this page saved; it has no column " + name);
  }
  const items = new Map(page.ids.map((id, item) => [id, item]));
  const cell = (row, name) => (columns.has(name) ? row[columns.get(name)] || "" : "");
  const changes = new Map();
  const readers = new Set();
  for (const row of rows) {
    const id = cell(row, "paragraph_id");
    const item = items.get(id);
    if (item === undefined) throw new Error("it is of another page; paragraph " + id + " is not on this one");
    if (changes.has(item)) throw new Error("it holds paragraph " + id + " twice");
    if (comparable(cell(row, "text")) !== comparable(page.texts[item])) throw new Error("it is of another page, or was not saved as UTF-8; paragraph " + id + " has another text here");
    readers.add(comparable(cell(row, "reader")));
    changes.set(item, readRow(page, id, (name) => cell(row, name)));
  }
  if (readers.size !== 1 || readers.has("")) throw new Error("it must hold the rows of one reader; it holds those of " + readers.size);
  return { reader: [...readers][0], changes: [...changes].filter(([, change]) => change) };
}

function readRow(page, id, cell) {
  const labels = page.heads.map((head) => {
    const label = cell(head.name).trim();
    const code = label ? head.labels.findIndex(({ name }) => name === label) : -1;
    if (label && code < 0) throw new Error("paragraph " + id + " has “" + label + "” for " + head.name + ", which is no label of this page");
    return code;
  });
  const note = cell("note");
  const seconds = Number(cell("seconds").replace(",", ".")) || 0;
  const isLabelled = labels.some((code) => code >= 0);
  // Only a label or a skip takes time: what took time and has no label was skipped.
  return isLabelled || note || seconds ? { labels, seconds, skipped: seconds > 0 && !isLabelled, note } : null;
}
