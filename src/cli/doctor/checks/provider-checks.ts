import { shell } from './commands';
import {
  audienceToTrust, isForApiServer, issuerOf, ownerOf, roleAccount, roleArnOf, tokenAudienceOf,
} from './web-identity';
import { isEksIssuer } from '../../../analysis/admission/trust-requests';
import { linesInShort } from '../../../analysis/lists';
import { DEFAULT_AUDIENCE } from '../../../conventions/web-identity';
import { literal } from '../../text';
import { Check, judgeRead, ok, unknown, Verdict, failed } from '../check';
import { Facts, IamProvider } from '../facts';

const SHOWN = 5;

const EXISTS: Check = {
  id: 'provider-exists',
  title: 'the issuer is registered with IAM in the account of the role',
  decisive: true,
  follows: ['cluster-exists', 'cluster-issuer'],
  run: facts => judgeRead(issuerOf(facts), issuer => judgeRead(facts.providers, providers => {
    const found = providers.find(provider => provider.issuer === issuer);
    return found
      ? ok(`Account ${ownerOf(found.arn).account} has an OIDC provider for the issuer.`, [found.arn])
      : missing(facts, issuer, providers);
  })),
};

function missing(facts: Facts, issuer: string, providers: readonly IamProvider[]): Verdict {
  const account = roleAccount(facts);
  const audience = audienceToTrust(facts);
  const where = account === undefined ? 'the account of the role' : `account ${account}`;
  const near = providers.flatMap(provider => nearMiss(provider, issuer));
  const listed = linesInShort(providers.map(({ arn }) => `existing: ${arn}`), SHOWN);
  const role = roleArnOf(facts);
  const elsewhere = 'value' in role && 'value' in facts.caller && facts.caller.value.account !== role.value.account;
  return failed(`The issuer of the cluster is not registered: ${where} has no IAM OIDC provider for it.`, {
    evidence: [
      `issuer: ${issuer}`,
      ...near.length > 0 ? near : listed,
      ...elsewhere
        ? ['the role is not in the account of the cluster; the provider must be in the account of the role'] : [],
    ],
    fix: [
      'Register the issuer: aws iam create-open-id-connect-provider --url '
        + `${shell(`https://${issuer}`)} --client-id-list ${shell(audience)}`,
      `Or in the CDK app: new ClusterOidcProvider(stack, 'Oidc', { issuerUrl: 'https://${issuer}'`
        + `${audiencesProp([audience])} });`,
    ],
  });
}

/** How a similar provider differs from the issuer. */
function nearMiss({ arn, issuer: other }: IamProvider, issuer: string): string[] {
  const describe = (what: string) => [`similar: ${arn} (${what})`];
  if (other.toLowerCase() === issuer.toLowerCase()) {
    return describe('it differs only in case; STS compares exactly');
  }
  if (other.replace(/\/+$/, '') === issuer.replace(/\/+$/, '')) {
    return describe('it differs only in a trailing slash; STS compares exactly');
  }
  const [[host, id], [otherHost, otherId]] = [partsOf(issuer), partsOf(other)];
  if (id !== '' && id === otherId) {
    return describe(`same ID, but host ${otherHost} instead of ${host}: another region`);
  }
  return id !== '' && host === otherHost && otherId !== ''
    ? describe('another cluster in the same region, or an earlier cluster of the same name')
    : [];
}

/** The host, and the part after the last slash. */
function partsOf(issuer: string): [string, string] {
  const slash = issuer.lastIndexOf('/');
  return slash < 0 ? [issuer, ''] : [issuer.slice(0, issuer.indexOf('/')), issuer.slice(slash + 1)];
}

