// Which names of a product does a facade lack? A manifest holds the product's names as facts, a module holds the facade; the
// answer is a list of rows, one for each name. Nothing of the module is called but constructors without arguments and, where it
// exports no list of settings, Config(name).

export const CATEGORIES = [
  "classes",
  "properties",
  "accessors",
  "methods",
  "events",
  "constants",
  "enums",
  "numbers",
  "aliases",
  "configs",
  "errors",
  "functions",
];

/**
 * @typedef {object} Row
 * @property {string} category one of CATEGORIES
 * @property {string} owner the class or enumeration; "" at the top
 * @property {string} name
 * @property {boolean} ok
 * @property {boolean} optional not counted
 * @property {boolean} silent follows from another row that is missing: counted, not listed
 * @property {string | undefined} note
 */

const isObject = (value) => value !== null && (typeof value === "object" || typeof value === "function");

// ---- Looking at a module without running it --------------------------------------------------------------------------

/** The descriptor of a property, own or inherited. */
function describe(object, name) {
  for (let at = object; isObject(at); at = Object.getPrototypeOf(at)) {
    const found = Object.getOwnPropertyDescriptor(at, name);
    if (found !== undefined) return found;
  }
  return undefined;
}

const hasName = (object, name) => isObject(object) && name in object;
const isMethod = (object, name) => typeof describe(object, name)?.value === "function";

/** The value of a static member; a getter is asked, since statics are often made so. */
function read(object, name) {
  const found = describe(object, name);
  if (found === undefined) return undefined;
  return "value" in found ? found.value : object[name];
}

/** Every export by name: of the module, of its default export, and of namespaces in it, one level deep. */
function exportsOf(module) {
  const all = new Map();
  const collect = (holder) => {
    if (!isObject(holder)) return;
    const names = typeof holder === "function" ? Object.keys(holder) : Object.getOwnPropertyNames(holder);
    for (const name of names) if (name !== "__esModule" && !all.has(name)) all.set(name, holder[name]);
  };
  collect(module);
  collect(module?.default);
  for (const value of [...all.values()]) {
    if (isObject(value) && typeof value === "object" && !Array.isArray(value)) collect(value);
  }
  return all;
}

/** Objects on which the members of a class are found: an instance, where one can be made, and the prototype. */
function facesOf(Class) {
  if (typeof Class !== "function") return isObject(Class) ? [Class] : [];
  const faces = [];
  try {
    const instance = new Class();
    if (isObject(instance)) faces.push(instance);
  } catch {
    // The constructor needs arguments; the prototype has to do.
  }
  if (isObject(Class.prototype)) faces.push(Class.prototype);
  return faces;
}

/** The names in whatever form a list has. */
function namesIn(list) {
  if (Array.isArray(list))
    return list.map((entry) => String(isObject(entry) ? (entry.name ?? entry.Name) : entry));
  if (list instanceof Set || list instanceof Map) return [...list.keys()].map(String);
  if (!isObject(list)) return [];
  return [...Object.keys(list), ...Object.values(list).filter((value) => typeof value === "string")];
}

// ---- Spelling ------------------------------------------------------------------------------------------------------

const upperFirst = (name) => name.charAt(0).toUpperCase() + name.slice(1);

/** camelCase forms of a PascalCase name: SSLEnabled is sslEnabled or sSLEnabled, BCc is bcc, URL is url. */
export function camelForms(name) {
  const forms = new Set([name.charAt(0).toLowerCase() + name.slice(1)]);
  const capitals = /^[A-Z]+/.exec(name)?.[0] ?? "";
  const rest = name.slice(capitals.length);
  if (capitals.length > 1) {
    forms.add(capitals.toLowerCase() + rest);
    if (rest !== "") forms.add(capitals.slice(0, -1).toLowerCase() + capitals.slice(-1) + rest);
  }
  if (name.length <= 4) forms.add(name.toLowerCase());
  return [...forms];
}

const KNOWN_CONVENTIONS = {
  pascal: ["pascal"],
  camel: ["camel"],
  getset: ["getset"],
  any: ["pascal", "camel", "getset"],
};
const EVENT_WAYS = ["member", "on-member", "on", "listener", "static-list"];

function readConvention(given = "any", strict = false) {
  const object = typeof given === "object" ? given : { accept: KNOWN_CONVENTIONS[given] };
  const primary = object.primary ?? (given === "any" ? "pascal" : (object.accept?.[0] ?? "pascal"));
  const accept = strict ? [primary] : (object.accept ?? [primary]);
  const plain = accept.map((way) => (way === "getset" ? "camel" : way));
  const methods = object.methods ?? plain;
  return { accept, methods: strict ? methods.slice(0, 1) : methods, events: object.events ?? EVENT_WAYS };
}

