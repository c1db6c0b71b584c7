/** A relay that files one message at a time, in real time: more connections only make it slow. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { uptimeMs } from '../../src/ground/clock.ts';
import { Untried } from '../../src/mta/delivery.ts';
import { Outlet } from '../../src/mta/outlet.ts';
import { relaySettings } from '../../src/mta/types.ts';
import { eachDelivery, users } from '../mta/setting.ts';

const fileMs = 60;

test('a relay that strains is given fewer connections, though another one is down', async () => {
  let free = 0;
  let underWay = 0;
  const server = net.createServer((socket) => {
    let isBody = false;
    const say = (text: string) => socket.write(`${text}\r\n`);
    say('220 slow');
    socket.on('error', () => undefined);
    createInterface({ input: socket }).on('line', (line) => {
      if (isBody && line !== '.') return;
      if (isBody) {
        isBody = false;
        underWay += 1;
        free = Math.max(free, uptimeMs()) + fileMs;
        setTimeout(() => {
          underWay -= 1;
          say('250 2.0.0 Ok');
        }, free - uptimeMs());
      } else if (/^DATA/.test(line)) {
        isBody = true;
        say('354 go');
      } else say(/^QUIT/.test(line) ? '221 bye' : '250 ok');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const at = (name: string, port: number) => {
    const place = { kind: 'tcp', host: '127.0.0.1', port } as const;
    return { relay: relaySettings({ name, place }), weight: 1 };
  };
  const stop = new AbortController();
  const seen: (readonly [lanes: number, underWay: number])[] = [];
  await using outlet = new Outlet([at('slow', port), at('down', 1)], 16, uptimeMs, (_, strain) => {
    seen.push([strain.lanes, underWay]);
    if (seen.length === 4) stop.abort();
  });
  const delivery = await eachDelivery(users(1000));
  await outlet.send(delivery, Untried.all(delivery), () => {}, stop.signal);
  server.close();
  assert.deepEqual(
    seen.slice(0, 2).map(([lanes]) => lanes),
    [8, 4],
  );
  const [, , , last] = seen;
  assert(last && last[1] <= 8, `${last?.[1]} messages under way`);
});
