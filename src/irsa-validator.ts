import {
  CfnResource,
  IPolicyValidationContextBeta1,
  IPolicyValidationPluginBeta1,
  PolicyValidationPluginReportBeta1,
} from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { fail, failIf } from './private/errors';

// eslint-disable-next-line @typescript-eslint/no-require-imports -- loads the analysis only when used
const analysis = (): typeof import('./private/access/validation') => require('./private/access/validation');

const WHERE = 'IrsaValidator';
const SUPPRESSIONS = 'cdk_irsa';

/**
 * Properties of `IrsaValidator`.
 */
export interface IrsaValidatorProps {
  /**
   * Rules that are switched off, by their ids, each with the reason.
   *
   * @default - every rule holds
   */
  readonly ignore?: { readonly [rule: string]: string };

  /**
   * More manifests: YAML files, and folders of them, such as rendered charts. Relative to the working directory.
   *
   * @default - only the manifests that the app makes, wherever `writeTo` puts them
   */
  readonly manifests?: string[];
}

/**
 * Checks at synth who can assume which role: a plugin for the validation of the CDK, which shows what it finds in its
 * report and makes `cdk synth` and `cdk deploy` fail.
 *
 * It reads the templates as they are, whoever made the roles, and the manifests beside them. Errors and warnings fail;
 * notes, which the CDK calls `info`, do not, and versions of the CDK before 2.262 show them only beside errors and
 * warnings. Input that cannot be read fails.
 *
 * With aws-cdk-lib 2.262 and newer, `Validations.of(app).addPlugins(new IrsaValidator())` is the same.
 *
 * @see https://docs.aws.amazon.com/cdk/v2/guide/policy-validation-synthesis.html
 * @example
 * import { App } from 'aws-cdk-lib';
 * import { IrsaValidator } from 'cdk-irsa';
 *
 * const app = new App({
 *   policyValidationBeta1: [
 *     new IrsaValidator({ ignore: { 'role-without-service-account': 'the manifests are in another repository' } }),
 *   ],
 * });
 */
export class IrsaValidator implements IPolicyValidationPluginBeta1 {
  /**
   * Switches a rule off for one resource. The rule and the reason are written to its metadata in the template.
   *
   * @param construct an L1, or a construct that has one as its default child, such as `iam.Role`
   * @param rule the id of the rule
   * @param reason why it does not hold there, for reviewers
   * @throws when there is no such rule, the reason is empty, or the construct is no resource
   */
  public static suppress(construct: IConstruct, rule: string, reason: string): void {
    const { ruleProblem, reasonProblem } = analysis();
    failIf(construct, ruleProblem('rule', rule) ?? reasonProblem('reason', reason));
    const resource = CfnResource.isCfnResource(construct) ? construct : construct.node.defaultChild;
    if (!resource || !CfnResource.isCfnResource(resource)) {
      fail(
        construct,
        'The construct must be a resource, or have one as its default child. Give the role, not what it belongs to.',
      );
    }
    const { rules_to_suppress: earlier = [], ...others } = resource.getMetadata(SUPPRESSIONS) ?? {};
    resource.addMetadata(SUPPRESSIONS, { ...others, rules_to_suppress: [...earlier, { id: rule, reason }] });
  }

  /**
   * The name of the plugin, in reports.
   */
  public readonly name = 'cdk-irsa';

  /**
   * The version of this library.
   */
  public readonly version?: string;

  /**
   * The ids of the rules that hold.
   */
  public readonly ruleIds?: string[];

  private readonly ignored: ReadonlyMap<string, string>;
  private readonly manifests?: string[];

  /**
   * @throws when a rule that is to be ignored does not exist, or has no reason
   */
  constructor(props: IrsaValidatorProps = {}) {
    const ignored = Object.entries(props.ignore ?? {});
    const { reasonProblem, RULE_IDS, ruleProblem } = analysis();
    for (const [rule, reason] of ignored) {
      failIf(WHERE, ruleProblem('ignore', rule) ?? reasonProblem(`ignore["${rule}"]`, reason));
    }
    this.ignored = new Map(ignored);
    this.manifests = props.manifests;
    this.ruleIds = RULE_IDS.filter(id => !this.ignored.has(id));
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- no part of the sources
    this.version = require('../package.json').version;
  }

  /**
   * Called by the CDK at the end of synth.
   *
   * @throws when a template or a manifest cannot be read, which the CDK reports as a failure
   */
  public validate(context: IPolicyValidationContextBeta1): PolicyValidationPluginReportBeta1 {
    return { ...analysis().validate(context.templatePaths, this.ignored, this.manifests), pluginVersion: this.version };
  }
}
