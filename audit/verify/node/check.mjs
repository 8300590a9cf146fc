// Checking a pack from its zip to each event, in one pass.

import { createHash } from "node:crypto";
import { closeSync } from "node:fs";
import { Archive, lines } from "./archive.mjs";
import {
  MAX, Stop, Tree, Usage, commit, isHex, isText, isWhole, leafHash, readCheckpoint, readEvent, readFitting, readKey,
  readManifest, readNote, sha256, subtreeSizes, verifiedNote,
} from "./forms.mjs";

const MANIFEST = "manifest.json";
const NOTE = "manifest.note";
const WALKED = ["events.jsonl", "proofs/gaps.jsonl", "disclosures.jsonl", "redactions.jsonl"];
const [EVENTS, GAPS, DISCLOSURES, REDACTIONS] = WALKED;
const VERDICTS = ["verified", "tampered", "unverifiable", "usage", "unsupported"];
const UNVERIFIABLE = new Set([
  "not-a-pack", "limit", "key", "file-missing", "no-checkpoint", "pin-of-another-log", "pin-out-of-reach",
]);
const ENTRY = '"[a-z0-9_]{1,40}":"sha256:[0-9a-f]{64}"';
const END_OF_EVENT = new RegExp(
  `^,"private":\\{(|${ENTRY}(?:,${ENTRY})*)\\},"seq":([1-9][0-9]{0,15}),` +
    `"target":\\{"id":"[^"\\\\]*","type":"[^"\\\\]*"\\},"time":"[^"\\\\]*","type":"[^"\\\\]*","v":1\\}$`,
);

class Check {
  constructor(trust, strict) {
    Object.assign(this, { keys: trust.keys ?? [], fingerprints: trust.fingerprints ?? [], pin: trust.pin, strict });
    Object.assign(this, { checked: {}, faults: [], faultCount: 0, reasons: new Set(), notChecked: [], about: {} });
    Object.assign(this, { sealed: 0, proven: 0, covered: 0, wanted: new Map(), sizes: [], tree: new Tree() });
    Object.assign(this, { redacted: new Map(), copies: new Map(), lastLeaf: Buffer.alloc(32), lastValue: [0, ""] });
  }

  count(what, more = 1) {
    this.checked[what] = (this.checked[what] ?? 0) + more;
  }

  fault(reason, detail, seq = null) {
    this.faultCount++;
    this.reasons.add(reason);
    if (this.faults.length < MAX.faults) this.faults.push({ seq, reason, detail });
  }

  async *read(name) {
    const hash = createHash("sha256");
    for await (const piece of this.archive.read(name)) {
      hash.update(piece);
      yield piece;
    }
    this.count("files");
    const { sha256: wanted, bytes } = this.manifest.files[name];
    if (hash.digest("hex") !== wanted || this.archive.entries.get(name).size !== bytes)
      this.fault("file-hash", `${name} is not the file that the manifest names`);
  }

  async open(path) {
    this.archive = new Archive(path);
    for (const name of [MANIFEST, NOTE])
      if (!this.archive.entries.has(name)) throw new Stop("file-missing", `there is no ${name}`);
    const raw = await this.archive.whole(MANIFEST, MAX.manifest);
    this.manifest = readManifest(raw);
    if (this.fingerprints.length) this.keys = [...this.keys, ...(await this.keysInPack())];
    const note = verifiedNote(await this.archive.whole(NOTE, MAX.note), this.keys, "the manifest");
    if (note.text !== `lucid-pack/v1\n${this.manifest.log}\nsha256:${sha256(raw).toString("hex")}\n`)
      throw new Stop("manifest", "the note signs another manifest");
    this.count("signatures", note.held);
    for (const name of ["log", "origin", "class", "range", "made_at", "tool", "scope"])
      this.about[name] = this.manifest[name];
    const there = [...this.archive.entries.keys()].filter((name) => name !== MANIFEST && name !== NOTE).sort();
    const extra = there.find((name) => !Object.hasOwn(this.manifest.files, name));
    if (extra) throw new Stop("file-extra", `the manifest does not name ${extra}`);
    for (const name of [...Object.keys(this.manifest.files), ...WALKED])
      if (!there.includes(name)) throw new Stop("file-missing", `there is no ${name}`);
  }

