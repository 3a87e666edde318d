// The extent as a box on a map, beside its four numbers: each follows the other. Longitudes on the
// map go on beyond 180°, those in the fields don't: there west is greater than east instead.

const SIDES = ["west", "south", "east", "north"];
const LIMITS = { west: 180, south: 90, east: 180, north: 90 };
const WORLD = [-180, -90, 180, 90];

for (const place of document.querySelectorAll("[data-extent-map]")) {
  place.hidden = false; // its room is there before the library is
  import(place.dataset.library).then((ol) => setUp(place, ol));
}

function setUp(place, ol) {
  const inputs = SIDES.map((side) => document.getElementById(`id_${side}`));
  const box = new ol.VectorSource();
  const land = new ol.VectorSource();
  const layers = [
    new ol.VectorLayer({ source: land }),
    new ol.VectorLayer({ source: box }),
  ];
  const map = new ol.Map({
    target: place.querySelector(".extent-map__canvas"),
    layers,
    controls: [
      new ol.Zoom({ zoomInTipLabel: place.dataset.zoomIn, zoomOutTipLabel: place.dataset.zoomOut }),
    ],
    interactions: ol.interactions({
      altShiftDragRotate: false,
      pinchRotate: false,
      onFocusOnly: true, // scrolling the page must not zoom the map
    }),
    view: new ol.View({ projection: "EPSG:4326", center: [0, 20], zoom: 1, multiWorld: true }),
  });
  dress(layers, ol);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => dress(layers, ol));
  import(place.dataset.outlinesModule)
    .then(({ outlines }) => outlines(ol, place.dataset.outlines))
    .then((features) => land.addFeatures(features));

  const show = (fit) => {
    const extent = extentOf(inputs.map((input) => input.value));
    box.clear();
    if (!extent) return;
    box.addFeature(new ol.Feature(shapeOf(extent, ol)));
    if (fit) map.getView().fit(extent, { padding: [40, 40, 40, 40], maxZoom: 9 });
  };
  const write = (sides) => {
    inputs.forEach((input, index) => {
      input.value = sides ? String(sides[index]) : "";
      input.dispatchEvent(new Event("change", { bubbles: true }));
    });
    show(false);
  };

  const button = place.querySelector("[data-draw]");
  const drawing = () => button.getAttribute("aria-pressed") === "true";
  const draw = new ol.DragBox({ condition: (event) => drawing() || event.originalEvent.shiftKey });
  const press = (on) => {
    button.setAttribute("aria-pressed", String(on));
    place.classList.toggle("extent-map--drawing", on);
  };
  draw.on("boxend", () => {
    const extent = draw.getGeometry().getExtent();
    press(false);
    write(sidesOf(extent, map.getView().getResolution()));
  });
  map.addInteraction(draw);
  button.addEventListener("click", () => press(!drawing()));
  place.querySelector("[data-world-box]").addEventListener("click", () => {
    write(WORLD);
    show(true);
  });
  place.querySelector("[data-clear]").addEventListener("click", () => write(null));
  for (const input of inputs) input.addEventListener("input", () => show(true));
  show(true);
}

function shapeOf(extent, ol) {
  const [west, south, east, north] = extent;
  const isPoint = west === east && south === north;
  return isPoint ? new ol.Point([west, south]) : ol.fromExtent(extent);
}

// The map's extent of what the fields say; null while they say no box.
export function extentOf(texts) {
  const numbers = texts.map((text) => (text.trim() === "" ? NaN : Number(text)));
  const fits = (number, index) => Math.abs(number) <= LIMITS[SIDES[index]];
  if (!numbers.every(fits) || numbers[1] > numbers[3]) return null;
  const [west, south, east, north] = numbers;
  return [west, south, west > east ? east + 360 : east, north];
}

// What the fields say of an extent of the map, no finer than it was drawn.
export function sidesOf(extent, resolution) {
  const [left, bottom, right, top] = extent;
  const digits = Math.min(5, Math.max(0, Math.ceil(-Math.log10(resolution))));
  const round = (number) => Number(number.toFixed(digits));
  const isWorld = right - left >= 360;
  const west = isWorld ? -180 : round(wrapped(left));
  const east = isWorld ? 180 : round(wrapped(right));
  const latitude = (number) => round(Math.max(-90, Math.min(90, number)));
  return [west, latitude(bottom), east === -180 ? 180 : east, latitude(top)];
}

function wrapped(longitude) {
  return ((((longitude + 180) % 360) + 360) % 360) - 180;
}

function dress([land, box], ol) {
  const { Circle, Fill, Stroke, Style } = ol;
  const tokens = getComputedStyle(document.documentElement);
  const colour = (name) => tokens.getPropertyValue(name).trim();
  land.setStyle(
    new Style({
      fill: new Fill({ color: colour("--surface") }),
      stroke: new Stroke({ color: colour("--line-strong"), width: 0.75 }),
    }),
  );
  const stroke = new Stroke({ color: colour("--accent"), width: 2.5 });
  const fill = new Fill({ color: `${colour("--accent")}33` });
  box.setStyle(new Style({ fill, stroke, image: new Circle({ radius: 7, fill, stroke }) }));
}
