/** Lint rules for `src/`: imports follow the table of rooms, runtime globals stay in `host/`, no barrels, one place that exits. */
import { importRefusal, isStart, roomOf } from "./rooms.ts";

/** What differs between runtimes, or reaches outside: it comes in through `Host`. */
const RUNTIME_GLOBALS = [
  "Deno",
  "Bun",
  "process",
  "require",
  "fetch",
  "console",
  "Buffer",
  "module",
  "__dirname",
];
const RUNTIME_MODULE = /^(node|bun|npm|jsr|https?):|^bun$/;

const plugin: Deno.lint.Plugin = {
  name: "rooms",
  rules: {
    "import-direction": {
      create: (context) => {
        const file = pathInSource(context.filename);
        if (file === null) return {};
        return importVisitor((node, specifier, typeOnly) => {
          if (!specifier.startsWith(".")) return;
          const refusal = importRefusal(file, resolve(file, specifier), typeOnly);
          if (refusal !== null) context.report({ node, message: refusal });
        });
      },
    },
    "no-runtime-modules": {
      create: (context) => {
        const file = pathInSource(context.filename);
        if (file === null || roomOf(file) === "host") return {};
        return importVisitor((node, specifier) => {
          if (specifier.startsWith(".")) return;
          const what = RUNTIME_MODULE.test(specifier) ? "a runtime's module" : "a package";
          context.report({ node, message: `${specifier} is ${what}; only src/host/ imports those` });
        });
      },
    },
    "no-runtime-globals": {
      create: (context) => {
        const file = pathInSource(context.filename);
        if (file === null || roomOf(file) === "host") return {};
        return globalsVisitor((node, name) => {
          context.report({ node, message: `${name} is a global of the runtime; it comes in through Host` });
        });
      },
    },
    "no-barrel": {
      create: (context) => {
        if (pathInSource(context.filename) === null) return {};
        return {
          ExportAllDeclaration(node) {
            context.report({ node, message: "no barrels: import from the file that has it" });
          },
        };
      },
    },
    "only-main-exits": {
      create: (context) => {
        const file = pathInSource(context.filename);
        if (file === null || isStart(file) || roomOf(file) === "host") return {};
        return {
          CallExpression({ callee }) {
            if (callee.type !== "MemberExpression" || propertyName(callee) !== "exit") return;
            context.report({ node: callee, message: "only main*.ts ends the process; answer an exit code" });
          },
        };
      },
    },
  },
};

export default plugin;

/** Calls back for every way to name another module. */
function importVisitor(
  found: (node: Deno.lint.Node, specifier: string, typeOnly: boolean) => void,
): Deno.lint.LintVisitor {
  return {
    ImportDeclaration(node) {
      const { specifiers } = node;
      const allTypes = specifiers.length > 0 &&
        specifiers.every((one) => one.type === "ImportSpecifier" && one.importKind === "type");
      found(node, node.source.value, node.importKind === "type" || allTypes);
    },
    ExportNamedDeclaration(node) {
      if (node.source !== null) found(node, node.source.value, node.exportKind === "type");
    },
    ExportAllDeclaration(node) {
      found(node, node.source.value, node.exportKind === "type");
    },
    ImportExpression(node) {
      const { source } = node;
      if (source.type === "Literal" && typeof source.value === "string") found(node, source.value, false);
    },
    TSImportType(node) {
      const { argument } = node as unknown as {
        argument: { value?: unknown; literal?: { value?: unknown } };
      };
      const specifier = argument.literal?.value ?? argument.value;
      if (typeof specifier === "string") found(node, specifier, true);
    },
  };
}

