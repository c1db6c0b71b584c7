import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseConfig } from '../../src/ground/config.ts';
import { paceFaults } from '../../src/model/pace-faults.ts';
import { ruleFaults } from '../../src/model/site-rules.ts';

function faults(toml: string): string {
  return ruleFaults(parseConfig(`[rules]\n${toml}\n`, 'test')).join('\n');
}

test('what no rule would obey is told with the reason', () => {
  assert.equal(faults(''), '');
  assert.equal(
    faults('actions = ["max-size=reject"]\norder = ["loop"]\nheaderMatches = ["a: b => hold"]'),
    '',
  );
  assert.match(faults('actions = ["max-size=burn"]'), /rules\.actions has "max-size=burn"; wanted/);
  assert.match(faults('order = ["lop"]'), /rules\.order has "lop"; wanted: loop/);
  assert.match(faults('headerMatches = ["a: ( => hold"]'), /rules\.headerMatches has .*missing/);
});

const paceFaultsOf = (toml: string) => paceFaults(parseConfig(toml, 'test')).join('\n');

test('a limit that would limit nobody is told with the reason', () => {
  const relay = '[[relay]]\nname = "new"\n';
  const warm = 'relay = "new"\nwarmUp = [5]\nwarmUpFrom = "2026-11-24"';
  assert.equal(paceFaultsOf(`${relay}[[pace]]\n${warm}\n[[pace]]\nconcurrent = 1\n`), '');
  assert.equal(
    paceFaultsOf('[[relay]]\nport = 25\n[[pace]]\nrelay = "127.0.0.1:25"\nmessages = 1\n'),
    '',
  );
  assert.match(paceFaultsOf('[[pace]]\nwarmUp = [5]\n'), /pace\.0\.warmUpFrom is missing/);
  assert.match(paceFaultsOf('[[pace]]\nwarmUpFrom = "2026-11-24"\n'), /pace\.0\.warmUp is missing/);
  assert.match(paceFaultsOf('[[pace]]\ndomain = "x.example"\n'), /pace\.0 limits nothing/);
  assert.match(
    paceFaultsOf(`${relay}[[pace]]\nrelay = "old"\nmessages = 1\n`),
    /pace\.0\.relay is "old"; wanted: the name of a relay: new/,
  );
});

test('domains and lists of limits are meant however they are written', () => {
  const toml = '[[pace]]\ndomain = "X.Example"\nlist = "Cats.example.com"\nmessages = 1\n';
  const [limit] = parseConfig(toml, 'test').pace;
  assert.deepEqual([limit?.domain, limit?.list], ['x.example', 'cats.example.com']);
});
