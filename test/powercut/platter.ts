/**
 * What would be left of a tree of files if the power went off: only what was synced is certain.
 *
 * A folder's names are certain once the folder was synced; a rename is one step for both folders.
 * A file's bytes are certain once the file was synced. Everything else may be there or not.
 */
import * as fs from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';

/** What is left: all of it (a killed process), what was synced, or that and some of the rest. */
export type Survival =
  | { readonly kind: 'all' }
  | { readonly kind: 'synced' }
  | { readonly kind: 'some'; chance(): number };

type Folder = {
  readonly kind: 'folder';
  readonly live: Map<string, Node>;
  readonly certain: Map<string, Node>;
  pending: Move[];
  /** The last step that gave it its place. */
  placed?: Move;
};
type File = { readonly kind: 'file'; live: Buffer; certain: Buffer | undefined };
type Node = Folder | File;
type Name = { readonly folder: Folder; readonly name: string; readonly node: Node | undefined };
/** One step, whole or not at all. */
type Move = { readonly names: readonly Name[]; readonly before: readonly Move[]; done: boolean };

const newFolder = (): Folder => ({
  kind: 'folder',
  live: new Map(),
  certain: new Map(),
  pending: [],
});

export class Platter {
  readonly #root: string;
  readonly #top: Folder;

  /** Takes over what is in `root`, as if it had been there for long. */
  constructor(root: string) {
    this.#root = root;
    this.#top = newFolder();
    takeOver(root, this.#top);
  }

  makeDir(path: string): void {
    this.#move([[path, newFolder()]]);
  }

  /** A file that is being written: nothing of it is certain until `synced`. */
  create(path: string, bytes: Buffer): void {
    this.#move([[path, { kind: 'file', live: bytes, certain: undefined }]]);
  }

  /** Bytes were written into a file that was there. */
  change(path: string, bytes: Buffer): void {
    const file = this.#file(path);
    if (file) file.live = bytes;
    else this.create(path, bytes);
  }

  synced(path: string): void {
    const file = this.#file(path);
    if (file) file.certain = file.live;
  }

  /** A file by itself: it stays that file wherever it is moved. */
  fileAt(path: string): { change(bytes: Buffer): void; sync(bytes: Buffer): void } | undefined {
    const file = this.#file(path);
    return (
      file && {
        change: (bytes) => {
          file.live = bytes;
        },
        sync: (bytes) => {
          file.certain = bytes;
        },
      }
    );
  }

  link(from: string, to: string): void {
    this.#move([[to, this.#node(from)]]);
  }

  rename(from: string, to: string): void {
    const node = this.#node(from);
    this.#move([
      [from, undefined],
      [to, node],
    ]);
  }

  remove(path: string): void {
    this.#move([[path, undefined]]);
  }

  syncDir(path: string): void {
    const folder = this.#node(path);
    if (folder?.kind !== 'folder') throw new Error(`no folder ${path}`);
    for (const move of folder.pending) take(move);
    folder.pending = [];
  }

  /** Writes what is left into `to`, a new folder. */
  restore(to: string, survival: Survival): void {
    if (survival.kind === 'some') {
      for (const folder of folders(this.#top)) {
        const kept = Math.floor(survival.chance() * (folder.pending.length + 1));
        for (const move of folder.pending.slice(0, kept)) takeInOrder(move);
      }
    }
    write(this.#top, to, survival);
  }

  #node(path: string): Node | undefined {
    let node: Node | undefined = this.#top;
    for (const part of relative(this.#root, path).split('/').filter(Boolean)) {
      node = node?.kind === 'folder' ? node.live.get(part) : undefined;
    }
    return node;
  }

  #file(path: string): File | undefined {
    const node = this.#node(path);
    return node?.kind === 'file' ? node : undefined;
  }

  #move(changes: readonly (readonly [string, Node | undefined])[]): void {
    const names = changes.map(([path, node]): Name => {
      const folder = this.#node(dirname(path));
      if (folder?.kind !== 'folder') throw new Error(`no folder for ${path}`);
      return { folder, name: basename(path), node };
    });
    // Where a folder stands is certain before what was done in it there: file systems see to it.
    const before = names.flatMap(({ folder }) => folder.placed ?? []);
    const move: Move = { names, before, done: false };
    for (const { folder, name, node } of names) {
      if (node) folder.live.set(name, node);
      else folder.live.delete(name);
      folder.pending.push(move);
      if (node?.kind === 'folder') node.placed = move;
    }
  }
}

/** Makes a step certain, and what was done to the same names before it. */
function take(move: Move): void {
  if (move.done) return;
  move.done = true;
  for (const { folder, name } of move.names) {
    for (const earlier of folder.pending) {
      if (earlier === move) break;
      if (earlier.names.some((other) => other.folder === folder && other.name === name)) {
        take(earlier);
      }
    }
  }
  for (const { folder, name, node } of move.names) {
    if (node) folder.certain.set(name, node);
    else folder.certain.delete(name);
  }
}

function takeInOrder(move: Move): void {
  for (const earlier of move.before) takeInOrder(earlier);
  take(move);
}

function* folders(folder: Folder): Generator<Folder> {
  yield folder;
  for (const node of new Set([...folder.live.values(), ...folder.certain.values()])) {
    if (node.kind === 'folder') yield* folders(node);
  }
}

function takeOver(path: string, folder: Folder): void {
  for (const item of fs.readdirSync(path, { withFileTypes: true })) {
    const child = join(path, item.name);
    if (item.isDirectory()) {
      const made = newFolder();
      takeOver(child, made);
      folder.live.set(item.name, made);
      folder.certain.set(item.name, made);
    } else {
      const bytes = fs.readFileSync(child);
      const file: File = { kind: 'file', live: bytes, certain: bytes };
      folder.live.set(item.name, file);
      folder.certain.set(item.name, file);
    }
  }
}

function write(folder: Folder, to: string, survival: Survival, written = new Map()): void {
  fs.mkdirSync(to);
  const names = survival.kind === 'all' ? folder.live : folder.certain;
  for (const [name, node] of names) {
    const path = join(to, name);
    if (node.kind === 'folder') write(node, path, survival, written);
    else if (written.has(node)) fs.linkSync(written.get(node), path);
    else {
      written.set(node, path);
      fs.writeFileSync(path, bytesLeft(node, survival));
    }
  }
}

function bytesLeft({ live, certain }: File, survival: Survival): Buffer {
  const synced = certain ?? Buffer.alloc(0);
  if (survival.kind === 'all') return live;
  if (survival.kind === 'synced' || live === certain) return synced;
  // What was there before and was not touched stays; behind it anything may be.
  let same = 0;
  while (same < synced.length && synced[same] === live[same]) same += 1;
  const length = same + Math.floor(survival.chance() * (live.length - same));
  if (live.length === synced.length) {
    // It was written in its place: each part is the old one or the new one.
    const part = Buffer.concat([live.subarray(0, length), synced.subarray(length)]);
    return [synced, live, part][Math.floor(survival.chance() * 3)] ?? synced;
  }
  const zeros = Buffer.alloc(live.length - same);
  const choices = [
    synced,
    live,
    live.subarray(0, length),
    Buffer.concat([live.subarray(0, same), zeros]),
  ];
  return choices[Math.floor(survival.chance() * choices.length)] ?? synced;
}
