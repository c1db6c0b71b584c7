/** A program that takes the lock named by its argument, says what came of it, and stays. */
import { holdLock } from '../../src/ground/lock.ts';

const [path = '', waitMs = '0'] = process.argv.slice(2);
const lock = await holdLock(path, { waitMs: Number(waitMs) });
process.send?.(lock === 'held' ? 'held' : 'mine');
process.on('message', () => {
  if (lock !== 'held') lock.release();
  process.disconnect();
});
