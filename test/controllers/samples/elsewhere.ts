import { Stack } from 'aws-cdk-lib';
import { Call } from '../sample';

/** The same calls in another region. */
export function elsewhere(calls: Call[]): Call[] {
  return calls
    .filter(({ resource }) => resource.includes(':eu-west-1:'))
    .map(call => ({ ...call, resource: call.resource.replace(':eu-west-1:', ':us-east-1:') }));
}

/** An ARN of the samples' account and region as one of the stack's. */
export function inStack({ partition, region, account }: Stack, arn: string): string {
  return arn.replace(/^arn:aws:/, `arn:${partition}:`).replace(':eu-west-1:', `:${region}:`)
    .replace(':111122223333:', `:${account}:`);
}