const spellings = (name, ways) =>
  ways.flatMap((way) =>
    way === "pascal" ? [name, upperFirst(name)] : way === "camel" ? camelForms(name) : [],
  );

// ---- The check -----------------------------------------------------------------------------------------------------

class Check {
  /** @type {Row[]} */
  rows = [];
  #enumsDone = new Set();
  #instances = [];

  constructor(manifest, module, options) {
    this.manifest = manifest;
    this.options = options;
    this.convention = readConvention(manifest.convention, options.strict);
    this.exports = exportsOf(module);
  }

  put(category, owner, name, ok, { optional = false, silent = false, unsure = false, note } = {}) {
    if (unsure && this.options.withoutUnsure) return;
    this.rows.push({ category, owner, name, ok: Boolean(ok), optional, silent, note });
  }

  /** An export by one of its names, in another letter case too unless strict. */
  find(name, aliases = []) {
    for (const one of [name, ...aliases.map((alias) => alias.name)])
      if (this.exports.has(one)) return this.exports.get(one);
    if (this.options.strict) return undefined;
    for (const [key, value] of this.exports) if (key.toLowerCase() === name.toLowerCase()) return value;
    return undefined;
  }

  aliasNote(alias, of) {
    return alias.api === undefined ? undefined : `the spelling of API ${alias.api} of ${of}`;
  }

  classFacts(fact, holder, optional = fact.required === false) {
    const Class = holder === undefined ? this.find(fact.name, fact.aliases) : read(holder, fact.name);
    this.put("classes", "", fact.name, Class !== undefined, { optional, unsure: fact.unsure });
    for (const alias of fact.aliases ?? [])
      this.put("aliases", "", alias.name, this.exports.has(alias.name), { optional, unsure: alias.unsure });
    const faces = facesOf(Class);
    if (typeof Class === "function" && faces.length > 0) this.#instances.push(faces[0]);
    const places = typeof Class === "function" ? [...faces, Class] : faces;
    for (const property of fact.properties ?? []) this.property(fact.name, property, places, optional);
    for (const method of fact.methods ?? [])
      this.method(fact.name, method, method.static ? [Class] : places, optional);
    for (const event of fact.events ?? []) this.event(fact.name, event, Class, faces, optional);
    for (const constant of fact.constants ?? []) this.constant(fact.name, constant, Class, faces, optional);
    for (const one of fact.enums ?? []) this.enumeration(one, fact.name, optional);
  }

  property(owner, fact, places, optional) {
    const marks = { optional: optional || fact.required === false, unsure: fact.unsure };
    const look = (name, accessors) => {
      const plain = spellings(name, this.convention.accept);
      for (const place of places) {
        for (const spelling of plain) {
          if (!hasName(place, spelling)) continue;
          const found = describe(place, spelling);
          return {
            readable: true,
            writable: found === undefined || "value" in found || found.set !== undefined,
          };
        }
      }
      if (!this.convention.accept.includes("getset")) return { readable: false, writable: false };
      const any = (names) => names.some((one) => places.some((place) => isMethod(place, one)));
      const getters =
        accessors?.get === undefined ? [`get${upperFirst(name)}`, `is${upperFirst(name)}`] : [accessors.get];
      const setters = accessors?.set === undefined ? [`set${upperFirst(name)}`] : [accessors.set];
      const noSetter = fact.readonly || (accessors !== undefined && accessors.set === undefined);
      return { readable: any(getters), writable: noSetter || any(setters) };
    };
    const found = look(fact.name, fact.accessors);
    this.put("properties", owner, fact.name, found.readable, marks);
    if (!fact.readonly) {
      this.put(
        "accessors",
        owner,
        fact.accessors?.set ?? `${fact.name} =`,
        found.readable && found.writable,
        {
          ...marks,
          silent: !found.readable,
          note: "it can be read but not set",
        },
      );
    }
    for (const alias of fact.aliases ?? []) {
      const unsure = fact.unsure || alias.unsure;
      this.put("aliases", owner, alias.name, look(alias.name).readable, {
        ...marks,
        unsure,
        note: this.aliasNote(alias, fact.name),
      });
    }
  }

  method(owner, fact, places, optional) {
    const marks = { optional: optional || fact.required === false, unsure: fact.unsure };
    const look = (name) =>
      spellings(name, this.convention.methods).some((one) => places.some((place) => isMethod(place, one)));
    // An overload is the same name again.
    const before = this.rows.some(
      (row) => row.category === "methods" && row.owner === owner && row.name === fact.name,
    );
    if (!before) this.put("methods", owner, fact.name, look(fact.name), marks);
    for (const alias of fact.aliases ?? []) {
      const unsure = fact.unsure || alias.unsure;
      this.put("aliases", owner, alias.name, look(alias.name), {
        ...marks,
        unsure,
        note: this.aliasNote(alias, fact.name),
      });
    }
  }

