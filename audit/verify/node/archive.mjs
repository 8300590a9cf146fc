// Reading a zip that may be hostile: one layout, every byte accounted for, nothing larger than it says.

import { fstatSync, openSync, readSync } from "node:fs";
import { Readable } from "node:stream";
import { createInflateRaw } from "node:zlib";
import { MAX, NAME, Stop } from "./forms.mjs";

export class Archive {
  constructor(path) {
    this.file = openSync(path, "r");
    this.size = fstatSync(this.file).size;
    this.entries = this.#directory();
    const all = [...this.entries.values()];
    const total = all.reduce((sum, entry) => sum + entry.size, 0);
    const grows = (size, packed) => size > MAX.ratioFrom && size > MAX.ratio * Math.max(packed, 1);
    if (total > MAX.total || grows(total, this.size) || all.some((entry) => grows(entry.size, entry.packed)))
      throw new Stop("limit", "unpacked it would be too large");
  }

  bytes(start, length) {
    const found = Buffer.alloc(Math.max(0, Math.min(length, this.size - start)));
    readSync(this.file, found, 0, found.length, start);
    return found;
  }

  #directory() {
    const end = this.bytes(Math.max(0, this.size - 22), 22);
    const begun = this.bytes(0, 4).toString("latin1");
    if (end.length < 22 || end.toString("latin1", 0, 4) !== "PK\x05\x06")
      throw new Stop(begun === "PK\x03\x04" || begun === "PK\x05\x06" ? "zip" : "not-a-pack", "no end of a zip");
    const [count, length, start] = [end.readUInt16LE(10), end.readUInt32LE(12), end.readUInt32LE(16)];
    const isPlain = end.readUInt32LE(4) === 0 && end.readUInt16LE(8) === count && end.readUInt16LE(20) === 0;
    if (!isPlain || start + length + 22 !== this.size) throw new Stop("zip", "its end does not say where it begins");
    const directory = this.bytes(start, length);
    const entries = new Map();
    const seen = new Set();
    let [at, place] = [0, 0];
    for (let number = 0; number < count; number++) {
      if (directory.length < at + 46) throw new Stop("zip", "the directory is cut short");
      const named = directory.readUInt16LE(at + 28);
      const entry = this.#entry(directory.subarray(at, at + 46 + named), named, place);
      if (seen.has(entry.name.toLowerCase())) throw new Stop("name", `${entry.name} is there twice`);
      seen.add(entry.name.toLowerCase());
      entries.set(entry.name, entry);
      at += 46 + named;
      place = entry.start + entry.packed;
    }
    if (at !== length || place !== start) throw new Stop("zip", "bytes that belong to no entry");
    return entries;
  }

  #entry(header, named, place) {
    const method = header.readUInt16LE(10);
    const fixed = Buffer.concat([header.subarray(0, 10), header.subarray(12, 16), header.subarray(30, 42)]);
    const wanted = Buffer.from("504b0102140314000000" + "00002100" + "0000000000000000" + "0000a481", "hex");
    if (!fixed.equals(wanted) || ![0, 8].includes(method) || header.readUInt32LE(42) !== place)
      throw new Stop("zip", "an entry is not laid out as in a pack");
    const local = Buffer.concat([
      Buffer.from("504b0304", "hex"), header.subarray(6, 30), Buffer.alloc(2), header.subarray(46),
    ]);
    if (!this.bytes(place, local.length).equals(local)) throw new Stop("zip", "the two headers of an entry differ");
    const name = header.toString("latin1", 46);
    if (header.length !== 46 + named || !NAME.test(name)) throw new Stop("name", "a name that no file of a pack has");
    const [crc, packed, size] = [16, 20, 24].map((offset) => header.readUInt32LE(offset));
    return { name, method, crc, packed, size, start: place + local.length };
  }

  *#packed(entry) {
    const stop = entry.start + entry.packed;
    for (let at = entry.start; at < stop; at += 1 << 20) yield this.bytes(at, Math.min(1 << 20, stop - at));
  }

  async *read(name) {
    const entry = this.entries.get(name);
    const packed = Readable.from(this.#packed(entry));
    const inflate = entry.method === 8 ? packed.pipe(createInflateRaw()) : null;
    let [crc, size] = [0xffffffff, 0];
    try {
      for await (const piece of inflate ?? packed) {
        [crc, size] = [crc32(piece, crc), size + piece.length];
        if (size > entry.size) break;
        yield piece;
      }
    } catch (error) {
      throw error instanceof Stop ? error : new Stop("zip", `${name} cannot be unpacked`);
    }
    const isSame = size === entry.size && (crc ^ -1) >>> 0 === entry.crc;
    if (!isSame || (inflate && inflate.bytesWritten !== entry.packed))
      throw new Stop("zip", `${name} is not what its header says`);
  }

  async whole(name, limit) {
    if (this.entries.get(name).size > limit) throw new Stop("limit", `${name} has more than ${limit} bytes`);
    const pieces = [];
    for await (const piece of this.read(name)) pieces.push(piece);
    return Buffer.concat(pieces);
  }
}

const CRC = Uint32Array.from({ length: 256 }, (_, at) => {
  for (let bit = 0; bit < 8; bit++) at = at & 1 ? (at >>> 1) ^ 0xedb88320 : at >>> 1;
  return at;
});

function crc32(bytes, crc) {
  for (const byte of bytes) crc = CRC[(crc ^ byte) & 255] ^ (crc >>> 8);
  return crc;
}

export async function* lines(pieces, limit, reason) {
  let rest = Buffer.alloc(0);
  for await (const piece of pieces) {
    rest = rest.length ? Buffer.concat([rest, piece]) : piece;
    let start = 0;
    for (let end; (end = rest.indexOf(10, start)) >= 0; start = end + 1) yield rest.subarray(start, end);
    rest = rest.subarray(start);
    if (rest.length > limit) throw new Stop(reason, `a line has more than ${limit} bytes`);
  }
  if (rest.length && reason === "canonical") throw new Stop(reason, "the last line of events does not end");
  if (rest.length) yield rest;
}
