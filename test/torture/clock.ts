/**
 * Preloaded into each process of a suite: its time of day is as many ms ahead as a file says. The
 * file is named by LISTMILL_CLOCK, and read ten times a second.
 */
import { readFileSync } from 'node:fs';

const file = process.env['LISTMILL_CLOCK'];
const real = Date.now;
let ahead = 0;

function look(): void {
  try {
    ahead = Number(readFileSync(file ?? '', 'utf8')) || 0;
  } catch {
    // Not there yet: the time is what it is.
  }
}

if (file !== undefined) {
  look();
  setInterval(look, 100).unref();
  Date.now = () => real() + ahead;
}
