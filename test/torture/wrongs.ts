/** What must hold when everything is over. */
import { existsSync } from 'node:fs';
import { checkSpool } from '../../src/engine/check.ts';
import type { Site } from '../../src/engine/site.ts';
import { queueNames } from '../../src/model/queues.ts';
import { tally } from '../../src/spool/places.ts';

/** Queues, spool and store in the end. */
export async function wrongsOf(site: Site): Promise<string[]> {
  const wrong: string[] = [];
  const now = Date.now();
  for (const queue of queueNames) {
    const { waiting, claimed, held, shunt, bad } = tally(site.spool, queue, now);
    const left = waiting + claimed + held + shunt + bad;
    if (left > 0) wrong.push(`${queue}: ${JSON.stringify({ waiting, claimed, held, shunt, bad })}`);
  }
  for await (const { kind, path, text } of checkSpool(site, { deep: true, repair: true, now })) {
    // Drafts of workers that were killed are litter, which maintenance takes away by its age.
    if (kind !== 'leftover') wrong.push(`${kind} ${path}: ${text}`);
  }
  const store = await site.store();
  wrong.push(...(await store.integrity()));
  const open = await store.mailings.open(100);
  if (open.length > 0) wrong.push(`${open.length} mailings are not finished`);
  if (!existsSync(site.paths.ledger)) wrong.push('there is no ledger');
  return wrong;
}
