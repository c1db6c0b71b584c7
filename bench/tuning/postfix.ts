/** A private Postfix by its defaults, but for the settings that are tried. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { startPostfix } from '../../test/system/postfix-instance.ts';
import type { Mta, Settings, World } from './mta.ts';

/** What the private ones of the tests have otherwise. */
const defaults = {
  in_flow_delay: '1s',
  smtpd_peername_lookup: 'yes',
  minimal_backoff_time: '300s',
};
const queues = ['maildrop', 'incoming', 'active', 'deferred'];

export async function startTunedPostfix(world: World, { main = {} }: Settings): Promise<Mta> {
  const routes = [...world].map(([domain, { host, port }]) => [domain, `smtp:[${host}]:${port}`]);
  const postfix = await startPostfix({
    settings: { ...defaults, ...main },
    transport: Object.fromEntries(routes),
  });
  const queue = join(postfix.folder, 'queue');
  return {
    port: postfix.port(),
    waiting: () => queues.reduce((sum, name) => sum + filesBelow(join(queue, name)), 0),
    [Symbol.asyncDispose]: () => postfix[Symbol.asyncDispose](),
  };
}

function filesBelow(folder: string): number {
  return readdirSync(folder, { withFileTypes: true, recursive: true }).filter((one) => one.isFile())
    .length;
}
