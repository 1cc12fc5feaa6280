import { roleArnOf } from './asked';
import { POD_IDENTITY_CHECKS } from './pod-identity-checks';
import { associationOf } from './pods';
import { printable } from '../../text';
import { Check, judgeRead, ok, unknown, Verdict, wrong } from '../check';
import { Assumed, Facts } from '../facts';

/** What STS says, and which link of the chain that is about. */
interface Refusal {
  readonly code: RegExp;
  readonly message?: RegExp;
  readonly words: string;
  readonly fix: readonly string[];
}

const REFUSALS: readonly Refusal[] = [
  {
    code: /^InvalidIdentityToken/,
    message: /No OpenIDConnect provider found/i,
    words: 'STS found no OIDC provider for the issuer of the token in the account of the role',
    fix: ['Register the issuer with IAM, as the check provider-exists says.'],
  },
  {
    code: /^InvalidIdentityToken/,
    message: /audience/i,
    words: 'the OIDC provider does not accept the audience of the token',
    fix: [
      'Add the audience to the client IDs of the provider, or change the annotation eks.amazonaws.com/audience, as the '
        + 'check provider-audience says.',
    ],
  },
  {
    code: /^InvalidIdentityToken/,
    message: /thumbprint|certificate/i,
    words: 'STS does not trust the certificate of the issuer',
    fix: ['Correct the thumbprints of the provider, as the check provider-thumbprints says.'],
  },
  {
    code: /^InvalidIdentityToken/,
    message: /verification key|retrieve|JWKS|signature/i,
    words:
      'STS cannot verify the signature of the token: the keys that the issuer publishes are missing or do not match',
    fix: ['Check <issuer>/.well-known/openid-configuration and the jwks_uri in it: both must be public.'],
  },
  {
    code: /^InvalidIdentityToken/,
    words: 'STS rejects the token',
    fix: ['Compare its `iss` and `aud` with the OIDC provider.'],
  },
  {
    code: /^ExpiredToken/,
    words: 'the token has expired: the clock of the cluster or of this computer is wrong',
    fix: ['Compare the clocks of the nodes and of this computer: date -u'],
  },
  {
    code: /^IDPCommunicationError/,
    words: 'STS cannot reach the issuer to get its keys',
    fix: ['Check <issuer>/.well-known/openid-configuration: it must be reachable from the internet.'],
  },
  {
    code: /^IDPRejectedClaim/,
    words: 'the issuer rejected the claims of the token',
    fix: ['Compare its `iss`, `sub` and `aud` with the OIDC provider and the trust policy.'],
  },
  {
    code: /^RegionDisabled/,
    words: 'STS is disabled in the region',
    fix: ['Enable it in the account settings of IAM, or use another region.'],
  },
  {
    code: /^AccessDenied/,
    words:
      'STS does not allow this service account to assume the role: the role does not exist, its trust policy does not '
        + 'match, or a policy of the organization forbids it',
    fix: [
      'See the checks role-exists and trust. If both pass, look for a service control policy (SCP) or a resource '
        + 'control policy (RCP) of the organization.',
    ],
  },
  {
    code: /^ValidationError/,
    words: 'STS rejects the request: the ARN of the role is invalid',
    fix: ['Correct the annotation eks.amazonaws.com/role-arn.'],
  },
];

/** What STS has looked at, when it gives the role. */
const LINKS = ['provider-exists', 'provider-audience', 'provider-thumbprints', 'role-account', 'role-exists', 'trust'];

/** EKS assumes the role itself, and nobody else can: in place of a trial, what the other checks have proved. */
function byEks(facts: Facts): Verdict {
  const proved = POD_IDENTITY_CHECKS.filter(({ run }) => run(facts)?.status === 'ok').map(({ title }) => title);
  return unknown(
    '--assume cannot try EKS Pod Identity: only EKS can assume the role for a pod. '
      + `${proved.length === 0 ? '' : `Proved from outside: ${proved.join('; ')}. `}`
      + 'Cannot be proved from outside: that the SDKs in the images know it; that the network lets the pods reach the '
      + 'agent; that the role of the node may eks-auth:AssumeRoleForPodIdentity; that no policy of the organization '
      + '(SCP, RCP) forbids it.',
    { decisive: false },
  );
}

const ASSUME: Check = {
  id: 'assume',
  title: 'a token of the service account can assume the role',
  decisive: true,
  follows: LINKS,
  proves: [...LINKS, 'cluster-issuer'],
  run: facts => {
    if (facts.assumed && associationOf(facts)) return byEks(facts);
    return facts.assumed && judgeRead(facts.assumed, assumed =>
      'assumedRoleArn' in assumed ? taken(facts, assumed.assumedRoleArn) : refused(assumed));
  },
};

function taken(facts: Facts, arn: string): Verdict {
  const role = roleArnOf(facts);
  return ok(
    `A token of the service account can assume the role${'value' in role ? ` ${role.value.name}` : ''}: IRSA works.`,
    [printable(arn), 'the credentials were discarded'],
  );
}

function refused({ errorCode, errorMessage }: Extract<Assumed, { errorCode: string }>): Verdict {
  const evidence = [printable(`STS: ${errorCode}${errorMessage === '' ? '' : `: ${errorMessage}`}`)];
  const refusal = REFUSALS.find(({ code, message }) => code.test(errorCode) && (message?.test(errorMessage) ?? true));
  if (refusal === undefined) {
    return unknown(
      `STS refused AssumeRoleWithWebIdentity for an unrecognized reason: ${printable(errorCode)}.`,
      { evidence },
    );
  }
  return wrong(`AssumeRoleWithWebIdentity fails: ${refusal.words}.`, { evidence, fix: refusal.fix });
}

export const ASSUME_CHECKS: readonly Check[] = [ASSUME];
