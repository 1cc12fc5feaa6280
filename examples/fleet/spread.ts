import { createHash } from 'crypto';

/**
 * The stack of a service account depends only on its name (rendezvous hashing: each stack draws a number, and the
 * highest one wins). Adding or removing a service account moves no other. A new stack takes its share from all others.
 */
export function stackOf(namespace: string, name: string, stacks: number): number {
  const draws = Array.from({ length: stacks }, (_, stack) =>
    createHash('sha256').update(`${stack}/${namespace}/${name}`).digest('hex'),
  );
  return draws.reduce((best, draw, stack) => (draw > draws[best] ? stack : best), 0);
}
