/**
 * What the documentation says of JSON and CSV, against the types of what is printed: every field and every value of an
 * enumeration is named in the section of its command.
 */
import { readFileSync } from 'fs';
import { dirname, join, resolve } from 'path';
import * as ts from 'typescript';
import { mapOf } from './cli/report/sample';
import { accessCsv } from '../src/cli/report/access-csv';
import { reportData } from '../src/cli/report/report-data';
import { answerCsv } from '../src/cli/who-can/answer-formats';

const ROOT = join(__dirname, '..');
const GUIDE = 'docs/guides/machine-readable-output.md';
const SHARED = 'Fields of several commands';
const EVERYTHING = /[^]+/g;

/** What is in backticks in sections; with `where`, only in its matches. */
function namesIn(page: string, where: RegExp, ...titles: string[]): Set<string> {
  const sections = readFileSync(join(ROOT, page), 'utf8').split(/^## /m);
  const texts = titles.flatMap(title =>
    [...(sections.find(section => section.startsWith(`${title}\n`)) ?? '').matchAll(where)].map(([match]) => match));
  return new Set(texts.flatMap(text => [...text.matchAll(/`([^`]+)`/g)].map(([, name]) => name)));
}

/** Without the types of packages, which take long and are in no JSON. */
function programOf(files: string[]): ts.Program {
  const options: ts.CompilerOptions = { target: ts.ScriptTarget.ES2022, strict: true, types: [] };
  const host = ts.createCompilerHost(options);
  host.resolveModuleNames = (names, from) => names.map(name => {
    const file = resolve(dirname(from), `${name}.ts`);
    if (!name.startsWith('.')) return undefined;
    return { resolvedFileName: host.fileExists(file) ? file : resolve(dirname(from), name, 'index.ts') };
  });
  return ts.createProgram(files.map(file => join(ROOT, file)), options, host);
}

const TYPES: [section: string, page: string, file: string, name: string][] = [
  ['verify', GUIDE, 'src/cli/verify/findings-json.ts', 'findingsJson'],
  ['report', GUIDE, 'src/cli/report/report-data.ts', 'reportData'],
  ['report --diff', GUIDE, 'src/cli/report/diff.ts', 'accessDiff'],
  ['who-can', GUIDE, 'src/cli/who-can/answer-formats.ts', 'answerJson'],
  ['doctor', GUIDE, 'src/cli/doctor/output/diagnosis-json.ts', 'diagnosisJson'],
  ['doctor', GUIDE, 'src/cli/doctor/output/diagnosis-json.ts', 'failureJson'],
  ['doctor --all', GUIDE, 'src/cli/doctor/output/survey-json.ts', 'surveyJson'],
  ['doctor --all', GUIDE, 'src/cli/doctor/output/survey-json.ts', 'fleetJson'],
  ['What the assembly records', 'docs/concepts/manifests.md', 'src/conventions/assembly-record.ts', 'AssemblyRecord'],
];
const program = programOf([...new Set(TYPES.map(([, , file]) => file))]);
const checker = program.getTypeChecker();

/** The names of all fields in a type, and the literal texts among their values. */
function namesOf(type: ts.Type, names = new Set<string>(), seen = new Set<ts.Type>()): Set<string> {
  if (seen.has(type) || type.getCallSignatures().length > 0) return names;
  seen.add(type);
  if (type.isStringLiteral()) return names.add(type.value);
  if (type.isUnionOrIntersection()) {
    for (const part of type.types) namesOf(part, names, seen);
  } else if (checker.isArrayType(type)) {
    for (const item of checker.getTypeArguments(type as ts.TypeReference)) namesOf(item, names, seen);
  // eslint-disable-next-line no-bitwise
  } else if ((type.flags & ts.TypeFlags.Object) !== 0) {
    for (const field of checker.getPropertiesOfType(type)) {
      const own = checker.getNonNullableType(checker.getTypeOfSymbol(field));
      if (own.getCallSignatures().length > 0) continue; // not in JSON
      names.add(field.name);
      namesOf(own, names, seen);
    }
  }
  return names;
}

function jsonType(file: string, name: string): ts.Type {
  const module = checker.getSymbolAtLocation(program.getSourceFile(join(ROOT, file))!)!;
  const symbol = checker.getExportsOfModule(module).find(each => each.name === name)!;
  const [signature] = checker.getTypeOfSymbol(symbol).getCallSignatures();
  return signature?.getReturnType() ?? checker.getDeclaredTypeOfSymbol(symbol);
}

test.each(TYPES)('%s: %s names the fields of %s %s', (section, page, file, name) => {
  const known = namesIn(page, EVERYTHING, section, ...page === GUIDE ? [SHARED] : []);
  const names = [...namesOf(jsonType(file, name))];
  expect(names.length).toBeGreaterThan(3);
  expect(names.filter(each => !known.has(each))).toEqual([]);
});

test.each([...new Set(TYPES.map(([section]) => section))])('%s: no row is of a field that is not there', section => {
  const own = TYPES.filter(([title]) => title === section);
  const names = new Set(own.flatMap(([, , file, name]) => [...namesOf(jsonType(file, name))]));
  const rows = namesIn(own[0][1], /^\| (`.*?) \|/gm, section);
  expect([...rows].filter(name => !names.has(name))).toEqual([]);
});

test('CSV: the guide names the columns', () => {
  const data = reportData(mapOf({}), []);
  const heads = [accessCsv(data), answerCsv({ action: 's3:GetObject', answers: [], data })];
  const columns = heads.flatMap(text => text.split('\n')[0].trim().split(','));
  expect(columns).toHaveLength(30);
  expect(columns.filter(column => !namesIn(GUIDE, EVERYTHING, 'CSV').has(column))).toEqual([]);
});
