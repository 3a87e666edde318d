// Makes regions.json from npm packages, so that its origin can be checked:
//
//   npm install --prefix PACKAGES i18n-iso-countries@7.14.0 countries-list@3.4.1 world-atlas@2.0.2
//   node build_regions.mjs PACKAGES > regions.json
//
// Country boxes are the smallest arcs of longitude round all polygons of Natural Earth 1:10m; west > east means
// that the box crosses the 180th meridian. Continent boxes and the world are set by hand below.

import { createRequire } from "node:module";
import { resolve } from "node:path";

const require = createRequire(resolve(process.argv[2], "package.json"));
const isoCountries = require("i18n-iso-countries");
const { countries: facts } = require("countries-list");
const topology = require("world-atlas/countries-10m.json");

const LANGUAGES = ["en", "de", "fr", "ar", "es", "pt", "ru", "zh"];

const WORLD = {
  names: ["World", "Welt", "Monde", "العالم", "Mundo", "Mundo", "Мир", "世界"],
  bbox: [-180, -90, 180, 90],
};
const CONTINENTS = {
  AF: { names: ["Africa", "Afrika", "Afrique", "أفريقيا", "África", "África", "Африка", "非洲"], bbox: [-26, -35, 58, 38] },
  AN: { names: ["Antarctica", "Antarktis", "Antarctique", "القارة القطبية الجنوبية", "Antártida", "Antártida", "Антарктида", "南极洲"], bbox: [-180, -90, 180, -60] },
  AS: { names: ["Asia", "Asien", "Asie", "آسيا", "Asia", "Ásia", "Азия", "亚洲"], bbox: [26, -11, -169, 82] },
  EU: { names: ["Europe", "Europa", "Europe", "أوروبا", "Europa", "Europa", "Европа", "欧洲"], bbox: [-32, 34, 69, 82] },
  NA: { names: ["North America", "Nordamerika", "Amérique du Nord", "أمريكا الشمالية", "América del Norte", "América do Norte", "Северная Америка", "北美洲"], bbox: [-180, 5, -11, 84] },
  OC: { names: ["Oceania", "Ozeanien", "Océanie", "أوقيانوسيا", "Oceanía", "Oceania", "Океания", "大洋洲"], bbox: [112, -55, -124, 29] },
  SA: { names: ["South America", "Südamerika", "Amérique du Sud", "أمريكا الجنوبية", "América del Sur", "América do Sul", "Южная Америка", "南美洲"], bbox: [-93, -56, -28, 14] },
};

// Natural Earth counts these parts to another country, ISO 3166-1 gives them a code of their own: [west, south, east, north].
const PARTS = [
  ["FRA", "GUF", [-55, 2, -51, 6]],
  ["FRA", "GLP", [-62, 15.7, -60.9, 16.6]],
  ["FRA", "MTQ", [-61.3, 14.3, -60.7, 15]],
  ["FRA", "REU", [55, -21.5, 56, -20.8]],
  ["FRA", "MYT", [45, -13.1, 45.4, -12.6]],
  ["NOR", "SJM", [-10, 70.6, -7, 71.3]],
  ["NOR", "SJM", [10, 73.5, 35, 81]],
  ["NOR", "BVT", [3, -55, 4, -54]],
  ["NLD", "BES", [-68.6, 11.9, -68, 12.5]],
  ["NLD", "BES", [-63.4, 17.3, -62.8, 17.8]],
  ["NZL", "TKL", [-173, -9.6, -171, -8.3]],
  ["Indian Ocean Ter.", "CXR", [105, -11, 106, -10]],
  ["Indian Ocean Ter.", "CCK", [96, -13, 97.5, -11]],
];
// Natural Earth lists these by themselves, without a code of ISO 3166-1.
const NAMED = { Kosovo: "XKX", Somaliland: "SOM", "N. Cyprus": "CYP", Baikonur: "KAZ", "USNB Guantanamo Bay": "CUB" };

function decodeArcs({ arcs, transform: { scale, translate } }) {
  return arcs.map((arc) => {
    let [x, y] = [0, 0];
    return arc.map(([dx, dy]) => [(x += dx) * scale[0] + translate[0], (y += dy) * scale[1] + translate[1]]);
  });
}

const arcs = decodeArcs(topology);

const span = (values) => [Math.min(...values), Math.max(...values)];

