/** The settings of docs/tuning.md that are tried, each beside the same without it. */
import type { Mailing } from './measure.ts';
import type { Settings } from './mta.ts';

export type Case = Mailing & {
  readonly mta: 'Postfix' | 'Exim';
  readonly name: string;
  readonly settings: Settings;
};

type Tried = { readonly name: string; readonly settings: Settings; readonly ours?: string };

/** Without it nothing else shows. */
const flowing = { in_flow_delay: '0' };

const main = (some: Readonly<Record<string, string>>): Tried => ({
  name: named(some),
  settings: { main: some },
});

const named = (some: Readonly<Record<string, string>>): string =>
  Object.entries(some)
    .map(([key, value]) => `${key} = ${value}`)
    .join(', ');

const postfixAlone: readonly Tried[] = [
  { name: 'as it comes', settings: {} },
  main(flowing),
  ...[
    { smtpd_authorized_verp_clients: '127.0.0.1' },
    { smtp_destination_concurrency_limit: '50' },
    { smtp_connection_cache_on_demand: 'no' },
    { smtp_connection_cache_destinations: 'static:all' },
    { enable_long_queue_ids: 'yes' },
    { hash_queue_names: 'deferred, defer, active, incoming' },
    { receive_override_options: 'no_header_body_checks, no_address_mappings' },
  ].map((some) => ({ ...main(some), settings: { main: { ...flowing, ...some } } })),
];

const postfixShared: readonly Tried[] = [
  { name: 'as it comes', settings: {} },
  main(flowing),
  ...[
    { default_destination_recipient_limit: '500' },
    { smtp_destination_concurrency_limit: '50' },
    { initial_destination_concurrency: '20' },
  ].map((some) => ({ ...main(some), settings: { main: { ...flowing, ...some } } })),
  {
    name: 'smtpd_recipient_limit = 5000, and ours as much',
    settings: { main: { ...flowing, smtpd_recipient_limit: '5000' } },
    ours: '[outgoing]\nbatchRecipients = 5000\ntransactionRecipients = 5000\n',
  },
];

const unqueued = { smtp_accept_queue_per_connection: '0' };

const eximAlone: readonly Tried[] = [
  { name: 'as it comes', settings: {} },
  main(unqueued),
  main({ queue_only: 'true' }),
  ...[{ split_spool_directory: 'true' }].map((some) => ({
    ...main(some),
    settings: { main: { ...unqueued, ...some } },
  })),
];

const eximShared: readonly Tried[] = [
  { name: 'as it comes', settings: {} },
  main({ remote_max_parallel: '20' }),
  { name: 'max_rcpt = 500', settings: { transport: { max_rcpt: '500' } } },
  {
    name: 'remote_max_parallel = 20, max_rcpt = 500',
    settings: { main: { remote_max_parallel: '20' }, transport: { max_rcpt: '500' } },
  },
];

export const cases: readonly Case[] = [
  ...postfixAlone.map(
    (one) => ({ mta: 'Postfix', verp: 'always', members: 3000, ...one }) as const,
  ),
  ...postfixShared.map(
    (one) => ({ mta: 'Postfix', verp: 'never', members: 10_000, ...one }) as const,
  ),
  ...eximAlone.map((one) => ({ mta: 'Exim', verp: 'always', members: 1000, ...one }) as const),
  ...eximShared.map((one) => ({ mta: 'Exim', verp: 'never', members: 10_000, ...one }) as const),
];
