import { join } from 'path';
import * as ts from 'typescript';
import { Block, ROOT } from './blocks';

/** Errors of programs in Markdown, as `file:line: message`. All of them are one program for the compiler. */
export function typeErrors(blocks: Block[]): string[] {
  const { options } = ts.parseJsonConfigFileContent(
    ts.readConfigFile(join(ROOT, 'test', 'tsconfig.json'), ts.sys.readFile).config,
    ts.sys,
    join(ROOT, 'test'),
  );
  const files = new Map(blocks.map((block, index) => [join(ROOT, 'test', `snippet-${index}.ts`), block]));
  const host = ts.createCompilerHost(options);
  const { readFile, fileExists, getSourceFile } = host;
  // What is not imported or exported would be global, and clash with other snippets.
  const textOf = ({ code }: Block) => `${code}\nexport {};\n`;
  host.fileExists = path => files.has(path) || fileExists(path);
  host.readFile = path => (files.has(path) ? textOf(files.get(path)!) : readFile(path));
  host.getSourceFile = (path, version, ...rest) =>
    (files.has(path)
      ? ts.createSourceFile(path, textOf(files.get(path)!), version)
      : getSourceFile(path, version, ...rest));
  const program = ts.createProgram(
    [...files.keys()],
    { ...options, noUnusedLocals: false, noUnusedParameters: false, isolatedModules: false },
    host,
  );
  return [...files].flatMap(([path, { file, line }]) => {
    const source = program.getSourceFile(path)!;
    return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map(
      ({ start = 0, messageText }) =>
        `${file}:${line + source.getLineAndCharacterOfPosition(start).line}: `
        + ts.flattenDiagnosticMessageText(messageText, ' '),
    );
  });
}
