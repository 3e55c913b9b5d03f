// CSV, as the page saves it and as it may come back from a spreadsheet.
function csvCell(cell) {
  return /[",\n\r]/.test(cell) ? '"' + cell.replaceAll('"', '""') + '"' : cell;
}

function writeCsv(rows) {
  return rows.map((row) => row.map(csvCell).join(",") + "\n").join("");
}

// The delimiter that sets a column "paragraph_id" apart: spreadsheets of some countries save semicolons.
function findDelimiter(text) {
  const header = text.split(/[\r\n]/, 1)[0];
  return [",", ";", "\t"].find((mark) => header.split(mark).some((name) => name.replaceAll('"', "") === "paragraph_id")) || ",";
}

// Return the rows as arrays of cells. Quoted cells may hold delimiters, quotation marks and line breaks.
function parseCsv(content) {
  const text = content.replace(/^\ufeff/, "");
  const delimiter = findDelimiter(text);
  const rows = [];
  let row = [];
  let at = 0;
  while (at < text.length) {
    let cell = "";
    if (text[at] === '"') {
      let end = at;
      do {
        const start = end + 1;
        end = text.indexOf('"', start);
        if (end < 0) throw new Error("a quotation mark of its row " + (rows.length + 1) + " is not closed");
        cell += text.slice(start, end);
        if (text[++end] === '"') cell += '"';
      } while (text[end] === '"');
      at = end;
    }
    const start = at;
    while (at < text.length && text[at] !== delimiter && text[at] !== "\n" && text[at] !== "\r") at++;
    row.push(cell + text.slice(start, at));
    if (text[at] === delimiter && at + 1 < text.length) {
      at++;
      continue;
    }
    if (text[at] === delimiter) row.push("");
    if (row.length > 1 || row[0]) rows.push(row);
    row = [];
    at += text[at] === "\r" && text[at + 1] === "\n" ? 2 : 1;
  }
  return rows;
}