/** East lies beyond 180 where the ring crosses the 180th meridian: such a ring has points at both edges of the map. */
function ringBox(ring) {
  const points = ring.flatMap((index) => arcs[index < 0 ? ~index : index]);
  const [south, north] = span(points.map((point) => point[1]));
  const [west, east] = span(points.map((point) => point[0]));
  if (east - west < 180) return [west, south, east, north];
  const [shiftedWest, shiftedEast] = span(points.map(([x]) => (x < 0 ? x + 360 : x)));
  return [shiftedWest, south, shiftedEast, north];
}

function polygonBoxes(geometry) {
  const polygons = geometry.type === "Polygon" ? [geometry.arcs] : (geometry.arcs ?? []);
  return polygons.map(([outerRing]) => ringBox(outerRing));
}

function countryOf(geometry) {
  const name = geometry.properties.name;
  return geometry.id ? isoCountries.numericToAlpha3(geometry.id) : (NAMED[name] ?? name);
}

function within([west, south, east, north], window) {
  const [x, y] = [(west + east) / 2, (south + north) / 2];
  return x >= window[0] && x <= window[2] && y >= window[1] && y <= window[3];
}

function boxesByCountry() {
  const found = new Map();
  for (const geometry of topology.objects.countries.geometries) {
    const whole = countryOf(geometry);
    for (const box of polygonBoxes(geometry)) {
      const part = PARTS.find(([of, , window]) => of === whole && within(box, window));
      const code = part ? part[1] : whole;
      found.set(code, [...(found.get(code) ?? []), box]);
    }
  }
  return found;
}

/** West and east of the smallest arc that covers all intervals: the circle without its widest gap. */
function smallestArc(intervals) {
  const sorted = intervals.toSorted((a, b) => a[0] - b[0]);
  let [reach, widest, arc] = [sorted[0][1], 0, null];
  for (const [west, east] of sorted.slice(1)) {
    if (west - reach > widest) [widest, arc] = [west - reach, [west, reach]];
    reach = Math.max(reach, east);
  }
  const acrossMeridian = sorted[0][0] + 360 - reach;
  return arc === null || acrossMeridian >= widest ? [sorted[0][0], reach] : arc;
}

function cutAtMeridian([west, , east]) {
  return east > 180 ? [[west, 180], [-180, east - 360]] : [[west, east]];
}

function union(boxes) {
  const [west, east] = smallestArc(boxes.flatMap(cutAtMeridian));
  const south = Math.min(...boxes.map((box) => box[1]));
  const north = Math.max(...boxes.map((box) => box[3]));
  return [west, south, east, north].map((degrees) => Math.round(degrees * 1e4) / 1e4);
}

const first = (names) => (Array.isArray(names) ? names[0] : names);
const namesOf = (values) => Object.fromEntries(LANGUAGES.map((language, index) => [language, values[index]]));
const countryNames = Object.fromEntries(
  LANGUAGES.map((language) => [language, require(`i18n-iso-countries/langs/${language}.json`).countries]),
);

function region(code, level, parent, names, bbox, more = {}) {
  return { code, level, parent, label: names.en, names, bbox, ...more };
}

function country(alpha2, boxes) {
  // XKX is the user-assigned code that statistical offices use.
  const alpha3 = alpha2 === "XK" ? "XKX" : isoCountries.alpha2ToAlpha3(alpha2);
  const names = namesOf(LANGUAGES.map((language) => first(countryNames[language][alpha2])));
  const english = countryNames.en[alpha2];
  const bbox = alpha3 === "ATA" ? CONTINENTS.AN.bbox : boxes.has(alpha3) ? union(boxes.get(alpha3)) : null;
  return region(alpha3, "country", facts[alpha2].continent, names, bbox, {
    alpha2,
    aliases: Array.isArray(english) ? english.slice(1) : [],
  });
}

const boxes = boxesByCountry();
const regions = [
  region("WORLD", "world", null, namesOf(WORLD.names), WORLD.bbox),
  ...Object.entries(CONTINENTS).map(([code, { names, bbox }]) => region(code, "continent", "WORLD", namesOf(names), bbox)),
  ...Object.keys(countryNames.en)
    .map((alpha2) => country(alpha2, boxes))
    .sort((a, b) => (a.code < b.code ? -1 : 1)),
];
console.log(`[\n${regions.map((entry) => JSON.stringify(entry)).join(",\n")}\n]`);
