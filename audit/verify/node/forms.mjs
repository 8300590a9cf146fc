// What the files of a pack hold: canonical JSON, events, the manifest, gaps, signed notes, and the tree. Nothing is read here.

import { createHash, createPublicKey, verify as checkSignature } from "node:crypto";

export const MAX = { total: 5e9, ratio: 100, ratioFrom: 1 << 20, manifest: 32 << 20, note: 64 << 10, line: 1 << 20 };
Object.assign(MAX, { event: 8192, checkpoints: 10_000, depth: 32, redacted: 2_000_000, redactions: 100_000, parts: 500_000, faults: 100, signatures: 32 });
export const NAME = /^(?=.{1,200}$)[A-Za-z0-9][A-Za-z0-9._-]*(\/[A-Za-z0-9][A-Za-z0-9._-]*)*$/;
const ED25519_P = 2n ** 255n - 19n;
const ED25519_L = 2n ** 252n + 27742317777372353535851937790883648493n;
const SPKI = Buffer.from("302a300506032b6570032100", "hex");

export class Stop extends Error {
  constructor(reason, detail, seq = null) {
    super(detail);
    Object.assign(this, { reason, seq });
  }
}
export class Usage extends Error {}

export const sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash("sha256")).digest();
export const leafHash = (body) => sha256("\0", body);
export const isWhole = (value) => Number.isSafeInteger(value) && !Object.is(value, -0);
const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
export const isText = (value) => typeof value === "string";

// --- canonical JSON ---

function spelled(value, depth = 0) {
  if (depth > MAX.depth) throw new Error("nested too deep");
  if (value === null || typeof value === "boolean") return String(value);
  if (isText(value)) {
    if (/\p{Surrogate}/u.test(value)) throw new Error("a lone surrogate");
    return JSON.stringify(value);
  }
  if (typeof value === "number") {
    if (!isWhole(value)) throw new Error("not a whole number below 2^53");
    return String(value);
  }
  if (Array.isArray(value)) return `[${value.map((one) => spelled(one, depth + 1)).join(",")}]`;
  const names = Object.keys(value).sort();
  if (names.some((name) => /[^\x00-\x7f]/.test(name))) throw new Error("a key that is not ASCII");
  return `{${names.map((name) => `${JSON.stringify(name)}:${spelled(value[name], depth + 1)}`).join(",")}}`;
}

function readCanonical(raw, limit) {
  if (raw.length > limit) throw new Error(`${raw.length} bytes are more than ${limit}`);
  const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(raw);
  const value = JSON.parse(text);
  if (spelled(value) !== text) throw new Error("not in canonical form");
  return value;
}

const KINDS = { int: isWhole, text: isText, object: isObject, list: Array.isArray };
const fits = (value, fields) =>
  isObject(value) &&
  Object.keys(value).length === Object.keys(fields).length &&
  Object.entries(fields).every(([name, kind]) => Object.hasOwn(value, name) && KINDS[kind](value[name]));

export function readFitting(raw, limit, fields, reason, what) {
  let value;
  try {
    value = readCanonical(raw, limit);
  } catch (error) {
    throw new Stop(reason, `${what}: ${error.message}`);
  }
  if (!fits(value, fields)) throw new Stop(reason, `${what} has other fields`);
  return value;
}

const EVENT = { v: "int", log: "text", seq: "int", prev: "text", id: "text", time: "text", type: "text" };
Object.assign(EVENT, { outcome: "text", actor: "object", target: "object", data: "object", private: "object" });

export function readEvent(line) {
  let content;
  try {
    content = readCanonical(line, MAX.event);
  } catch (error) {
    return { reason: "canonical", detail: error.message };
  }
  if (!fits(content, EVENT) || content.v !== 1) return { reason: "schema", detail: "no event of version 1" };
  return { content };
}

// --- signed notes ---

function fromBase64(text) {
  const raw = Buffer.from(text, "base64");
  if (raw.toString("base64") !== text) throw new Stop("note", "not base64 in its one spelling");
  return raw;
}

export function readKey(text) {
  const [name, id, ...encoded] = text.split("+");
  const raw = fromBase64(encoded.join("+"));
  const digest = sha256(name, "\n", raw);
  const isKey = /^[^\p{White_Space}\x00-\x1f]+$/u.test(name) && raw.length === 33 && raw[0] === 1;
  if (!isKey || id !== digest.toString("hex", 0, 4)) throw new Stop("note", "no ed25519 key (name+id+base64)");
  return { name, id, raw: raw.subarray(1), fingerprint: `sha256:${digest.toString("hex")}` };
}

