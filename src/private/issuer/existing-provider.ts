import { Stack } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';

const EXISTING_PROVIDER = 'cdk-irsa:existing-provider';

/**
 * Records once per stack that the app imports a provider, so that the analysis does not report it as unregistered.
 *
 * @param arn a literal or a token
 */
export function noteExistingProvider(user: IConstruct, arn: string): void {
  const { node } = Stack.of(user);
  const isKnown = node.metadata.some(({ type, data }) => type === EXISTING_PROVIDER && data === arn);
  if (!isKnown) node.addMetadata(EXISTING_PROVIDER, arn);
}
