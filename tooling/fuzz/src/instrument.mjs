// Counters at every place where a program may go one way or another. They lie in one array of the process, so that a
// fuzzer sees which way an input went and how much work it made.
import ts from "typescript";

/** Counters of a process; places share a counter when there are more of them. */
export const COUNTERS = 1 << 16;
/** Where the array is found, by the instrumented program and by the fuzzer. */
export const COUNTERS_KEY = "__wirepostCounters";

/** TypeScript to JavaScript with counters. @param {string} source @param {string} fileName */
export function instrument(source, fileName) {
  // Where a file's counters begin depends on its name alone, so that files can be done one by one.
  const table = { next: [...fileName].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) >>> 0, 7) };
  const { outputText } = ts.transpileModule(source, {
    fileName,
    compilerOptions: {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.ESNext,
      verbatimModuleSyntax: true,
    },
    transformers: { before: [(context) => (file) => withCounters(file, context, table)] },
  });
  return `const __count = (globalThis.${COUNTERS_KEY} ??= new Uint32Array(${COUNTERS}));\n${outputText}`;
}

function withCounters(file, context, table) {
  const f = context.factory;
  const counter = () =>
    f.createPostfixIncrement(
      f.createElementAccessExpression(
        f.createIdentifier("__count"),
        f.createNumericLiteral(table.next++ % COUNTERS),
      ),
    );
  const counted = () => f.createExpressionStatement(counter());
  const block = (statement) =>
    ts.isBlock(statement)
      ? f.updateBlock(statement, [counted(), ...statement.statements])
      : f.createBlock([counted(), statement], true);
  const either = (expression) => f.createParenthesizedExpression(f.createComma(counter(), expression));

  const visit = (given) => {
    // Types and declarations have no branches.
    if (ts.isTypeNode(given) || ts.isInterfaceDeclaration(given) || ts.isTypeAliasDeclaration(given))
      return given;
    const node = ts.visitEachChild(given, visit, context);
    if (ts.isIfStatement(node)) {
      return f.updateIfStatement(
        node,
        node.expression,
        block(node.thenStatement),
        node.elseStatement === undefined
          ? f.createBlock([counted()], true)
          : ts.isIfStatement(node.elseStatement)
            ? node.elseStatement
            : block(node.elseStatement),
      );
    }
    if (ts.isForStatement(node))
      return f.updateForStatement(
        node,
        node.initializer,
        node.condition,
        node.incrementor,
        block(node.statement),
      );
    if (ts.isForOfStatement(node))
      return f.updateForOfStatement(
        node,
        node.awaitModifier,
        node.initializer,
        node.expression,
        block(node.statement),
      );
    if (ts.isForInStatement(node))
      return f.updateForInStatement(node, node.initializer, node.expression, block(node.statement));
    if (ts.isWhileStatement(node))
      return f.updateWhileStatement(node, node.expression, block(node.statement));
    if (ts.isDoStatement(node)) return f.updateDoStatement(node, block(node.statement), node.expression);
    if (ts.isCaseClause(node))
      return f.updateCaseClause(node, node.expression, [counted(), ...node.statements]);
    if (ts.isDefaultClause(node)) return f.updateDefaultClause(node, [counted(), ...node.statements]);
    if (ts.isCatchClause(node)) return f.updateCatchClause(node, node.variableDeclaration, block(node.block));
    if (ts.isConditionalExpression(node)) {
      return f.updateConditionalExpression(
        node,
        node.condition,
        node.questionToken,
        either(node.whenTrue),
        node.colonToken,
        either(node.whenFalse),
      );
    }
    if (ts.isBinaryExpression(node) && LOGICAL.has(node.operatorToken.kind))
      return f.updateBinaryExpression(node, node.left, node.operatorToken, either(node.right));
    if (ts.isFunctionLike(node) && node.body !== undefined && ts.isBlock(node.body)) return withBody(node);
    return node;
  };

  /** Functions count their calls; a constructor only behind `super()`, which has to come first. */
  const withBody = (node) => {
    if (ts.isConstructorDeclaration(node)) return node;
    const body = block(node.body);
    const { modifiers, asteriskToken, name, typeParameters, parameters, type } = node;
    if (ts.isFunctionDeclaration(node))
      return f.updateFunctionDeclaration(
        node,
        modifiers,
        asteriskToken,
        name,
        typeParameters,
        parameters,
        type,
        body,
      );
    if (ts.isMethodDeclaration(node))
      return f.updateMethodDeclaration(
        node,
        modifiers,
        asteriskToken,
        name,
        node.questionToken,
        typeParameters,
        parameters,
        type,
        body,
      );
    if (ts.isArrowFunction(node))
      return f.updateArrowFunction(
        node,
        modifiers,
        typeParameters,
        parameters,
        type,
        node.equalsGreaterThanToken,
        body,
      );
    if (ts.isFunctionExpression(node))
      return f.updateFunctionExpression(
        node,
        modifiers,
        asteriskToken,
        name,
        typeParameters,
        parameters,
        type,
        body,
      );
    return node;
  };
  return ts.visitNode(file, visit);
}

const LOGICAL = new Set([
  ts.SyntaxKind.AmpersandAmpersandToken,
  ts.SyntaxKind.BarBarToken,
  ts.SyntaxKind.QuestionQuestionToken,
]);
