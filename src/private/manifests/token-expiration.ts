import { Duration, Tokenization } from 'aws-cdk-lib';
import { MAX_TOKEN_SECONDS, MIN_TOKEN_SECONDS } from '../../conventions/webhook-annotations';
import { problem } from '../errors';

/** A duration as the webhook's annotation takes it. A token stays one. */
export function seconds(duration: Duration): string {
  return Tokenization.stringifyNumber(duration.toSeconds());
}

/** What is wrong with the life of a token. Tokens pass. */
export function tokenExpirationProblem(duration: Duration | undefined): string | undefined {
  if (duration === undefined || duration.isUnresolved()) return undefined;
  const value = duration.toSeconds({ integral: false });
  if (Number.isInteger(value) && value >= MIN_TOKEN_SECONDS && value <= MAX_TOKEN_SECONDS) return undefined;
  return problem(
    'tokenExpiration',
    `be ${MIN_TOKEN_SECONDS} to ${MAX_TOKEN_SECONDS} whole seconds (10 minutes to 24 hours)`,
    `${value} s`,
    'Leave it out for the default of the cluster, 24 hours on EKS.',
  );
}
