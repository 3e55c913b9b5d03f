// A report: charts to save, tables to sort, and the list of paragraphs with search, filters and what is behind each label.
// Text goes in as text only.
"use strict";
(() => {
  // The files are in the page already; saving asks for nothing.
  for (const button of document.querySelectorAll(".s-save button")) {
    button.addEventListener("click", () => {
      const name = button.dataset.file;
      const type = name.endsWith(".svg") ? "image/svg+xml" : "text/csv;charset=utf-8";
      const link = document.createElement("a");
      link.href = URL.createObjectURL(new Blob([button.dataset.content], { type }));
      link.download = name;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 1000);
    });
    button.parentElement.hidden = false;
  }

  // What a cell is sorted by: its first number if it begins with one, else its words.
  function key(cell) {
    const text = cell.textContent.trim();
    const number = parseFloat(text.replace(/,/g, "").replace(/^[<>]/, ""));
    return /^[<>]?[\d]/.test(text) && !Number.isNaN(number) ? number : text.toLowerCase();
  }

  function compare(a, b) {
    if (typeof a === typeof b) return a < b ? -1 : a > b ? 1 : 0;
    return typeof a === "number" ? -1 : 1;
  }

  for (const table of document.querySelectorAll(".s-table")) {
    const body = table.tBodies[0];
    if (!table.tHead || body.rows.length < 2) continue;
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, column) => {
      if (head.classList.contains("s-wide")) return;
      const button = document.createElement("button");
      button.type = "button";
      if (!head.textContent.trim()) button.setAttribute("aria-label", "sort by name");
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const order = head.getAttribute("aria-sort") === "descending" ? "ascending" : "descending";
        for (const other of heads) other.removeAttribute("aria-sort");
        head.setAttribute("aria-sort", order);
        const sign = order === "ascending" ? 1 : -1;
        const rows = [...body.rows].map((row) => [key(row.cells[column]), row]);
        rows.sort((a, b) => sign * compare(a[0], b[0]));
        body.append(...rows.map(([, row]) => row));
      });
    });
  }
})();
(() => {
  const json = document.getElementById("s-data");
  const list = document.getElementById("s-list");
  if (!json || !list) return;
  const data = JSON.parse(json.textContent);
  const count = data.text.length;
  const STEP = 40;
  let order = [];
  let shown = 0;
  let terms = [];
  let lowered = null;

  function make(tag, name, text) {
    const node = document.createElement(tag);
    if (name) node.className = name;
    if (text !== undefined) node.textContent = text;
    return node;
  }

  function percent(thousandths) {
    if (thousandths >= 995) return ">99%";
    if (thousandths < 5) return "<1%";
    return Math.round(thousandths / 10) + "%";
  }

  function badge(label) {
    const node = make("span", "s-label");
    node.append(make("b", "s-shape s-c" + label.colour, label.shape), label.name);
    return node;
  }

  function bar(head, i) {
    const node = make("span", "s-bar");
    node.setAttribute("role", "img");
    node.title = head.labels.map((label, code) => label.name + " " + percent(head.p[i][code])).join(", ");
    node.setAttribute("aria-label", node.title);
    head.p[i].forEach((p, code) => {
      const part = make("i", "s-c" + head.labels[code].colour + (code === head.label[i] ? " s-given" : ""));
      part.style.width = p / 10 + "%";
      node.append(part);
    });
    return node;
  }

  // Marks of evidence (for the first head) and of the search, laid over the text; they may overlap.
  function marks(i, open) {
    const spans = [];
    if (open && data.evidence[i]) {
      for (const [start, end, weight] of data.evidence[i][0]) {
        const size = Math.abs(weight);
        const step = 1 + data.steps.filter((least) => size >= least).length;
        spans.push([start, end, "s-" + step + (weight < 0 ? " s-against" : ""), (weight < 0 ? "" : "+") + (weight / 100).toFixed(2)]);
      }
    }
    const low = lowered ? lowered[i] : "";
    for (const term of terms) {
      // Where lower case has another length than the text, offsets in it mean nothing.
      if (low.length !== data.text[i].length) break;
      for (let start = low.indexOf(term); start >= 0; start = low.indexOf(term, start + term.length)) {
        spans.push([start, start + term.length, "s-hit", ""]);
      }
    }
    return spans;
  }

  function fill(node, i, open) {
    // Offsets of evidence count characters, JavaScript counts units of UTF-16; they differ only in a text with characters of two units.
    const text = data.text[i];
    const wide = /[\ud800-\udbff]/.test(text);
    const letters = wide ? Array.from(text) : null;
    const units = (offset) => (wide ? letters.slice(0, offset).join("").length : offset);
    const spans = marks(i, open).map(([s, e, name, title]) => (name === "s-hit" ? [s, e, name, title] : [units(s), units(e), name, title]));
    const edges = [...new Set([0, text.length, ...spans.flatMap(([s, e]) => [s, e])])].sort((a, b) => a - b);
    node.replaceChildren();
    for (let k = 0; k + 1 < edges.length; k++) {
      const over = spans.filter(([s, e]) => s <= edges[k] && e >= edges[k + 1]);
      const piece = text.slice(edges[k], edges[k + 1]);
      if (!over.length) {
        node.append(piece);
        continue;
      }
      const mark = make("mark", over.map((span) => span[2]).join(" "), piece);
      mark.title = over.map((span) => span[3]).filter(Boolean).join(", ");
      node.append(mark);
    }
    if (data.cut[i]) node.append(make("span", "s-note", " … " + data.cut[i] + " more characters"));
  }

  function details(i) {
    const node = make("div", "s-details");
    data.heads.forEach((head, h) => {
      const part = make("div");
      part.append(make("b", "", head.name));
      const table = make("div", "s-every");
      head.labels
        .map((label, code) => [head.p[i][code], label])
        .sort((a, b) => b[0] - a[0])
        .forEach(([p, label]) => {
          const line = make("div", "s-c" + label.colour);
          const track = make("span", "s-track");
          const full = make("i");
          full.style.width = p / 10 + "%";
          track.append(full);
          line.append(badge(label), track, make("span", "s-n", percent(p)));
          table.append(line);
        });
      part.append(table);
      const words = data.evidence[i] && data.evidence[i][h];
      if (words && words.length) {
        const line = make("p", "s-note", "words for and against: ");
        const letters = Array.from(data.text[i]);
        [...words]
          .sort((a, b) => b[2] - a[2])
          .forEach(([s, e, weight]) => {
            const word = make("span", "s-word", letters.slice(s, e).join("").slice(0, 40) + " ");
            word.append(make("span", "s-quiet", (weight < 0 ? "−" : "+") + Math.abs(weight / 100).toFixed(2)));
            line.append(word);
          });
        part.append(line);
      }
      node.append(part);
    });
    const [row, start, end] = data.spans[i];
    const facts = ["row " + row + ", characters " + start + " to " + end, data.voices[data.voice[i]]];
    for (const column of data.columns) facts.push(column.name + ": " + column.values[column.cells[i]]);
    if (!data.evidence[i]) facts.push("words behind the labels: not kept for this one");
    node.append(make("p", "s-note s-facts", facts.join(" · ")));
    return node;
  }

  // Headline and link of the article; only an address of the web becomes a link.
  function cardHead(i) {
    const cell = (column) => (column ? column.values[column.cells[i]] : "");
    const link = /^https?:/i.test(cell(data.link)) ? cell(data.link) : "";
    const headline = cell(data.headline) || (link ? "link" : "");
    if (!headline) return null;
    const node = make("p", "s-card-head");
    const name = make("b");
    if (link) {
      const anchor = make("a", "", headline);
      anchor.href = link;
      anchor.rel = "noopener noreferrer";
      name.append(anchor);
    } else name.append(headline);
    node.append(name);
    return node;
  }

  function item(i) {
    const first = data.heads[0];
    const node = make("article", "s-block s-item s-c" + first.labels[first.label[i]].colour);
    const said = make("div", "s-said");
    for (const head of data.heads) {
      const part = make("span", "s-head");
      part.append(make("span", "s-quiet", head.name), bar(head, i), badge(head.labels[head.label[i]]), percent(head.p[i][head.label[i]]));
      if (head.unsure[i]) part.append(make("span", "s-unsure", "uncertain"));
      said.append(part);
    }
    const text = make("p", "s-text");
    fill(text, i, false);
    const foot = make("div", "s-foot");
    const about = data.columns.map((column) => column.values[column.cells[i]]).filter(Boolean);
    const button = make("button", "s-open", "details");
    button.type = "button";
    button.setAttribute("aria-expanded", "false");
    foot.append(make("span", "s-note", [...about, "row " + data.spans[i][0], data.voices[data.voice[i]]].join(" · ")), button);
    const head = cardHead(i);
    if (head) node.append(head);
    node.append(said, text, foot);
    let more = null;
    node.addEventListener("click", (event) => {
      if (event.target.closest("a") || (more && more.contains(event.target))) return;
      if (event.target !== button && String(getSelection())) return;
      if (more) {
        more.remove();
        more = null;
      } else {
        more = details(i);
        node.append(more);
      }
      button.setAttribute("aria-expanded", String(Boolean(more)));
      fill(text, i, Boolean(more));
    });
    return node;
  }

  function select(name, choices) {
    const label = make("label", "", name);
    const node = make("select");
    choices.forEach(([text, value]) => {
      const option = make("option", "", text);
      option.value = value;
      node.append(option);
    });
    label.append(node);
    node.addEventListener("change", update);
    form.append(label);
    return node;
  }

  const form = make("form", "s-filters");
  form.setAttribute("role", "search");
  form.addEventListener("submit", (event) => event.preventDefault());
  const searching = make("label", "s-search", "search");
  const box = make("input");
  box.type = "search";
  box.placeholder = "words that must all occur";
  searching.append(box);
  form.append(searching);
  const byHead = data.heads.map((head) => select(head.name, [["any", ""], ...head.labels.map((label, code) => [label.shape + " " + label.name, code])]));
  const bySure = select("certainty", [["any", ""], ["uncertain", "1"], ["certain", "0"]]);
  const byVoice = select("voice", [["any", ""], ...data.voices.map((voice, code) => [voice, code])]);
  const choosable = data.columns.filter((column) => column.choose.length);
  const byColumn = choosable.map((column) => select(column.name, [["any", ""], ...column.choose.map((code) => [column.values[code] || "(empty)", code])]));
  const byOrder = select("order", [
    ["as in the table", ""],
    [data.heads[0].name + ": surest first", "1"],
    [data.heads[0].name + ": least sure first", "-1"],
  ]);
  const reset = make("button", "", "clear");
  reset.type = "button";
  form.append(reset);
  const status = make("p", "s-status");
  status.setAttribute("role", "status");
  const items = make("div", "s-items");
  const more = make("button", "s-more", "show more");
  more.type = "button";
  list.replaceChildren(form, status, items, more);

  function passes(i) {
    for (let h = 0; h < byHead.length; h++) if (byHead[h].value !== "" && data.heads[h].label[i] !== Number(byHead[h].value)) return false;
    if (bySure.value !== "" && data.heads.some((head) => head.unsure[i]) !== (bySure.value === "1")) return false;
    if (byVoice.value !== "" && data.voice[i] !== Number(byVoice.value)) return false;
    for (let c = 0; c < byColumn.length; c++) if (byColumn[c].value !== "" && choosable[c].cells[i] !== Number(byColumn[c].value)) return false;
    return terms.every((term) => lowered[i].includes(term));
  }

  function update() {
    terms = box.value.toLowerCase().split(/\s+/).filter(Boolean);
    if (terms.length && !lowered) lowered = data.text.map((text) => text.toLowerCase());
    order = [];
    for (let i = 0; i < count; i++) if (passes(i)) order.push(i);
    if (byOrder.value) {
      const sure = (i) => data.heads[0].p[i][data.heads[0].label[i]];
      order.sort((a, b) => Number(byOrder.value) * (sure(b) - sure(a)) || a - b);
    }
    status.textContent = order.length.toLocaleString("en") + " of " + count.toLocaleString("en") + " paragraphs";
    items.replaceChildren();
    shown = 0;
    extend();
  }

  function extend() {
    items.append(...order.slice(shown, shown + STEP).map(item));
    shown = Math.min(order.length, shown + STEP);
    more.hidden = shown >= order.length;
  }

  let waiting = 0;
  box.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(update, 120);
  });
  reset.addEventListener("click", () => {
    form.reset();
    update();
  });
  more.addEventListener("click", extend);
  new IntersectionObserver((entries) => entries.some((entry) => entry.isIntersecting) && !more.hidden && shown && extend(), { rootMargin: "600px" }).observe(more);
  for (const button of document.querySelectorAll(".s-find")) {
    button.addEventListener("click", () => {
      form.reset();
      box.value = button.textContent;
      update();
      document.getElementById("paragraphs").scrollIntoView();
    });
  }
  update();
})();
