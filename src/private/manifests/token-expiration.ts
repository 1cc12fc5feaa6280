import { Duration, Tokenization } from 'aws-cdk-lib';
import { MAX_TOKEN_SECONDS, MIN_TOKEN_SECONDS } from '../../conventions/webhook-annotations';
import { problem } from '../errors';

/** Returns a duration in the format of the webhook's annotation. A token stays a token. */
export function seconds(duration: Duration): string {
  return Tokenization.stringifyNumber(duration.toSeconds());
}

/** Returns what is wrong with the lifetime of a token. CDK tokens are accepted. */
export function tokenExpirationProblem(duration: Duration | undefined): string | undefined {
  if (duration === undefined || duration.isUnresolved()) return undefined;
  const value = duration.toSeconds({ integral: false });
  if (Number.isInteger(value) && value >= MIN_TOKEN_SECONDS && value <= MAX_TOKEN_SECONDS) return undefined;
  return problem(
    'tokenExpiration',
    `be ${MIN_TOKEN_SECONDS} to ${MAX_TOKEN_SECONDS} whole seconds (10 minutes to 24 hours)`,
    `${value} s`,
    'Leave it out to use the default of the cluster, 24 hours on EKS.',
  );
}
