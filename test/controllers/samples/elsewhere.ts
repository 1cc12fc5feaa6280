import { Call } from '../sample';

/** The same calls in another region. */
export function elsewhere(calls: Call[]): Call[] {
  return calls
    .filter(({ resource }) => resource.includes(':eu-west-1:'))
    .map(call => ({ ...call, resource: call.resource.replace(':eu-west-1:', ':us-east-1:') }));
}
