/** What systemd would hear: a program of the same name in front on the PATH writes it down. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, test } from 'node:test';
import { childEnvironment } from '../../src/ground/environment.ts';
import { SuiteSite, until } from './suite-site.ts';

const one = { runners: { incoming: {} } };

function listening(site: SuiteSite): { environment: Record<string, string>; heard(): string[] } {
  const bin = join(site.root, 'bin');
  const file = join(site.root, 'heard');
  mkdirSync(bin);
  writeFileSync(join(bin, 'systemd-notify'), `#!/bin/sh\necho "$*" >> '${file}'\n`, {
    mode: 0o755,
  });
  writeFileSync(file, '');
  const { PATH: inherited } = childEnvironment({});
  return {
    environment: { NOTIFY_SOCKET: '/run/nobody', PATH: `${bin}${delimiter}${inherited}` },
    heard: () => readFileSync(file, 'utf8').trim().split('\n'),
  };
}

describe('systemd', () => {
  test('hears when the suite is up, how it is, when it reloads and when it stops', async () => {
    await using site = new SuiteSite(one);
    const { environment, heard } = listening(site);
    const { child, birth, end } = site.launch([], environment);
    await birth;
    await until('ready', () => heard().includes('READY=1') && heard().includes('STATUS=1 worker'));
    child.kill('SIGHUP');
    await until('reloading', () =>
      heard().some((line) => /^RELOADING=1 MONOTONIC_USEC=\d+$/.test(line)),
    );
    await until('ready again', () => heard().filter((line) => line === 'READY=1').length === 2);
    child.kill('SIGTERM');
    await end;
    assert.equal(heard().includes('STOPPING=1'), true);
  });

  test('hears what is wrong', async () => {
    await using site = new SuiteSite({ ...one, behaviour: { 'incoming-1': ['good', 'hopeless'] } });
    const { environment, heard } = listening(site);
    await site.launch([], environment).birth;
    process.kill(site.pids('incoming-1')[0] ?? 0, 'SIGKILL');
    await until('it is told', () => heard().some((line) => line.includes('incoming-1 is parked')));
  });

  test('is told that we live, twice as often as it asks for', async () => {
    await using site = new SuiteSite(one);
    const { environment, heard } = listening(site);
    await site.launch([], { ...environment, WATCHDOG_USEC: '100000' }).birth;
    await until('three signs', () => heard().filter((line) => line === 'WATCHDOG=1').length >= 3);
  });

  test('without its program is done without, and that is said once', async () => {
    await using site = new SuiteSite(one);
    const bin = join(site.root, 'bin');
    mkdirSync(bin);
    writeFileSync(join(bin, 'flock'), '#!/bin/sh\nexec /usr/bin/flock "$@"\n', { mode: 0o755 });
    const { child, birth, end } = site.launch([], { NOTIFY_SOCKET: '/run/nobody', PATH: bin });
    assert.equal((await birth).ok, true);
    child.kill('SIGTERM');
    assert.equal((await end).code, 0);
    const said = site.log.split('\n').filter((line) => line.includes('systemd-notify'));
    assert.equal(said.length, 1);
    assert.match(said.join(), /the program is not there/);
  });
});
