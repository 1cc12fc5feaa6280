import { ICertificateAuthority } from 'aws-cdk-lib/aws-acmpca';
import { ackController } from './parts';
import { allow, arn, ControllerDefinition, inRegion, required } from '../definition';
import { optional } from '../parts';

/**
 * Options of `AckService.acm`.
 */
export interface AckAcmOptions {
  /**
   * The domain names that it may request certificates for. At least one. `*.example.com` matches all names below
   * `example.com`.
   */
  readonly domainNames: string[];

  /**
   * The certificate authorities of AWS Private CA that it may request private certificates from.
   *
   * @default - none: only public certificates
   */
  readonly certificateAuthorities?: ICertificateAuthority[];
}

/**
 * @see https://github.com/aws-controllers-k8s/acm-controller/blob/main/config/iam/recommended-inline-policy
 *
 * @internal
 */
export function ackAcm(options: AckAcmOptions): ControllerDefinition {
  const domainNames = required('ackController', 'domainNames', 'domain name', options.domainNames);
  const authorities = optional(
    'ackController', 'certificateAuthorities', 'certificate authority', options.certificateAuthorities,
  );
  const unscoped =
    "a certificate's ARN does not show who created it, so it may change, export and delete any certificate in the "
      + 'account and region.';
  return ackController('acm', { unscoped }, scope => [
    allow({
      actions: ['acm:RequestCertificate'],
      resources: ['*'],
      conditions: {
        ...inRegion(scope),
        'ForAllValues:StringLike': { 'acm:DomainNames': domainNames },
        'Null': { 'acm:DomainNames': 'false' },
      },
    }),
    allow({
      actions: [
        'acm:AddTagsToCertificate',
        'acm:DeleteCertificate',
        'acm:DescribeCertificate',
        'acm:ExportCertificate',
        'acm:ImportCertificate',
        'acm:ListTagsForCertificate',
        'acm:RemoveTagsFromCertificate',
        'acm:UpdateCertificateOptions',
      ],
      resources: [arn(scope, 'acm', 'certificate/*')],
    }),
    // ACM calls the authority with the permissions of its caller.
    ...(authorities.length > 0
      ? [
        allow({
          actions: [
            'acm-pca:DescribeCertificateAuthority',
            'acm-pca:GetCertificate',
            'acm-pca:IssueCertificate',
            'acm-pca:ListPermissions',
          ],
          resources: authorities.map(authority => authority.certificateAuthorityArn),
        }),
      ]
      : []),
  ]);
}