  async keysInPack() {
    if (!this.archive.entries.has("keys.json")) return [];
    const raw = await this.archive.whole("keys.json", MAX.note);
    try {
      return JSON.parse(raw.toString()).keys.map(readKey).filter((key) => this.fingerprints.includes(key.fingerprint));
    } catch {
      return [];
    }
  }

  async files() {
    for (const name of Object.keys(this.manifest.files).sort()) {
      if (WALKED.includes(name)) continue;
      for await (const _ of this.read(name));
      if (!name.startsWith("blobs/")) continue;
      this.count("blobs");
      if (name !== `blobs/${this.manifest.files[name].sha256}`) this.fault("blob", `${name} holds another text`);
    }
  }

  async checkpoints() {
    const names = Object.keys(this.manifest.files).filter((name) => name.startsWith("checkpoints/")).sort();
    if (names.length > MAX.checkpoints) throw new Stop("limit", "too many checkpoints");
    let unknown = 0;
    for (const name of names) {
      const raw = await this.archive.whole(name, MAX.note);
      let isKnown = true;
      try {
        verifiedNote(raw, this.keys, name);
      } catch (error) {
        if (error.reason !== "key") throw error;
        isKnown = false;
      }
      const found = readCheckpoint(readNote(raw).text);
      const isNamed = name === `checkpoints/${String(found.size).padStart(16, "0")}.note`;
      if (found.origin !== this.manifest.origin || !isNamed || !isWhole(found.size))
        throw new Stop("checkpoint", `${name} is of another log or size`);
      this.want(found, "root", name);
      this.sizes.push(found.size);
      if (isKnown) this.sealed = Math.max(this.sealed, found.size);
      this.count("checkpoints", isKnown ? 1 : 0);
      unknown += isKnown ? 0 : 1;
    }
    if (unknown) this.notChecked.push(`who signed ${unknown} of the checkpoints: not by a key that was given`);
    if (!names.length) throw new Stop("no-checkpoint", "no checkpoint seals the pack");
    if (unknown === names.length) throw new Stop("key", "no checkpoint is signed by a key that was given");
  }

  pinned() {
    if (!this.pin) return;
    let pin;
    try {
      pin = readCheckpoint(verifiedNote(this.pin, this.keys, "the pin").text);
    } catch (error) {
      throw new Usage(`--pin: ${error.message}`);
    }
    if (pin.origin !== this.manifest.origin) throw new Stop("pin-of-another-log", `the pin is of ${pin.origin}`);
    if (pin.size > this.sealed) throw new Stop("rollback", `the pin knows ${pin.size} events`);
    this.want(pin, "pin", "the pin");
  }

  want({ size, root }, reason, what) {
    this.wanted.set(size, [...(this.wanted.get(size) ?? []), { root, reason, what }]);
    this.proven = Math.max(this.proven, size);
  }

  async redactions() {
    let values = 0;
    for await (const line of lines(this.read(REDACTIONS), MAX.line, "limit")) {
      const { content } = readEvent(line);
      if (!content || content.type !== "audit.redacted" || content.log !== this.manifest.log)
        throw new Stop("redaction", "a line is no event of redaction of this log");
      const { events = [], fields = [] } = content.data;
      const isPlain = Array.isArray(events) && Array.isArray(fields);
      if (!isPlain || !events.every((seq) => isWhole(seq) && seq > 0) || !fields.every(isText))
        throw new Stop("redaction", "a redaction does not name events and fields", content.seq);
      if ((values += events.length * fields.length) > MAX.redacted || this.copies.size === MAX.redactions)
        throw new Stop("limit", "too many redactions");
      this.copies.set(content.seq, { leaf: leafHash(line), found: false });
      for (const name of content.outcome === "success" ? fields : []) {
        if (!this.redacted.has(name)) this.redacted.set(name, new Set());
        for (const seq of events) this.redacted.get(name).add(seq);
      }
    }
  }

