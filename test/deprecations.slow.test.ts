/**
 * Nothing of the CDK that is used here is deprecated in the release that is installed. `npx projen test:newest` asks
 * the newest one, where the oldest does not know yet what will be deprecated.
 */
import { join, relative } from 'path';
import * as ts from 'typescript';

const ROOT = join(__dirname, '..');
const { config } = ts.readConfigFile(join(__dirname, 'tsconfig.json'), ts.sys.readFile);
const { fileNames, options } = ts.parseJsonConfigFileContent(
  { ...config, include: ['../src/**/*.ts', '../examples/**/*.ts'] }, ts.sys, __dirname,
);

/** Shows that deprecated code is found. */
const PROBE = join(ROOT, 'examples', 'probe.ts');
const PROBE_TEXT = '/** @deprecated */\nfunction old(): void {}\nold();\n';

/** The only names that the oldest release has. They are types, which warn of nothing. */
const KNOWN = /^src\/(irsa-validator|private\/access\/validation)\.ts:\d+ '\w+Beta1' is deprecated\.$/;

/** What is deprecated, in files of the project or in these texts. */
function deprecations(texts: Record<string, string> = {}): string[] {
  const files = [...Object.keys(texts), ...fileNames];
  const service = ts.createLanguageService({
    getCompilationSettings: () => options,
    getScriptFileNames: () => files,
    getScriptVersion: () => '1',
    getScriptSnapshot: file => {
      const text = texts[file] ?? ts.sys.readFile(file);
      return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
    },
    getCurrentDirectory: () => ROOT,
    getDefaultLibFileName: ts.getDefaultLibFilePath,
    fileExists: file => file in texts || ts.sys.fileExists(file),
    readFile: file => texts[file] ?? ts.sys.readFile(file),
    readDirectory: ts.sys.readDirectory,
    directoryExists: ts.sys.directoryExists,
    getDirectories: ts.sys.getDirectories,
  });
  return files.flatMap(file => service.getSuggestionDiagnostics(file)
    .filter(({ reportsDeprecated }) => reportsDeprecated)
    .map(({ start, messageText }) => {
      const line = service.getProgram()!.getSourceFile(file)!.getLineAndCharacterOfPosition(start).line + 1;
      return `${relative(ROOT, file)}:${line} ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
    }));
}

test('neither the library nor an example uses anything that is deprecated', () => {
  expect(fileNames.length).toBeGreaterThan(100);
  expect(deprecations({ [PROBE]: PROBE_TEXT }).filter(text => !KNOWN.test(text))).toEqual([
    "examples/probe.ts:3 The signature '(): void' of 'old' is deprecated.",
  ]);
}, 300_000);
