/**
 * Where each value of a TOML document stands. smol-toml gives positions for syntax errors only, so
 * this walks a document that is already known to parse and records line and column of each key's
 * value. Keys inside inline tables and arrays of tables are located at their enclosing value.
 */

/** 1-based, columns in UTF-16 units. */
export interface TomlPosition {
  line: number;
  column: number;
}

/** Positions by dotted path (`lake.root`); tables are present under their header's path. */
export function locateTomlValues(text: string): Map<string, TomlPosition> {
  const positions = new Map<string, TomlPosition>();
  const lineStarts = findLineStarts(text);
  const at = (offset: number): TomlPosition => positionOf(lineStarts, offset);
  let table: string[] = [];
  let offset = 0;
  while (offset < text.length) {
    offset = skipBlank(text, offset);
    if (offset >= text.length) break;
    if (text[offset] === "[") {
      const start = offset;
      while (text[offset] === "[") offset++;
      const header = readKeyPath(text, offset);
      table = header.path;
      record(positions, table, at(start));
      offset = lineEnd(text, header.end);
      continue;
    }
    const key = readKeyPath(text, offset);
    const equals = text.indexOf("=", key.end);
    if (equals < 0) break;
    let valueStart = equals + 1;
    while (text[valueStart] === " " || text[valueStart] === "\t") valueStart++;
    record(positions, [...table, ...key.path], at(valueStart));
    offset = lineEnd(text, skipValue(text, valueStart));
  }
  return positions;
}

function record(positions: Map<string, TomlPosition>, path: string[], where: TomlPosition): void {
  for (let depth = 1; depth <= path.length; depth++) {
    const name = path.slice(0, depth).join(".");
    if (depth === path.length || !positions.has(name)) positions.set(name, where);
  }
}

/** A dotted key of bare, basic and literal parts; `end` is just behind its last part. */
function readKeyPath(text: string, start: number): { path: string[]; end: number } {
  const path: string[] = [];
  let offset = start;
  for (;;) {
    while (text[offset] === " " || text[offset] === "\t") offset++;
    const quote = text[offset];
    if (quote === '"' || quote === "'") {
      const end = skipString(text, offset);
      path.push(text.slice(offset + 1, end - 1));
      offset = end;
    } else {
      const end =
        offset + (/^[A-Za-z0-9_-]*/.exec(text.slice(offset, offset + 256))?.[0].length ?? 0);
      path.push(text.slice(offset, end));
      offset = end;
    }
    while (text[offset] === " " || text[offset] === "\t") offset++;
    if (text[offset] !== ".") return { path, end: offset };
    offset++;
  }
}

/** Behind the value that starts here: scalars end with the line, brackets when they balance. */
function skipValue(text: string, start: number): number {
  let depth = 0;
  let offset = start;
  while (offset < text.length) {
    const char = text[offset];
    if (char === '"' || char === "'") {
      offset = skipString(text, offset);
      continue;
    }
    if (char === "#") offset = lineEnd(text, offset);
    else if (char === "[" || char === "{") depth++;
    else if (char === "]" || char === "}") depth--;
    if (depth === 0 && (text[offset] === "\n" || offset >= text.length)) return offset;
    offset++;
  }
  return offset;
}

function skipString(text: string, start: number): number {
  const quote = text[start] as string;
  const triple = text.startsWith(quote.repeat(3), start);
  const close = triple ? quote.repeat(3) : quote;
  let offset = start + close.length;
  while (offset < text.length) {
    if (quote === '"' && text[offset] === "\\") offset += 2;
    else if (text.startsWith(close, offset)) {
      offset += close.length;
      // Up to two quotes may stand directly before the closing delimiter.
      while (triple && text[offset] === quote) offset++;
      return offset;
    } else offset++;
  }
  return offset;
}

function skipBlank(text: string, start: number): number {
  let offset = start;
  while (offset < text.length) {
    if (text[offset] === "#") offset = lineEnd(text, offset);
    else if (/\s/.test(text[offset] as string) || text[offset] === "\ufeff") offset++;
    else break;
  }
  return offset;
}

function lineEnd(text: string, offset: number): number {
  const end = text.indexOf("\n", offset);
  return end < 0 ? text.length : end;
}

function findLineStarts(text: string): number[] {
  const starts = [0];
  for (let i = text.indexOf("\n"); i >= 0; i = text.indexOf("\n", i + 1)) starts.push(i + 1);
  return starts;
}

function positionOf(lineStarts: readonly number[], offset: number): TomlPosition {
  let low = 0;
  let high = lineStarts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((lineStarts[middle] as number) <= offset) low = middle;
    else high = middle - 1;
  }
  return { line: low + 1, column: offset - (lineStarts[low] as number) + 1 };
}