  async walk() {
    this.sizes.sort((one, other) => one - other);
    this.compare();
    this.values = peeking(this.readValues());
    await this.values.next();
    const gaps = peeking(readGaps(this.read(GAPS)));
    await gaps.next();
    for await (const line of lines(this.read(EVENTS), MAX.event, "canonical")) {
      while (gaps.head && gaps.head.first <= this.covered + 1) await this.gap(gaps);
      await this.event(this.covered + 1, line);
    }
    while (gaps.head) await this.gap(gaps);
    while (this.values.head) await this.unclaimed();
    this.finish();
  }

  async gap(gaps) {
    const { first, last, nodes } = gaps.head;
    if (first !== this.covered + 1) throw new Stop("gap", "it does not begin where the events before it end", first);
    await gaps.next();
    if (this.lastLeaf === null && !this.sizes.includes(this.covered))
      throw new Stop("gap", "it follows another gap without a checkpoint between them", first);
    if (this.sizes.some((size) => this.covered < size && size < last))
      throw new Stop("gap", "it goes over the size of a checkpoint", first);
    const sizes = last <= this.proven ? subtreeSizes(first - 1, last) : [];
    if (sizes.length !== nodes.length) throw new Stop("gap", "its nodes do not cover it", first);
    const { class: completeness, range } = this.manifest;
    if (completeness === "contiguous" && first <= range.last && last >= range.first)
      this.fault("completeness", `events up to ${last} are not shown`, first);
    sizes.forEach((size, at) => this.tree.add(nodes[at], size));
    this.compare();
    this.count("omitted events", last - first + 1);
    [this.covered, this.lastLeaf] = [last, null];
  }

  async event(seq, line) {
    const leaf = leafHash(line);
    this.count("events");
    const text = line.toString("latin1");
    const end = this.strict || line.length > MAX.event ? null : END_OF_EVENT.exec(text.slice(text.lastIndexOf(',"private":{')));
    let found = end && { seq: Number(end[2]), private: JSON.parse(`{${end[1]}}`) };
    if (!found) {
      const { content, reason, detail } = readEvent(line);
      if (!content) this.fault(reason, detail, seq);
      else if (content.log !== this.manifest.log) this.fault("log", "the body belongs to another log", seq);
      if (this.strict && content && this.lastLeaf && content.prev !== this.lastLeaf.toString("hex"))
        this.fault("prev", "the body does not name the leaf of the event before it", seq);
      found = content;
    }
    if (found && found.seq !== seq) this.fault("seq", `the body is event ${found.seq}`, seq);
    await this.privates(seq, found ? found.private : {});
    if (this.copies.get(seq)?.leaf.equals(leaf)) this.copies.get(seq).found = true;
    if (seq <= this.proven) this.tree.add(leaf);
    if (seq > this.sealed) this.count("unsealed events");
    this.compare();
    [this.covered, this.lastLeaf] = [seq, leaf];
  }

  async privates(seq, promised) {
    while (this.values.head && this.values.head.event < seq) await this.unclaimed();
    const values = new Map();
    for (; this.values.head?.event === seq; await this.values.next())
      values.set(this.values.head.name, this.values.head);
    for (const [name, commitment] of Object.entries(promised)) {
      const value = values.get(name);
      values.delete(name);
      if (value) {
        this.count("disclosed values");
        if (commitment !== commit(value)) this.fault("private", `the value of ${name} is another`, seq);
      } else if (this.redacted.get(name)?.has(seq)) this.count("redacted values");
      else if (["*", name].some((one) => this.manifest.withheld.includes(one))) this.count("withheld values");
      else this.fault("missing-value", `the value of ${name} is neither here nor erased nor withheld`, seq);
    }
    for (const name of values.keys()) this.fault("private", `nothing commits to this value of ${name}`, seq);
  }