  event(owner, fact, Class, faces, optional) {
    const ways = this.convention.events;
    const bare = fact.name.replace(/^On(?=[A-Z])/, "");
    const names = [`On${bare}`, `on${bare}`, ...(fact.member === undefined ? [] : [fact.member])];
    if (ways.includes("member"))
      names.push(...spellings(fact.name, this.options.strict ? ["pascal"] : ["pascal", "camel"]));
    let ok =
      (ways.includes("member") || ways.includes("on-member")) &&
      faces.some((face) => names.some((name) => hasName(face, name)));
    if (!ok) {
      const wanted = [fact.name, bare, `On${bare}`].map((name) => name.toLowerCase());
      ok = this.eventLists(Class, faces).some((name) => wanted.includes(name.toLowerCase()));
    }
    if (!ok && ways.includes("listener") && fact.listenerMethod !== undefined) {
      for (const [name, value] of this.exports) {
        if (!name.endsWith("Listener") || typeof value !== "function") continue;
        ok ||= facesOf(value).some((face) => isMethod(face, fact.listenerMethod));
      }
    }
    if (!ok && this.options.trustOn) {
      ok = faces.some((face) =>
        ["on", "addListener", "addEventListener"].some((name) => isMethod(face, name)),
      );
    }
    this.put("events", owner, fact.name, ok, {
      optional: optional || fact.required === false,
      unsure: fact.unsure,
    });
  }

  eventLists(Class, faces) {
    const names = ["events", "Events", "EVENTS", "eventNames", "EventNames", "EVENT_NAMES"];
    return [Class, ...faces].filter(isObject).flatMap((holder) =>
      names.flatMap((name) => {
        const list = describe(holder, name)?.value;
        return typeof list === "function" ? [] : namesIn(list);
      }),
    );
  }

  constant(owner, fact, Class, faces, optional) {
    const holder = [
      Class,
      this.exports.has(fact.name) ? Object.fromEntries(this.exports) : undefined,
      ...faces,
    ].find((one) => hasName(one, fact.name));
    const value = holder === undefined ? undefined : read(holder, fact.name);
    this.put("constants", owner, fact.name, value !== undefined, { optional, unsure: fact.unsure });
    if (typeof fact.value === "number" && !fact.unsure) this.number(owner, fact, value, { optional });
  }

  number(owner, fact, value, marks) {
    const note = `is ${String(value)}, should be ${fact.value}`;
    this.put("numbers", owner, fact.name, value === fact.value, {
      ...marks,
      silent: value === undefined,
      note,
    });
  }

  enumeration(fact, ownerName, optional = false) {
    const key = `${fact.owner ?? ownerName ?? ""}.${fact.name}`;
    if (this.#enumsDone.has(key)) return;
    this.#enumsDone.add(key);
    const marks = { optional: optional || fact.required === false, unsure: fact.unsure };
    const owner = fact.owner ?? ownerName;
    const Owner = owner === undefined ? undefined : (this.find(owner) ?? this.nested(owner));
    const own = [
      this.find(fact.name, fact.aliases),
      isObject(Owner) ? read(Owner, fact.name) : undefined,
    ].filter(isObject);
    const loose = fact.javaConstants || fact.global;
    if (!loose) this.put("enums", owner ?? "", fact.name, own.length > 0, marks);
    const holders = [...own, ...(isObject(Owner) ? [Owner, ...(loose ? facesOf(Owner) : [])] : [])];
    for (const member of fact.members ?? []) {
      const holder = holders.find((one) => hasName(one, member.name));
      const value = holder === undefined ? this.exports.get(member.name) : read(holder, member.name);
      const own = { ...marks, unsure: marks.unsure || member.unsure };
      this.put("enums", fact.name, member.name, value !== undefined, own);
      if (typeof member.value === "number" && !fact.unsureNumbers && !member.unsure)
        this.number(fact.name, member, value, own);
    }
    for (const alias of fact.aliases ?? [])
      this.put("aliases", "", alias.name, this.exports.has(alias.name), {
        ...marks,
        note: this.aliasNote(alias, fact.name),
      });
  }

  /** A class inside a module, as XojoCloud.FirewallPort. */
  nested(name) {
    for (const { name: module, types } of this.manifest.modules ?? []) {
      if (types?.some((type) => type.name === name)) return read(this.find(module), name);
    }
    return undefined;
  }

  moduleFacts(fact) {
    const optional = fact.required === false;
    const module = this.find(fact.name);
    this.put("functions", "", fact.name, module !== undefined, { optional });
    for (const property of fact.properties ?? [])
      this.put("properties", fact.name, property.name, hasName(module, property.name), {
        optional,
        unsure: property.unsure,
      });
    for (const method of fact.methods ?? []) this.method(fact.name, method, [module], optional);
    for (const type of fact.types ?? []) this.classFacts(type, module, optional || type.required === false);
  }

  async configs() {
    const facts = this.manifest.configs ?? [];
    if (facts.length === 0) return;
    const names = [
      "CONFIG_SETTINGS",
      "ConfigSettings",
      "configSettings",
      "configNames",
      "CONFIG_NAMES",
      "CONFIGS",
      "configs",
    ];
    const classes = (this.manifest.classes ?? [])
      .map((fact) => this.find(fact.name, fact.aliases))
      .filter(isObject);
    const listed = new Set(
      names
        .flatMap((name) => [
          this.exports.get(name),
          ...classes.map((Class) => (hasName(Class, name) ? read(Class, name) : undefined)),
        ])
        .flatMap(namesIn)
        .map((name) => name.toLowerCase()),
    );
    const asked = this.#instances.find(
      (instance) => isMethod(instance, "Config") || isMethod(instance, "config"),
    );
    for (const fact of facts) {
      let ok = listed.has(fact.name.toLowerCase());
      if (!ok && listed.size === 0 && asked !== undefined) ok = await answers(asked, fact.name);
      this.put("configs", "", fact.name, ok, { optional: fact.required === false });
    }
  }

