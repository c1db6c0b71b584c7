/**
 * Cuts a report into its parts, synchronously, in memory and within limits.
 * Works on a bounded prefix held as a string of bytes (latin1); senders of reports break every
 * rule of MIME, so whatever does not parse is still read as text.
 */

/** Deeper than this is read as text. */
export const maxDepth = 8;
/** Further parts are not read. */
export const maxParts = 60;
/** Further fields of one block are not read. */
const maxFields = 400;
/** A field is cut here. */
const maxField = 8192;

/** Field names in lower case; unfolded values, as they were written, in order. */
export type Fields = ReadonlyMap<string, readonly string[]>;

/** A part that has no parts. `body` is still encoded, line ends are `\n`. */
export type RawPart = {
  readonly fields: Fields;
  /** Lower case, `text/plain` where nothing was said. */
  readonly type: string;
  readonly body: string;
  /** 0: the message itself, which has no parts. */
  readonly depth: number;
};

const noFields: Fields = new Map();
const bareParameter = /^(?:boundary|charset|name|filename|type|report-type)\s?=/i;
const fieldLine = /^([!-9;-~]{1,76})[ \t]{0,3}:[ \t]?/;

/** The first value of a field, or ''. */
export function first(fields: Fields, name: string): string {
  return fields.get(name)?.[0]?.trim() ?? '';
}

/** A parameter of a structured field: `boundary` of Content-Type. */
export function parameter(value: string, name: keyof typeof parameters): string {
  const hit = parameters[name].exec(` ${value}`);
  return hit?.[1] ?? hit?.[2] ?? '';
}

const parameters = {
  boundary: parameterForm('boundary'),
  charset: parameterForm('charset'),
  'report-type': parameterForm('report-type'),
} as const;

function parameterForm(name: string): RegExp {
  return new RegExp(`[;\\s]${name}\\s{0,5}=\\s{0,5}(?:"([^"]{0,300})"|([^\\s;"]{1,300}))`, 'i');
}

/** Is this a line of a header block? */
export function isFieldLine(line: string): boolean {
  return fieldLine.test(line);
}

/** The header block that starts at `from`, and where its body starts. */
export function readFields(
  text: string,
  from: number,
  to: number,
): { readonly fields: Fields; readonly body: number } {
  const fields = new Map<string, string[]>();
  let at = from;
  let values: string[] | undefined;
  let count = 0;
  while (at < to) {
    const newline = text.indexOf('\n', at);
    const end = newline < 0 || newline > to ? to : newline;
    const line = text.slice(at, Math.min(end, at + maxField));
    const next = Math.min(end + 1, to);
    if (line === '') return { fields, body: next };
    const start = fieldLine.exec(line);
    // A parameter that lost its indentation is still a parameter.
    const folded = /^[ \t]/.test(line) || (values !== undefined && bareParameter.test(line));
    if (folded) {
      const last = values?.pop();
      if (last !== undefined && values)
        values.push(`${last} ${line.trim()}`.slice(0, maxField * 2));
    } else if (start?.[1] !== undefined) {
      if (++count > maxFields) values = undefined;
      else {
        const name = start[1].toLowerCase();
        values = fields.get(name);
        if (!values) {
          values = [];
          fields.set(name, values);
        }
        values.push(line.slice(start[0].length));
      }
    } else if (at === from && /^>?From /.test(line)) {
      // An mbox separator.
    } else if (values && fields.size > 2 && goesOn(text, next, to)) {
      // A folded line that lost its indentation.
      values.push(`${values.pop() ?? ''} ${line.trim()}`.slice(0, maxField * 2));
    } else {
      // No header block, or one that ran into its body without a blank line.
      return { fields, body: at };
    }
    at = next;
  }
  return { fields, body: to };
}

const commonField =
  /^(?:received|from|to|cc|subject|date|message-id|mime-version|content-type|x-[\w-]{1,60}): ?/i;

