/** Counts what this process writes into databases: for who keeps what was read from one. */
let writes = 0;

/** Something was written, or taken back. */
export function noteWrite(): void {
  writes += 1;
}

/** Another number than before when anything was written since, by whichever connection. */
export function writesSoFar(): number {
  return writes;
}
