import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { handToArchivers } from '../../src/engine/archivers.ts';
import type { Desk, Entry } from '../../src/engine/desk.ts';
import { parseConfig } from '../../src/ground/config.ts';
import { entryId, listId } from '../../src/model/ids.ts';
import type { ListView } from '../../src/model/list.ts';
import type { Letter } from '../../src/model/outcome.ts';
import { initialSettings } from '../../src/model/settings.ts';
import { address, addressesOf } from '../literals.ts';
import { metaOf, now } from '../powercut/office.ts';

const message = 'From: anne@example.net\r\nSubject: food\r\n\r\nHerring\r\n';
const list: ListView = {
  id: listId('cats.example.com'),
  name: 'cats',
  domain: 'example.com',
  address: address('cats@example.com'),
  settings: initialSettings,
  former: [],
  archive: listId('cats.example.com'),
};

type Case = { readonly desk: Desk; readonly entry: Entry; readonly folder: string };

async function withCase(toml: string, work: (given: Case) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'listmill-archivers-'));
  try {
    const file = join(folder, 'message.eml');
    writeFileSync(file, message);
    writeFileSync(join(folder, 'key'), 'secret\n');
    const config = parseConfig(toml, 'test');
    const meta = metaOf(entryId('e1'), { kind: 'archive' });
    const desk = { now, config } as Desk;
    await work({ desk, entry: { meta, message: file, folder, tries: 0 }, folder });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function withServer(
  answer: (request: IncomingMessage, body: string, response: ServerResponse) => void,
  work: (url: string) => Promise<void>,
): Promise<void> {
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('latin1');
    request.on('data', (text) => {
      body += text;
    });
    request.on('end', () => answer(request, body, response));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const at = server.address();
  try {
    await work(`http://127.0.0.1:${typeof at === 'object' ? at?.port : 0}/hk`);
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

const hyperkitty = (url: string) =>
  `[[archiver]]\nname = "hk"\nkind = "hyperkitty"\nurl = "${url}"\nkeyFile = "key"\n`;
const command = (name: string, script: string) =>
  `[[archiver]]\nname = "${name}"\nkind = "command"\ncommand = ["sh", "-c", '${script}']\n`;

describe('other archivers', () => {
  test('HyperKitty gets list, key and the very message', async () => {
    const seen: string[] = [];
    await withServer(
      (request, body, response) => {
        seen.push(`${request.method} ${request.url}`, request.headers.authorization ?? '', body);
        response.end('{"url": "x"}');
      },
      async (url) => {
        await withCase(hyperkitty(url), async ({ entry, desk, folder }) => {
          const { fate } = await handToArchivers(entry, desk, list, ['hk'], {
            down: new Map(),
            folder,
          });
          assert.equal(fate.kind, 'finish');
        });
      },
    );
    const [call, key, body = ''] = seen;
    assert.deepEqual([call, key], ['POST /hk/api/mailman/archive', 'Token secret']);
    assert.match(body, /name="mlist"\r\n\r\ncats@example\.com\r\n/);
    assert(body.includes(`\r\n\r\n${message}\r\n--`));
  });

  test('what one does not take waits for it alone, and who is down is let alone for a while', async () => {
    let calls = 0;
    await withServer(
      (_, __, response) => {
        calls += 1;
        response.statusCode = 503;
        response.end('later');
      },
      async (url) => {
        const toml = hyperkitty(url) + command('inbox', 'cat >/dev/null');
        await withCase(toml, async ({ entry, desk, folder }) => {
          const down = new Map<string, number>();
          for (let n = 0; n < 2; n += 1) {
            const { fate } = await handToArchivers(entry, desk, list, ['hk', 'inbox'], {
              down,
              folder,
            });
            assert(fate.kind === 'later');
            assert.deepEqual(fate.work, { kind: 'archive', left: ['hk'] });
            assert.match(fate.why ?? '', n === 0 ? /it said 503 later/ : /hk is down/);
          }
          assert.equal(calls, 1);
          const old = { ...entry, meta: { ...entry.meta, received: now - 6 * 86_400_000 } };
          const { fate } = await handToArchivers(old, desk, list, ['hk'], { down, folder });
          assert.equal(fate.kind, 'park');
        });
      },
    );
  });

  test('a command reads the message, and says by its exit whether it has it', async () => {
    await withCase('', async ({ folder: home }) => {
      const toml =
        command('good', `cat > ${home}/got; echo $ORIGINAL_RECIPIENT > ${home}/to`) +
        command('bad', 'echo no room >&2; exit 75');
      await withCase(toml, async ({ entry, desk, folder }) => {
        const { fate } = await handToArchivers(entry, desk, list, ['good', 'bad'], {
          down: new Map(),
          folder,
        });
        assert(fate.kind === 'later');
        assert.match(fate.why ?? '', /^bad: sh ended by exit 75: no room$/);
        assert.equal(readFileSync(join(home, 'got'), 'utf8'), message);
      });
    });
  });

  test('one that will never take it delays nobody, and a person hears of it', async () => {
    const refusing = command('picky', 'echo no HTML >&2; exit 65');
    await withCase(
      refusing + command('good', 'cat > /dev/null'),
      async ({ entry, desk, folder }) => {
        const down = new Map<string, number>();
        const first = await handToArchivers(entry, desk, list, ['picky', 'good'], { down, folder });
        assert(first.fate.kind === 'later');
        assert.deepEqual(first.fate.work, { kind: 'archive', left: ['picky'] });
        const { fate } = await handToArchivers(entry, desk, list, ['picky'], { down, folder });
        assert(fate.kind === 'park');
        assert.match(fate.why.join(), /picky: sh ended by exit 65: no HTML$/);
        assert.equal(down.size, 0);
      },
    );
  });

  test('what came without a Message-ID goes on with that which the list gave it', async () => {
    await withCase('', async ({ folder: home }) => {
      const toml = command('good', `cat > ${home}/got`) + command('bad', 'exit 1');
      await withCase(toml, async ({ entry, desk, folder }) => {
        const work = { kind: 'archive', messageId: '<given@example.com>' } as const;
        const given = { ...entry, meta: { ...entry.meta, work } };
        const parts = { down: new Map<string, number>(), folder };
        const { fate } = await handToArchivers(given, desk, list, ['good', 'bad'], parts);
        const got = readFileSync(join(home, 'got'), 'utf8');
        assert.equal(got, `Message-ID: <given@example.com>\n${message}`);
        assert(fate.kind === 'later');
        assert.deepEqual(fate.work, { ...work, left: ['bad'] });
      });
    });
  });

  test('by mail it is a batch of its own, with the List-Id', async () => {
    const toml = '[[archiver]]\nname = "out"\nkind = "mail"\naddress = "in@archive.example"\n';
    await withCase(toml, async ({ entry, desk, folder }) => {
      const { puts, fate } = await handToArchivers(entry, desk, list, ['out'], {
        down: new Map(),
        folder,
      });
      const [put] = [...(puts as Iterable<Letter>)];
      assert.equal(fate.kind, 'finish');
      assert(put?.work.kind === 'batch');
      assert.deepEqual(addressesOf(put.work.recipients), ['in@archive.example']);
      assert.equal(put?.message.kind, 'draft');
    });
  });
});