  errors() {
    const known = new Set();
    for (const [name, value] of this.exports) {
      if (!/err/i.test(name) || !isObject(value) || typeof value === "function") continue;
      if (Array.isArray(value))
        for (const entry of value) known.add(String(isObject(entry) ? entry.code : entry));
      else if (value instanceof Map || value instanceof Set)
        for (const key of value.keys()) known.add(String(key));
      else {
        for (const [key, entry] of Object.entries(value)) {
          known.add(key);
          if (typeof entry === "number") known.add(String(entry));
          else if (isObject(entry) && "code" in entry) known.add(String(entry.code));
        }
      }
    }
    const done = new Set();
    for (const group of this.manifest.errors?.groups ?? []) {
      for (const fact of group.codes ?? []) {
        if (typeof fact.code !== "number" || done.has(fact.code)) continue;
        done.add(fact.code);
        const ok =
          known.has(String(fact.code)) || (fact.constant !== undefined && this.exports.has(fact.constant));
        this.put("errors", group.name, String(fact.code), ok, { unsure: fact.unsure });
      }
    }
  }

  async run() {
    const { manifest } = this;
    for (const fact of manifest.classes ?? []) this.classFacts(fact);
    for (const fact of manifest.types ?? []) this.classFacts(fact);
    for (const fact of manifest.enums ?? []) this.enumeration(fact);
    for (const fact of manifest.functions ?? []) {
      this.put("functions", "", fact.name, typeof this.find(fact.name) === "function", {
        optional: fact.required === false,
        unsure: fact.unsure,
      });
    }
    for (const fact of manifest.modules ?? []) this.moduleFacts(fact);
    await this.configs();
    this.errors();
    return this.rows;
  }
}

async function answers(instance, name) {
  let timer;
  try {
    const config = instance.Config ?? instance.config;
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error("no answer")), 500);
    });
    const value = await Promise.race([config.call(instance, name), late]);
    return value !== undefined && value !== null;
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Compares a module with a manifest.
 *
 * @param {object} manifest a file of this folder
 * @param {object} module what `import()` of the facade gave
 * @param {{ strict?: boolean, withoutUnsure?: boolean, trustOn?: boolean, only?: string[], skip?: string[] }} [options]
 *   strict: the product's own spelling alone counts. withoutUnsure: leaves out what the facts call unsure. trustOn: an on()
 *   proves every event.
 */
export async function checkSurface(manifest, module, options = {}) {
  const chosen = (category) =>
    (options.only ?? CATEGORIES).includes(category) && !(options.skip ?? []).includes(category);
  const rows = (await new Check(manifest, module, options).run()).filter((row) => chosen(row.category));
  const counted = rows.filter((row) => !row.optional);
  const percent = (all) =>
    all.length === 0 ? 100 : Math.floor((1000 * all.filter((row) => row.ok).length) / all.length) / 10;
  const missing = counted.filter((row) => !row.ok && !row.silent);
  return {
    product: manifest.product,
    total: counted.length,
    found: counted.filter((row) => row.ok).length,
    percent: percent(counted),
    byCategory: CATEGORIES.map((category) => ({
      category,
      rows: counted.filter((row) => row.category === category),
    }))
      .filter(({ rows: some }) => some.length > 0)
      .map(({ category, rows: some }) => ({
        category,
        found: some.filter((row) => row.ok).length,
        total: some.length,
      })),
    missing: missing.filter((row) => row.category !== "numbers"),
    wrongNumbers: missing.filter((row) => row.category === "numbers"),
    optionalMissing: rows.filter((row) => row.optional && !row.ok && !row.silent),
  };
}
