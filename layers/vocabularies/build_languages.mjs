// Makes languages.json from npm packages, so that its origin can be checked:
//
//   npm install --prefix PACKAGES iso-639-2@3.0.2 cldr-localenames-full@45.0.0
//   node build_languages.mjs PACKAGES > languages.json
//
// The codes are those of ISO 639-2/T; `bibliographic` is the ISO 639-2/B code where it differs.

import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

const packages = resolve(process.argv[2], "node_modules");
const { iso6392 } = await import(pathToFileURL(`${packages}/iso-639-2/index.js`));
const RESERVED = "qaa-qtz";
// "Greek, Modern (1453-)", "Spanish; Castilian": such names are for a list of codes, not for a form.
const UNWIELDY = /[;,(]/;

function namesIn(locale) {
  const path = `${packages}/cldr-localenames-full/main/${locale}/languages.json`;
  if (!existsSync(path)) return {};
  return JSON.parse(readFileSync(path)).main[locale].localeDisplayNames.languages;
}

const inLanguage = Object.fromEntries(["en", "de", "fr", "ar", "es"].map((locale) => [locale, namesIn(locale)]));

function language(entry) {
  const code = entry.iso6392T ?? entry.iso6392B;
  const keys = [entry.iso6391, code].filter(Boolean);
  const nameIn = (names) => keys.map((key) => names[key]).find(Boolean);
  const labels = { de: nameIn(inLanguage.de), fr: nameIn(inLanguage.fr), ar: nameIn(inLanguage.ar), es: nameIn(inLanguage.es) };
  return {
    code,
    label: UNWIELDY.test(entry.name) ? (nameIn(inLanguage.en) ?? entry.name) : entry.name,
    labels: Object.fromEntries(Object.entries(labels).filter(([, name]) => name)),
    autonym: keys.map((key) => namesIn(key)[key]).find(Boolean),
    alpha2: entry.iso6391,
    bibliographic: code === entry.iso6392B ? undefined : entry.iso6392B,
    standard_name: entry.name,
  };
}

const languages = iso6392
  .filter((entry) => entry.iso6392B !== RESERVED)
  .map(language)
  .sort((a, b) => (a.code < b.code ? -1 : 1));
console.log(`[\n${languages.map((entry) => JSON.stringify(entry)).join(",\n")}\n]`);
