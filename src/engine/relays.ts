/** The relays of a site, as the configuration has them. */
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { isAbsolute, join } from 'node:path';
import type { Config, RelayConfig } from '../ground/config.ts';
import { exit, explain, UsageError } from '../ground/errors.ts';
import { type RelaySettings, relaySettings } from '../mta/types.ts';
import type { RoutedRelay } from './outlets.ts';

/** What the configuration says of relays, as the MTA client wants it. `root` is the site's. */
export function relaysOf(config: Config, root: string): RoutedRelay[] {
  return config.relay.map((relay) => ({
    relay: settingsOf(relay, config, root),
    weight: relay.weight,
    domains: relay.domains.map((domain) => domain.toLowerCase()),
  }));
}

function settingsOf(relay: RelayConfig, config: Config, root: string): RelaySettings {
  const { outgoing } = config;
  const { user, passwordFile } = relay;
  const password = passwordFile === undefined ? undefined : readPassword(passwordFile, root);
  return relaySettings({
    name: relay.name ?? `${relay.host}:${relay.port}`,
    place: { kind: 'tcp', host: relay.host, port: relay.port },
    tls: relay.tls,
    tlsRejectUnauthorized: relay.tlsVerify,
    helo: relay.helo ?? hostname(),
    maxMessagesPerConnection: relay.maxMessagesPerConnection,
    maxRecipientsPerTransaction: outgoing.transactionRecipients,
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
