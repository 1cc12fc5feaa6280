import { GuardObject, MAX_CLIENT_SIDE_BYTES, MAX_POLICY_BYTES, sizeOf } from '../../conventions/guard';
import { problem } from '../errors';

/** Returns errors and warnings about the sizes of objects. */
export function sizeNotes(objects: readonly GuardObject[]): { problems: string[]; warnings: string[] } {
  const sizes = objects.map(object => ({ name: object.metadata.name, size: sizeOf(object) }));
  return {
    problems: sizes.filter(({ size }) => size > MAX_POLICY_BYTES).map(({ name, size }) => problem(
      'appName', `have policies of at most ${MAX_POLICY_BYTES} bytes each`, `${name} with ${size} bytes`,
      'Kubernetes does not store larger objects. Split the app, or use fewer service accounts.',
    )),
    warnings: sizes.filter(({ size }) => size > MAX_CLIENT_SIDE_BYTES && size <= MAX_POLICY_BYTES)
      .map(({ name, size }) => `The policy ${name} has ${size} bytes, too many for a client-side \`kubectl apply\`. `
        + 'Use `kubectl apply --server-side`, or the equivalent option of your GitOps tool.'),
  };
}