export function readNote(raw) {
  if (raw.length > MAX.note) throw new Stop("note", "a note is too long");
  let whole;
  try {
    whole = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(raw);
  } catch {
    throw new Stop("note", "a note is not UTF-8");
  }
  const cut = whole.lastIndexOf("\n\n");
  const signed = whole.slice(cut + 2).split("\n");
  if (cut < 0 || signed.pop() !== "" || !signed.length || signed.length > MAX.signatures)
    throw new Stop("note", "a note has a text, a blank line and signatures");
  if (/[\x00-\x09\x0b-\x1f]/.test(whole)) throw new Stop("note", "a note holds control characters");
  const signatures = signed.map((line) => {
    const found = /^— ([^\p{White_Space}+]+) ([A-Za-z0-9+/]+={0,2})$/u.exec(line);
    const bytes = found && fromBase64(found[2]);
    if (!found || bytes.length <= 4) throw new Stop("note", "a line is no signature");
    return { name: found[1], id: bytes.toString("hex", 0, 4), raw: bytes.subarray(4) };
  });
  return { text: whole.slice(0, cut + 1), signatures };
}

function isSigned(key, text, signature) {
  const number = (bytes) => BigInt(`0x${Buffer.from(bytes).reverse().toString("hex")}`);
  if (signature.length !== 64 || number(signature.subarray(32)) >= ED25519_L) return false;
  if ((number(key.raw) & (2n ** 255n - 1n)) >= ED25519_P) return false;
  const spki = createPublicKey({ key: Buffer.concat([SPKI, key.raw]), format: "der", type: "spki" });
  return checkSignature(null, Buffer.from(text), spki, signature);
}

export function verifiedNote(raw, keys, what) {
  const note = readNote(raw);
  let held = 0;
  for (const key of keys)
    for (const one of note.signatures)
      if (one.name === key.name && one.id === key.id) {
        if (!isSigned(key, note.text, one.raw)) throw new Stop("signature", `${what}: a signature is false`);
        held++;
      }
  if (!held) throw new Stop("key", `${what}: no signature is by a key that was given`);
  return { ...note, held };
}

export function readCheckpoint(text) {
  const parts = text.split("\n");
  if (parts.pop() !== "" || parts.length < 3 || parts.includes("")) throw new Stop("checkpoint", "no three lines");
  let root;
  try {
    root = fromBase64(parts[2]);
  } catch {
    root = "";
  }
  if (!/^(0|[1-9][0-9]{0,18})$/.test(parts[1]) || root.length !== 32) throw new Stop("checkpoint", "no size and root");
  return { origin: parts[0], size: Number(parts[1]), root };
}

// --- the tree: whole subtrees side by side, largest first ---

export class Tree {
  size = 0;
  nodes = [];

  add(hash, size = 1) {
    this.size += size;
    while (this.nodes.length && this.nodes.at(-1).size === size) {
      hash = sha256("\x01", this.nodes.pop().hash, hash);
      size *= 2;
    }
    this.nodes.push({ hash, size });
  }

  root() {
    if (!this.nodes.length) return sha256("");
    return this.nodes.map((node) => node.hash).reduceRight((right, left) => sha256("\x01", left, right));
  }
}

export function subtreeSizes(start, stop) {
  const sizes = [];
  while (start < stop) {
    let size = 1;
    while (start % (2 * size) === 0 && 2 * size <= stop - start) size *= 2;
    sizes.push(size);
    start += size;
  }
  return sizes;
}

export const isHex = (text) => /^([0-9a-f]{2})*$/.test(text);

export function commit({ name, value, salt }) {
  if (salt.length !== 32) return null;
  const body = spelled([name, value]);
  return `sha256:${sha256("lucid/field/v1\0", Buffer.from(salt, "hex"), body).toString("hex")}`;
}

export function readManifest(raw) {
  let content;
  if (raw.reduce((count, byte) => count + (byte === 0x2c || byte === 0x5b || byte === 0x7b), 0) > MAX.parts)
    throw new Stop("manifest", "it has too many parts");
  try {
    content = readCanonical(raw, MAX.manifest);
  } catch (error) {
    throw new Stop("manifest", `the manifest: ${error.message}`);
  }
  if (!isObject(content) || !isWhole(content.version)) throw new Stop("manifest", "it names no version");
  if (content.version !== 1) throw new Stop("version", `a pack of version ${content.version}`);
  const fields = { version: "int", log: "text", origin: "text", made_at: "text", tool: "text", class: "text" };
  Object.assign(fields, { scope: "object", range: "object", events: "int", withheld: "list", files: "object" });
  const isFile = ([name, file]) =>
    NAME.test(name) && fits(file, { sha256: "text", bytes: "int" }) && /^[0-9a-f]{64}$/.test(file.sha256) && file.bytes >= 0;
  const isManifest =
    fits(content, fields) &&
    ["contiguous", "filtered"].includes(content.class) &&
    fits(content.range, { first: "int", last: "int" }) &&
    [content.range.first, content.range.last, content.events].every((number) => number >= 0) &&
    content.withheld.every(isText) &&
    Object.entries(content.files).every(isFile);
  if (!isManifest) throw new Stop("manifest", "it is no manifest of version 1");
  return content;
}
