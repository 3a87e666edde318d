// Shows what a layer's services answer on the map of its page, and says so when they don't.

const PATIENCE = 15000; // milliseconds
const LARGEST = 10_000_000; // bytes of a GeoJSON file
const CAPABILITIES = { SERVICE: "WMTS", REQUEST: "GetCapabilities" };

export function start(panel, { ol, map, colours }) {
  const select = panel.querySelector("select");
  const said = panel.querySelector("[data-said]");
  let turn = 0;
  let shown = null;
  panel.hidden = false;

  async function show() {
    const mine = (turn += 1);
    const { kind, url, layer, host } = select.selectedOptions[0].dataset;
    if (shown) map.removeLayer(shown);
    shown = null;
    said.textContent = "";
    if (!kind) return;
    const say = (words) => {
      if (mine === turn) said.textContent = panel.dataset[words].replace("HOST", host);
    };
    say("asking");
    try {
      const [made, answered] = await MAKERS[kind]({ ol, url, layer, colours });
      if (mine !== turn) return;
      shown = made;
      map.getLayers().insertAt(1, made);
      await within(PATIENCE, answered);
      say("shown");
    } catch {
      if (mine !== turn) return;
      if (shown) map.removeLayer(shown);
      shown = null;
      say("silent");
    }
  }

  select.addEventListener("change", show);
  show();
}

function within(milliseconds, promise) {
  const late = new Promise((_resolve, reject) => {
    setTimeout(() => reject(new Error("late")), milliseconds);
  });
  return Promise.race([promise, late]);
}

async function ask(url) {
  const answer = await fetch(url, { credentials: "omit", signal: AbortSignal.timeout(PATIENCE) });
  if (!answer.ok) throw new Error(`status ${answer.status}`);
  if (Number(answer.headers.get("Content-Length")) > LARGEST) throw new Error("too large");
  return answer;
}

// A service answers when the first picture has come. Some have none beyond their own area: it is
// silent only when all of those that were asked for have failed.
function arrival(source) {
  return new Promise((resolve, reject) => {
    let waiting = 0;
    source.on("tileloadstart", () => {
      waiting += 1;
    });
    source.on("tileloadend", resolve);
    source.on("tileloaderror", () => {
      waiting -= 1;
      if (!waiting) reject(new Error("no picture"));
    });
  });
}

function tiles(ol, source) {
  return [new ol.TileLayer({ source }), arrival(source)];
}

const MAKERS = {
  async wms({ ol, url, layer }) {
    const params = { LAYERS: layer, FORMAT: "image/png", TRANSPARENT: true };
    return tiles(ol, new ol.TileWMS({ url, params, projection: "EPSG:4326" }));
  },
  async wmts({ ol, url, layer }) {
    const address = new URL(url);
    if (!address.pathname.endsWith(".xml")) {
      for (const [name, value] of Object.entries(CAPABILITIES)) address.searchParams.set(name, value);
    }
    const found = new ol.WMTSCapabilities().read(await (await ask(address)).text());
    const named = found.Contents.Layer.map((one) => one.Identifier);
    const wanted = named.includes(layer) ? layer : named[0];
    const options = ol.optionsFromCapabilities(found, { layer: wanted, projection: "EPSG:4326" });
    return tiles(ol, new ol.WMTS(options));
  },
  async xyz({ ol, url }) {
    return tiles(ol, new ol.XYZ({ url: url.replace("{s}", "a") }));
  },
  async geojson({ ol, url, colours }) {
    const { Style, Stroke, Fill, Circle } = ol;
    const features = new ol.GeoJSON().readFeatures(await (await ask(url)).json());
    const stroke = new Stroke({ color: colours.strong, width: 1.5 });
    const fill = new Fill({ color: `rgba(${colours.accent}, 0.25)` });
    const style = new Style({ stroke, fill, image: new Circle({ radius: 4, stroke, fill }) });
    const source = new ol.VectorSource({ features });
    return [new ol.VectorLayer({ source, style }), Promise.resolve()];
  },
};
