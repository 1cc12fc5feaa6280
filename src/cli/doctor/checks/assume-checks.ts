import { POD_IDENTITY_CHECKS } from './pod-identity-checks';
import { associationOf } from './pods';
import { roleArnOf } from './web-identity';
import { printable } from '../../text';
import { Check, judgeRead, ok, unknown, Verdict, failed } from '../check';
import { Assumed, Facts } from '../facts';

/** An error of STS, and which link of the chain it points to. */
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
    fix: ['Register the issuer with IAM. See the check provider-exists.'],
  },
  {
    code: /^InvalidIdentityToken/,
    message: /audience/i,
    words: 'the OIDC provider does not accept the audience of the token',
    fix: [
      'Add the audience to the client IDs of the provider, or change the annotation eks.amazonaws.com/audience. '
        + 'See the check provider-audience.',
    ],
  },
  {
    code: /^InvalidIdentityToken/,
    message: /thumbprint|certificate/i,
    words: 'STS does not trust the certificate of the issuer',
    fix: ['Correct the thumbprints of the provider. See the check provider-thumbprints.'],
  },
  {
    code: /^InvalidIdentityToken/,
    message: /verification key|retrieve|JWKS|signature/i,
    words:
      'STS cannot verify the signature of the token: the keys that the issuer publishes are missing or do not match',
    fix: ['Check <issuer>/.well-known/openid-configuration and its jwks_uri. Both must be public.'],
  },
  {
    code: /^InvalidIdentityToken/,
    words: 'STS rejects the token',
    fix: ['Compare its `iss` and `aud` with the OIDC provider.'],
  },
  {
    code: /^ExpiredToken/,
    words: 'the token has expired, so the clock of the cluster or of this computer is wrong',
    fix: ['Compare the clocks of the nodes and this computer: date -u'],
  },
  {
    code: /^IDPCommunicationError/,
    words: 'STS cannot reach the issuer to fetch its keys',
    fix: ['Check <issuer>/.well-known/openid-configuration. It must be reachable from the internet.'],
  },
  {
    code: /^IDPRejectedClaim/,
    words: 'the issuer rejected the claims of the token',
    fix: ['Compare its `iss`, `sub` and `aud` with the OIDC provider and the trust policy.'],
  },
  {
    code: /^RegionDisabled/,
    words: 'STS is disabled in the region',
    fix: ['Enable STS in the account settings of IAM, or use another region.'],
  },
  {
    code: /^AccessDenied/,
    words:
      'STS does not allow this service account to assume the role: the role does not exist, its trust policy does not '
        + 'match, or an organization policy denies it',
    fix: [
      'See the checks role-exists and trust. If both pass, look for a service control policy (SCP) or resource control '
        + 'policy (RCP) of your organization.',
    ],
  },
  {
    code: /^ValidationError/,
    words: 'STS rejects the request: the ARN of the role is invalid',
    fix: ['Correct the annotation eks.amazonaws.com/role-arn.'],
  },
];

/** The links that STS has verified if it returns credentials. */
const LINKS = ['provider-exists', 'provider-audience', 'provider-thumbprints', 'role-account', 'role-exists', 'trust'];

/** Only EKS itself can assume the role, so the other checks stand in for a trial. */
function summarizePodIdentity(facts: Facts): Verdict {
  const passed = POD_IDENTITY_CHECKS.filter(({ run }) => run(facts)?.status === 'ok').map(({ title }) => title);
  return unknown(
    '--assume cannot test EKS Pod Identity: only EKS can assume the role for a pod. '
      + `${passed.length === 0 ? '' : `Verified from outside: ${passed.join('; ')}. `}`
      + 'Not verifiable from outside: the SDKs in the images support EKS Pod Identity; the network allows the pods to '
      + 'reach the agent; the node role allows eks-auth:AssumeRoleForPodIdentity; no organization policy (SCP, RCP) '
      + 'denies it.',
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
    if (facts.assumed && associationOf(facts)) return summarizePodIdentity(facts);
    return facts.assumed && judgeRead(facts.assumed, assumed =>
      'assumedRoleArn' in assumed ? confirm(facts, assumed.assumedRoleArn) : explain(assumed));
  },
};

function confirm(facts: Facts, arn: string): Verdict {
  const role = roleArnOf(facts);
  return ok(
    `A token of the service account can assume the role${'value' in role ? ` ${role.value.name}` : ''}: IRSA works.`,
    [printable(arn), 'the credentials were discarded'],
  );
}

function explain({ errorCode, errorMessage }: Extract<Assumed, { errorCode: string }>): Verdict {
  const evidence = [printable(`STS: ${errorCode}${errorMessage === '' ? '' : `: ${errorMessage}`}`)];
  const refusal = REFUSALS.find(({ code, message }) => code.test(errorCode) && (message?.test(errorMessage) ?? true));
  if (refusal === undefined) {
    return unknown(
      `STS refused AssumeRoleWithWebIdentity for an unrecognized reason: ${printable(errorCode)}.`,
      { evidence },
    );
  }
  return failed(`AssumeRoleWithWebIdentity fails: ${refusal.words}.`, { evidence, fix: refusal.fix });
}

export const ASSUME_CHECKS: readonly Check[] = [ASSUME];
