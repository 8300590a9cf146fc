// lucid-verify a second time: another language, no code shared, the same reasons and exit codes. docs/packs.md.
//
//     node verify.mjs PACK.zip --key KEY [--pin NOTE] [--strict] [--json]
//
// Works offline with Node 20 or newer and nothing else. It trusts no key but the caller's.

import { existsSync, readFileSync, statSync } from "node:fs";
import { verify } from "./node/check.mjs";
import { Stop, Usage, readKey } from "./node/forms.mjs";

const printable = (text) => text.replace(/[^\P{C}]|[\p{Zl}\p{Zp}]/gu, "\ufffd");

function options(given) {
  const found = { keys: [], fingerprints: [] };
  for (let at = 0; at < given.length; at++) {
    const value = () => given[++at] ?? fail(`${given[at - 1]} needs a value`);
    if (given[at] === "--key") addKey(found, value());
    else if (given[at] === "--pin") found.pin = Buffer.from(readFileSync(value(), "utf8").replaceAll("\r\n", "\n"));
    else if (given[at] === "--strict" || given[at] === "--json") found[given[at].slice(2)] = true;
    else if (given[at].startsWith("-") || found.path) fail(`unknown: ${given[at]}`);
    else found.path = given[at];
  }
  if (!found.path || !(found.keys.length + found.fingerprints.length)) fail("PACK.zip --key KEY [--pin NOTE] [--strict] [--json]");
  return found;
}

function addKey(found, text) {
  if (/^sha256:[0-9a-f]{64}$/.test(text)) return found.fingerprints.push(text);
  const isFile = existsSync(text) && statSync(text).isFile();
  const rows = isFile ? readFileSync(text, "utf8").split(/\r?\n/).map((row) => row.trim()) : [text];
  const keys = isFile ? rows.filter((row) => row && !row.startsWith("#")) : rows;
  if (!keys.length) fail(`${text} holds no key`);
  return found.keys.push(...keys.map(readKey));
}

function fail(why) {
  throw new Usage(why);
}

async function main() {
  process.stdout.on("error", () => {}); // a reader that has gone must not turn a verdict around
  try {
    const given = options(process.argv.slice(2));
    const found = await verify(given.path, given, given.strict);
    if (given.json) console.log(JSON.stringify(found));
    else {
      const rows = [found.exit ? `NOT VERIFIED: ${found.verdict}` : "VERIFIED", `pack: ${given.path}`];
      for (const { reason, seq, detail } of found.faults)
        rows.push(`  [${reason}]${seq === null ? "" : ` event ${seq}:`} ${detail}`);
      rows.push(`checked: ${Object.entries(found.checked).map(([what, count]) => `${count} ${what}`).join(", ")}`);
      rows.push("not checked:", ...found.not_checked.map((what) => `  - ${what}`));
      console.log(rows.map(printable).join("\n"));
    }
    process.exitCode = found.exit;
  } catch (error) {
    if (!(error instanceof Usage || error instanceof Stop || error.syscall)) throw error;
    console.error(`verify.mjs: ${printable(error.message)}`);
    process.exitCode = 3;
  }
}

await main();
