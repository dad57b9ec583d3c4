/**
 * Builds the calculator's page into one file: `node build.mjs [FILE]`, without a FILE into the package.
 *
 * The script and the styles stand in it, and its policy lets no others run, by their hashes. What is left open is the place of its
 * contents, which Python fills (`bide.advise.page.document`).
 */

import { createHash } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const [target = join(here, "../src/bide/static/calculator.html")] = process.argv.slice(2);

const bundled = await build({
  entryPoints: [join(here, "src/page/main.ts"), join(here, "src/page/page.css")],
  bundle: true,
  minify: true,
  write: false,
  outdir: "out",
  format: "iife",
  target: ["es2022", "chrome109", "firefox115", "safari16"],
  charset: "utf8",
  legalComments: "none",
  logLevel: "warning",
});
const text = (ending) => bundled.outputFiles.find((file) => file.path.endsWith(ending)).text.trim();
const [script, style] = [text(".js"), text(".css")];
const hash = (of) => `'sha256-${createHash("sha256").update(of).digest("base64")}'`;
const policy = [
  "default-src 'none'",
  `script-src ${hash(script)}`,
  `style-src ${hash(style)}`,
  "img-src data:",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

const licence = await readFile(join(here, "node_modules/fraction.js/LICENSE"), "utf8");
const notice = `This page is bide's, under the Apache License 2.0. It contains fraction.js:\n\n${licence.trim()}`;
const parts = { policy, style, script, notice };
const page = await readFile(join(here, "src/page/page.html"), "utf8");
await mkdir(dirname(target), { recursive: true });
await writeFile(
  target,
  page.replace(/%(policy|style|script|notice)%/g, (_, name) => parts[name]),
);
