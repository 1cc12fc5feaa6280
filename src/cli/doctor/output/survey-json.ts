import { jsonHead } from './json-head';
import { Outcome } from '../diagnosis';
import { ContextSurvey, Survey } from '../survey';

/** A survey as JSON. New fields keep the schema version; removed or changed fields raise it. */
export function surveyJson(survey: Survey, version: string) {
  return { ...jsonHead(version), ...body(survey) };
}

interface Fleet {
  readonly outcome: Outcome;
  readonly namespace?: string;
  readonly version: string;
}

/** The surveys of several contexts. */
export function fleetJson(surveys: readonly ContextSurvey[], { outcome, namespace, version }: Fleet) {
  return {
    ...jsonHead(version),
    input: { contexts: surveys.map(({ context }) => context), namespace, all: true },
    outcome,
    contexts: surveys.map(result => ({
      context: result.context,
      ...'survey' in result ? body(result.survey) : { outcome: 'unknown' as const, problem: result.problem },
    })),
  };
}

function body(survey: Survey) {
  const { time, clusterName, issuerUrl, region, account, namespace, outcome, notChecked, provider } = survey;
  const { accounts, leftoverRoles, counted, people } = survey;
  return {
    time: time.toISOString(),
    input: { cluster: clusterName, issuer: issuerUrl, region, namespace, all: true },
    account,
    outcome,
    examined: counted,
    notChecked,
    provider,
    serviceAccounts: accounts,
    leftoverRoles,
    whoCanAct: people,
  };
}
