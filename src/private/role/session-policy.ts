import { IResolveContext, Lazy } from 'aws-cdk-lib';
import { CfnPodIdentityAssociation, CfnPodIdentityAssociationProps } from 'aws-cdk-lib/aws-eks';
import { PolicyDocument } from 'aws-cdk-lib/aws-iam';
import { Construct, IConstruct } from 'constructs';
import { MAX_SESSION_POLICY } from '../../conventions/policy-quotas';
import { PodIdentityOptions } from '../../pod-identity-options';
import { problem, warn } from '../errors';
import { policySize } from '../trust/policy-size';
import { renderJson, textsIn } from '../trust/trust-document';
import { describeSize } from '../trust/trust-rules';
import { embeddedProblems } from '../values/value-safety';

const SHORTEN = 'Shorten it, or remove permissions from the role that no service account may use.';

/**
 * Creates an association with its session policy as JSON text. The L1 construct of aws-cdk-lib 2.240 does not support
 * the property, and a property override would lose references to other stacks.
 */
export function newAssociation(
  scope: Construct, id: string, props: CfnPodIdentityAssociationProps, sessionPolicy?: PolicyDocument,
): CfnPodIdentityAssociation {
  if (sessionPolicy === undefined) return new CfnPodIdentityAssociation(scope, id, props);
  const produce = (context: IResolveContext) => renderJson(context, sessionPolicy.toJSON());
  // Outside of a function, the class would load aws-eks together with this library (decision 9).
  class SessionPolicyAssociation extends CfnPodIdentityAssociation {
    protected get cfnProperties(): Record<string, unknown> {
      return { ...super.cfnProperties, policy: Lazy.uncachedAny({ produce }) };
    }

    protected renderProperties(properties: Record<string, unknown>): Record<string, unknown> {
      return { ...super.renderProperties(properties), Policy: properties.policy };
    }
  }
  return new SessionPolicyAssociation(scope, id, props);
}

/** Returns what is wrong with the session policy option. */
export function sessionPolicyProblem(options: PodIdentityOptions, prefix: string): string | undefined {
  const { sessionPolicy, disableSessionTags } = options;
  const property = `${prefix}sessionPolicy`;
  if (sessionPolicy === undefined) return undefined;
  if (!(sessionPolicy instanceof PolicyDocument)) {
    return problem(property, 'be an iam.PolicyDocument', sessionPolicy, 'Use iam.PolicyDocument.fromJson() for JSON.');
  }
  return disableSessionTags === true ? undefined : problem(
    `${prefix}disableSessionTags`,
    'be true with a session policy',
    disableSessionTags,
    'EKS rejects an association with both session tags and a session policy. Note that without session tags, the trust '
    + 'policy of the role cannot distinguish service accounts.',
  );
}

/** Returns what is wrong with the content of a session policy. */
export function sessionPolicyProblems(scope: IConstruct, options: PodIdentityOptions, prefix: string): string[] {
  const { sessionPolicy } = options;
  if (sessionPolicy === undefined) return [];
  const property = `${prefix}sessionPolicy`;
  const json = sessionPolicy.toJSON();
  const statements: { readonly Effect?: unknown }[] = json?.Statement ?? [];
  if (!statements.some(({ Effect }) => Effect !== 'Deny')) {
    const got = statements.length === 0 ? 'an empty policy' : 'only Deny statements';
    return [problem(property, 'allow at least one action', got,
      'Pods may do only what both the role and this policy allow. Add an Allow statement.')];
  }
  const size = policySize(scope, json);
  const isTooLong = size.characters > MAX_SESSION_POLICY;
  const tooLong = problem(property, `fit in ${MAX_SESSION_POLICY} characters`, describeSize(size), SHORTEN);
  if (isTooLong && !size.exact) warn(scope, 'cdk-irsa:session-policy-size', tooLong);
  return [
    ...sessionPolicy.validateForIdentityPolicy()
      .map(text => problem(property, 'be a policy without principals', text, 'It applies to the associated pods.')),
    ...isTooLong && size.exact ? [tooLong] : [],
    ...embeddedProblems(scope, property, textsIn(json)),
  ];
}
