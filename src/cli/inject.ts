/** `listmill inject`: a message for a list, by hand or by a test. Durable when it returns. */
import { createReadStream } from 'node:fs';
import { resolve } from 'node:path';
import { Readable } from 'node:stream';
import { wantOpenQueue, workIn } from '../engine/by-hand.ts';
import { acceptance } from '../engine/disposition.ts';
import { handLog, wantSpoolUser } from '../engine/hand.ts';
import type { Site } from '../engine/site.ts';
import { exit, UsageError } from '../ground/errors.ts';
import { authorOf } from '../mail/author.ts';
import { type Broken, isBroken, type Message, readMessage } from '../mail/message.ts';
import { maxAheadMs } from '../model/deferred.ts';
import type { ListView } from '../model/list.ts';
import type { Priority } from '../model/queues.ts';
import { type Arrival, discardArrival, MessageTooLarge } from '../spool/arriving.ts';
import { accept, arrive, type Target } from '../spool/intake.ts';
import { checkRoom } from '../spool/room.ts';
import { findList, listHelp, wantAddress, whoAmI } from './arguments.ts';
import type { Io, Verb } from './command.ts';
import { writeLine } from './output.ts';

export const inject: Verb = (program, io) => {
  program
    .command('inject')
    .description('put a message into a queue; prints the id of its entry')
    .argument('<list>', listHelp)
    .argument('[file]', 'the message; standard input without it, or for -')
    .option('--queue <name>', 'incoming, pipeline, archive, bounce, command', 'incoming')
    .option('--sender <address>', 'the envelope sender, <> for none; without it, its author')
    .option('--at <time>', 'not before then: 2026-12-24T08:00Z, local time without a zone')
    .action(
      async (
        text: string,
        file: string | undefined,
        options: { queue: string; sender?: string; at?: string },
      ) => {
        const site = await io.site();
        wantSpoolUser(site.spool);
        const queue = wantOpenQueue(options.queue);
        const list = await findList(await site.store(), text);
        const now = io.now();
        const due = options.at === undefined ? undefined : wantTime(options.at, now);
        checkRoom(site.spool, site.config.limits, now);
        const arrival = await take(io, site, file);
        try {
          const { headerBytes: maxHeaderBytes } = site.config.limits;
          const message = await readMessage(arrival.file, { maxHeaderBytes });
          const target: Target = {
            queue,
            recipient: list.address,
            list: list.id,
            work: workIn(queue),
            priority: list.settings.priority as Priority,
            due,
          };
          const sender = senderOf(options.sender, message);
          const beforeSeen =
            queue === 'pipeline' ? () => number(site, arrival, list, message, now) : undefined;
          const [id] = await accept(site.spool, arrival, sender, [target], now, beforeSeen);
          const told = { event: 'received', via: 'inject', entry: id, list: list.id, queue };
          handLog(site).info({ ...told, from: sender, size: arrival.size, who: whoAmI() });
          await writeLine(io, id);
        } catch (error) {
          discardArrival(site.spool, arrival);
          throw error;
        }
      },
    );
};

function wantTime(text: string, now: number): number {
  const at = Date.parse(text);
  if (Number.isNaN(at)) throw new UsageError(`"${text}" is no time; write 2026-12-24T08:00Z`);
  if (at < now) throw new UsageError(`${text} is over`);
  if (at > now + maxAheadMs) throw new UsageError(`${text} is more than a year from now`);
  return at;
}

async function take(io: Io, site: Site, file: string | undefined): Promise<Arrival> {
  const source =
    file === undefined || file === '-'
      ? new Readable().wrap(io.stdin)
      : createReadStream(resolve(io.cwd, file));
  try {
    return await arrive(site.spool, source, site.config.limits.messageBytes);
  } catch (error) {
    if (!(error instanceof MessageTooLarge)) throw error;
    throw new UsageError(`${error.message} (limits.messageBytes)`, exit.dataErr, { cause: error });
  }
}

/** The envelope sender: as given, else the author, where there is a message that has one. */
function senderOf(given: string | undefined, message: Message | Broken): string | null {
  if (given === '<>' || given === '') return null;
  if (given !== undefined) return wantAddress(given);
  return isBroken(message) ? null : (authorOf(message.headers) ?? null);
}

/** What goes straight into the pipeline was accepted: by whoever put it there. */
async function number(
  site: Site,
  { id }: Arrival,
  list: ListView,
  message: Message | Broken,
  now: number,
): Promise<void> {
  if (isBroken(message)) throw new UsageError(`no message: ${message.reason}`, exit.dataErr);
  const change = acceptance({ id }, list, message);
  const slip = { cause: `${id}.inject`, changes: [change], fate: 'inject' };
  const [applied] = await (await site.store()).apply([slip], now);
  if (applied?.kind === 'failed') throw applied.error;
}
