import { Stack } from 'aws-cdk-lib';
import { Call, ControllerSample } from './sample';
import { AckService, Controller } from '../../src';

export const REGION = { 'aws:RequestedRegion': 'eu-west-1' };

/** An ARN in the account and region of the stack of samples. */
export function own(service: string, resource: string): string {
  return `arn:aws:${service}:eu-west-1:111122223333:${resource}`;
}

/** The same call on one resource after another. */
export function calls(actions: string[], resource: string, context?: Record<string, string>): Call[] {
  return actions.map(action => ({ action, resource, context }));
}

type Own = Pick<ControllerSample, 'may' | 'mayNot' | 'scopedTo' | 'unscoped'>;

/** What the samples of `AckService` have in common. */
export function ackSample(
  service: string,
  variant: string,
  make: (stack: Stack) => AckService,
  sample: Own,
): ControllerSample {
  return {
    factory: 'ackController',
    variant,
    make: stack => Controller.ackController({ service: make(stack) }),
    namespace: 'ack-system',
    serviceAccountName: `ack-${service}-controller`,
    ...sample,
    mayNot: [...sample.mayNot, ...sample.may.flatMap(elsewhere)],
  };
}

/** The same call in another region, or another account: no controller reaches either. */
function elsewhere({ action, resource, context }: Call): Call[] {
  const region = context?.['aws:RequestedRegion']
    ? [{ action, resource, context: { ...context, 'aws:RequestedRegion': 'us-east-1' } }]
    : [];
  const [, prefix, place = '', rest] = /^(arn:aws:[^:]+:)([^:]*:111122223333):(.*)$/.exec(resource) ?? [];
  const arns = place
    ? [place.replace('111122223333', '444455556666'), place.replace('eu-west-1', 'us-east-1')].filter(
      other => other !== place,
    )
    : [];
  return [...region, ...arns.map(other => ({ action, resource: `${prefix}${other}:${rest}`, context }))];
}
