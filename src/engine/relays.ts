/** The relays of a site as the configuration has them, and the connections to them. */
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { isAbsolute, join } from 'node:path';
import type { Config, RelayConfig } from '../ground/config.ts';
import { exit, explain, TransientError, UsageError } from '../ground/errors.ts';
import { type Connection, connect } from '../mta/connection.ts';
import { Relays } from '../mta/relays.ts';
import { type RelaySettings, relaySettings } from '../mta/types.ts';

/** What the configuration says of relays, as the MTA client wants it. `root` is the site's. */
export function relaysOf(config: Config, root: string): Relays<RelaySettings> {
  return new Relays(
    config.relay.map((relay) => ({
      relay: settingsOf(relay, config, root),
      weight: relay.weight,
    })),
  );
}

function settingsOf(relay: RelayConfig, config: Config, root: string): RelaySettings {
  const { outgoing } = config;
  const { user, passwordFile } = relay;
  const password = passwordFile === undefined ? undefined : readPassword(passwordFile, root);
  return relaySettings({
    name: `${relay.host}:${relay.port}`,
    place: { kind: 'tcp', host: relay.host, port: relay.port },
    tls: relay.tls,
    tlsRejectUnauthorized: relay.tlsVerify,
    helo: relay.helo ?? hostname(),
    maxMessagesPerConnection: relay.maxMessagesPerConnection,
    ...(user !== undefined && password !== undefined ? { auth: { user, password } } : {}),
    timeouts: {
      connectMs: outgoing.connectMs,
      greetingMs: outgoing.replyMs,
      commandMs: outgoing.replyMs,
      idleMs: outgoing.idleMs,
    },
  });
}

function readPassword(file: string, root: string): string {
  const path = isAbsolute(file) ? file : join(root, file);
  try {
    return readFileSync(path, 'utf8').split('\n', 1)[0] ?? '';
  } catch (error) {
    throw new UsageError(
      `relay.passwordFile: cannot read ${path}: ${explain(error)}`,
      exit.config,
      {
        cause: error,
      },
    );
  }
}

/** Connections that are kept open between deliveries. */
export class ConnectionPool {
  readonly #relays: Relays<RelaySettings>;
  readonly #now: () => number;
  readonly #signal: AbortSignal;
  #idle: Connection[] = [];

  constructor(relays: Relays<RelaySettings>, now: () => number, signal: AbortSignal) {
    this.#relays = relays;
    this.#now = now;
    this.#signal = signal;
  }

  /** An open connection; rejects with TransientError when no relay can be reached now. */
  async take(): Promise<Connection> {
    this.#idle = this.#idle.filter((connection) => connection.open);
    const kept = this.#idle.pop();
    if (kept) return kept;
    let last: unknown;
    for (;;) {
      const relay = this.#relays.pick(this.#now());
      if (!relay) throw last ?? new TransientError('every relay is down');
      try {
        const connection = await connect(relay, this.#signal);
        this.#relays.succeeded(relay);
        return connection;
      } catch (error) {
        last = error;
        this.#relays.failed(relay, this.#now());
      }
    }
  }

  /** Takes a connection back for the next one. */
  give(connection: Connection): void {
    if (connection.open) this.#idle.push(connection);
  }

  /** It broke in the middle of something: its relay is left alone for a while. */
  lost(connection: Connection): void {
    this.#relays.failed(connection.relay, this.#now());
  }

  /** It took something. */
  worked(connection: Connection): void {
    this.#relays.succeeded(connection.relay);
  }

  async close(): Promise<void> {
    const idle = this.#idle;
    this.#idle = [];
    await Promise.all(idle.map((connection) => connection.close()));
  }
}
