// What the catalogue's maps need of OpenLayers, bundled into catalogue/static/catalogue/vendor/openlayers.js
export { default as Map } from "ol/Map.js";
export { default as View } from "ol/View.js";
export { default as Feature } from "ol/Feature.js";
export { default as VectorLayer } from "ol/layer/Vector.js";
export { default as TileLayer } from "ol/layer/Tile.js";
export { default as VectorSource } from "ol/source/Vector.js";
export { default as TileWMS } from "ol/source/TileWMS.js";
export { default as WMTS, optionsFromCapabilities } from "ol/source/WMTS.js";
export { default as XYZ } from "ol/source/XYZ.js";
export { default as GeoJSON } from "ol/format/GeoJSON.js";
export { default as TopoJSON } from "ol/format/TopoJSON.js";
export { default as WMTSCapabilities } from "ol/format/WMTSCapabilities.js";
export { default as Polygon, fromExtent } from "ol/geom/Polygon.js";
export { default as Point } from "ol/geom/Point.js";
export { default as DragBox } from "ol/interaction/DragBox.js";
export { defaults as interactions } from "ol/interaction/defaults.js";
export { default as Zoom } from "ol/control/Zoom.js";
export { Style, Fill, Stroke, Circle } from "ol/style.js";
