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
    words: 'STS finds no OIDC provider for the issuer of the token in the account of the role',
    fix: ['See provider-exists: aws iam create-open-id-connect-provider, or new ClusterOidcProvider(…).'],
  },
  {
    code: /^InvalidIdentityToken/,
    message: /audience/i,
    words: 'the audience of the token is no client id of the OIDC provider',
    fix: [
      'See provider-audience: aws iam add-client-id-to-open-id-connect-provider, or the annotation '
        + 'eks.amazonaws.com/audience.',
    ],
  },
  {
    code: /^InvalidIdentityToken/,
    message: /thumbprint|certificate/i,
    words: 'STS does not trust the certificate of the issuer',
    fix: ['See provider-thumbprints: aws iam update-open-id-connect-provider-thumbprint.'],
  },
  {
    code: /^InvalidIdentityToken/,
    message: /verification key|retrieve|JWKS|signature/i,
    words:
      'STS cannot check the signature of the token: the keys that the issuer publishes are not to be had, or are '
        + 'other ones',
    fix: ['Look at <issuer>/.well-known/openid-configuration and the jwks_uri in it: both must be public.'],
  },
  {
    code: /^InvalidIdentityToken/,
    words: 'STS does not take the token',
    fix: ['Compare its `iss` and `aud` with the OIDC provider.'],
  },
  {
    code: /^ExpiredToken/,
    words: 'the token has expired: the clock of the cluster, or of this computer, is wrong',
    fix: ['date -u # on the nodes, and here'],
  },
  {
    code: /^IDPCommunicationError/,
    words: 'STS cannot reach the issuer to get its keys',
    fix: ['Look at <issuer>/.well-known/openid-configuration: it must be reachable from the internet.'],
  },
  {
    code: /^IDPRejectedClaim/,
    words: 'the issuer is said to reject the claims of the token',
    fix: ['Compare its `iss`, `sub` and `aud` with the OIDC provider and the trust policy.'],
  },
  {
    code: /^RegionDisabled/,
    words: 'STS is switched off in the region',
    fix: ['Switch it on in the account settings of IAM, or take another region.'],
  },
  {
    code: /^AccessDenied/,
    words:
      'STS says that the role does not let this service account in: the role is not there, its trust policy does not '
        + "match, or an organization's policy forbids it",
    fix: [
      'See role-exists and trust. If both are fine: a service control policy (SCP) or resource control policy (RCP) '
        + 'of the organization.',
    ],
  },
  {
    code: /^ValidationError/,
    words: 'STS does not take the request: the ARN of the role is not of the form',
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
  title: 'STS gives the role for a token of the service account',
  decisive: true,
  follows: LINKS,
  proves: LINKS,
  run: facts => {
    if (facts.assumed && associationOf(facts)) return byEks(facts);
    return facts.assumed && judgeRead(facts.assumed, assumed =>
      'assumedRoleArn' in assumed ? taken(facts, assumed.assumedRoleArn) : refused(assumed));
  },
};

function taken(facts: Facts, arn: string): Verdict {
  const role = roleArnOf(facts);
  return ok(
    `STS gives the role${'value' in role ? ` ${role.value.name}` : ''} for a token of the service account: IRSA works.`,
    [printable(arn), 'the credentials were dropped at once'],
  );
}

function refused({ errorCode, errorMessage }: Extract<Assumed, { errorCode: string }>): Verdict {
  const evidence = [printable(`STS: ${errorCode}${errorMessage === '' ? '' : `: ${errorMessage}`}`)];
  const refusal = REFUSALS.find(({ code, message }) => code.test(errorCode) && (message?.test(errorMessage) ?? true));
  if (refusal === undefined) {
    return unknown(
      `STS does not give the role, for a reason that is none of the known ones: ${printable(errorCode)}.`,
      { evidence },
    );
  }
  return wrong(`It does not work: ${refusal.words}.`, { evidence, fix: refusal.fix });
}

export const ASSUME_CHECKS: readonly Check[] = [ASSUME];
