// The network has doors that are not imports: global functions, and process.getBuiltinModule. Found in the syntax tree,
// so that a comment or a property named `fetch` is no false alarm.
import ts from "typescript";
import { NETWORK_GLOBALS } from "./house.mjs";

const GLOBAL_OBJECTS = new Set(["globalThis", "global", "window", "self"]);
const LOADERS = new Set(["getBuiltinModule", "binding"]);

/** Is this identifier the name of something that is declared or accessed, rather than a use of a global? */
function isOnlyAName(node) {
  const parent = node.parent;
  if (ts.isPropertyAccessExpression(parent) && parent.name === node) {
    return !(ts.isIdentifier(parent.expression) && GLOBAL_OBJECTS.has(parent.expression.text));
  }
  if (ts.isShorthandPropertyAssignment(parent)) return false;
  if (ts.isTypeNode(parent) || ts.isTypeQueryNode(parent) || ts.isQualifiedName(parent)) return true;
  return (
    parent.name === node ||
    parent.propertyName === node ||
    ts.isPropertySignature(parent) ||
    ts.isLabeledStatement(parent)
  );
}

/** Names that the file itself declares (parameters, variables, imports): uses of those are not the global. */
function declaredNames(file) {
  const names = new Set();
  const visit = (node) => {
    const declares =
      ts.isParameter(node) ||
      ts.isVariableDeclaration(node) ||
      ts.isBindingElement(node) ||
      ts.isFunctionDeclaration(node) ||
      ts.isImportSpecifier(node) ||
      ts.isClassDeclaration(node);
    if (declares && node.name !== undefined && ts.isIdentifier(node.name)) names.add(node.name.text);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return names;
}

/**
 * Uses of the network's global names in one source text.
 * @param {string} path @param {string} text
 * @returns {{ line: number, name: string }[]}
 */
export function networkGlobals(path, text) {
  if (
    !NETWORK_GLOBALS.some((name) => text.includes(name)) &&
    ![...LOADERS].some((name) => text.includes(name))
  )
    return [];
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const declared = declaredNames(file);
  const found = [];
  const report = (node, name) =>
    found.push({ line: file.getLineAndCharacterOfPosition(node.getStart()).line + 1, name });
  const visit = (node) => {
    if (ts.isIdentifier(node) && NETWORK_GLOBALS.includes(node.text) && !isOnlyAName(node)) {
      const viaGlobal = ts.isPropertyAccessExpression(node.parent) && node.parent.name === node;
      if (viaGlobal || !declared.has(node.text)) report(node, node.text);
    }
    // const { fetch } = globalThis
    if (
      ts.isBindingElement(node) &&
      ts.isVariableDeclaration(node.parent.parent) &&
      GLOBAL_OBJECTS.has(node.parent.parent.initializer?.getText(file) ?? "") &&
      NETWORK_GLOBALS.includes((node.propertyName ?? node.name).getText(file))
    ) {
      report(node, (node.propertyName ?? node.name).getText(file));
    }
    if (
      ts.isElementAccessExpression(node) &&
      ts.isIdentifier(node.expression) &&
      GLOBAL_OBJECTS.has(node.expression.text) &&
      ts.isStringLiteralLike(node.argumentExpression) &&
      NETWORK_GLOBALS.includes(node.argumentExpression.text)
    ) {
      report(node, node.argumentExpression.text);
    }
    if (
      ts.isPropertyAccessExpression(node) &&
      LOADERS.has(node.name.text) &&
      node.expression.getText(file).endsWith("process")
    ) {
      report(node, `process.${node.name.text}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}
