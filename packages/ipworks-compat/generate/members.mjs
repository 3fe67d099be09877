// Properties and methods as each door spells them.
import { coerced, typeIn } from "./types.mjs";
import { comment, lowerFirst } from "./words.mjs";

/** A parameter's name as Java writes it. */
const parameterName = (name) => (/^[A-Z]{2}/.test(name) ? name : lowerFirst(name));

export const WRITERS = {
  java: { property: javaProperty, method },
  dotnet: { property: dotnetProperty, method },
};

function setter(row, value, state) {
  const check = coerced(row.name, row.type, value);
  const foreign =
    row.type === "MessageRecipientList"
      ? "listItems"
      : row.type === "Certificate"
        ? "certificateStates"
        : row.type === "Firewall"
          ? "firewallStates"
          : undefined;
  // An object of another class is refused here and not when it is needed.
  const lines = foreign === undefined ? [] : [`${foreign}.of(${value});`];
  return { code: [...lines, `${state}.${row.key} = ${check?.code ?? value};`], uses: [check?.uses, foreign] };
}

function cast(row, type) {
  return ["Certificate", "Firewall", "MessageRecipientList", "HeaderList"].includes(row.type) ||
    type !== typeIn("java", row.type)
    ? ` as ${type}`
    : "";
}

function javaProperty(row, state) {
  const type = typeIn("java", row.type);
  const get = `${row.type === "bool" ? "is" : "get"}${row.name}`;
  const { code, uses } = setter(row, parameterName(row.name), state);
  const lines = [
    comment(row.doc, row),
    `${get}(): ${type} { return ${state}.${row.key}${cast(row, type)}; }`,
  ];
  if (!row.readonly) {
    lines.push(
      comment(`Sets what ${get}() gives.`),
      `set${row.name}(${parameterName(row.name)}: ${row.setType ?? type}): void { ${code.join(" ")} }`,
    );
  }
  return { lines, uses: row.readonly ? [] : uses };
}

function dotnetProperty(row, state) {
  const type = typeIn("dotnet", row.type);
  const { code, uses } = setter(row, "value", state);
  const lines = [
    comment(row.doc, row),
    `get ${row.name}(): ${type} { return ${state}.${row.key}${cast(row, type)}; }`,
  ];
  if (!row.readonly) lines.push(`set ${row.name}(value: ${row.setType ?? type}) { ${code.join(" ")} }`);
  return { lines, uses: row.readonly ? [] : uses };
}

function method(row, state, door) {
  const name = door === "java" ? lowerFirst(row.name) : row.name;
  const params = row.params.map(
    ({ name: param, type }) =>
      `${param}: ${typeIn(door, type)}${type === "Stream" ? " | null | undefined" : ""}`,
  );
  const args = row.params.map(({ name: param, type }) => coerced(param, type, param)?.code ?? param);
  const token = door === "dotnet" && row.waits && row.name !== "DoEvents";
  if (token) {
    params.push("cancellationToken?: AbortSignal | undefined");
    args.push("cancellationToken");
  }
  const result = typeIn(door, row.returns);
  const returns = row.waits ? `Promise<${result}>` : result;
  const call = `${state}.${row.key}(${args.join(", ")})`;
  const uses = row.params.map(({ type, name: param }) => coerced(param, type, param)?.uses);
  const body = row.waits ? `return await ${call};` : result === "void" ? `${call};` : `return ${call};`;
  const throws = row.throws;
  const more = token
    ? {
        ...row,
        throws,
        note: [row.note, "the token interrupts it"].filter((part) => part !== undefined).join("; "),
      }
    : row;
  return {
    lines: [
      comment(row.doc, more),
      `${row.waits ? "async " : ""}${name}(${params.join(", ")}): ${returns} { ${body} }`,
    ],
    uses,
  };
}
