// A map in its own module: footprints of the page, density of all hits, a box to draw.

const COLOURS = { light: { land: "#dfe5e8", line: "#b7c2c8", accent: "11, 110, 117", strong: "#07535a" },
                  dark: { land: "#2a353b", line: "#4a5a62", accent: "103, 199, 204", strong: "#c4eeee" } };

const CLOSEST = 4; // zoom to a single footprint: one still sees which country it is in

export async function start(frame, { go, home }) {
  const [ol, { outlines }] = await Promise.all([
    import(frame.dataset.library),
    import(frame.dataset.outlinesModule),
  ]);
  const map = new CatalogueMap(frame, ol, await outlines(ol, frame.dataset.outlines), go, home);
  const previews = document.querySelector("[data-previews]");
  if (previews) (await import(previews.dataset.module)).start(previews, map);
  return map;
}

class CatalogueMap {
  constructor(frame, ol, features, go, home) {
    Object.assign(this, { frame, ol, go, home });
    const dark = matchMedia("(prefers-color-scheme: dark)");
    this.colours = dark.matches ? COLOURS.dark : COLOURS.light;
    this.cells = new ol.VectorSource();
    this.boxes = new ol.VectorSource();
    this.area = new ol.VectorSource();
    this.land = new ol.VectorLayer({ source: new ol.VectorSource({ features }) });
    this.density_ = new ol.VectorLayer({ source: this.cells });
    this.footprints = new ol.VectorLayer({ source: this.boxes, style: (feature) => this.styleOf(feature) });
    this.asked = new ol.VectorLayer({ source: this.area });
    this.paint();
    dark.addEventListener("change", () => { this.colours = dark.matches ? COLOURS.dark : COLOURS.light; this.paint(); });
    this.target = frame.querySelector(".map");
    const { zoomIn, zoomOut } = frame.dataset;
    this.map = new ol.Map({
      target: this.target,
      layers: [this.land, this.density_, this.footprints, this.asked],
      controls: [new ol.Zoom({ zoomInTipLabel: zoomIn, zoomOutTipLabel: zoomOut })],
      view: new ol.View({ projection: "EPSG:4326", center: [0, 15], zoom: 0, minZoom: 0, maxZoom: 14, multiWorld: true, constrainResolution: false }),
    });
    this.hover();
    this.tools();
    this.update();
  }

  paint() {
    const { Style, Fill, Stroke } = this.ol;
    const { land, line, strong } = this.colours;
    this.land.setStyle(new Style({ fill: new Fill({ color: land }), stroke: new Stroke({ color: line, width: 0.5 }) }));
    this.asked.setStyle(new Style({ stroke: new Stroke({ color: strong, width: 2, lineDash: [6, 4] }) }));
    this.boxes.changed();
  }

  styleOf(feature) {
    const { Style, Fill, Stroke, Circle } = this.ol;
    const lit = feature.get("lit");
    const fill = new Fill({ color: `rgba(${this.colours.accent}, ${lit ? 0.35 : 0.02})` });
    const stroke = new Stroke({ color: lit ? this.colours.strong : `rgba(${this.colours.accent}, 0.8)`, width: lit ? 3 : 1.25 });
    return new Style({ fill, stroke, zIndex: lit ? 1 : 0, image: new Circle({ radius: lit ? 8 : 5, fill, stroke }) });
  }

  feature(numbers, values = {}) {
    const { Feature, Point, fromExtent } = this.ol;
    const [west, south, east, north] = numbers;
    const isPoint = east - west < 1e-6 && north - south < 1e-6;
    return new Feature({ geometry: isPoint ? new Point([west, south]) : fromExtent(numbers), ...values });
  }