  async unclaimed() {
    this.fault("private", "no shown event commits to this value", this.values.head.event);
    await this.values.next();
  }

  async *readValues() {
    const fields = { event: "int", name: "text", salt: "text", value: "text" };
    for await (const line of lines(this.read(DISCLOSURES), MAX.line, "limit")) {
      try {
        const value = readFitting(line, MAX.line, fields, "private", "a line of disclosures");
        if (!isHex(value.salt)) throw new Stop("private", "a salt is not hex");
        const [seq, name] = this.lastValue;
        if (value.event < seq || (value.event === seq && value.name <= name))
          throw new Stop("private", "a value is there twice or out of order", value.event);
        this.lastValue = [value.event, value.name];
        yield value;
      } catch (error) {
        if (!(error instanceof Stop)) throw error;
        this.fault(error.reason, error.message, error.seq);
      }
    }
  }

  compare() {
    for (const { root, reason, what } of this.wanted.get(this.tree.size) ?? []) {
      this.count("roots");
      if (!this.tree.root().equals(root)) this.fault(reason, `${what} knows another tree of ${this.tree.size} events`);
    }
    this.wanted.delete(this.tree.size);
  }

  finish() {
    const { range, events } = this.manifest;
    if (this.covered < this.proven) this.fault("gap", `events and gaps end at ${this.covered}`);
    else if (range.last > this.covered) this.fault("completeness", `the range goes to ${range.last}`);
    else for (const size of this.wanted.keys()) this.fault("pin-out-of-reach", `no tree of ${size} events is shown`);
    if ((this.checked.events ?? 0) !== events) this.fault("count", `the manifest counts ${events} events`);
    for (const [seq, copy] of this.copies)
      if (!copy.found || seq > this.sealed)
        this.fault("redaction", "the event that erases is not among the sealed events", seq);
  }

  report() {
    const has = (reason) => (reason === "version" ? 4 : UNVERIFIABLE.has(reason) ? 2 : 1);
    const codes = [...this.reasons].map(has);
    const exit = [4, 1, 2].find((code) => codes.includes(code)) ?? 0;
    const not = [...this.notChecked];
    if (!this.pin) not.push("whether whoever holds the key cut or rewrote the log: that takes --pin");
    if (!this.strict) not.push("the form of each event and its link to the one before: that takes --strict");
    if (this.about.class === "filtered") not.push("whether something was left out: the pack is filtered");
    const { "unsealed events": unsealed, "withheld values": withheld } = this.checked;
    if (unsealed) not.push(`${unsealed} events after the last checkpoint: unsealed`);
    if (withheld) not.push(`${withheld} private values, which the pack declares withheld`);
    not.push("whether reports, tables and other files for people say what the events say");
    not.push("whether what an event says is true");
    return {
      version: 1, verdict: VERDICTS[exit], exit, ...this.about, checked: this.checked, not_checked: not,
      reasons: [...this.reasons].sort(), fault_count: this.faultCount, faults: this.faults,
    };
  }
}

async function* readGaps(pieces) {
  for await (const line of lines(pieces, MAX.line, "limit")) {
    const gap = readFitting(line, MAX.line, { first: "int", last: "int", nodes: "text" }, "gap", "a line of gaps");
    const nodes = gap.nodes.match(/.{1,64}/g) ?? [];
    if (!isHex(gap.nodes) || gap.first < 1 || gap.last < gap.first) throw new Stop("gap", "a gap goes from first to last");
    yield { ...gap, nodes: nodes.map((node) => Buffer.from(node, "hex")) };
  }
}

function peeking(source) {
  const self = { head: null, next: async () => void (self.head = (await source.next()).value ?? null) };
  return self;
}

export async function verify(path, trust, strict = false) {
  const check = new Check(trust, strict);
  try {
    await check.open(path);
    await check.files();
    await check.checkpoints();
    check.pinned();
    await check.redactions();
    await check.walk();
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    check.fault(error.reason, error.message, error.seq);
  } finally {
    if (check.archive) closeSync(check.archive.file);
  }
  return check.report();
}
