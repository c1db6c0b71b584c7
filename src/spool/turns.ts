/**
 * Fair shares among those whose entries are due with the same priority: each flow gets a turn,
 * however much the others have waiting.
 *
 * A flow is what one cause put (the batches of one mailing): that is in an entry's name. Whose it
 * is (the list) is in its metadata, and known when the first entry of a flow was opened; from then
 * on all flows of one owner share one turn.
 */

/** Flows whose owner is remembered. */
const maxKnown = 10_000;

type Line = { names: string[]; at: number };

/** Names that are due, handed out in turns. */
export class Turns {
  readonly #lines = new Map<string, Line>();
  readonly #owners = new Map<string, string>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Comes last in the line of its owner: names are added in the order of their due. */
  add(name: string, id: string): void {
    const whose = this.#whose(flowOf(id));
    const line = this.#lines.get(whose);
    if (line) line.names.push(name);
    else this.#lines.set(whose, { names: [name], at: 0 });
    this.#size += 1;
  }

  /** The next in turn. */
  take(): string | undefined {
    for (const [whose, line] of this.#lines) {
      // The last of the row from now on.
      this.#lines.delete(whose);
      const name = line.names[line.at++];
      if (line.at < line.names.length) this.#lines.set(whose, line);
      this.#size -= 1;
      return name;
    }
    return undefined;
  }

  /** An entry was opened: its flow is `owner`'s. */
  learn(id: string, owner: string): void {
    const flow = flowOf(id);
    if (this.#owners.get(flow) === owner) return;
    this.#owners.set(flow, owner);
    const [oldest] = this.#owners.keys();
    if (this.#owners.size > maxKnown && oldest !== undefined) this.#owners.delete(oldest);
    const own = this.#lines.get(flow);
    if (!own) return;
    this.#lines.delete(flow);
    const line = this.#lines.get(owner);
    if (!line) return void this.#lines.set(owner, own);
    const names = [...line.names.slice(line.at), ...own.names.slice(own.at)].sort();
    this.#lines.set(owner, { names, at: 0 });
  }

  /** Forgets the names, not the owners. */
  clear(): void {
    this.#lines.clear();
    this.#size = 0;
  }

  #whose(flow: string): string {
    return this.#owners.get(flow) ?? flow;
  }
}

/** `i4k-p-m` of `i4k-p-m-b17`. */
function flowOf(id: string): string {
  const dash = id.lastIndexOf('-');
  return dash < 0 ? id : id.slice(0, dash);
}