  // At first, and after the page's parts have changed.
  update() {
    const { fixed, bbox } = this.frame.dataset;
    const cards = fixed || this.home ? [] : [...document.querySelectorAll("[data-footprint]")];
    this.boxes.clear();
    for (const card of cards) {
      const feature = this.feature(card.dataset.footprint.split(",").map(Number), { card });
      this.boxes.addFeature(feature);
      for (const [event, lit] of [["pointerenter", true], ["pointerleave", false], ["focusin", true], ["focusout", false]]) {
        card.addEventListener(event, () => feature.set("lit", lit));
      }
    }
    this.area.clear();
    const asked = (fixed || bbox || "").split(",").filter(Boolean).map(Number);
    if (asked.length === 4) {
      if (asked[0] > asked[2]) asked[2] += 360;
      this.area.addFeature(this.feature(asked));
    }
    if (asked.length === 4) this.fit(asked, 8);
    else this.fit(this.extentOfBoxes(), CLOSEST);
    if (this.button) this.button.hidden = true;
  }

  extentOfBoxes() {
    const small = this.boxes.getFeatures().map((f) => f.getGeometry().getExtent()).filter((e) => e[2] - e[0] < 300);
    if (!small.length) return [-180, -60, 180, 80];
    return small.reduce((a, b) => [Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.max(a[2], b[2]), Math.max(a[3], b[3])]);
  }

  fit(extent, maxZoom) {
    this.map.updateSize();
    this.map.getView().fit(extent, { padding: [16, 16, 16, 16], maxZoom });
    this.fitted = this.place();
  }

  place() {
    const view = this.map.getView();
    return [...view.getCenter(), view.getResolution()].map((number) => number.toFixed(6)).join();
  }

  density({ cells, cell_size: size }) {
    const { Feature, Style, Fill, fromExtent } = this.ol;
    const highest = Math.max(...cells.map((cell) => cell[2]), 1);
    this.cells.clear();
    this.cells.addFeatures(cells.map(([west, south, count]) => {
      const feature = new Feature(fromExtent([west, south, west + size, south + size]));
      const share = Math.log(1 + count) / Math.log(1 + highest);
      feature.setStyle(() => new Style({ fill: new Fill({ color: `rgba(${this.colours.accent}, ${0.1 + 0.5 * share})` }) }));
      return feature;
    }));
  }

  hover() {
    let lit = null;
    const light = (feature) => {
      if (feature === lit) return;
      for (const [one, on] of [[lit, false], [feature, true]]) {
        one?.set("lit", on);
        one?.get("card")?.classList.toggle("lit", on);
      }
      lit = feature;
    };
    this.map.on("pointermove", (event) => {
      if (event.dragging) return;
      const found = this.map.getFeaturesAtPixel(event.pixel, { layerFilter: (layer) => layer === this.footprints, hitTolerance: 3 });
      const area = (feature) => { const [w, s, e, n] = feature.getGeometry().getExtent(); return (e - w) * (n - s); };
      light(found.sort((a, b) => area(a) - area(b))[0] ?? null);
    });
    this.target.addEventListener("pointerleave", () => light(null));
    this.map.on("click", () => lit?.get("card")?.scrollIntoView({ block: "center", behavior: "auto" }));
  }

  tools() {
    this.button = this.frame.querySelector("[data-map-search]");
    const draw = this.frame.querySelector("[data-map-draw]");
    if (!this.button) return;
    this.map.on("moveend", () => { this.button.hidden = this.place() === this.fitted; });
    this.button.addEventListener("click", () => this.search(this.map.getView().calculateExtent()));
    const box = new this.ol.DragBox({ className: "map-drag" });
    const set = (on) => {
      draw.setAttribute("aria-pressed", String(on));
      if (on) this.map.addInteraction(box); else this.map.removeInteraction(box);
    };
    draw.addEventListener("click", () => set(draw.getAttribute("aria-pressed") !== "true"));
    box.on("boxend", () => { set(false); this.search(box.getGeometry().getExtent()); });
  }

  search([west, south, east, north]) {
    const wrap = (longitude) => ((((longitude + 180) % 360) + 360) % 360) - 180;
    const whole = east - west >= 360;
    const numbers = [whole ? -180 : wrap(west), Math.max(south, -90), whole ? 180 : wrap(east), Math.min(north, 90)];
    const state = new URLSearchParams(this.frame.dataset.state);
    state.set("bbox", numbers.map((number) => Number(number.toFixed(4))).join(","));
    this.go(new URL(`${location.pathname}?${state}`, location.href));
  }
}
