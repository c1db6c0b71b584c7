/** Checks a spool while runners work, and mends what is safe to mend. */
import { basename, dirname, join } from 'node:path';
import { exit, UsageError, unreachable } from '../ground/errors.ts';
import { type Finding, findings } from '../spool/check.ts';
import { isFolder } from '../spool/places.ts';
import { requeue } from './by-hand.ts';
import { Hand, wantSpoolUser } from './hand.ts';
import { orphans, recoverOrphan, removeLeftover, setAside, writeWhy } from './mending.ts';
import type { Site } from './site.ts';

/** A finding, and what was done about it: undefined where nothing was. */
export type Checked = Finding & { readonly mended: string | undefined };

export type CheckOrder = { readonly deep: boolean; readonly repair: boolean; readonly now: number };

const hourMs = 3_600_000;

/** Everything that is not as it should be, mended as far as `repair` says and it is safe. */
export async function* checkSpool(site: Site, order: CheckOrder): AsyncGenerator<Checked> {
  const { spool, config } = site;
  const { root } = spool.paths;
  if (!isFolder(root)) {
    throw new UsageError(
      `the spool ${root} is not there; mount it, or make it with "listmill init"`,
      exit.noInput,
    );
  }
  if (order.repair) wantSpoolUser(spool);
  const options = {
    now: order.now,
    tmpMs: config.clean.tmpHours * hourMs,
    deep: order.deep,
    freeBytes: config.limits.freeBytes,
  };
  await using mender = new Mender(site, order.now);
  const mend = (finding: Finding) => (order.repair ? mender.mend(finding) : undefined);
  // Orphans first: what they had in tmp is theirs until they are recovered.
  for await (const { queue, worker, claims } of orphans(spool)) {
    const finding: Finding = {
      kind: 'orphan',
      path: join(queue, 'claimed', worker),
      queue,
      worker,
      text: `${claims} claims of ${worker}, which does not run`,
    };
    yield { ...finding, mended: await mend(finding) };
  }
  for await (const finding of findings(spool, options)) {
    yield { ...finding, mended: await mend(finding) };
  }
}

/** Mends findings; opens what it needs when it needs it. */
class Mender implements AsyncDisposable {
  readonly #site: Site;
  readonly #now: number;
  #hand: Hand | undefined;

  constructor(site: Site, now: number) {
    this.#site = site;
    this.#now = now;
  }

  get #opened(): Hand {
    this.#hand ??= new Hand(this.#site);
    return this.#hand;
  }

  /** What was done, as a word for the report; undefined when nothing could be. */
  async mend(finding: Finding): Promise<string | undefined> {
    const { spool, config } = this.#site;
    const now = this.#now;
    const done = await this.#do(finding, spool, config.clean.tmpHours * hourMs, now);
    if (done !== undefined) {
      const { kind, path, text } = finding;
      this.#opened.log.info({ event: 'mended', finding: kind, path, why: text, done });
    }
    return done;
  }

  async #do(
    finding: Finding,
    spool: Site['spool'],
    tmpMs: number,
    now: number,
  ): Promise<string | undefined> {
    switch (finding.kind) {
      case 'missing-folder':
        spool.ensure();
        return 'made';
      case 'stray': {
        if (finding.queue === undefined) return undefined;
        const path = join(spool.paths.root, finding.path);
        const id = await setAside(spool, path, finding.queue, `stray: ${finding.path}`, now);
        return id && `set aside as ${id} in bad`;
      }
      case 'broken':
        return (await this.#opened.setBroken(finding.place, finding.reason, now))
          ? 'parked as bad'
          : undefined;
      case 'misplaced':
        return (await this.#opened.rightPlace(finding.place, finding.meta.priority))
          ? `moved to priority ${finding.meta.priority}`
          : undefined;
      case 'leftover': {
        const name = basename(finding.path);
        const before = name.endsWith('.gone') ? now : now - tmpMs;
        return removeLeftover(spool, finding.queue, name, before) ? 'removed' : undefined;
      }
      case 'orphan': {
        const count = await recoverOrphan(this.#site, this.#opened.log, finding, now);
        return count === 'running' ? undefined : 'recovered';
      }
      case 'done': {
        const dealt = await requeue(this.#opened, finding.place, { atOnce: true, now });
        return dealt.ok ? 'due now, to be finished' : undefined;
      }
      case 'no-reason': {
        const { folder, queue } = finding.place;
        if (!isFolder(dirname(folder))) return undefined;
        await writeWhy(spool, folder, queue, 'no reason was found by the check', now);
        return 'noted';
      }
      case 'room':
        return undefined;
      default:
        return unreachable(finding);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#hand?.[Symbol.asyncDispose]();
  }
}
