import { ICertificateAuthority } from 'aws-cdk-lib/aws-acmpca';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { IHostedZone } from 'aws-cdk-lib/aws-route53';
import { IConstruct } from 'constructs';
import { allow, arn, required } from './definition';
import { owned, requested } from './load-balancer-tags';
import { optional } from './parts';
import { failIf, problem } from '../private/errors';

/**
 * ACM certificates that the AWS Load Balancer Controller requests for the hosts of Ingresses. At least one hosted zone
 * or certificate authority is required.
 */
export interface LoadBalancerCertificates {
  /**
   * The domain names that it may request certificates for. At least one. `*.example.com` matches all names below
   * `example.com`.
   */
  readonly domainNames: string[];

  /**
   * The zones in which it writes and deletes the CNAME records that validate public certificates.
   *
   * @default - none: no public certificates
   */
  readonly hostedZones?: IHostedZone[];

  /**
   * The certificate authorities of AWS Private CA that it may request private certificates from.
   *
   * @default - none: no private certificates
   */
  readonly certificateAuthorities?: ICertificateAuthority[];
}

/**
 * @throws if there is no domain name, and neither a zone nor a certificate authority
 */
export function checkCertificates(factory: string, { hostedZones, certificateAuthorities, ...names }:
LoadBalancerCertificates): Required<LoadBalancerCertificates> {
  failIf(
    `Controller.${factory}`,
    hostedZones || certificateAuthorities
      ? undefined
      : problem(
        'certificates.hostedZones',
        'be given, or `certificates.certificateAuthorities`',
        hostedZones,
        'A certificate is validated in a hosted zone, or issued by your certificate authority.',
      ),
  );
  return {
    domainNames: required(factory, 'certificates.domainNames', 'domain name', names.domainNames),
    hostedZones: optional(factory, 'certificates.hostedZones', 'hosted zone', hostedZones),
    certificateAuthorities: optional(
      factory, 'certificates.certificateAuthorities', 'certificate authority', certificateAuthorities,
    ),
  };
}

/**
 * @see
 * https://github.com/kubernetes-sigs/aws-load-balancer-controller/blob/main/docs/install/iam_policy_acm_certs.json
 */
export function certificateStatements(
  scope: IConstruct, region: string, clusterName: string, certificates: Required<LoadBalancerCertificates>,
): PolicyStatement[] {
  const { domainNames, hostedZones } = certificates;
  const authorities = certificates.certificateAuthorities.map(authority => authority.certificateAuthorityArn);
  const all = [arn(scope, 'acm', 'certificate/*', { region })];
  const request = (StringEquals: object, Null: object = {}) =>
    allow({
      actions: ['acm:RequestCertificate'],
      resources: ['*'],
      conditions: {
        'StringEquals': { ...requested(clusterName), 'aws:RequestedRegion': region, ...StringEquals },
        'ForAllValues:StringLike': { 'acm:DomainNames': domainNames },
        'Null': { 'acm:DomainNames': 'false', ...Null },
      },
    });
  return [
    allow({ actions: ['acm:ListTagsForCertificate'], resources: all }),
    // ACM cannot distinguish a new certificate from an existing one without tags.
    allow({
      actions: ['acm:AddTagsToCertificate'],
      resources: all,
      conditions: { StringEquals: requested(clusterName), StringEqualsIfExists: owned(clusterName) },
    }),
    allow({ actions: ['acm:DeleteCertificate'], resources: all, conditions: { StringEquals: owned(clusterName) } }),
    ...(hostedZones.length > 0
      ? [
        request({ 'acm:ValidationMethod': 'DNS' }, { 'acm:CertificateAuthority': 'true' }),
        allow({ actions: ['route53:ListHostedZones'], resources: ['*'] }),
        allow({
          actions: ['route53:ChangeResourceRecordSets'],
          resources: hostedZones.map(zone => zone.hostedZoneArn),
          conditions: {
            'ForAllValues:StringEquals': {
              'route53:ChangeResourceRecordSetsActions': ['CREATE', 'DELETE'],
              'route53:ChangeResourceRecordSetsRecordTypes': ['CNAME'],
            },
            'ForAllValues:StringLike': { 'route53:ChangeResourceRecordSetsNormalizedRecordNames': ['_*'] },
          },
        }),
      ]
      : []),
    // ACM calls the authority with the permissions of its caller.
    ...(authorities.length > 0
      ? [
        request({ 'acm:CertificateAuthority': authorities }),
        allow({
          actions: ['acm-pca:GetCertificate', 'acm-pca:IssueCertificate', 'acm-pca:ListPermissions'],
          resources: authorities,
        }),
      ]
      : []),
  ];
}
