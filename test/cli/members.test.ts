import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { exit } from '../../src/ground/errors.ts';
import { makeList, makeSite, type TestSite } from '../site.ts';
import { call as callAnywhere } from './called.ts';

const program = join(import.meta.dirname, '../../src/cli/main.js');

describe('member', () => {
  let site: TestSite;
  const call = (words: string | readonly string[], input?: string | Buffer) =>
    callAnywhere(words, { site: site.root, ...(input === undefined ? {} : { input }) });
  const addresses = async (list = 'cats') => {
    const rows: { address: string }[] = JSON.parse((await call(`member ls ${list} --json`)).out);
    return rows.map(({ address }) => address);
  };
  const file = (name: string, text: string) => {
    const path = join(site.root, name);
    writeFileSync(path, text);
    return path;
  };

  beforeEach(async () => {
    site = await makeSite();
    await makeList(site, 'cats@example.org', ['ann@x.org', 'bob@x.org']);
  });

  afterEach(() => site[Symbol.asyncDispose]());

  test('add takes several, and says who is there already', async () => {
    const { code, out } = await call('member add cats eve@x.org ANN@x.org --mode mime');
    assert.equal(code, exit.ok);
    assert.match(out, /eve@x\.org is member of cats\.example\.org now\./);
    assert.match(out, /ANN@x\.org is member of cats\.example\.org already\./);
    const found = JSON.parse((await call('member find eve --json')).out);
    assert.equal(found[0].mode, 'mime');
    assert.equal((await call('member add cats zoe@x.org nobody')).code, exit.usage);
    assert.equal((await addresses()).length, 3, 'none of the last two');
    assert.equal((await call('member add cats x@x.org --role king')).code, exit.usage);
  });

  test('remove takes all that are named, or none', async () => {
    const refused = await call('member remove cats ann@x.org zoe@x.org');
    assert.equal(refused.code, exit.noInput);
    assert.match(refused.err, /zoe@x\.org/);
    assert.equal((await addresses()).length, 2);
    assert.equal((await call('member remove cats ann@x.org bob@x.org')).code, exit.ok);
    assert.deepEqual(await addresses(), []);
    assert.equal((await call('member remove cats')).code, exit.usage);
  });

  test('remove takes a file too', async () => {
    const { out } = await call('member remove cats --file -', 'BOB@x.org\nzoe@x.org\n');
    assert.match(out, /1 of 2 were member of cats\.example\.org; they are gone/);
    assert.deepEqual(await addresses(), ['ann@x.org']);
  });

  test('set changes what it names', async () => {
    const words =
      'member set cats ann@x.org --status by-owner --option own-posts=off topics=Herring,all --attribute team=red';
    const { out } = await call(words);
    assert.match(out, /mode regular, status by-owner, action default/);
    const [ann] = JSON.parse((await call('member find ann --json')).out);
    assert.deepEqual(ann.options, { ownPosts: 'off', topics: 'herring,all' });
    assert.deepEqual(ann.attributes, { team: 'red' });
    assert.equal((await call('member set cats ann@x.org')).code, exit.usage);
    assert.equal((await call('member set cats zoe@x.org --name Z')).code, exit.noInput);
    assert.equal(
      (await call('member set cats ann@x.org --option ownPosts=perhaps')).code,
      exit.usage,
    );
    assert.equal((await call('member set cats ann@x.org --address new@x.org')).code, exit.ok);
    assert.deepEqual((await addresses()).toSorted(), ['bob@x.org', 'new@x.org']);
  });

  test('import reads files and standard input, and names each bad line', async () => {
    const path = file('in.csv', 'email,name,team\nzoe@x.org,Zoe,red\nwrong,W,\nann@x.org,,\n');
    const refused = await call(`member import cats ${path}`);
    assert.equal(refused.code, exit.dataErr);
    assert.match(refused.err, /in\.csv:3: no mail address: "wrong"/);
    assert.match(refused.err, /1 bad line\.\n.*nothing was changed/);
    assert.equal((await addresses()).length, 2);
    const taken = await call(`member import cats ${path} --skip-bad`);
    assert.equal(taken.code, exit.ok);
    assert.match(taken.out, /^1 added to cats\.example\.org, 1 there already\.$/m);
    const piped = await call('member import cats --role owner', 'Olga <o@x.org>\no@X.org\n');
    assert.match(piped.out, /^1 added to cats\.example\.org, 1 twice in the input\.$/m);
    const owners = await call('member ls cats --role owner');
    assert.match(owners.out, /o@x\.org +Olga +owner/);
    assert.equal((await call('member import cats /nowhere/x.csv')).code, exit.noInput);
  });

  test('import --update gives those who are there what their lines say', async () => {
    const text = 'email,name,mode\nann@x.org,Ann,mime\n';
    await call('member import cats', text);
    assert.equal(JSON.parse((await call('member find ann --json')).out)[0].mode, 'regular');
    const { out } = await call('member import cats --update', text);
    assert.match(out, /0 added to cats\.example\.org, 1 changed\./);
    assert.equal(JSON.parse((await call('member find ann --json')).out)[0].mode, 'mime');
  });

  test('export writes what import reads', async () => {
    await call([
      ...'member set cats ann@x.org --status by-member --attribute'.split(' '),
      'Town="Ulm", south',
      '--name',
      'Ann, the first',
      '--option',
      'topics=herring,Mice',
      'hidden=on',
    ]);
    await call('member add cats olga@x.org --role owner');
    const exported = (await call('member export cats')).out;
    assert.equal(
      exported,
      `address,name,role,mode,rhythm,status,action,ownPosts,duplicates,acknowledge,hidden,untagged,language,topics,Town
ann@x.org,"Ann, the first",member,regular,list,by-member,default,,,,on,,,"herring,mice","""Ulm"", south"
bob@x.org,,member,regular,list,enabled,default,,,,,,,,
olga@x.org,,owner,regular,list,enabled,default,,,,,,,,
`,
    );
    await makeList(site, 'copy@example.org', 0);
    await call('member import copy', exported);
    assert.equal((await call('member export copy')).out, exported);
    const lines = (await call('member export cats --format lines --role member')).out;
    assert.equal(lines, 'ann@x.org\nbob@x.org\n');
  });

  test('export writes no file over another', async () => {
    const path = file('there.csv', 'precious');
    assert.equal((await call(`member export cats ${path}`)).code, exit.cantCreate);
    assert.equal(readFileSync(path, 'utf8'), 'precious');
    const fresh = join(site.root, 'fresh.csv');
    assert.equal((await call(`member export cats ${fresh}`)).code, exit.ok);
    assert.match(readFileSync(fresh, 'utf8'), /ann@x\.org/);
  });

  test('sync shows, and does it when told', async () => {
    const text = 'ann@x.org\nzoe@x.org\n';
    const shown = await call('member sync cats', text);
    assert.equal(
      shown.out,
      '+ zoe@x.org\n- bob@x.org\ncats.example.org: 2 now, 1 new, 0 changed, 1 gone.\n' +
        'Nothing was changed; --apply does it.\n',
    );
    assert.deepEqual(await addresses(), ['ann@x.org', 'bob@x.org']);
    const done = JSON.parse((await call('member sync cats --apply --json', text)).out);
    assert.deepEqual(done, {
      list: 'cats.example.org',
      role: 'member',
      present: 2,
      added: 1,
      changed: 0,
      removed: 1,
      applied: true,
    });
    assert.deepEqual(await addresses(), ['ann@x.org', 'zoe@x.org']);
  });

  test('sync refuses a suspicious shrink', async () => {
    await makeList(site, 'big@example.org', 100);
    const half = (await call('member export big --format lines')).out.split('\n').slice(0, 50);
    const text = `${half.join('\n')}\n`;
    const refused = await call('member sync big --apply', text);
    assert.equal(refused.code, exit.failure);
    assert.match(refused.err, /remove 50 of 100, more than 20 %/);
    assert.match(refused.out, /^- m51@.*\n(- .*\n){19}- \.\.\. \(--all shows the others\)$/m);
    assert.equal((await addresses('big')).length, 100);
    assert.equal((await call('member sync big --apply --max-shrink 50', text)).code, exit.ok);
    assert.equal((await call('member sync big --apply --allow-shrink', '')).code, exit.ok);
    assert.deepEqual(await addresses('big'), []);
    assert.equal((await call('member sync big --max-shrink much', '')).code, exit.usage);
  });

  test('find looks on all lists, or on one', async () => {
    await makeList(site, 'dogs@example.org', ['ann@x.org']);
    const lists = async (words: string) => {
      const rows: { list: string }[] = JSON.parse((await call(`${words} --json`)).out);
      return rows.map(({ list }) => list);
    };
    assert.deepEqual(await lists('member find ann'), ['cats.example.org', 'dogs.example.org']);
    assert.deepEqual(await lists('member find ann --list dogs'), ['dogs.example.org']);
    assert.deepEqual(await lists('member find ann --role owner'), []);
    const nobody = await call('member find nobody');
    assert.deepEqual([nobody.code, nobody.err], [exit.ok, 'Nobody.\n']);
  });

  test('an import is killed while its input still comes: nothing of it is there', async () => {
    const child = spawn(
      process.execPath,
      [program, '--site', site.root, 'member', 'import', 'cats'],
      {
        stdio: ['pipe', 'ignore', 'ignore'],
      },
    );
    const closed = once(child, 'close');
    const lines = Array.from({ length: 50_000 }, (_, n) => `k${n}@x.org\n`).join('');
    // The pipe holds little: when it has all been written, almost all of it has been read.
    await new Promise<void>((resolve) => child.stdin.write(lines, () => resolve()));
    child.kill('SIGKILL');
    await closed;
    assert.deepEqual(await addresses(), ['ann@x.org', 'bob@x.org']);
    assert.equal((await call('member import cats', 'k1@x.org\n')).code, exit.ok);
  });
});
