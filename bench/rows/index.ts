/** The rows of the bench, in the order in which they run. */
import type { Row } from '../row.ts';
import { fanoutShared, fanoutVerp } from './fanout.ts';

export const rows: readonly Row[] = [fanoutShared, fanoutVerp];