/** Calls back for every runtime global that the file uses without having declared that name itself. */
function globalsVisitor(found: (node: Deno.lint.Node, name: string) => void): Deno.lint.LintVisitor {
  // By position: in `{ fetch }` one word is both key and value.
  const uses = new Map<number, { node: Deno.lint.Node; name: string }>();
  const declared = new Set<string>();
  return {
    Identifier(node) {
      if (!RUNTIME_GLOBALS.includes(node.name)) return;
      const use = useOf(node);
      if (use === "declaration") declared.add(node.name);
      else if (use === "reference") uses.set(node.range[0], { node, name: node.name });
    },
    MemberExpression(node) {
      if (node.object.type !== "Identifier" || node.object.name !== "globalThis") return;
      const name = propertyName(node);
      if (name === null || RUNTIME_GLOBALS.includes(name)) {
        uses.set(node.range[0], { node, name: `globalThis.${name ?? "[…]"}` });
      }
    },
    "Program:exit"() {
      for (const { node, name } of uses.values()) if (!declared.has(name)) found(node, name);
    },
  };
}

/** What an identifier is where it stands: a name given here, a global or variable used, or only the name of a member. */
function useOf(node: Deno.lint.Identifier): "declaration" | "reference" | "member" {
  const parent = node.parent as unknown as Record<string, unknown> & { type: string };
  const isOnly = (key: string) => parent[key] === node || sameRange(parent[key], node);
  switch (parent.type) {
    case "MemberExpression":
      return isOnly("property") && parent["computed"] !== true ? "member" : "reference";
    case "Property":
      return isOnly("value") ? patternUse(parent) : parent["computed"] === true ? "reference" : "member";
    case "PropertyDefinition":
    case "MethodDefinition":
    case "TSPropertySignature":
    case "TSMethodSignature":
    case "TSAbstractMethodDefinition":
    case "TSAbstractPropertyDefinition":
      return isOnly("key") && parent["computed"] !== true ? "member" : "reference";
    case "VariableDeclarator":
      return isOnly("id") ? "declaration" : "reference";
    case "AssignmentPattern":
      return isOnly("left") ? "declaration" : "reference";
    case "FunctionDeclaration":
    case "FunctionExpression":
    case "ArrowFunctionExpression":
      return isOnly("body") ? "reference" : "declaration";
    case "RestElement":
    case "ArrayPattern":
    case "ImportSpecifier":
    case "ImportDefaultSpecifier":
    case "ImportNamespaceSpecifier":
    case "TSParameterProperty":
    case "CatchClause":
      return "declaration";
    case "TSFunctionType":
    case "TSCallSignatureDeclaration":
    case "LabeledStatement":
    case "ExportSpecifier":
      return "member";
    default:
      return "reference";
  }
}

/** `{ fetch }` names a variable when it takes an object apart, and uses one when it makes an object. */
function patternUse(property: Record<string, unknown>): "declaration" | "reference" {
  return (property["parent"] as { type?: string } | undefined)?.type === "ObjectPattern"
    ? "declaration"
    : "reference";
}

function sameRange(one: unknown, node: Deno.lint.Node): boolean {
  const range = (one as { range?: readonly number[] } | null | undefined)?.range;
  return range !== undefined && range[0] === node.range[0] && range[1] === node.range[1];
}

function propertyName({ property, computed }: Deno.lint.MemberExpression): string | null {
  if (property.type === "Identifier" && !computed) return property.name;
  return property.type === "Literal" && typeof property.value === "string" ? property.value : null;
}

/** The part of the path below `src/`; `null` for a file elsewhere, or a declaration file. */
function pathInSource(filename: string): string | null {
  const path = filename.replaceAll("\\", "/");
  const at = path.lastIndexOf("/src/");
  return at < 0 || path.endsWith(".d.ts") ? null : path.slice(at + "/src/".length);
}

/** Of a relative specifier, below `src/`; begins with `../` when it leaves that. */
function resolve(from: string, specifier: string): string {
  const parts = from.split("/").slice(0, -1);
  for (const part of specifier.split("/")) {
    if (part === "..") {
      if (parts.length === 0 || parts.at(-1) === "..") parts.push("..");
      else parts.pop();
    } else if (part !== ".") parts.push(part);
  }
  return parts.join("/");
}
