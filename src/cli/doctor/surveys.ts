/**
 * Surveys one cluster, or the clusters of several contexts.
 */
import { EXIT_CODES, worstOf } from './diagnosis';
import { DoctorOptions } from './options';
import { fleetJson, surveyJson } from './output/survey-json';
import { fleetText, surveyText } from './output/survey-text';
import { progressTo } from './progress';
import { apiIssuerOf, connect, requireKubernetes } from './session';
import { ContextSurvey, JudgePeople, Survey, survey } from './survey';
import { UnusableInput } from '../../analysis/reading/unusable-input';
import { Output, wantsColors } from '../command';
import { jsonText } from '../text';

interface Run {
  readonly options: DoctorOptions;
  readonly output: Output;
  readonly version: string;
  readonly judgePeople: JudgePeople;
}

/**
 * @returns the exit code
 * @throws UnusableInput if nothing can be read
 */
export async function surveyOnce({ version, ...run }: Run): Promise<number> {
  const { options, output } = run;
  const [context] = options.contexts;
  const surveyed = await surveyCluster(run, context);
  output.stdout.write(
    options.format === 'json'
      ? `${jsonText(surveyJson(surveyed, version), 2)}\n` : surveyText(surveyed, wantsColors(output)),
  );
  return EXIT_CODES[surveyed.outcome];
}

/** Surveys contexts one by one; one that fails does not hide the others. */
export async function surveyContexts({ version, ...run }: Run): Promise<number> {
  const { options, output } = run;
  const surveys: ContextSurvey[] = [];
  for (const context of options.contexts) {
    try {
      surveys.push({ context, survey: await surveyCluster(run, context) });
    } catch (error) {
      if (!UnusableInput.is(error)) throw error;
      surveys.push({ context, problem: error.message });
    }
  }
  const outcome = worstOf(surveys.map(result => ('survey' in result ? result.survey.outcome : 'unknown')));
  output.stdout.write(
    options.format === 'json'
      ? `${jsonText(fleetJson(surveys, { outcome, namespace: options.namespace, version }), 2)}\n`
      : fleetText(surveys, wantsColors(output)),
  );
  return EXIT_CODES[outcome];
}

async function surveyCluster(
  { options, output, judgePeople }: Omit<Run, 'version'>, context: string | undefined,
): Promise<Survey> {
  const session = await connect(options, context);
  const { aws, cluster, clusterName, issuerUrl } = session;
  const kubernetes = requireKubernetes(session);
  try {
    return await survey({
      aws,
      kubernetes,
      cluster,
      clusterName,
      issuerUrl,
      ...issuerUrl !== undefined && { apiIssuer: await apiIssuerOf(session) },
      namespace: options.namespace,
      progress: progressTo(output),
      judgePeople,
    });
  } finally {
    aws.close();
  }
}
