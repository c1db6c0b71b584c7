/**
 * A process that plays a scene and kills itself at one operation:
 * `killed.js ROOT ID SCENE [AT MOMENT]`. Without a cut it prints the operations as JSON. When it
 * has come to its end it says so: whoever hears that need not keep what he gave.
 */
import { writeSync } from 'node:fs';
import { join } from 'node:path';
import { realDisk } from '../../src/ground/disk.ts';
import { entryId } from '../../src/model/ids.ts';
import { openStore } from '../../src/store/store.ts';
import { cutDisk, cutLedger, Fuse, moments } from './cut-disk.ts';
import { now } from './office.ts';
import { scenes } from './scenes/index.ts';

const [root = '', id = '', name = '', at, word] = process.argv.slice(2);
const scene = scenes.find((one) => one.name === name);
const moment = moments.find((one) => one === word);
if (!scene) throw new Error(`no scene ${name}`);
const cut = at !== undefined && moment ? { at: Number(at), moment } : undefined;
const fuse = new Fuse(cut, () => process.kill(process.pid, 'SIGKILL'));
const store = await openStore(join(root, 'store.db'), { now: () => now });
const disk = cutDisk(realDisk, fuse, undefined);
await scene.act({ root, disk, ledger: cutLedger(store, fuse), store }, entryId(id), (word, run) =>
  fuse.step(word, run),
);
writeSync(1, JSON.stringify(fuse.done));
