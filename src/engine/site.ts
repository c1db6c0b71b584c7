/** One installation, opened: configuration, spool, store, key and log. */
import { wallClock } from '../ground/clock.ts';
import { type Config, loadConfig, type SitePaths } from '../ground/config.ts';
import { type Hide, type Log, type OpenLog, openLog, silentLog } from '../ground/log.ts';
import { loadSecret, type Secret } from '../ground/secret.ts';
import { tag } from '../mail/keyed.ts';
import { checkedSite } from '../model/site-check.ts';
import { Spool } from '../spool/spool.ts';
import type { Store } from '../store/store.ts';

export type Site = {
  readonly config: Config;
  readonly paths: SitePaths;
  /** The name of this process among those of the suite: `outgoing-2`; none where it is a command. */
  readonly process: string | undefined;
  readonly spool: Spool;
  readonly log: Log;
  /** Opens the database at the first call. */
  store(): Promise<Store>;
  /** Reads the site key at the first call. */
  secret(): Secret;
  reopenLog(): void;
  /** Writes log lines together, a moment late: for those that write thousands a second. */
  bufferLog(): void;
  /** Writes lines of the log together that come in one turn of the loop. */
  gatherLog(): void;
  close(): Promise<void>;
};

export type SiteOptions = {
  /** The name under which this process logs; without one it does not log. */
  readonly process?: string;
};

/** Opens the site in `root`; what is expensive is opened when it is first asked for. */
export function openSite(root: string, options: SiteOptions = {}): Site {
  const { config, paths } = checkedSite(loadConfig(root));
  // What the suite writes is for its user and its group.
  process.umask(0o007);
  const opened: OpenLog = options.process
    ? openLog(paths.log, config.log.level, options.process, hideOf(config, paths))
    : { log: silentLog, reopen: () => undefined, buffer: noChange, gather: noChange };
  let store: Promise<Store> | undefined;
  let secret: Secret | undefined;
  return {
    config,
    paths,
    process: options.process,
    spool: new Spool(paths.spool),
    log: opened.log,
    reopenLog: opened.reopen,
    bufferLog: opened.buffer,
    gatherLog: opened.gather,
    store() {
      // Loaded late: commands that need no store should not pay for it.
      store ??= import('../store/store.ts').then((m) =>
        m.openStore(paths.database, { now: wallClock.now }),
      );
      return store;
    },
    secret() {
      secret ??= loadSecret(paths.keys);
      return secret;
    },
    async close() {
      const open = store;
      store = undefined;
      // One that could not be opened was reported by whoever asked for it.
      await (await open?.catch(() => undefined))?.close();
    },
  };
}

/** What addresses are called in the log of a site that wants them hashed; else undefined. */
export function hideOf({ log }: Config, { keys }: SitePaths): Hide | undefined {
  if (log.addresses === 'plain') return undefined;
  const key = loadSecret(keys).for('log');
  return (address) => tag(key, 'log', address.toLowerCase());
}

function noChange(): void {}
