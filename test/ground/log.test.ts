import assert from 'node:assert/strict';
import { closeSync, mkdtempSync, openSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { openLog } from '../../src/ground/log.ts';

describe('the log', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'listmill-log-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test('is one line an event, written at once, in a folder that is made for it', () => {
    const file = join(folder, 'log', 'x.log');
    openLog(file, 'info', 'tester').log.info({ event: 'seen', list: 'cats' }, 'a word');
    const { time, ...line } = JSON.parse(readFileSync(file, 'utf8'));
    assert.match(time, /^\d{4}-\d\d-\d\dT/);
    assert.deepEqual(line, {
      level: 'info',
      process: 'tester',
      event: 'seen',
      list: 'cats',
      msg: 'a word',
    });
  });

  test('has no token in it that would let a reader decide, confirm or leave', () => {
    const file = join(folder, 'x.log');
    const { log } = openLog(file, 'info', 'tester');
    const recipient = (detail: string) => `cats-${detail}@example.com`;
    log.info({ recipient: recipient('accept+abcdefgh234567ab') });
    log.info({ recipient: recipient('confirm=ABCDEFGH234567AB'), from: 'ann+x@example.net' });
    log.info({ recipient: recipient('leave+a1-abcdefgh234567ab') });
    log.info({ recipient: recipient('bounces+ann=example.net') });
    const kept = readFileSync(file, 'utf8').match(/(?<="recipient":")[^"]+/g);
    const wanted = ['accept+*', 'confirm=*', 'leave+*', 'bounces+ann=example.net'].map(recipient);
    assert.deepEqual(kept, wanted);
  });

  test('has addresses hashed where that is wanted, and says what for it was', () => {
    const file = join(folder, 'x.log');
    const { log } = openLog(file, 'info', 'tester', (address) => `#${address.length}`);
    log.info({ from: 'ann@x.example', recipient: 'cats@example.com', messageId: '<1@x.example>' });
    log.info({ reply: '550 5.1.1 <ann@x.example>: no "bob"@x.example', relay: '127.0.0.1:25' });
    log.info({ recipient: 'cats-bounces+x7-ann=x.example@example.com', sender: null });
    log.info({ stack: 'at f (file:///opt/node_modules/@zone-eu/mailsplit/x.js:1:2)' });
    const said = readFileSync(file, 'utf8').replaceAll(/"(?:level|time|process)":"[^"]*",?/g, '');
    assert.deepEqual(said.trim().split('\n'), [
      '{"from":"#13","recipient":"cats@example.com","messageId":"<1@x.example>"}',
      '{"reply":"550 5.1.1 <#13>: no #17","relay":"127.0.0.1:25"}',
      '{"recipient":"cats-bounces+*@example.com","sender":null}',
      '{"stack":"at f (file:///opt/node_modules/@zone-eu/mailsplit/x.js:1:2)"}',
    ]);
  });

  test('goes to a new file when it is opened again after a rotation', () => {
    const file = join(folder, 'x.log');
    const { log, reopen } = openLog(file, 'info', 'tester');
    log.info('one');
    renameSync(file, `${file}.1`);
    log.info('two');
    reopen();
    log.info('three');
    assert.match(readFileSync(`${file}.1`, 'utf8'), /one(.|\n)*two/);
    assert.match(readFileSync(file, 'utf8'), /^[^\n]*three[^\n]*\n$/);
  });

  test('that cannot be written, because the disk is full, ends nobody and holds nobody up', () => {
    closeSync(openSync('/dev/full', 'a'));
    const { log } = openLog('/dev/full', 'info', 'tester');
    for (let line = 0; line < 5000; line++) log.info({ line }, 'x'.repeat(500));
    log.fatal('the last words');
  });
});
