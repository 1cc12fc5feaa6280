/**
 * Reads from a source file what the instrumenter does not report about a mutant.
 */
import * as ts from 'typescript';

export class SourceText {
  private readonly tree: ts.SourceFile;
  private readonly lines: readonly string[];

  constructor(public readonly file: string, public readonly content: string) {
    this.tree = ts.createSourceFile(file, content, ts.ScriptTarget.ES2022);
    this.lines = content.split('\n');
  }

  public lineAt(line: number): string {
    return this.lines[line].trim();
  }

  public offsetOf({ line, column }: { line: number; column: number }): number {
    return this.tree.getPositionOfLineAndCharacter(line, column);
  }

  /** The text of a string literal, or that of a template without its expressions. */
  public literalAt(from: number, to: number): string {
    for (const node of this.nodesAround(from).filter(({ end }) => end === to)) {
      if (ts.isStringLiteralLike(node)) return node.text;
      if (ts.isTemplateExpression(node)) {
        return [node.head, ...node.templateSpans.map(({ literal }) => literal)].map(({ text }) => text).join('\n');
      }
    }
    return '';
  }

  /** The names of the declarations around a place, from the outermost to the innermost. */
  public declarationsAround(offset: number): string[] {
    return this.nodesAround(offset).flatMap((node, depth) => {
      if (ts.isConstructorDeclaration(node)) return ['constructor'];
      if (ts.isVariableStatement(node) && depth === 1) return this.namesOf(node);
      const isNamed = ts.isFunctionDeclaration(node) || ts.isClassDeclaration(node) || ts.isClassElement(node);
      return isNamed && node.name ? [node.name.getText(this.tree)] : [];
    });
  }

  /** From the outermost to the innermost. */
  private nodesAround(offset: number): ts.Node[] {
    const nodes: ts.Node[] = [];
    const visit = (node: ts.Node): void => {
      if (node.getStart(this.tree) > offset || node.end <= offset) return;
      nodes.push(node);
      ts.forEachChild(node, visit);
    };
    visit(this.tree);
    return nodes;
  }

  private namesOf({ declarationList }: ts.VariableStatement): string[] {
    return declarationList.declarations.map(({ name }) => name.getText(this.tree));
  }
}