const AUDIENCE: Check = {
  id: 'provider-audience',
  title: 'the provider accepts the audience of the tokens',
  decisive: true,
  // An invalid audience in the annotation is not the provider's fault.
  follows: ['provider-exists', 'annotation-values'],
  run: facts => ofProvider(facts, provider => {
    const audience = tokenAudienceOf(facts);
    if (provider.details === undefined) return unknown('The client IDs of the provider were not read.');
    const { serviceAccount } = facts;
    return judgeRead(provider.details, ({ clientIds }) => {
      if (!clientIds.includes(audience) && 'unknown' in serviceAccount) {
        return unknown(
          `The provider does not accept the audience ${audience}. Cannot tell whether the pods request another one: `
            + `${serviceAccount.unknown}.`,
          { evidence: [`client IDs: ${clientIds.length === 0 ? 'none' : clientIds.join(', ')}`] },
        );
      }
      return clientIds.includes(audience)
        ? ok(`The provider accepts the audience ${audience}.`)
        : failed(`The provider does not accept the audience ${audience} of the tokens.`, {
          evidence: [
            `client IDs: ${clientIds.length === 0 ? 'none' : clientIds.join(', ')}`,
            ...nearAudience(clientIds, audience),
          ],
          fix: isForApiServer(facts)
            ? [REQUEST_AUDIENCE]
            : [
              'Add the audience: aws iam add-client-id-to-open-id-connect-provider --open-id-connect-provider-arn '
                    + `${shell(provider.arn)} --client-id ${shell(audience)}`,
              `Or in the CDK app: new ClusterOidcProvider(stack, 'Oidc', { issuerUrl: 'https://${provider.issuer}', `
                    + `audiences: [${[...clientIds, audience].map(literal).join(', ')}] });`,
            ],
        });
    });
  }),
};

const REQUEST_AUDIENCE = `Request a token for ${DEFAULT_AUDIENCE} with the annotation eks.amazonaws.com/audience, or `
  + 'in the serviceAccountToken volume of the pods.';

function nearAudience(clientIds: readonly string[], audience: string): string[] {
  const near = clientIds.find(id => id !== audience && id.trim().toLowerCase() === audience.trim().toLowerCase());
  return near === undefined
    ? []
    : [`${JSON.stringify(near)} differs only in case or whitespace; STS compares exactly`];
}

function audiencesProp(audiences: readonly string[]): string {
  return audiences.every(audience => audience === DEFAULT_AUDIENCE)
    ? ''
    : `, audiences: [${audiences.map(literal).join(', ')}]`;
}

const THUMBPRINTS: Check = {
  id: 'provider-thumbprints',
  title: 'the thumbprints of the provider are valid, if AWS uses them',
  follows: ['provider-exists'],
  run: facts => ofProvider(facts, ({ details, issuer }) => {
    if (isEksIssuer(issuer)) {
      return ok('AWS does not use the thumbprints: it trusts EKS issuers by its own list of certificate authorities.');
    }
    if (details === undefined) return unknown('The thumbprints of the provider were not read.');
    return judgeRead(details, ({ thumbprints }) => {
      const evidence = [`thumbprints: ${thumbprints.length === 0 ? 'none' : thumbprints.join(', ')}`];
      const malformed = thumbprints.filter(thumbprint => !/^[0-9a-f]{40}$/i.test(thumbprint));
      if (malformed.length === 0) {
        return ok(
          "The thumbprints are valid. AWS uses them only if no public CA signed the issuer's certificate.",
          evidence,
        );
      }
      return failed(`${malformed[0]} is not a thumbprint. A thumbprint is a SHA-1 digest of 40 hexadecimal digits.`, {
        evidence: [...evidence, "AWS uses them only if no public CA signed the issuer's certificate"],
        fix: [
          `In the CDK app: new ClusterOidcProvider(stack, 'Oidc', { issuerUrl: 'https://${issuer}', `
            + 'thumbprints: [\'<SHA-1 of the top certificate of the chain>\'] });',
        ],
      });
    });
  }),
};

/** Judges the provider for the issuer; undefined if it does not exist. */
function ofProvider(facts: Facts, judge: (provider: IamProvider) => Verdict | undefined): Verdict | undefined {
  return judgeRead(issuerOf(facts), issuer => judgeRead(facts.providers, providers => {
    const found = providers.find(provider => provider.issuer === issuer);
    return found && judge(found);
  }));
}

export const PROVIDER_CHECKS: readonly Check[] = [EXISTS, AUDIENCE, THUMBPRINTS];
