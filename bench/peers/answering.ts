/** Waits until somebody greets on a port. */
import { connect } from 'node:net';
import { until } from '../suite.ts';

export async function answering(port: number, ms: number): Promise<void> {
  await until(`port ${port} answers`, ms, () => greets(port), 100);
}

function greets(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('data', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