/** Do fields that every message has follow within a few lines, before a blank one? */
function goesOn(text: string, from: number, to: number): boolean {
  let at = from;
  for (let i = 0; i < 6 && at < to; i++) {
    const newline = text.indexOf('\n', at);
    const end = newline < 0 || newline > to ? to : newline;
    if (end === at) return false;
    if (commonField.test(text.slice(at, Math.min(end, at + 100)))) return true;
    at = end + 1;
  }
  return false;
}

/** Flattens a message: its own fields and, in order, the parts that have no parts. */
export function splitMessage(text: string): {
  readonly fields: Fields;
  readonly parts: readonly RawPart[];
} {
  let start = 0;
  while (text.startsWith('\n', start)) start++;
  const head = readFields(text, start, text.length);
  const parts: RawPart[] = [];
  splitInto(parts, text, head.fields, head.body, text.length, 0);
  return { fields: head.fields, parts };
}

function splitInto(
  parts: RawPart[],
  text: string,
  fields: Fields,
  from: number,
  to: number,
  depth: number,
): void {
  const value = first(fields, 'content-type');
  const type = /^[\w.+-]{1,60}\/[\w.+-]{1,80}/.exec(value)?.[0].toLowerCase() ?? 'text/plain';
  const declared = type.startsWith('multipart/') ? parameter(value, 'boundary') : '';
  let cuts = declared === '' ? [] : cutAt(text, declared, from, to);
  if (cuts.length === 0 && depth === 0 && (value === '' || type.startsWith('multipart/'))) {
    cuts = cutAt(text, guessBoundary(text, from, to), from, to);
    // Where the boundary is a guess, what stands before it may be the report itself.
    const end = cuts[0]?.[0] ?? from;
    if (end > from)
      parts.push({ fields: noFields, type: 'text/plain', body: text.slice(from, end), depth });
  }
  if (cuts.length === 0 || depth >= maxDepth) {
    if (parts.length < maxParts) parts.push({ fields, type, body: text.slice(from, to), depth });
    return;
  }
  for (const [start, end] of cuts) {
    if (parts.length >= maxParts) return;
    const head = readFields(text, start, end);
    splitInto(parts, text, head.fields, head.body, end, depth + 1);
  }
}

/** Where the parts between boundary lines start and end. The last needs no closing line. */
function cutAt(
  text: string,
  boundary: string,
  from: number,
  to: number,
): readonly (readonly [number, number])[] {
  if (boundary === '') return [];
  const cuts: [number, number][] = [];
  const mark = `--${boundary}`;
  let open = -1;
  let at = text.startsWith(mark, from) ? from : text.indexOf(`\n${mark}`, from) + 1;
  while (at > 0 && at < to && cuts.length < maxParts) {
    const after = at + mark.length;
    const newline = text.indexOf('\n', after);
    const end = newline < 0 || newline > to ? to : newline;
    const rest = text.slice(after, Math.min(end, after + 20)).trim();
    if (rest === '' || rest === '--') {
      if (open >= 0) cuts.push([open, Math.max(open, at - 1)]);
      open = Math.min(end + 1, to);
      if (rest === '--') open = -1;
    }
    at = text.indexOf(`\n${mark}`, end) + 1;
  }
  if (open >= 0 && open < to && cuts.length < maxParts) cuts.push([open, to]);
  return cuts;
}

/** Gateways lose the Content-Type of a multipart: a boundary is a `--` line before a field. */
function guessBoundary(text: string, from: number, to: number): string {
  const head = text.slice(from, Math.min(to, from + 3000));
  return /(?:^|\n)--(\S[^\n]{0,69})\n(?:content-[a-z-]{1,30}|mime-version):/i.exec(head)?.[1] ?? '';
}

/** The header block of an embedded message, which may be cut anywhere. */
export function embeddedFields(body: string): Fields {
  let start = 0;
  while (start < body.length && /\s/.test(body.charAt(start))) start++;
  // The line's first blank belongs to nobody; a block that begins folded is none.
  const { fields } = readFields(body, start, body.length);
  return fields.size === 0 ? noFields : fields;
}
